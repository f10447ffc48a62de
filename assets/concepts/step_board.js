// The image as a board of 28×28 weights: a press or the keys choose those whose gradient is checked.

import { SIDE } from "../animator/pixels.js"

export class Board {
  constructor(place, picked, pointed) {
    Object.assign(this, { place, picked, pointed, cursor: SIDE * (SIDE / 2) + SIDE / 2 })
    this.canvas = place.querySelector("canvas")
    this.canvas.tabIndex = 0
    this.canvas.setAttribute("role", "application")
    this.canvas.addEventListener("click", (event) => picked(this.under(event)))
    this.canvas.addEventListener("pointermove", (event) => pointed(this.under(event)))
    this.canvas.addEventListener("pointerleave", () => pointed(null))
    this.canvas.addEventListener("keydown", (event) => this.key(event))
    this.canvas.addEventListener("focus", () => this.canvas.matches(":focus-visible") && this.move(0, 0))
    this.canvas.addEventListener("blur", () => {
      place.querySelector(".cursor")?.remove()
      pointed(null)
    })
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect()
    const at = (offset, size) => Math.min(SIDE - 1, Math.max(0, Math.floor((offset / size) * SIDE)))
    return SIDE * at(event.clientY - box.top, box.height) + at(event.clientX - box.left, box.width)
  }

  key(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]
    if (!step && event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    event.stopPropagation()
    if (step) this.move(...step)
    else this.picked(this.cursor)
  }

  move(rows, columns) {
    const within = (value) => Math.min(SIDE - 1, Math.max(0, value))
    this.cursor = SIDE * within(Math.floor(this.cursor / SIDE) + rows) + within((this.cursor % SIDE) + columns)
    this.place.querySelector(".cursor")?.remove()
    this.place.append(this.mark(this.cursor, "mark cursor"))
    this.pointed(this.cursor)
  }

  // Where the keys' cursor stands, while it is to be seen.
  get shown() {
    return this.place.querySelector(".cursor") ? this.cursor : null
  }

  mark(pixel, className) {
    const mark = Object.assign(document.createElement("span"), { className })
    mark.style.left = `${(100 * (pixel % SIDE)) / SIDE}%`
    mark.style.top = `${(100 * Math.floor(pixel / SIDE)) / SIDE}%`
    return mark
  }

  draw(pixels, name) {
    for (const mark of this.place.querySelectorAll(".mark:not(.cursor)")) mark.remove()
    this.place.append(...pixels.map((pixel) => this.mark(pixel, "mark")))
    this.canvas.setAttribute("aria-label", name)
  }
}
