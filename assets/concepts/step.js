// One step of gradient descent: an image, a class's row of W before and after, and the gradient checked at chosen weights.

import { fill } from "../animator/format.js"
import { bytes, greys, paint, tables } from "../animator/pixels.js"
import { Idea, mounting } from "./concepts.js"
import { scientific, tenTo } from "./science.js"
import { drawErrors } from "./step_errors.js"
import { Board } from "./step_board.js"
import { shown } from "./shown.js"

const SCALES = {
  lr: [1e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
  std: [0, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
  h: [-8, -7, -6, -5, -4, -3, -2, -1], // as powers of ten
}
const MOST_WEIGHTS = 5

const part = (name, text = "") => Object.assign(document.createElement(name), { textContent: text })

class Step extends Idea {
  build() {
    this.board = new Board(this.at(".board"), (pixel) => this.toggle(pixel), (pixel) => this.point(pixel))
    for (const radio of this.all("[name=part]")) {
      radio.addEventListener("change", () => this.set({ part: radio.value, i: "0", w: "" }))
    }
    for (const field of this.all("[data-set]")) {
      field.addEventListener("change", () => this.set({ [field.dataset.set]: field.value, ...(field.dataset.set === "i" && { w: "" }) }))
    }
    for (const button of this.all("[data-by]")) {
      button.setAttribute("aria-label", button.dataset.by < 0 ? this.words.previous : this.words.next)
      button.addEventListener("click", () => this.set({ i: String(Number(this.values.i) + Number(button.dataset.by)), w: "" }))
    }
    for (const slide of this.all("[data-slide]")) {
      const name = slide.dataset.slide
      Object.assign(slide, { min: 0, max: SCALES[name].length - 1, step: 1 })
      slide.addEventListener("input", () => this.set({ [name]: String(SCALES[name][slide.value]) }))
    }
    this.at('[data-do="reset"]').addEventListener("click", () => this.set({ w: "" }))
    this.at("[data-set=k]").append(new Option(this.words.own_class, ""), ...this.labels.map((label, k) => new Option(label, k)))
  }

  // The pixels whose weights are checked: one more, or one less; of too many the first goes.
  toggle(pixel) {
    const chosen = this.answer.checks.map((check) => check.pixel)
    const left = chosen.filter((other) => other !== pixel)
    const next = left.length < chosen.length ? left : [...chosen, pixel].slice(-MOST_WEIGHTS)
    this.set({ w: next.join() })
  }

  draw(answer) {
    this.answer = answer
    this.controls(answer)
    this.tiles(answer)
    this.classes(answer)
    this.check(answer)
    const { words } = this
    const change = (before, after) => fill(words.falls, { before: shown(before), after: shown(after) })
    this.at("[data-loss]").textContent = change(answer.loss, answer.loss_after)
    this.at("[data-others-name]").textContent = fill(words.others, { n: answer.others })
    this.at("[data-others]").textContent = change(answer.others_before, answer.others_after)
  }

  controls({ images }) {
    for (const radio of this.all("[name=part]")) radio.checked = radio.value === this.values.part
    for (const field of this.all("[data-set]:not(:focus)")) {
      const value = this.values[field.dataset.set]
      field.value = value && Number(value) // "1.0" is no option of a selection, 1 is
    }
    this.at("[data-set=i]").max = images - 1
    this.at('[data-by="-1"]').disabled = Number(this.values.i) <= 0
    this.at('[data-by="1"]').disabled = Number(this.values.i) >= images - 1
    for (const slide of this.all("[data-slide]")) {
      const name = slide.dataset.slide
      const value = Number(this.values[name])
      const near = SCALES[name].map((other) => Math.abs(other - value))
      slide.value = near.indexOf(Math.min(...near))
      slide.style.setProperty("--at", `${(100 * slide.value) / slide.max}%`)
      const text = name === "h" ? tenTo(value) : String(value)
      slide.setAttribute("aria-valuetext", text)
      slide.closest("label").querySelector("[data-value]").textContent = text
    }
  }

  tiles({ label, k, i, images, x, rows, gradient, d, checks }) {
    const { words, labels, theme } = this
    const [greyLevels, levels] = [bytes(x), bytes(rows.tiles)]
    const tiles = {
      before: [levels.subarray(0, 784), rows.limit], after: [levels.subarray(784), rows.limit],
      gradient: [bytes(gradient.tiles), gradient.limit],
    }
    const values = { label: labels[k] }
    const captions = {
      before: fill(words.before, values), after: fill(words.after, values), gradient: fill(words.gradient, values),
    }
    for (const [name, [tile]] of Object.entries(tiles)) {
      const canvas = this.at(`[data-tile=${name}]`)
      paint(canvas, tile, tables[theme])
      canvas.setAttribute("role", "img")
      canvas.setAttribute("aria-label", fill(words.tile_alt, { name: captions[name] }))
      canvas.parentElement.querySelector("figcaption").textContent = captions[name]
    }
    paint(this.at("[data-image]"), greyLevels, greys[theme])
    this.grey = greyLevels
    this.caption = fill(words.image_name, { label: labels[label], i, images: images.toLocaleString("en-US") })
    this.board.draw(checks.map((check) => check.pixel), fill(words.image_alt, { label: labels[label] }))
    this.point(this.board.shown)
    this.at("[data-lr]").textContent = `− ${this.values.lr} · g =`
    this.at("[data-d]").textContent = `· ${shown(d[k])} =`
    this.at("[data-limits]").textContent = fill(words.scales, { rows: scientific(rows.limit), gradient: scientific(gradient.limit) })
  }

  // The pixel under the pointer or the keys' cursor, in the place of the image's name.
  point(pixel) {
    this.at(".x figcaption").textContent = pixel === null ? this.caption : fill(this.words.pixel, {
      row: Math.floor(pixel / 28), column: pixel % 28, value: shown(this.grey[pixel] / 255, 3),
    })
  }

  classes({ o, y_hat, y, d, y_hat_after, k }) {
    this.at(".classes tbody").replaceChildren(...this.labels.map((label, j) => {
      const row = part("tr")
      row.classList.toggle("chosen", j === k)
      row.append(
        part("td", label), part("td", shown(o[j], 2)), part("td", shown(y_hat[j])), part("td", String(y[j])),
        part("td", shown(d[j])), part("td", shown(y_hat_after[j])),
      )
      row.addEventListener("click", () => this.set({ k: String(j) }))
      return row
    }))
  }

  check({ checks, errors }) {
    this.at(".check tbody").replaceChildren(...checks.map(({ pixel, analytic, numeric, autograd, difference }) => {
      const row = part("tr")
      row.append(
        part("td", `${Math.floor(pixel / 28)}, ${pixel % 28}`),
        ...[analytic, numeric, autograd].map((value) => part("td", shown(value, 8))), part("td", scientific(difference)),
      )
      return row
    }))
    const chosen = errors.find(({ h }) => h === Number(this.values.h))
    drawErrors(this.at("[data-errors]"), errors, chosen, fill(this.words.errors, {
      h: tenTo(chosen.h), error: scientific(chosen.error),
    }))
  }
}

export const { mount, unmount } = mounting(Step)
