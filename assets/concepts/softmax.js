// Softmax by hand: each logit's way to its probability, level with its slider.

import { decimals, fill } from "../animator/format.js"
import { Idea, mounting } from "./concepts.js"
import { bind, facts, show } from "./controls.js"
import { shown } from "./shown.js"
import { numeric } from "./streaming.js"

const WIDEST = 5 // the logit whose bar reaches the end, if no larger one is there
const REACH = 5

const make = (name, className = "") => Object.assign(document.createElement(name), { className })

class Softmax extends Idea {
  build() {
    this.rows = this.values.o.split(",").map((_, j) => this.row(j))
    bind(this.at(".more"), (values) => this.set(values))
    this.at(".more button").addEventListener("click", () => this.set(this.answer.defaults))
  }

  get stable() {
    return this.values.stable === "1"
  }

  row(j) {
    const label = make("label", "slider")
    const input = Object.assign(make("input"), { type: "range", min: -REACH, max: REACH, step: 0.05 })
    input.addEventListener("input", () => (
      this.set({ o: this.values.o.split(",").map((o, i) => (i === j ? input.value : o)).join() })
    ))
    label.append(make("span"), make("span", "value"), input)
    const name = make("span", "name")
    name.dataset.screen = "live"
    const cells = ["o", "exp", "y-hat"].map((kind) => {
      const cell = make("div", `cell ${kind}`)
      Object.assign(cell.dataset, { screen: "live", ...(kind !== "o" && { part: "results", each: "" }) })
      const bar = make("span", "bar")
      bar.append(make("i"))
      cell.append(make("output"), bar)
      return cell
    })
    for (const part of [label, name, ...cells]) {
      part.style.setProperty("--row", j + 2)
      this.at(".grid").append(part)
    }
    return { label, input, name, cells }
  }

  draw(answer) {
    const { stable, words } = this
    const o = stable ? answer.shifted : answer.o
    const exp = stable ? answer.shifted_exp : answer.exp
    const y_hat = stable ? answer.y_hat : answer.written
    const partition = stable ? answer.shifted_partition : answer.partition
    const widest = Math.max(WIDEST, ...o.map((value) => Math.abs(numeric(value))))
    const largest = Math.max(...exp.map(numeric).filter(Number.isFinite), 1e-30)
    this.at(".grid").style.setProperty("--rows", this.rows.length)
    this.at(".grid").classList.toggle("many", this.rows.length > 5)
    this.rows.forEach(({ label, input, name, cells }, j) => {
      const given = this.values.o.split(",")[j]
      label.firstElementChild.textContent = name.textContent = this.labels[j]
      label.querySelector(".value").textContent = fixed(Number(given))
      input.value = given
      input.setAttribute("aria-label", this.labels[j])
      fillCell(cells[0], fixed(o[j]), o[j] / widest)
      cells[0].querySelector("i").classList.toggle("below", o[j] < 0)
      fillCell(cells[1], large(exp[j]), exp[j] === "inf" ? 1 : exp[j] / largest)
      fillCell(cells[2], shown(y_hat[j]), y_hat[j] === "nan" ? 0 : y_hat[j])
    })
    show(this.at(".more"), this.values)
    this.at("[data-o]").textContent = stable ? "o − max o" : "o"
    this.at("[data-o-is]").textContent = stable ? words.without_max : words.raw
    this.at("[data-exp]").textContent = stable ? "exp(o − max o)" : "exp(o)"
    this.at(".by-sum span").textContent = `÷ ${large(partition)}`
    this.at("[data-sum]").textContent = large(partition)
    this.at("[data-one]").textContent = stable ? shown(answer.y_hat_sum) : shown(answer.written_sum)
    this.at(".say").textContent = stable ? "" : this.beyond(answer)
    facts(this.at(".facts"), this.facts(answer))
  }

  // What float32 makes of exp where nothing is subtracted: too large a number, or too small a one.
  beyond({ max, last, tiny }) {
    const values = { max: decimals(max, 2), last: decimals(last, 2), tiny: decimals(tiny, 2) }
    return max > last ? fill(this.words.overflow, values) : max < tiny ? fill(this.words.underflow, values) : ""
  }

  facts({ moved, sharper, softer, last, last_exp, beyond }) {
    const { words } = this
    const values = { c: this.values.c.replace("-", "−"), moved: moved === 0 ? "0" : moved.toExponential(1).replace("-", "−") }
    return [
      [words.shift_title, fill(words.shift_text, values)],
      [words.scale_title, fill(words.scale_text, { sharper: shown(sharper), softer: shown(softer) })],
      [fill(words.end_title, { last: decimals(last, 2) }), fill(words.end_text, { last: last.toFixed(4), last_exp: large(last_exp), beyond: shown(beyond) })],
      [words.why_title, words.why_text],
    ]
  }
}

function fillCell(cell, text, width) {
  cell.querySelector("output").textContent = text
  cell.querySelector("i").style.setProperty("--at", Math.abs(width) || 0)
}

const fixed = (value) => value.toFixed(2).replace("-", "−").replace(/^−(0\.00)$/, "$1")

// exp runs over forty orders of magnitude.
function large(value) {
  if (typeof value === "string") return shown(value)
  if (value !== 0 && (value >= 1e5 || value < 1e-3)) return value.toExponential(2).replace("e+", " × 10^").replace("e-", " × 10^−").replace(/\^(−?\d+)$/, (_, n) => superscript(n))
  return value.toFixed(3)
}

const superscript = (digits) => [...digits].map((digit) => (digit === "−" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])).join("")

export const { mount, unmount } = mounting(Softmax)
