// The stage of the Templates page: one scrubber that moves the curves' marker, the templates, the confusion matrix and
// the verdict on one picture together. The browser holds the whole film, so that a move asks the server for nothing.

import { Chart } from "../animator/chart.js"
import { Confusion } from "../animator/confusion.js"
import { decimals, fill, thousands } from "../animator/format.js"
import { LEVELS, themeOf } from "../animator/pixels.js"
import { add, follow } from "../animator/stream.js"
import { Tiles } from "../animator/tiles.js"
import { Large } from "./large.js"
import { Reel } from "./reel.js"
import { saves } from "./saves.js"
import { Scrubber } from "./scrubber.js"
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
    this.tiles = new Tiles(this.part("first"), this.part("scale"))
    this.others = new Tiles(this.part("second"))
    this.confusion = new Confusion(this.part("matrix-table"))
    this.trial = new Trial(this.part("trial"), () => this.show())
    this.large = new Large(this.part("large"), () => this.enlarge(null))
    this.chart = new Chart(this.part("chart"), () => this.drawChart())
    for (const tiles of [this.tiles, this.others]) tiles.onPick((label) => this.enlarge(label, tiles === this.others))
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
    if (before?.other?.id !== data.other?.id) this.compare(data.other)
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

  compare(other) {
    this.other = other ? new Reel(other.id) : null
    this.other?.load().then(() => this.draw(), () => this.fail())
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
    this.drawTemplates(epoch)
    this.confusion.draw({ counts: Array.from(frame.confusion), labels: this.data.labels })
    this.trial.show(frame)
    if (this.enlarged?.second) this.large.show(this.otherShown, this.otherFrame)
    else this.large.show(this.shown, frame)
    this.moveNowLine()
    this.drawState()
  }

  drawTemplates(epoch) {
    const { view, steps_per_epoch: per, other, words } = this.data
    const both = this.other?.frames.length
    // Of weights that are no run of this server only two moments are known: then the later one is meant.
    const i = both && (other.run ? this.other.nearest(epoch, other.steps_per_epoch) : both - 1)
    const limits = [this.reel.limit(view, per, this.scrubber.at)]
    if (both) limits.push(this.other.limit(view, other.steps_per_epoch, i))
    const limit = Math.max(...limits)
    this.shown = levels(this.reel.weights(this.scrubber.at, view, per), limit)
    this.tiles.draw(this.shown, this.data, this.theme)
    this.part("second").hidden = !both
    for (const name of this.root.querySelectorAll(".other-name")) name.hidden = !both
    if (both) {
      const frame = (this.otherFrame = this.other.frames[i])
      this.otherShown = levels(this.other.weights(i, view, other.steps_per_epoch), limit)
      this.others.draw(this.otherShown, this.data, this.theme)
      this.part("second-name").textContent = fill(words.second, {
        name: other.name, epoch: (frame.step / other.steps_per_epoch).toFixed(2),
        acc: decimals(accuracy(frame.confusion, other.num_test)),
      })
      this.part("other-name").textContent = this.data.name
    }
    const from = this.reel.reference(this.scrubber.at, view, per)
    this.part("scale-says").textContent =
      from === null ? words.weight : fill(words.change, { epoch: (this.reel.frames[from].step / per).toFixed(2) })
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

  // What is so with this film, in one sentence, where there is something to say.
  drawState() {
    const { words, note, num_steps: steps, num_test: tests, error } = this.data
    const { frame } = this.view
    const now = this.reel.frames[this.scrubber.at]
    const undecided = now ? tests - now.confusion.reduce((sum, n) => sum + n, 0) : 0
    const values = { step: thousands(frame?.step ?? 0), steps: thousands(steps) }
    this.part("state").textContent =
      error ? error
      : this.failed ? words.film_lost
      : undecided ? fill(words.undecided, { n: thousands(undecided) })
      : frame?.state === "diverged" ? fill(words.diverged_film, values)
      : frame && !frame.step ? words.no_steps
      : frame && ["running", "paused", "stopped"].includes(frame.state) ? fill(words[frame.state], values)
      : note ?? ""
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

function accuracy(confusion, tests) {
  let right = 0
  for (let i = 0; i < 10; i++) right += confusion[11 * i]
  return right / tests
}

// A byte a weight for the tiles, 127 for zero; a weight that is not a number is drawn as zero and named in words.
export function levels(W, limit) {
  const bytes = new Uint8Array(W.length)
  for (let k = 0; k < W.length; k++) bytes[k] = Math.round(((W[k] || 0) / limit) * LEVELS) + LEVELS
  return { levels: bytes, limit, values: W }
}
