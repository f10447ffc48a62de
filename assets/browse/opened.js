// One picture alone: large, with its place in the data, its numbers beside it, and one pixel marked in both.

import { decimals, fill, thousands } from "../animator/format.js"
import { SIDE, greys, paint } from "../animator/pixels.js"
import { Numbers } from "./numbers.js"

export class Opened {
  constructor(root, { turn, unit }) {
    this.root = root
    this.part = (name) => root.querySelector(`.${name}`)
    this.canvas = root.querySelector("canvas")
    this.row = this.column = SIDE / 2
    this.numbers = new Numbers(this.part("scroll"), (row, column) => this.mark(row, column))
    this.canvas.addEventListener("pointermove", (event) => this.point(event))
    this.canvas.addEventListener("pointerdown", (event) => this.point(event))
    this.part("units").addEventListener("click", ({ target }) => target.dataset.unit && unit(target.dataset.unit))
    root.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
      if (!by || event.defaultPrevented) return // the numbers use the arrows for their own cells
      event.preventDefault()
      turn(by)
    })
  }

  draw({ page, pixels, labels, words, split, theme, at, unit, focus, unlabelled }) {
    const label = labels[page.classes[at]]
    const index = thousands(page.indices[at])
    this.words = words
    this.pixels = pixels.subarray(784 * at, 784 * (at + 1))
    paint(this.canvas, this.pixels, greys[theme])
    this.part("label").textContent = label
    this.part("place").textContent =
      split === "train" ? fill(words.place_train, { index: index }) : fill(words.place_test, { index: index })
    this.part("one").setAttribute("aria-label", unlabelled ? fill(words.picture_unnamed, { index: index }) : fill(words.large_alt, { index: index, label: label }))
    this.part("units").setAttribute("aria-label", words.unit)
    for (const button of this.part("units").children) {
      button.setAttribute("aria-pressed", String(button.dataset.unit === unit))
    }
    this.numbers.draw(this.pixels, unit, fill(words.numbers, { index: index }))
    this.mark(this.row, this.column)
    if (focus) this.part("one").focus()
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect()
    const at = (offset, size) => Math.min(SIDE - 1, Math.max(0, Math.floor((offset / size) * SIDE)))
    this.mark(at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width))
  }

  mark(row, column) {
    Object.assign(this, { row, column })
    const { words } = this
    const flat = SIDE * row + column
    const byte = this.pixels[flat]
    this.numbers.mark(row, column)
    this.part("mark").style.setProperty("--row", row)
    this.part("mark").style.setProperty("--column", column)
    this.part("row-column").textContent = fill(words.row_column, { row: row, column: column })
    this.part("value").textContent = fill(words.pixel, { byte: byte, value: short(byte / 255) })
    this.part("flat").textContent = fill(words.flat, { row: row, column: column, flat: flat })
  }
}

const short = (value) => (Number.isInteger(value) ? String(value) : decimals(value))
