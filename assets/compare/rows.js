// The templates of each run in a row, all on one scale or each run on its own, and the confusion matrices side by side.

import { Confusion } from "../animator/confusion.js"
import { decimals, fill, signed, thousands } from "../animator/format.js"
import { LEVELS, bytes } from "../animator/pixels.js"
import { reachable } from "../animator/scrolling.js"
import { Tiles } from "../animator/tiles.js"
import { node } from "../runs/table.js"

// As many parts as there are runs, each made once and used for whichever run stands there.
class Parts {
  constructor(root, make) {
    Object.assign(this, { root, make, parts: [] })
  }

  of(count) {
    while (this.parts.length < count) {
      const part = this.make(this.parts.length)
      this.root.append(part.element)
      this.parts.push(part)
    }
    this.parts.forEach((part, i) => (part.element.hidden = i >= count))
    return this.parts.slice(0, count)
  }
}

export class TemplateRows {
  constructor(root, scale) {
    this.parts = new Parts(root, (i) => {
      const element = node("div", { className: "row", role: "group" })
      const letter = node("b")
      const end = node("small")
      const side = node("div", { className: "letter" })
      side.append(letter, end)
      const grid = node("div", { className: "tiles" })
      element.append(side, grid)
      return { element, letter, end, tiles: new Tiles(grid, i ? null : scale) }
    })
  }

  // `own`: each run's colours end at its own largest weight, and not all at the largest of all.
  draw({ runs, words, labels, unnamed, limit }, own, theme) {
    this.parts.of(runs.length).forEach((part, i) => {
      const run = runs[i]
      part.letter.textContent = run.letter
      part.end.textContent = own ? signed(run.limit).replace("+", "±") : ""
      part.element.setAttribute("aria-label", fill(words.templates_of, { letter: run.letter }))
      const said = `${run.limit} ${own ? run.limit : limit} ${run.tiles}`
      if (part.said !== said) Object.assign(part, { said, ...scaled(run, own ? run.limit : limit) })
      part.tiles.draw({ levels: part.levels, values: part.values, limit: own ? run.limit : limit }, { labels, words, unnamed }, theme)
    })
  }
}

// A run's weights, and the levels that they have on a scale that ends at `limit`.
function scaled(run, limit) {
  const values = Float32Array.from(bytes(run.tiles), (level) => ((level - LEVELS) / LEVELS) * run.limit)
  return { values, levels: Uint8Array.from(values, (value) => Math.round((value / limit) * LEVELS) + LEVELS) }
}

export class Matrices {
  constructor(root) {
    this.parts = new Parts(root, () => {
      const element = node("figure")
      const caption = node("figcaption")
      const scroll = node("div", { className: "scroll", role: "group" })
      const none = node("p")
      element.append(caption, scroll, none)
      const matrix = new Confusion(scroll)
      reachable(scroll)
      return { element, caption, scroll, none, matrix }
    })
  }

  draw({ runs, words, labels }) {
    this.parts.of(runs.length).forEach(({ caption, scroll, none, matrix }, i) => {
      const { letter, confusion, data } = runs[i]
      scroll.hidden = !confusion
      none.hidden = Boolean(confusion)
      none.textContent = confusion ? "" : fill(words.no_confusion, { data })
      caption.replaceChildren(node("b", { textContent: letter }), ...(confusion ? [` ${summary(confusion, words, labels)}`] : []))
      if (!confusion) return
      for (const part of [scroll, matrix.table]) part.setAttribute("aria-label", fill(words.confusion_of, { letter }))
      matrix.draw({ counts: confusion, labels })
    })
  }
}

// In one sentence what a matrix shows: how many are right, and what is mistaken for what most often.
function summary(counts, words, labels) {
  const total = counts.reduce((sum, n) => sum + n, 0)
  const right = counts.reduce((sum, n, cell) => (cell % 11 ? sum : sum + n), 0)
  const wrong = counts.map((n, cell) => (cell % 11 ? n : -1))
  const worst = wrong.indexOf(Math.max(...wrong))
  const [i, j] = [Math.floor(worst / 10), worst % 10]
  return fill(words.confusion_alt, {
    right: thousands(right), total: thousands(total), accuracy: decimals(right / total), true: labels[i], said: labels[j], n: thousands(counts[worst]),
  })
}
