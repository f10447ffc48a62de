// A part of the photo, chosen with the pointer or with the keyboard.

import { element } from "./tile.js"

const LEAST = 0.08 // of an edge: less is a click that slipped
const STEP = 0.04

export class Crop {
  constructor(square, cropped) {
    Object.assign(this, { square, cropped })
    this.frame = element("i", "crop")
    this.frame.hidden = true
    this.whole = element("button", "whole")
    this.whole.type = "button"
    square.append(this.frame)
    square.addEventListener("pointerdown", (event) => this.begin(event))
    square.addEventListener("pointermove", (event) => this.from && this.show(this.between(this.from, this.at(event))))
    square.addEventListener("pointerup", () => this.end())
    square.addEventListener("pointercancel", () => this.drop())
    square.addEventListener("keydown", (event) => this.key(event))
    square.addEventListener("blur", () => this.drop())
    this.whole.addEventListener("click", () => {
      cropped(null)
      square.focus({ preventScroll: true })
    })
  }

  draw(picture, words) {
    const [stage] = picture?.stages ?? []
    this.stage = stage && picture.kind !== "28×28" ? stage : null
    this.now = picture?.crop ?? [0, 0, 1, 1]
    this.whole.hidden = !picture?.crop
    this.whole.textContent = words.whole_picture
    this.square.classList.toggle("croppable", Boolean(this.stage))
    this.square.title = this.stage ? words.crop : ""
    if (this.stage) {
      this.square.tabIndex = 0
      this.square.setAttribute("role", "group")
      this.square.setAttribute("aria-label", words.crop_keys)
    } else for (const name of ["tabindex", "role", "aria-label"]) this.square.removeAttribute(name)
  }

  // The picture within the square, whose longer edge fills it: offset and size, as fractions.
  get box() {
    const { width, height } = this.stage
    const [w, h] = [width / Math.max(width, height), height / Math.max(width, height)]
    return [(1 - w) / 2, (1 - h) / 2, w, h]
  }

  // Where in the picture the pointer is, as fractions.
  at({ clientX, clientY }) {
    const square = this.square.getBoundingClientRect()
    const [x, y, w, h] = this.box
    const within = (value) => Math.min(1, Math.max(0, value))
    return [within(((clientX - square.left) / square.width - x) / w), within(((clientY - square.top) / square.height - y) / h)]
  }

  between([x, y], [u, v]) {
    return [Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)]
  }

  begin(event) {
    if (!this.stage || event.button) return
    event.preventDefault()
    this.square.focus({ preventScroll: true })
    this.square.setPointerCapture(event.pointerId)
    this.from = this.at(event)
  }

  show(part) {
    this.part = part
    const [x, y, w, h] = this.box
    const [left, top, right, bottom] = part
    const place = { left: x + left * w, top: y + top * h, width: (right - left) * w, height: (bottom - top) * h }
    for (const [name, value] of Object.entries(place)) this.frame.style[name] = `${100 * value}%`
    this.frame.hidden = false
  }

  drop() {
    this.from = this.part = null
    this.frame.hidden = true
  }

  // What is shown may be a part already: the new part is told as one of the whole.
  end() {
    const part = this.part
    this.drop()
    if (!part || part[2] - part[0] < LEAST || part[3] - part[1] < LEAST) return
    const [left, top, right, bottom] = this.now
    const place = (value, i) => (i % 2 ? top + value * (bottom - top) : left + value * (right - left))
    this.cropped(part.map(place))
  }

  // Arrows move the part, with Shift its lower right corner; Enter takes it, Escape leaves it.
  key(event) {
    if (!this.stage) return
    const move = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key]
    if (!move && event.key !== "Enter" && event.key !== "Escape") return
    event.preventDefault()
    if (event.key === "Enter") return this.end()
    if (event.key === "Escape") return this.drop()
    const [left, top, right, bottom] = this.part ?? [0.1, 0.1, 0.9, 0.9]
    const by = (low, high, step) => Math.min(1 - high, Math.max(-low, step))
    if (event.shiftKey) {
      return this.show([left, top, Math.min(1, Math.max(left + LEAST, right + move[0])), Math.min(1, Math.max(top + LEAST, bottom + move[1]))])
    }
    const [dx, dy] = [by(left, right, move[0]), by(top, bottom, move[1])]
    this.show([left + dx, top + dy, right + dx, bottom + dy])
  }
}
