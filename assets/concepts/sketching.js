// A curve drawn over a chart by the pointer, or typed, a value an epoch.

import { fill } from "../animator/format.js"

const NEAR = 0.25 // of an epoch: a pen so near to it sets it

// A sketch as it stands in the URL, for so many epochs: cut, or level with its last value.
export function sketched(text, epochs) {
  const given = text ? text.split(",").map(Number) : []
  return given.length ? Array.from({ length: epochs }, (_, i) => given[Math.min(i, given.length - 1)]) : []
}

// What the pen sets on its way from one place to another, by the epoch.
export function drawn(from, to, epochs) {
  const set = new Map()
  const put = (epoch, value) => epoch >= 1 && epoch <= epochs && set.set(epoch, value)
  const [low, high] = [Math.min(from.x, to.x), Math.max(from.x, to.x)]
  for (let epoch = Math.ceil(low); epoch <= high; epoch++) {
    const part = high > low ? (epoch - from.x) / (to.x - from.x) : 1
    put(epoch, from.value + part * (to.value - from.value))
  }
  const nearest = Math.min(epochs, Math.max(1, Math.round(to.x)))
  if (Math.abs(nearest - to.x) < NEAR || from === to) put(nearest, to.value)
  return set
}

// A sketch with values set; where there was none, it begins as level as the first of them.
export function withValues(sketch, set, epochs, most) {
  const tidy = (value) => Math.round(1000 * Math.min(most, Math.max(0, value))) / 1000
  const next = sketch.length ? [...sketch] : Array(epochs).fill(tidy([...set.values()][0]))
  for (const [epoch, value] of set) next[epoch - 1] = tidy(value)
  return next
}

export class Pen {
  // `place`: what lies over the plot; `chart.under` says what is beneath. `move` is given what was set, `settle` the end.
  constructor(place, chart, { epochs, move, settle }) {
    Object.assign(this, { place, chart, epochs, move, settle })
    place.addEventListener("pointerdown", (event) => this.down(event))
    place.addEventListener("pointermove", (event) => this.on(event))
    for (const kind of ["pointerup", "pointercancel"]) place.addEventListener(kind, (event) => this.up(event))
  }

  down(event) {
    const at = event.button === 0 && event.isPrimary && this.chart.under(event) // a second finger does not draw
    if (!at) return
    event.preventDefault()
    this.place.setPointerCapture(event.pointerId)
    Object.assign(this, { at, pointer: event.pointerId })
    this.move(drawn(at, at, this.epochs()))
  }

  on(event) {
    const at = this.at && event.pointerId === this.pointer && this.chart.under(event)
    if (!at) return
    const set = drawn(this.at, at, this.epochs())
    this.at = at
    if (set.size) this.move(set)
  }

  up(event) {
    if (!this.at || event.pointerId !== this.pointer) return
    this.at = null
    this.settle()
  }

  // Over the plot, and only as long as there is something to draw.
  cover(enabled) {
    const box = this.chart.box()
    this.place.hidden = !(enabled && box)
    if (box) Object.assign(this.place.style, Object.fromEntries(Object.entries(box).map(([side, pixels]) => [side, `${pixels}px`])))
  }
}

export class Fields {
  constructor(root, { typed, settle }) {
    Object.assign(this, { root, typed, settle, edited: null })
    this.place = root.querySelector("div")
  }

  draw(sketch, { epochs, most, enabled, words, curve }) {
    this.root.querySelector("legend").textContent = fill(words.fields, { curve })
    while (this.place.children.length > epochs) this.place.lastChild.remove()
    while (this.place.children.length < epochs) this.place.append(this.field(this.place.children.length + 1))
    ;[...this.place.children].forEach((label, i) => {
      const input = label.lastChild
      Object.assign(input, { max: most, disabled: !enabled })
      input.setAttribute("aria-label", fill(words.field, { curve, epoch: i + 1 }))
      const value = String(sketch[i] ?? "")
      if (input === this.edited || input.value === value) return // or what is selected would not be any more
      input.value = value
      if (input.matches(":focus")) input.select() // as it was when it was come to: what is typed takes its place
    })
  }

  field(epoch) {
    const label = document.createElement("label")
    const input = Object.assign(document.createElement("input"), { type: "number", min: 0, step: 0.01 })
    input.addEventListener("input", () => {
      this.edited = input
      if (input.value !== "") this.typed(new Map([[epoch, Number(input.value)]]))
    })
    const end = () => {
      if (this.edited !== input) return
      this.edited = null
      this.settle()
    }
    for (const kind of ["change", "blur"]) input.addEventListener(kind, end) // typed back to what it was is no change
    label.append(String(epoch), input)
    return label
  }
}
