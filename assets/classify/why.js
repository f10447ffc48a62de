// Why one class and not another: x ⊙ (W_a − W_c) pixel by pixel, and the ledger whose sum is the logit gap.

import { fill, signed } from "../animator/format.js"
import { LEVELS, SIDE, newCanvas, paint, tables } from "../animator/pixels.js"
import { evidence, ledger, scaleLimit } from "./model.js"
import { fixed, withSign } from "./numbers.js"
import { Tile, element, say } from "./tile.js"

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
const LINES = ["pro", "contra", "biases", "gap"]
const SLOT = "\u0000"

export class Why {
  constructor(root, picked) {
    this.part = (name) => root.querySelector(`.${name}`)
    this.tiles = Object.fromEntries(["x", "w", "map"].map((name) => [name, new Tile()]))
    for (const [name, { canvas }] of Object.entries(this.tiles)) this.plane(this.part(`${name} .plane`), canvas)
    this.bar = newCanvas(2 * LEVELS + 1, 1)
    this.part("scale .bar").append(this.bar)
    this.select = this.part("question select")
    this.select.addEventListener("change", () => picked(Number(this.select.value)))
    this.lines = LINES.map((name) => this.line(name))
    this.at = null
  }

  plane(plane, canvas) {
    plane.append(canvas, element("i", "cursor"))
    plane.addEventListener("pointermove", (event) => this.point(cell(plane, event)))
    plane.addEventListener("pointerleave", () => plane.matches(":focus") || this.point(null))
    plane.addEventListener("focus", () => plane.matches(":focus-visible") && this.point(this.at ?? [13, 13]))
    plane.addEventListener("blur", () => {
      this.part("reading").removeAttribute("aria-live")
      this.point(null)
    })
    plane.addEventListener("keydown", (event) => {
      const move = ARROWS[event.key]
      if (!move) return
      event.preventDefault()
      this.part("reading").setAttribute("aria-live", "polite") // only keys are answered aloud, not a pointer
      const [row, column] = this.at ?? [13, 13]
      this.point([row + move[0], column + move[1]])
    })
  }

  line(name) {
    const row = element("div", name)
    const bar = element("dd", "bar")
    bar.append(element("i"))
    row.append(element("dt"), bar, element("dd", "number"))
    this.part("ledger").append(row)
    return row
  }

  // `a`: the best class, `c`: the one that the evidence is against; without a verdict there are dashes in their places.
  draw({ words, labels, model, x, a, c, edited, theme }) {
    const values = { label: labels[a], other: labels[c] }
    const ready = a != null
    Object.assign(this, { words, x, found: ready ? evidence(model, x, a, c) : null })
    this.drawQuestion({ words, labels, a, c })
    if (x) this.tiles.x.grey(x, theme, words.picture)
    else this.tiles.x.clear()
    say(this.part("x .caption"), edited ? words.picture_painted : words.picture)
    say(this.part("w .caption"), ready ? fill(words.difference, values) : words.difference_empty)
    say(this.part("map .caption"), words.map)
    this.part("map .plane").setAttribute("aria-label", words.read_pixels)
    this.drawScale(words, values, theme)
    this.drawLedger(words, values)
    this.point(this.at)
  }

  drawQuestion({ words, labels, a, c }) {
    this.select.hidden = a == null
    const slotted = a == null ? words.why_empty : fill(words.why, { label: labels[a], other: SLOT })
    const [before, after = ""] = slotted.split(SLOT)
    say(this.part("before"), before)
    say(this.part("after"), after)
    this.select.setAttribute("aria-label", words.against)
    const options = [a, ...labels].join()
    if (a != null && this.options !== options) {
      this.options = options
      const others = labels.flatMap((label, i) => (i === a ? [] : [new Option(label, String(i))]))
      this.select.replaceChildren(...others)
    }
    if (a != null) this.select.value = String(c)
  }

  // One symmetric scale for the difference and the map: as x is at most 1, no product is beyond it.
  drawScale(words, values, theme) {
    const limit = (this.limit = this.found ? scaleLimit(this.found.difference) : null)
    say(this.part("scale .low"), limit ? signed(-limit) : "–")
    say(this.part("scale .high"), limit ? signed(limit) : "–")
    if (this.theme !== theme) paint(this.bar, Array.from(tables[theme].keys()), tables[theme])
    this.theme = theme
    this.legend = this.found ? fill(words.legend, values) : ""
    if (!this.found) return [this.tiles.w, this.tiles.map].forEach((tile) => tile.clear())
    this.tiles.w.signed(this.found.difference, limit, theme, fill(words.difference, values))
    this.tiles.map.signed(this.found.map, limit, theme, fill(words.map_alt, values))
  }

  drawLedger(words, values) {
    this.sums = this.found && ledger(this.found)
    const said = this.found
      ? [fill(words.pro, values), fill(words.contra, values), words.biases, fill(words.gap, values)]
      : [words.pro_empty, words.contra_empty, words.biases, words.gap_empty]
    const largest = this.sums ? Math.max(...LINES.map((name) => Math.abs(this.sums[name])), 1e-4) : 1
    this.texts = said
    this.lines.forEach((row, i) => {
      const value = this.sums?.[LINES[i]]
      const [what, bar, number] = row.children
      say(what, said[i])
      say(number, value == null ? "–" : withSign(value))
      const width = (50 * Math.abs(value ?? 0)) / largest
      Object.assign(bar.firstChild.style, { width: `${width}%`, left: `${value < 0 ? 50 - width : 50}%` })
      bar.firstChild.classList.toggle("negative", value < 0)
    })
  }

  // Read one pixel of all three; null reads none.
  point(at) {
    const within = (n) => Math.min(SIDE - 1, Math.max(0, n))
    this.at = at && at.map(within)
    const [row, column] = this.at ?? [0, 0]
    for (const name of ["x", "w", "map"]) {
      const cursor = this.part(`${name} .cursor`)
      cursor.hidden = !at || !this.x
      cursor.style.setProperty("--row", row)
      cursor.style.setProperty("--column", column)
    }
    const i = SIDE * row + column
    say(this.part("reading"), !this.found || !at ? (this.legend ?? "") : fill(this.words.reading, {
      row, column, x: fixed(this.x[i], 3), w: withSign(this.found.difference[i]), product: withSign(this.found.map[i]),
    }))
  }
}

export function cell(plane, { clientX, clientY }) {
  const box = plane.getBoundingClientRect()
  const at = (offset, size) => Math.min(SIDE - 1, Math.max(0, Math.floor((offset / size) * SIDE)))
  return [at(clientY - box.top, box.height), at(clientX - box.left, box.width)]
}
