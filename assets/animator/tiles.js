// The ten rows of W as 28×28 tiles on one diverging scale.

import { decimals, fill, signed } from "./format.js"
import { LEVELS, SIDE, bytes, greys, newCanvas, paint, picture, tables } from "./pixels.js"

export class Tiles {
  // `scale`: where the scale is drawn; tiles that share another's scale have none of their own.
  constructor(grid, scale = null) {
    this.scale = scale
    this.tiles = Array.from({ length: 10 }, () => {
      const figure = document.createElement("figure")
      const canvas = newCanvas(SIDE, SIDE)
      canvas.setAttribute("role", "img")
      const name = document.createElement("figcaption")
      const caption = document.createElement("span")
      Object.assign(name.dataset, { part: "names", each: "" })
      name.append(caption)
      figure.append(canvas, name)
      grid.append(figure)
      return { canvas, caption }
    })
    this.tiles.forEach((tile, i) => {
      tile.canvas.addEventListener("pointermove", (event) => this.point(i, event))
      tile.canvas.addEventListener("pointerleave", () => this.point(null))
    })
    this.bar = newCanvas(2 * LEVELS + 1, 1)
    scale?.children[1].append(this.bar)
  }

  // Tiles that can be chosen, by a click, Enter or the space bar.
  onPick(picked) {
    this.tiles.forEach(({ canvas }, i) => {
      canvas.tabIndex = 0
      canvas.setAttribute("role", "button")
      canvas.addEventListener("click", () => picked(i))
      canvas.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return
        event.preventDefault()
        event.stopPropagation()
        picked(i)
      })
    })
  }

  focus(i) {
    this.tiles[i].canvas.focus({ preventScroll: true })
  }

  // What the tiles are, for who does not see them; they have it before they are drawn.
  describe({ labels, words, unnamed = false }) {
    this.tiles.forEach(({ canvas }, i) => {
      const name = unnamed ? fill(words.tile_unnamed, { n: i + 1 }) : fill(words.tile_alt, { label: labels[i] })
      canvas.setAttribute("aria-label", name)
    })
  }

  // `levels`: a byte a weight, 127 for zero; `values`: the weights themselves, where the page has them.
  draw({ levels, limit, values = null, digits = 4 }, { labels, words, unnamed }, theme) {
    Object.assign(this, { words, labels, unnamed, limit, values, digits })
    if (this.levels !== levels || this.theme !== theme) {
      this.tiles.forEach(({ canvas }, i) => paint(canvas, levels.subarray(784 * i, 784 * (i + 1)), tables[theme]))
    }
    if (this.theme !== theme) paint(this.bar, Array.from(tables[theme].keys()), tables[theme])
    Object.assign(this, { levels, theme })
    this.describe(this)
    if (this.scale) {
      this.scale.children[0].textContent = signed(-limit)
      this.scale.children[2].textContent = signed(limit)
    }
    this.caption()
  }

  value(k) {
    return this.values ? this.values[k] : ((this.levels[k] - LEVELS) / LEVELS) * this.limit
  }

  point(tile, event) {
    const at = (offset, size) => Math.min(SIDE - 1, Math.max(0, Math.floor((offset / size) * SIDE)))
    const box = tile === null ? null : event.target.getBoundingClientRect()
    this.pointed = box && {
      tile, row: at(event.clientY - box.top, box.height), column: at(event.clientX - box.left, box.width),
    }
    this.caption()
  }

  name(i) {
    return Number.isNaN(this.values?.[784 * i]) ? fill(this.words.not_finite, { label: this.labels[i] }) : this.labels[i]
  }

  // The pixel under the pointer, in the place of its tile's name.
  caption() {
    this.tiles.forEach(({ caption }, i) => {
      const { tile, row, column } = this.pointed ?? {}
      caption.textContent = tile !== i ? this.name(i) : fill(this.words.pixel, {
        value: decimals(this.value(784 * i + SIDE * row + column), this.digits),
        row, column,
      })
    })
  }
}

// Pictures of the data, one a class.
export function drawPictures(place, encoded, labels, theme) {
  const drawn = `${encoded}${theme}${labels}`
  if (place.dataset.drawn === drawn) return
  place.dataset.drawn = drawn
  const levels = bytes(encoded)
  place.replaceChildren(...labels.map((label, i) => picture(levels.subarray(784 * i, 784 * (i + 1)), greys[theme], label)))
}
