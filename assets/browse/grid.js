// A page of pictures: arrow keys move between them, Enter or a click opens one.

import { fill, thousands } from "../animator/format.js"
import { SIDE, greys, newCanvas, paint } from "../animator/pixels.js"

export class Grid {
  constructor(root, { move, open, point }) {
    this.root = root
    this.do = { move, open, point }
    this.tiles = []
    this.pointed = null
    root.addEventListener("keydown", (event) => this.key(event))
    root.addEventListener("pointerleave", () => this.point(null))
    root.addEventListener("focusout", () => this.point(null))
  }

  get focused() {
    return this.tiles.includes(this.root.getRootNode().activeElement)
  }

  tile(i) {
    const tile = Object.assign(document.createElement("button"), { type: "button" })
    tile.append(newCanvas(SIDE, SIDE))
    tile.addEventListener("click", () => this.do.open(this.first + i))
    tile.addEventListener("pointerenter", () => this.point(i))
    tile.addEventListener("focus", () => tile.matches(":focus-visible") && this.point(i))
    this.root.append(tile)
    return tile
  }

  // `at`: the picture of this page that the tab key finds.
  draw({ page, pixels, size, labels, words, theme, at, focus, unlabelled }) {
    while (this.tiles.length < size) this.tiles.push(this.tile(this.tiles.length))
    const anew = this.pixels !== pixels || this.theme !== theme
    Object.assign(this, { pixels, theme, at, first: page.first, count: page.indices.length })
    this.root.setAttribute("aria-label", words.pictures)
    this.tiles.forEach((tile, i) => {
      tile.style.visibility = i < this.count ? "" : "hidden"
      if (i >= this.count) return
      const index = thousands(page.indices[i])
      const name = unlabelled ? fill(words.picture_unnamed, { index: index }) : fill(words.picture_alt, { index: index, label: labels[page.classes[i]] })
      tile.tabIndex = i === at ? 0 : -1
      tile.title = name
      tile.setAttribute("aria-label", name)
      if (anew) paint(tile.firstChild, pixels.subarray(784 * i, 784 * (i + 1)), greys[theme])
    })
    if (this.pointed >= this.count) this.pointed = null
    if (focus) this.tiles[at].focus()
  }

  point(i) {
    this.pointed = i
    this.do.point()
  }

  key(event) {
    const columns = getComputedStyle(this.root).gridTemplateColumns.split(" ").length
    const size = this.tiles.length
    const to = {
      ArrowLeft: this.at - 1, ArrowRight: this.at + 1, ArrowUp: this.at - columns, ArrowDown: this.at + columns,
      PageUp: this.at - size, PageDown: this.at + size, Home: 0, End: this.count - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    this.do.move(this.first + to)
  }
}
