// One test picture and what the model of the moment says of it: its ten probabilities as bars.

import { decimals, fill, thousands } from "../animator/format.js"
import { greys, picture } from "../animator/pixels.js"
import { shown } from "../lectern/shown.js"
import { verdict } from "./reel.js"

const KEPT = "softmax_studio.picture"

export class Trial {
  constructor(root, chosen) {
    this.part = (name) => root.querySelector(`.${name}`)
    this.chosen = chosen
    this.index = this.wished = Number(sessionStorage.getItem(KEPT) ?? 0)
    this.part("before").addEventListener("click", () => this.choose(this.wished - 1))
    this.part("after").addEventListener("click", () => this.choose(this.wished + 1))
    this.part("any").addEventListener("click", () => this.choose(Math.floor(Math.random() * this.tests)))
    this.part("index").addEventListener("change", ({ target }) => this.choose(Number(target.value)))
    this.part("index").addEventListener("keydown", (event) => event.stopPropagation())
    this.bars = Array.from({ length: 10 }, () => {
      const row = document.createElement("div")
      row.append(...["label", "bar", "p"].map((name) => Object.assign(document.createElement("span"), { className: name })))
      row.children[1].append(document.createElement("i"))
      this.part("bars").append(row)
      return row
    })
  }

  update({ model, words, labels, num_test: tests }, theme) {
    const sameData = this.tests === tests && this.model === model
    Object.assign(this, { model, words, labels, tests, theme })
    this.part("index").max = String(tests - 1)
    this.part("before").setAttribute("aria-label", words.before)
    this.part("after").setAttribute("aria-label", words.after)
    this.bars.forEach((row, i) => (row.children[0].textContent = labels[i]))
    if (!sameData || !this.levels) this.choose(this.index)
    else this.drawPicture()
  }

  // Beyond the last picture the first one follows. A picture that does not come leaves the one before.
  async choose(wished) {
    if (!this.tests) return
    const index = ((Math.floor(wished) || 0) % this.tests + this.tests) % this.tests
    const asked = (this.asked = {})
    this.wished = index
    const response = await fetch(new URL(`film/${this.model}/picture?index=${index}`, document.baseURI)).catch(() => null)
    const buffer = response?.ok ? await response.arrayBuffer().catch(() => null) : null
    if (asked !== this.asked) return // a later choice has overtaken this one, perhaps between its headers and its bytes
    if (buffer) {
      const bytes = new Uint8Array(buffer)
      Object.assign(this, { index, label: bytes[0], levels: bytes.subarray(1) })
      sessionStorage.setItem(KEPT, String(index))
      this.drawPicture()
      this.chosen()
    }
    this.wished = this.index
    this.part("index").value = String(this.index)
  }

  drawPicture() {
    const name = shown.hides("labels") ? fill(this.words.test_image, { index: thousands(this.index) }) : this.labels[this.label]
    this.part("subject-picture").replaceChildren(picture(this.levels, greys[this.theme], name))
    this.part("is").textContent = this.labels[this.label]
  }

  show(frame) {
    if (!this.levels) return
    const y_hat = verdict(frame, this.levels)
    const said = y_hat ? y_hat.indexOf(Math.max(...y_hat)) : -1
    const mark = shown.hides("labels") ? "" : said === this.label ? " ✓" : " ✗"
    this.part("says").textContent = y_hat ? `${this.labels[said]}${mark}` : this.words.no_verdict
    this.bars.forEach((row, i) => {
      row.classList.toggle("said", i === said)
      row.children[1].firstChild.style.width = `${100 * (y_hat?.[i] ?? 0)}%`
      row.children[2].textContent = decimals(y_hat?.[i], 3)
    })
  }
}
