// Painting into the 28×28 picture, with a pointer or with the keyboard.

import { fill } from "../animator/format.js"
import { SIDE } from "../animator/pixels.js"
import { fixed } from "./numbers.js"
import { say } from "./tile.js"
import { cell } from "./why.js"

export class Brush {
  // `edits`: where the pixels are; `painted`: called whenever one has changed; `where`: the pixel that the keys are at.
  constructor(root, { edits, painted, where }) {
    Object.assign(this, { edits, painted, where, on: false, size: 1, erase: false })
    this.part = (name) => root.querySelector(`.${name}`)
    this.plane = this.part("x .plane")
    this.value = this.part("brush .value")
    this.part("edit").addEventListener("click", () => this.toggle())
    this.part("brush").addEventListener("click", ({ target }) => {
      if (target.dataset.erase) this.erase = target.dataset.erase === "true"
      if (target.dataset.size) this.size = Number(target.dataset.size)
      this.drawTools()
    })
    this.value.addEventListener("input", () => {
      this.erase = false
      this.drawTools()
    })
    this.part("undo-stroke").addEventListener("click", () => this.act(() => edits.undo()))
    this.part("back").addEventListener("click", () => this.act(() => edits.reset()))
    this.plane.addEventListener("pointerdown", (event) => this.begin(event))
    this.plane.addEventListener("pointermove", (event) => this.move(event))
    for (const name of ["pointerup", "pointercancel"]) this.plane.addEventListener(name, () => this.end())
    this.plane.addEventListener("keydown", (event) => this.key(event))
  }

  toggle() {
    this.on = !this.on
    this.painted()
    if (this.on) this.plane.focus({ preventScroll: true })
  }

  draw(words, ready) {
    this.words = words
    this.ready = ready
    const on = this.on && ready
    this.part("equation").classList.toggle("editing", on)
    this.part("edit").textContent = on ? words.edit_done : words.edit
    this.part("edit").setAttribute("aria-pressed", String(on))
    this.part("edit").setAttribute("aria-disabled", String(!ready))
    this.part("brush").hidden = !on
    this.part("brush").setAttribute("aria-label", words.edit)
    this.value.setAttribute("aria-label", words.value)
    if (on) {
      this.plane.tabIndex = 0
      this.plane.setAttribute("role", "application")
      this.plane.setAttribute("aria-label", words.board)
    } else for (const name of ["tabindex", "role", "aria-label"]) this.plane.removeAttribute(name)
    this.drawTools()
  }

  drawTools() {
    for (const button of this.part("brush").querySelectorAll("[data-erase], [data-size]")) {
      const { erase, size } = button.dataset
      button.setAttribute("aria-pressed", String(erase ? erase === String(this.erase) : Number(size) === this.size))
      if (size) button.setAttribute("aria-label", fill(this.words.size, { size }))
    }
    say(this.part("brush output"), fixed(Number(this.value.value), 2))
    this.part("undo-stroke").setAttribute("aria-disabled", String(!this.ready || !this.edits.undoable))
    this.part("back").setAttribute("aria-disabled", String(!this.ready || !this.edits.painted))
  }

  act(change) {
    change()
    this.painted()
  }

  begin(event) {
    if (!this.on || !this.ready || event.button) return
    event.preventDefault()
    this.plane.focus({ preventScroll: true })
    this.plane.setPointerCapture(event.pointerId)
    this.last = cell(this.plane, event)
    this.edits.begin()
    this.dab(this.last, this.erase)
    this.painted()
  }

  // A quick stroke skips pixels: those between are on a straight line.
  move(event) {
    if (!this.last || !this.edits.painting) return
    const [row, column] = cell(this.plane, event)
    const [fromRow, fromColumn] = this.last
    const steps = Math.max(Math.abs(row - fromRow), Math.abs(column - fromColumn))
    if (!steps) return
    for (let i = 1; i <= steps; i++) {
      this.dab([fromRow + ((row - fromRow) * i) / steps, fromColumn + ((column - fromColumn) * i) / steps].map(Math.round), this.erase)
    }
    this.last = [row, column]
    this.painted()
  }

  end() {
    this.last = null
    if (this.edits.painting) this.act(() => this.edits.end())
  }

  key(event) {
    const erase = event.key === "Delete" || event.key === "Backspace"
    if (!this.on || !this.ready || !(erase || event.key === " ")) return
    event.preventDefault()
    const at = this.where() ?? [13, 13]
    this.edits.begin()
    this.dab(at, erase || this.erase)
    this.act(() => this.edits.end())
  }

  // One touch of the brush: a square of `size` pixels around the place.
  dab([row, column], erase) {
    const value = erase ? 0 : Number(this.value.value)
    const start = -Math.floor((this.size - 1) / 2)
    for (let y = row + start; y < row + start + this.size; y++) {
      for (let x = column + start; x < column + start + this.size; x++) {
        if (x >= 0 && y >= 0 && x < SIDE && y < SIDE) this.edits.set(SIDE * y + x, value)
      }
    }
  }
}
