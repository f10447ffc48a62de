// From scratch and concise in lockstep: the largest differences of each step, the losses of both, and both W.

import { decimals, fill, thousands } from "../animator/format.js"
import { bytes } from "../animator/pixels.js"
import { mounting } from "../animator/mounting.js"
import { shown } from "../lectern/shown.js"
import { Tiles } from "../animator/tiles.js"
import { Idea } from "./concepts.js"
import { bind, facts, say, show } from "./controls.js"
import { Differences, Losses } from "./differences.js"
import { scientific } from "./science.js"
import { stream } from "./streaming.js"

const TEMPLATES = ["W", "V", "D"]
const SYMBOLS = ["|ΔW|", "|Δb|", "|Δloss|"]
const BEGUN = { x: [], apart: [[], [], []], losses: [[], []] }

class Lockstep extends Idea {
  constructor(parent) {
    super(parent)
    this.differences = new Differences(this.at(".differences"), () => this.redraw())
    this.losses = new Losses(this.at(".losses"), () => this.redraw())
    this.templates = this.all(".both section").map((section) => (
      new Tiles(section.querySelector(".tiles"), section.querySelector(".scale"))
    ))
    this.button = this.at(".run")
    this.button.addEventListener("click", () => (this.stop ? this.end() : this.run()))
    bind(this.root, (values) => {
      this.end()
      this.set(values)
    })
    this.begin()
  }

  build() {
    for (const tiles of this.templates) tiles.describe(this)
  }

  begin() {
    this.points = structuredClone(BEGUN)
    this.last = this.failed = null
  }

  // The numbers that are known before a step, and the start itself, which is the first frame of a training of none.
  draw(answer) {
    this.answer = answer
    say(this.root, this.words)
    show(this.root, this.values)
    const known = JSON.stringify([this.values, this.theme, this.language])
    if (!this.stop && known !== this.known) {
      this.begin()
      stream("lockstep", { ...this.asked(), n: "0" }, { take: (frames) => this.take(frames), failed: (error) => this.fail(error) })
    }
    this.known = known
    this.redraw()
  }

  run() {
    this.begin()
    this.stop = stream("lockstep", this.asked(), {
      take: (frames) => this.take(frames), done: () => this.end(), failed: (error) => this.fail(error),
    })
    this.redraw()
  }

  end() {
    this.stop?.()
    this.stop = null
    this.redraw()
  }

  fail(error) {
    this.failed = error ?? this.words.lost
    this.end()
  }

  take(frames) {
    for (const frame of frames) {
      const { x, apart, losses } = this.points
      if (frame.step) {
        x.push(frame.step)
        ;[frame.dW, frame.db, frame.dloss].forEach((value, i) => apart[i].push(value))
        ;[frame.scratch, frame.concise].forEach((value, i) => losses[i].push(value))
      }
      this.last = { ...this.last, ...frame }
    }
    this.redraw()
  }

  paint() {
    const { answer, last, points, words } = this
    this.differences.draw(points, answer.steps, words)
    this.losses.draw(points, answer.steps, words)
    this.button.textContent = this.stop ? words.stop : words.run
    this.readout(last)
    this.status(last)
    TEMPLATES.forEach((name, i) => last?.[name] && this.template(this.templates[i], last[name]))
    this.describe(shown.hides("results") ? null : last) // the numbers are not in a chart's name either
    facts(this.at(".facts"), this.facts(last))
  }

  readout(last) {
    const values = [last?.dW, last?.db, last?.dloss]
    const cells = this.all(".readout > div")
    cells[0].querySelector("b").textContent = `${thousands(last?.step ?? 0)} / ${thousands(this.answer.steps)}`
    cells.slice(1).forEach((cell, i) => {
      cell.querySelector(".label").textContent = fill(this.words.largest, { what: SYMBOLS[i] })
      cell.querySelector("b").textContent = scientific(values[i])
    })
  }

  status(last) {
    const { words } = this
    const place = this.at(".status")
    const [scratch, concise] = last?.test ?? []
    if (this.failed) {
      place.textContent = this.failed
    } else if (last?.test) {
      const values = { scratch: decimals(scratch), concise: decimals(concise), disagree: thousands(last.disagree), images: thousands(last.images) }
      place.textContent = fill(words.tested, values)
    } else {
      place.textContent = this.stop ? fill(words.running, { step: thousands(last?.step ?? 0), steps: thousands(this.answer.steps) }) : words.press
    }
  }

  template(tiles, { limit, tiles: encoded }) {
    tiles.draw({ levels: bytes(encoded), limit, digits: 4 }, { labels: this.labels, words: this.words }, this.theme)
    tiles.scale.children[0].textContent = scientific(-limit, 0)
    tiles.scale.children[2].textContent = `+${scientific(limit, 0)}`
  }

  describe(last) {
    const [w, b, loss] = [last?.dW, last?.db, last?.dloss].map((value) => scientific(value))
    const { words } = this
    this.differences.plot.node.setAttribute("aria-label", fill(words.differences_alt, { w, b, loss }))
    const values = { scratch: decimals(last?.scratch), concise: decimals(last?.concise) }
    this.losses.plot.node.setAttribute("aria-label", fill(words.losses_alt, values))
  }

  facts(last) {
    const { answer, words } = this
    const times = last && last.dW / (answer.epsilon * last.largest)
    const rounding = fill(words.rounding, { epsilon: scientific(answer.epsilon) })
    const now = last ? fill(words.rounded, { times: scientific(times, 0), largest: decimals(last.largest, 3) }) : ""
    const largest = decimals(Math.max(...answer.bias.map(Math.abs)))
    return [
      [words.rounding_title, [rounding, now].join(this.language === "zh" ? "" : " ")],
      [words.bias_title, fill(words.bias_fact, { bound: decimals(answer.bound), largest })],
      [words.reduction_title, fill(words.reduction_fact, { lr: String(answer.lr), batch_size: answer.batch_size, effective: String(answer.effective) })],
      [words.order_title, words.order_fact],
    ]
  }

  leave() {
    this.stop?.()
    this.differences.leave()
    this.losses.leave()
    super.leave()
  }
}

export const { mount, unmount } = mounting(Lockstep)
