// The ten rows of W as 28×28 tiles on one diverging scale: one canvas pixel a weight, never smoothed.

import { decimals, fill, signed } from "./format.js"

const SIDE = 28
const LEVELS = 127
const STOPS = [-1, -0.5, -0.2, 0, 0.2, 0.5, 1]
const COLOURS = {
  light: ["#083c52", "#4f95ae", "#acced9", "#f7f6f3", "#f5c9a6", "#de7f3a", "#8f2f04"],
  dark: ["#bcecfc", "#4aa3c6", "#1c546b", "#181a1e", "#783c18", "#d87834", "#ffd6b0"],
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))

// 255 colours, one a level: linear between the stops.
function scaleColours(theme) {
  const stops = COLOURS[theme].map(rgb)
  return Array.from({ length: 2 * LEVELS + 1 }, (_, level) => {
    const value = (level - LEVELS) / LEVELS
    const i = Math.min(STOPS.length - 2, STOPS.findLastIndex((stop) => stop <= value))
    const t = (value - STOPS[i]) / (STOPS[i + 1] - STOPS[i])
    return stops[i].map((from, c) => Math.round(from + t * (stops[i + 1][c] - from)))
  })
}

const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

// Colours as the four bytes that a canvas wants, red first, so that a tile is one look-up a pixel.
const packed = (colours) => new Uint32Array(Uint8ClampedArray.from(colours.flatMap((colour) => [...colour, 255])).buffer)

function paint(canvas, levels, table) {
  const context = canvas.getContext("2d")
  const image = context.createImageData(canvas.width, canvas.height)
  const pixels = new Uint32Array(image.data.buffer)
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[levels[i]]
  context.putImageData(image, 0, 0)
}

const tables = { light: packed(scaleColours("light")), dark: packed(scaleColours("dark")) }

function newCanvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height })
}

export class Tiles {
  constructor(grid, scale) {
    this.scale = scale
    this.tiles = Array.from({ length: 10 }, () => {
      const figure = document.createElement("figure")
      const canvas = newCanvas(SIDE, SIDE)
      canvas.setAttribute("role", "img")
      const caption = document.createElement("figcaption")
      figure.append(canvas, caption)
      grid.append(figure)
      return { canvas, caption }
    })
    this.tiles.forEach((tile, i) => {
      tile.canvas.addEventListener("pointermove", (event) => this.point(i, event))
      tile.canvas.addEventListener("pointerleave", () => this.point(null))
    })
    this.bar = newCanvas(2 * LEVELS + 1, 1)
    scale.children[1].append(this.bar)
  }

  draw({ tiles, limit }, { labels, words }, dark) {
    const colours = tables[dark ? "dark" : "light"]
    this.words = words
    this.labels = labels
    this.limit = limit
    if (this.encoded !== tiles || this.dark !== dark) {
      this.levels = bytes(tiles)
      this.tiles.forEach(({ canvas }, i) => paint(canvas, this.levels.subarray(784 * i, 784 * (i + 1)), colours))
    }
    if (this.dark !== dark) paint(this.bar, Array.from(colours.keys()), colours)
    Object.assign(this, { encoded: tiles, dark })
    this.tiles.forEach(({ canvas }, i) => canvas.setAttribute("aria-label", fill(words.tile_alt, { label: labels[i] })))
    this.scale.children[0].textContent = signed(-limit)
    this.scale.children[2].textContent = signed(limit)
    this.caption()
  }

  point(tile, event) {
    const at = (offset, size) => Math.min(SIDE - 1, Math.max(0, Math.floor((offset / size) * SIDE)))
    const box = tile === null ? null : event.target.getBoundingClientRect()
    this.pointed = box && {
      tile, row: at(event.clientY - box.top, box.height), column: at(event.clientX - box.left, box.width),
    }
    this.caption()
  }

  // The pixel under the pointer, in the place of its tile's name.
  caption() {
    this.tiles.forEach(({ caption }, i) => {
      const { tile, row, column } = this.pointed ?? {}
      caption.textContent = tile !== i ? this.labels[i] : fill(this.words.pixel, {
        value: decimals(((this.levels[784 * i + SIDE * row + column] - LEVELS) / LEVELS) * this.limit),
        row: row + 1, column: column + 1,
      })
    })
  }
}

// Pictures of the data, one a class: 0 is the ground in both themes.
export function drawPictures(place, encoded, labels, dark) {
  if (place.dataset.drawn === `${encoded}${dark}`) return
  place.dataset.drawn = `${encoded}${dark}`
  const [ground, ink] = (dark ? ["#141518", "#ececea"] : ["#ffffff", "#1b1b1d"]).map(rgb)
  const greys = packed(
    Array.from({ length: 256 }, (_, grey) => ground.map((g, c) => Math.round(g + (grey / 255) * (ink[c] - g)))),
  )
  const levels = bytes(encoded)
  place.replaceChildren(...labels.map((label, i) => {
    const canvas = newCanvas(SIDE, SIDE)
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", label)
    paint(canvas, levels.subarray(784 * i, 784 * (i + 1)), greys)
    return canvas
  }))
}
