// The pitfalls lab: a fault and its cure, both run for real, on one chart; the lines that make the difference beside it.

import { decimals, fill, thousands } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { shown } from "../lectern/shown.js"
import { Idea } from "./concepts.js"
import { bind, facts, say, show } from "./controls.js"
import { code, findings, printed, sentences } from "./pitfall_words.js"
import { numeric, stream } from "./streaming.js"
import { Versions } from "./versions.js"

const LETTERS = [..."abcdefgh"]

class Pitfalls extends Idea {
  constructor(parent) {
    super(parent)
    this.offer()
    this.chart = new Versions(this.at(".chart"), () => this.redraw())
    bind(this.root, (values) => {
      this.end()
      this.set(values)
    })
    for (const button of this.all("button[data-version]")) {
      const { version } = button.dataset
      button.addEventListener("click", () => (this.running === version ? this.end() : this.run(version)))
    }
    const ranges = this.all(".ranges button")
    ranges.forEach((button, i) => button.addEventListener("click", () => {
      this.chart.full = i === 1
      this.redraw()
    }))
    this.runs = {}
  }

  // The eight, as a group of radio buttons.
  offer() {
    this.at(".which").append(...LETTERS.map((letter) => {
      const label = document.createElement("label")
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "p", value: letter })
      input.dataset.value = "p"
      const mark = Object.assign(document.createElement("b"), { textContent: letter })
      label.append(input, mark, Object.assign(document.createElement("span"), { className: `name-${letter}` }))
      return label
    }))
  }

  draw(answer) {
    const { words, values } = this
    // Other settings make other trainings: what ran before is not theirs. The cure alone does not know the fault's.
    const known = JSON.stringify({ ...values, v: "" })
    if (known !== this.known) {
      this.end()
      this.runs = {}
      this.chart.full = false
    }
    Object.assign(this, { answer, known })
    say(this.root, words)
    show(this.root, values)
    LETTERS.forEach((letter) => (this.at(`.name-${letter}`).textContent = sentences(words, letter).name))
    this.at(".only-c").hidden = values.p !== "c"
    this.at(".form").hidden = !answer.has_form
    this.at(".init").hidden = values.p !== "d"
    this.at(".code").replaceChildren(code(answer.fault, words.wrong_line, "✗"), code(answer.cure, words.right_line, "✓"))
    this.redraw()
  }

  run(version) {
    this.end()
    this.runs[version] = []
    this.failed = null
    this.running = version
    this.stop = stream("pitfalls", { ...this.asked(), v: version }, {
      take: (frames) => this.take(version, frames), done: () => this.end(),
      failed: (error) => {
        this.failed = error ?? this.words.lost
        this.end()
      },
    })
    this.redraw()
  }

  end() {
    this.stop?.()
    this.stop = this.running = null
    this.redraw()
  }

  take(version, frames) {
    const numbers = frames.map((frame) => ({ ...frame, loss: numeric(frame.loss), batch_loss: numeric(frame.batch_loss) }))
    this.runs[version].push(...numbers)
    this.redraw()
  }

  paint() {
    const { answer, words, values } = this
    const drawn = Object.fromEntries(Object.entries(this.runs).map(([name, points]) => [name, points.filter(({ x }) => x != null)]))
    this.chart.draw(drawn, { epochs: Number(values.n), floor: answer.floor, words })
    ;["fault", "cure"].forEach((version) => this.row(version))
    this.all(".ranges button").forEach((button, i) => button.setAttribute("aria-pressed", String(this.chart.full === (i === 1))))
    this.note()
    const said = ["fault", "cure"].map((version) => this.summary(version))
    this.at(".chart").setAttribute("aria-label", fill(words.chart_alt, { fault: said[0], cure: said[1] }))
    const { symptom, cause, cure, measured } = sentences(words, answer.name, answer, this.runs.fault)
    const found = findings(words, this)
    facts(this.at(".facts"), [
      [words.symptom, symptom], [words.cause, cause], [words.remedy, cure], [words.measured, ...(measured ? [measured] : [words.not_run]), ...found],
    ])
  }

  numbers(version) {
    const points = this.runs[version] ?? []
    const last = points.at(-1)
    return [last?.epoch && thousands(last.epoch), loss(last?.loss), decimals(last?.acc), decimals(points.findLast(({ test }) => test != null)?.test)]
  }

  summary(version) {
    const { words } = this
    const names = [words.epoch, words.train_loss, words.train_acc, words.test_acc]
    const hidden = shown.hides("results")
    return this.numbers(version).map((value, i) => `${names[i]} ${hidden ? "–" : value ?? "–"}`).join(", ")
  }

  row(version) {
    const cells = this.all(`tr[data-version=${version}] td`)
    this.numbers(version).forEach((value, i) => (cells[i].textContent = value ?? "–"))
    const word = version === "fault" ? this.words.run_fault : this.words.run_cure
    this.at(`button[data-version=${version}]`).textContent = this.running === version ? this.words.stop : word
  }

  note() {
    const { words } = this
    const raised = this.runs.fault?.at(-1)?.raised
    const lines = this.failed ? [this.failed] : raised && this.running !== "cure" && !this.runs.cure ? [words.raised, raised] : Object.keys(this.runs).length ? [] : [words.press]
    const note = this.at(".note")
    note.hidden = !lines.length
    note.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })))
  }

  leave() {
    this.stop?.()
    this.chart.leave()
    super.leave()
  }
}

const loss = (value) => (value == null ? null : printed(value))

export const { mount, unmount } = mounting(Pitfalls)
