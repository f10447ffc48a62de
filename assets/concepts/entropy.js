// Entropy and cross-entropy: two distributions dragged as bars, what each class costs, the sums, the curve of −log q.

import { fill } from "../animator/format.js"
import { Idea, mounting } from "./concepts.js"
import { drawCurve } from "./entropy_curve.js"
import { shown } from "./shown.js"

const MOST = 100
const CLASSES = { fewest: 2, most: 6 }
const NEW_HEIGHT = "25"
const LOG = { bits: "log₂", nats: "ln" }

const part = (name, className = "") => Object.assign(document.createElement(name), { className })

function bar() {
  const bar = part("span", "bar")
  bar.append(part("i"))
  return bar
}

class Entropy extends Idea {
  build() {
    this.rows = []
    const press = (name, act) => this.at(`[data-do="${name}"]`).addEventListener("click", act)
    press("one_hot", () => this.set({ p: this.heights("p").map((_, j) => (j === this.label ? MOST : 0)).join() }))
    press("fewer", () => this.resize(-1))
    press("more", () => this.resize(1))
    press("again", () => this.set(this.answer.defaults))
    this.at("[data-y]").addEventListener("change", ({ target }) => this.set({ y: target.value }))
    for (const radio of this.all("[name=unit]")) {
      radio.addEventListener("change", () => this.set({ unit: radio.value }))
    }
  }

  get label() {
    return Number(this.values.y)
  }

  heights(name) {
    return this.values[name].split(",")
  }

  resize(by) {
    const count = this.heights("p").length + by
    const cut = (name) => {
      const heights = [...this.heights(name), NEW_HEIGHT].slice(0, count)
      return heights.some(Number) ? heights.join() : heights.fill(NEW_HEIGHT).join()
    }
    this.set({ p: cut("p"), q: cut("q"), y: String(Math.min(this.label, count - 1)) })
  }

  // One class: its two bars, its shares, what it costs, and its part of the average.
  row(j) {
    const row = part("div", "class")
    row.style.setProperty("--row", j + 2)
    const [bars, share, length, product] = ["bars", "share", "length", "part"].map((name) => part("div", name))
    for (const place of [share, length, product]) place.dataset.screen = "bars"
    for (const place of [length, product]) Object.assign(place.dataset, { part: "results", each: "" })
    const name = part("b")
    bars.append(name)
    const [inputs, shares] = [{}, {}]
    for (const which of ["p", "q"]) {
      const label = part("label")
      const input = Object.assign(part("input", which), { type: "range", min: 0, max: MOST, step: 0.5 })
      input.addEventListener("input", () => {
        this.set({ [which]: this.heights(which).map((height, i) => (i === j ? input.value : height)).join() })
      })
      label.append(Object.assign(part("em"), { textContent: which }), input)
      bars.append(label)
      const line = part("span", which)
      line.append(Object.assign(part("em"), { textContent: which }), part("output"), bar())
      share.append(line)
      Object.assign(inputs, { [which]: input })
      Object.assign(shares, { [which]: line })
    }
    for (const place of [length, product]) place.append(part("small"), part("output"), bar())
    row.append(bars, share, length, product)
    this.at("[data-grid]").append(row)
    return { row, name, inputs, shares, length, product }
  }

  draw(answer) {
    this.answer = answer
    while (this.rows.length > answer.p.length) this.rows.pop().row.remove()
    while (this.rows.length < answer.p.length) this.rows.push(this.row(this.rows.length))
    this.at("[data-grid]").style.setProperty("--rows", this.rows.length)
    const longest = Math.max(...answer.lengths.filter(Number.isFinite), 1e-9)
    this.rows.forEach((row, j) => this.drawRow(row, j, answer, longest))
    this.drawChoices()
    this.drawSums(answer)
    this.say(answer)
    drawCurve(this.at("[data-curve]"), answer, this.label, `−${LOG[this.values.unit]} q`, fill(this.words.curve, {
      label: this.labels[this.label], q: shown(answer.q[this.label]), cost: shown(answer.loss),
    }))
  }

  drawRow({ row, name, inputs, shares, length, product }, j, answer, longest) {
    const [{ words }, label] = [this, this.labels[j]]
    const names = { p: fill(words.p_of, { label }), q: fill(words.q_of, { label }) }
    name.textContent = label
    row.classList.toggle("endless", answer.endless.includes(j))
    for (const which of ["p", "q"]) {
      const [height, share] = [this.heights(which)[j], shown(answer[which][j])]
      inputs[which].value = height
      inputs[which].style.setProperty("--at", `${height}%`)
      inputs[which].setAttribute("aria-label", names[which])
      inputs[which].setAttribute("aria-valuetext", fill(this.words.height, { height, share }))
      shares[which].querySelector("output").textContent = share
      shares[which].querySelector("i").style.setProperty("--at", answer[which][j])
    }
    const log = `−${LOG[this.values.unit]} q`
    for (const [place, value, formula] of [
      [length, answer.lengths[j], log], [product, answer.products[j], `p · (${log})`],
    ]) {
      place.querySelector("small").textContent = formula
      place.querySelector("output").textContent = shown(value)
      place.querySelector("i").style.setProperty("--at", value === "inf" ? 1 : value / longest)
    }
  }

  drawChoices() {
    const log = `−${LOG[this.values.unit]} q`
    this.at("[data-log]").textContent = log
    this.at("[data-product]").textContent = `p · (${log})`
    for (const radio of this.all("[name=unit]")) radio.checked = radio.value === this.values.unit
    const select = this.at("[data-y]")
    select.replaceChildren(...this.rows.map((_, j) => new Option(this.labels[j], j)))
    select.value = this.label
    this.at('[data-do="fewer"]').disabled = this.rows.length === CLASSES.fewest
    this.at('[data-do="more"]').disabled = this.rows.length === CLASSES.most
  }

  // H(p) and the surplus as one bar, as long as H(p, q); the whole width is what even shares would cost, or more.
  drawSums({ entropy, cross, kl, most }) {
    this.at("[data-sum]").textContent = shown(cross)
    this.at("[data-own]").textContent = shown(entropy)
    this.at("[data-surplus]").textContent = shown(kl)
    const whole = Math.max(most, cross === "inf" ? 2 * most : cross)
    this.at("i.own").style.setProperty("--at", entropy / whole)
    this.at("i.surplus").style.setProperty("--at", kl === "inf" ? 1 - entropy / whole : Math.max(0, kl) / whole)
  }

  say({ endless, one_hot, loss, nats_loss }) {
    const { words } = this
    const { unit } = this.values
    const values = { label: this.labels[this.label], log: LOG[unit], cost: `${shown(loss)} ${words[unit]}`, nats: shown(nats_loss) }
    const sentence = endless.length
      ? fill(words.endless, { labels: endless.map((j) => this.labels[j]).join(", ") })
      : one_hot ? fill(words.left_over, values) : fill(words.many, values)
    this.at("[data-say]").textContent = sentence
  }
}

export const { mount, unmount } = mounting(Entropy)
