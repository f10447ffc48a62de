// Canvases that stay: each is painted again only when what it shows, or the theme, has changed.

import { LEVELS, SIDE, bytes, greys, newCanvas, paint, tables } from "../animator/pixels.js"
import { same } from "./model.js"

export function element(tag, className = "", textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent })
}

// What is said is only said anew when it is new: a screen reader reads every change.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

// What shows nothing is no picture: an image without a name tells a screen reader nothing.
function name(canvas, label) {
  if (label === null) return ["role", "aria-label"].forEach((attribute) => canvas.removeAttribute(attribute))
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-label", label)
}

export class Tile {
  constructor() {
    this.canvas = newCanvas(SIDE, SIDE)
  }

  show(levels, table, label) {
    name(this.canvas, label)
    if (this.table === table && same(this.levels, levels)) return
    Object.assign(this, { levels, table })
    paint(this.canvas, levels, table)
  }

  // A picture of values from 0 to 1.
  grey(x, theme, label) {
    this.show(Uint8Array.from(x, (value) => Math.round(255 * value)), greys[theme], label)
  }

  // Values on the diverging scale.
  signed(values, limit, theme, label) {
    this.show(Uint8Array.from(values, (value) => Math.round((value / limit) * LEVELS) + LEVELS), tables[theme], label)
  }

  clear() {
    if (!this.levels) return
    this.levels = this.table = undefined
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height)
    name(this.canvas, null)
  }
}

// A picture of any size and in either form: its pixels are base64, three bytes a pixel in colour and one a value.
export class Photo {
  constructor() {
    this.canvas = newCanvas(1, 1)
  }

  show(stage, theme, label) {
    name(this.canvas, label)
    const drawn = stage.form === "colour" ? stage.pixels : theme + stage.pixels
    if (this.drawn === drawn && this.canvas.width === stage.width) return
    this.drawn = drawn
    if (this.canvas.width !== stage.width) this.canvas.width = stage.width
    if (this.canvas.height !== stage.height) this.canvas.height = stage.height
    if (stage.form === "colour") paintColour(this.canvas, bytes(stage.pixels))
    else paint(this.canvas, bytes(stage.pixels), greys[theme])
  }

  clear() {
    if (!this.drawn) return
    this.drawn = undefined
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height)
    name(this.canvas, null)
  }
}

function paintColour(canvas, rgb) {
  const context = canvas.getContext("2d")
  const image = context.createImageData(canvas.width, canvas.height)
  for (let i = 0, k = 0; i < image.data.length; i += 4, k += 3) {
    image.data[i] = rgb[k]
    image.data[i + 1] = rgb[k + 1]
    image.data[i + 2] = rgb[k + 2]
    image.data[i + 3] = 255
  }
  context.putImageData(image, 0, 0)
}
