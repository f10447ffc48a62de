// The stage of the Train page: read-out, chart, progress and templates, drawn from one view of a run.
// `mount` is called by Streamlit whenever the page's data change; between two calls the server's events drive it.

import { shown, stand } from "../lectern/shown.js"
import { Chart } from "./chart.js"
import { curvesAlt } from "./curves_alt.js"
import { clock, decimals, fill, thousands } from "./format.js"
import { mounting } from "./mounting.js"
import { Note } from "./note.js"
import { paced } from "./paced.js"
import { bytes, themeOf } from "./pixels.js"
import { add, follow } from "./stream.js"
import { Tiles } from "./tiles.js"

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.chart = new Chart(this.part("chart"), () => this.draw())
    this.tiles = new Tiles(this.part("tiles"), this.part("scale"))
    this.part("ranges").addEventListener("click", ({ target }) => target.dataset.range && this.show(target.dataset.range))
    this.part("note-action").addEventListener("click", () => this.show("full"))
    this.note = new Note(this.part("note"))
    this.drawing = paced(() => this.draw())
    this.stopStanding = stand(this.root, () => this.data && this.draw())
  }

  // What the page says: the words, the settings, and which run to follow.
  update(data) {
    const sameRun = this.data && this.data.run === data.run
    this.data = data
    this.reported = null
    this.root.dataset.theme = themeOf(this.root)
    if (!sameRun) {
      this.stopFollowing?.()
      this.view = { epochs: [], trace: [], frame: { state: "idle", step: 0, epoch: 0, ...data.untrained } }
      this.lost = false
      this.chart.reset(data)
      if (data.run) {
        this.stopFollowing = follow(data.run, data.language, {
          take: (frame) => this.take(frame),
          lost: () => this.connectionLost(),
          gone: () => this.report("gone"),
        })
      }
    } else if (!data.run) {
      this.view.frame = { ...this.view.frame, ...data.untrained }
    }
    this.draw()
    // The page may have been made just before the run's last frame, and no other frame would say so: asked once a frame.
    const { state } = this.view.frame
    if (sameRun && data.run && !this.checked && state !== data.state) {
      this.checked = true
      this.report(state)
    }
  }

  take(frame) {
    this.checked = false
    this.view = add(this.view, frame)
    this.lost = false
    this.drawing.ask()
    this.report(frame.state)
  }

  // The buttons are Streamlit's: when a run changes its state by itself, the page is asked to draw them anew. When a
  // person did it, the page is on its way already: hence the wait.
  report(state) {
    const { run } = this.data
    if (this.pending === state) return
    clearTimeout(this.reporting)
    this.pending = null
    if (state === this.data.state || this.reported === state) return
    this.pending = state
    this.reporting = setTimeout(() => {
      this.pending = null
      if (this.data.run !== run || this.data.state === state) return
      this.reported = state
      this.setTriggerValue("state", state)
    }, 250)
  }

  connectionLost() {
    this.lost = true
    this.drawProgress()
  }

  show(range) {
    this.chart.range = range
    this.draw()
  }

  draw() {
    this.drawReadout()
    const { data, view, chart } = this
    const { theme } = this.root.dataset
    const unnamed = shown.hides("names")
    chart.draw(view, { ...data, hidden: shown.hidden })
    this.tiles.draw({ levels: this.levels(), limit: view.frame.limit }, { ...data, unnamed }, theme)
    const off = shown.hides("curves") ? "" : view.frame.diverging ? chart.worstOff : chart.nowOff
    this.drawProgress()
    this.note.draw({ ...data, unnamed, frame: view.frame, off, theme })
  }

  // The same bytes for the same templates, so that they are painted once.
  levels() {
    const { tiles } = this.view.frame
    if (this.encoded !== tiles) Object.assign(this, { encoded: tiles, decoded: bytes(tiles) })
    return this.decoded
  }

  drawReadout() {
    const { words, settings } = this.data
    const { frame, epochs } = this.view
    const last = epochs.at(-1)
    const of = `<small> / ${thousands(settings.num_epochs)}</small>`
    this.part("epoch").innerHTML = `${frame.epoch}${of}`
    this.part("train-loss").textContent = decimals(frame.train_loss)
    this.part("train-acc").textContent = decimals(frame.train_acc)
    this.part("test-acc").textContent = decimals(last?.[3])
    for (const label of this.root.querySelectorAll("[data-word]")) label.textContent = words[label.dataset.word]
    this.part("chart").setAttribute("aria-label", curvesAlt(words, this.view, settings, shown.hidden))
    this.part("ranges").setAttribute("aria-label", words.chart_range)
    for (const button of this.part("ranges").children) {
      button.setAttribute("aria-pressed", String(button.dataset.range === this.chart.range))
    }
  }

  drawProgress() {
    const { words, settings, num_steps: steps, mine, run } = this.data
    const { frame } = this.view
    const values = { step: thousands(frame.step), steps: thousands(steps) }
    const state = frame.state === "paused" && frame.unwatched ? "unwatched" : frame.state
    const notStarted = run ? "" : words.not_started // how a run stands comes with its first frame
    const left = state === "idle" ? notStarted : fill(words[state], values)
    const diverging = frame.diverging && frame.state !== "diverged" && !shown.hides("loss")
    const rate = diverging ? fill(words.diverging, { step: thousands(frame.diverging) }) : frame.rate ? fill(words.rate, { rate: thousands(Number(frame.rate.toPrecision(3))) }) : ""
    const setting = fill(words.settings, { data: this.data.data, lr: settings.lr, batch_size: thousands(settings.batch_size) })
    const right = {
      idle: () => (run ? "" : fill(words.steps_to_go, values)),
      running: () => (frame.left == null ? "" : fill(words.left, { seconds: clock(frame.left) })),
      paused: () => (mine ? words.press_resume : ""),
      interrupted: () => (mine ? words.press_resume : ""),
      finished: () => fill(words.steps_in, { steps: values.step, seconds: clock(frame.seconds) }),
    }[frame.state]
    const endings = { saved: words.ending_saved, unsaved: words.ending_unsaved }
    this.part("line").style.width = `${(100 * frame.step) / steps}%`
    this.part("track").setAttribute("aria-label", words.progress)
    this.part("track").setAttribute("aria-valuenow", String(frame.step))
    this.part("track").setAttribute("aria-valuemax", String(steps))
    this.part("status").textContent = endings[frame.ending] ?? (this.lost ? words.reconnecting : left)
    this.part("speed").textContent = frame.ending ? "" : state === "running" && mine && !shown.wall ? rate : setting
    this.part("rest").textContent = right && !frame.ending ? right() : ""
  }

  leave() {
    this.stopStanding()
    this.stopFollowing?.()
    this.drawing.end()
    this.chart.leave()
  }
}

export const { mount, unmount } = mounting(Stage)
