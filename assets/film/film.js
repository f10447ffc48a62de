// The stage of the Templates page: one scrubber that moves the curves' marker, the templates, the confusion matrix and
// the verdict on one picture together. The browser holds the whole film, so that a move asks the server for nothing.

import { Chart } from "../animator/chart.js"
import { Confusion } from "../animator/confusion.js"
import { curvesAlt } from "../animator/curves_alt.js"
import { decimals, thousands } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { paced } from "../animator/paced.js"
import { themeOf } from "../animator/pixels.js"
import { reachable } from "../animator/scrolling.js"
import { add, follow } from "../animator/stream.js"
import { shown, stand } from "../lectern/shown.js"
import { Large } from "./large.js"
import { Reel } from "./reel.js"
import { Rows, accuracy } from "./rows.js"
import { saves } from "./saves.js"
import { Scrubber } from "./scrubber.js"
import { sentences } from "./state.js"
import { Trial } from "./trial.js"

class FilmStage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.moving = paced(() => this.show())
    this.drawing = paced(() => {
      this.drawChart()
      this.drawState()
    })
    this.scrubber = new Scrubber(this.part("scrub"), this.moving.ask)
    this.rows = new Rows(this.root, (label, second) => this.enlarge(label, second), () => this.draw())
    this.confusion = new Confusion(this.part("matrix-table"))
    reachable(this.part("matrix-table"))
    this.trial = new Trial(this.part("trial"), () => this.show())
    this.large = new Large(this.part("large"), () => this.enlarge(null))
    this.chart = new Chart(this.part("chart"), () => this.drawChart())
    this.part("range").addEventListener("click", () => {
      this.chart.range = this.chart.range === "full" ? "detail" : "full"
      this.drawChart()
    })
    this.onVisibility = () => document.hidden || this.look()
    document.addEventListener("visibilitychange", this.onVisibility)
    saves(this)
    this.stopStanding = stand(this.root, () => this.redraw())
  }

  update(data) {
    const before = this.data
    this.data = data
    this.root.dataset.theme = themeOf(this.root)
    for (const label of this.root.querySelectorAll("[data-word]")) label.textContent = data.words[label.dataset.word]
    if (before?.model !== data.model) this.open(data)
    this.rows.compare(data.other)
    this.scrubber.update(data)
    this.redraw()
  }

  // What is shown has changed, or how it is named.
  redraw() {
    if (!this.data) return
    const { theme } = this.root.dataset
    this.rows.describe(this.data)
    this.trial.update(this.data, theme)
    this.large.update(this.data, theme)
    this.draw()
  }

  open({ model, at, run, settings, num_steps: steps }) {
    this.stopFollowing?.()
    this.reel?.leave()
    this.reel = new Reel(model)
    this.view = { epochs: [], trace: [], frame: null }
    this.reported = this.state = null
    this.chart.reset({ run: model })
    this.scrubber.open({ model, at })
    this.enlarge(null)
    // As wide as their last values will be: the track must not change its length.
    this.part("now-epoch").style.minWidth = `${settings.num_epochs.toFixed(2).length}ch`
    this.part("now-step").style.minWidth = `${thousands(steps).length}ch`
    if (run) {
      this.stopFollowing = follow(run, this.data.language, { take: (frame) => this.take(frame), lost: () => {}, gone: () => this.report("gone") })
    }
    this.look()
  }

  look() {
    const loaded = () => {
      this.drawMoments()
      this.drawing.ask() // the chart too: it is drawn with the run's frames, and not twice
    }
    this.reel.keep(loaded, () => this.drawState())
    this.rows.follow()
  }

  take(frame) {
    this.view = add(this.view, frame)
    this.drawing.ask()
    const state = ["running", "paused"].includes(frame.state) ? frame.state : "ended"
    if (state !== this.state || (state !== "running" && frame.step !== this.reel.frames.at(-1)?.step)) this.look()
    this.state = state
    if (frame.state !== this.data.state) this.report(frame.state)
  }

  // The page's own words on the run (its name, its end) are Streamlit's: it is asked to say them anew.
  report(state) {
    if (this.reported === state) return
    this.reported = state
    this.setTriggerValue("state", state)
  }

  draw() {
    if (!this.reel?.frames.length) return
    this.drawChart()
    this.drawMoments()
  }

  drawMoments() {
    if (!this.reel?.frames.length) return
    this.scrubber.draw(this.reel.frames, this.data)
    this.show()
  }

  drawChart() {
    const { words, run } = this.data ?? {}
    if (!words) return
    this.part("no-curves").hidden = Boolean(run)
    this.part("no-curves").textContent = words.no_curves
    for (const name of ["chart", "range", "save-chart"]) this.part(name).hidden = !run
    if (!run) return
    this.chart.draw(this.view, { ...this.data, hidden: shown.hidden })
    this.part("range").setAttribute("aria-pressed", String(this.chart.range === "full"))
    this.part("chart").setAttribute("aria-label", curvesAlt(words, this.view, this.data.settings, shown.hidden))
    this.moveNowLine()
  }

  // Everything that belongs to the moment chosen.
  show() {
    const frames = this.reel?.frames // null when the page has been left meanwhile
    if (!frames?.length) return
    const frame = frames[this.scrubber.at]
    const epoch = frame.step / this.data.steps_per_epoch
    this.part("now-epoch").textContent = epoch.toFixed(2)
    this.part("now-step").textContent = thousands(frame.step)
    this.part("now-acc").textContent = decimals(accuracy(frame.confusion, this.data.num_test))
    this.rows.draw(this.reel, this.scrubber.at, this.data, this.root.dataset.theme)
    this.confusion.draw({ counts: Array.from(frame.confusion), labels: this.data.labels })
    this.trial.show(frame)
    this.showLarge(frame)
    this.moveNowLine()
    this.drawState()
  }

  showLarge(frame) {
    const { rows, data } = this
    if (this.enlarged?.second && !rows.both) this.enlarge(null)
    const changed = data.view !== "raw"
    if (this.enlarged?.second) this.large.show({ model: data.other.id, shown: rows.otherShown, changed, frame: rows.otherFrame })
    else this.large.show({ model: data.model, shown: rows.shown, changed, frame })
  }

  moveNowLine() {
    const line = this.part("now-line")
    const step = this.reel?.frames[this.scrubber.at]?.step
    const place = this.data?.run && step !== undefined && this.chart.place(step / this.data.steps_per_epoch)
    line.hidden = !place
    if (!place) return
    line.style.transform = `translateX(${place.x}px)`
    line.style.top = `${place.top}px`
    line.style.height = `${place.bottom - place.top}px`
  }

  drawState() {
    const state = this.part("state")
    const failed = this.reel.failed || this.rows.other?.failed
    state.textContent = sentences(this.data, this.view.frame, this.reel.frames[this.scrubber.at], failed)
    state.title = state.textContent // where it is too long for its line
  }

  // One template of the first or the second row large, in the place of all that is below; null for none.
  enlarge(label, second = false) {
    const before = this.enlarged
    this.enlarged = label === null ? null : { label, second }
    this.root.classList.toggle("enlarged", label !== null)
    if (label !== null) {
      this.large.open(label)
      this.show()
    } else if (before) {
      this.large.hide()
      this.rows[before.second ? "second" : "first"].focus(before.label)
      this.drawChart()
    }
  }

  leave() {
    this.stopStanding()
    this.stopFollowing?.()
    this.drawing.end()
    this.moving.end()
    document.removeEventListener("visibilitychange", this.onVisibility)
    this.large.hide()
    this.rows.leave()
    this.reel?.leave()
    this.reel = null
    this.scrubber.leave()
    this.chart.leave()
  }
}

export const { mount, unmount } = mounting(FilmStage)
