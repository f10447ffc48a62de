// The stage of the Templates page: one scrubber that moves the curves' marker, the templates, the confusion matrix and
// the verdict on one picture together. The browser holds the whole film, so that a move asks the server for nothing.

import { Chart } from "../animator/chart.js"
import { Confusion } from "../animator/confusion.js"
import { decimals, fill, thousands } from "../animator/format.js"
import { themeOf } from "../animator/pixels.js"
import { add, follow } from "../animator/stream.js"
import { Large } from "./large.js"
import { Reel } from "./reel.js"
import { Rows, accuracy } from "./rows.js"
import { saves } from "./saves.js"
import { Scrubber } from "./scrubber.js"
import { sentences } from "./state.js"
import { Trial } from "./trial.js"

const stages = new WeakMap()
const POLL = 400 // milliseconds between two looks at a run that goes on

export function mount(component) {
  const { parentElement, data } = component
  let stage = stages.get(parentElement)
  if (!stage) stages.set(parentElement, (stage = new FilmStage(parentElement)))
  stage.setTriggerValue = component.setTriggerValue
  stage.update(data)
}

export function unmount(parentElement) {
  stages.get(parentElement)?.leave()
  stages.delete(parentElement)
}

class FilmStage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.scrubber = new Scrubber(this.part("scrub"), () => this.show())
    this.rows = new Rows(this.root, (label, second) => this.enlarge(label, second), () => this.draw(), () => this.fail())
    this.confusion = new Confusion(this.part("matrix-table"))
    this.trial = new Trial(this.part("trial"), () => this.show())
    this.large = new Large(this.part("large"), () => this.enlarge(null))
    this.chart = new Chart(this.part("chart"), () => this.drawChart())
    this.part("range").addEventListener("click", () => this.changeRange())
    saves(this)
  }

  get theme() {
    return this.root.dataset.theme
  }

  update(data) {
    const before = this.data
    this.data = data
    this.root.dataset.theme = themeOf(this.root)
    this.root.classList.toggle("projector", data.projector && window.innerWidth >= 1100)
    for (const label of this.root.querySelectorAll("[data-word]")) label.textContent = data.words[label.dataset.word]
    if (before?.model !== data.model) this.open(data)
    this.rows.compare(data.other)
    this.trial.update(data, this.theme)
    this.scrubber.update(data)
    this.large.update(data, this.theme)
    this.draw()
  }

  open({ model, run }) {
    this.stopFollowing?.()
    this.reel = new Reel(model)
    this.view = { epochs: [], trace: [], frame: null }
    this.reported = null
    this.chart.reset({ run: model })
    this.scrubber.open(model)
    this.large.hide()
    if (run) {
      this.stopFollowing = follow(run, { take: (frame) => this.take(frame), lost: () => {}, gone: () => this.report("gone") })
    }
    this.fetch(this.reel)
  }

  take(frame) {
    this.view = add(this.view, frame)
    this.drawChart()
    this.drawState()
    if (!this.waiting) this.fetch(this.reel)
    if (frame.state !== this.data.state) this.report(frame.state)
  }

  // The page's own words on the run (its name, its end) are Streamlit's: it is asked to say them anew.
  report(state) {
    if (this.reported === state) return
    this.reported = state
    this.setTriggerValue("state", state)
  }

  // The film grows as long as its run goes on: one request at a time, and a pause between two.
  fetch(reel) {
    this.waiting = true
    const { step, state } = this.view.frame ?? {}
    reel.load().then((grew) => {
      if (reel !== this.reel) return
      this.failed = false
      if (grew) this.draw()
      const behind = state === "running" || this.view.frame?.step !== step || this.view.frame?.state !== state
      if (behind) setTimeout(() => reel === this.reel && this.fetch(reel), POLL)
      else this.waiting = false
    }, () => reel === this.reel && this.fail())
  }

  fail() {
    this.failed = true
    this.waiting = false
    this.drawState()
  }

  draw() {
    if (!this.reel.frames.length) return
    this.scrubber.draw(this.reel.frames, this.data)
    this.drawChart()
    this.show()
  }

  drawChart() {
    const { words, run } = this.data ?? {}
    if (!words) return
    this.part("no-curves").hidden = Boolean(run)
    this.part("no-curves").textContent = words.no_curves
    for (const name of ["chart", "range", "save-chart"]) this.part(name).hidden = !run
    if (!run) return
    this.chart.draw(this.view, this.data)
    this.part("range").setAttribute("aria-pressed", String(this.chart.range === "full"))
    const last = this.view.epochs.at(-1)
    this.part("chart").setAttribute("aria-label", fill(words.chart_alt, {
      epoch: this.view.epochs.length, epochs: this.data.settings.num_epochs,
      train_loss: decimals(last?.[1]), train_acc: decimals(last?.[2]), test_acc: decimals(last?.[3]),
    }))
    this.moveNowLine()
  }

  // Everything that belongs to the moment chosen.
  show() {
    const { frames } = this.reel
    if (!frames.length) return
    const frame = frames[this.scrubber.at]
    const epoch = frame.step / this.data.steps_per_epoch
    this.part("now-epoch").textContent = epoch.toFixed(2)
    this.part("now-step").textContent = thousands(frame.step)
    this.part("now-acc").textContent = decimals(accuracy(frame.confusion, this.data.num_test))
    this.rows.draw(this.reel, this.scrubber.at, this.data, this.theme)
    this.confusion.draw({ counts: Array.from(frame.confusion), labels: this.data.labels })
    this.trial.show(frame)
    if (this.enlarged?.second && this.rows.both) this.large.show(this.rows.otherShown, this.rows.otherFrame)
    else this.large.show(this.rows.shown, frame)
    this.moveNowLine()
    this.drawState()
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
    state.textContent = sentences(this.data, this.view.frame, this.reel.frames[this.scrubber.at], this.failed)
    state.title = state.textContent // where it is too long for its line
  }

  changeRange() {
    this.chart.range = this.chart.range === "full" ? "detail" : "full"
    this.drawChart()
  }

  enlarge(label, second = false) {
    this.enlarged = label === null ? null : { label, second }
    this.part("below").hidden = label !== null
    if (label === null) {
      this.large.hide()
      this.drawChart()
    } else {
      this.large.open(label, second ? this.data.other : { id: this.data.model })
      this.show()
    }
  }

  leave() {
    this.stopFollowing?.()
    this.reel = null
    this.scrubber.leave()
    this.chart.leave()
  }
}
