// The templates of each run in a row, all on one scale, and the confusion matrices side by side.

import { Confusion } from "../animator/confusion.js"
import { decimals, fill, thousands } from "../animator/format.js"
import { Tiles } from "../animator/tiles.js"
import { node } from "../runs/table.js"

const WEIGHTS = 7840

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
      const letter = node("b", { className: "letter" })
      const grid = node("div", { className: "tiles" })
      element.append(letter, grid)
      return { element, letter, tiles: new Tiles(grid, i ? null : scale) }
    })
  }

  draw({ runs, words, labels, limit }, levels, theme) {
    this.parts.of(runs.length).forEach(({ element, letter, tiles }, i) => {
      letter.textContent = runs[i].letter
      element.setAttribute("aria-label", fill(words.templates_of, { letter: runs[i].letter }))
      tiles.draw({ levels: levels.subarray(WEIGHTS * i, WEIGHTS * (i + 1)), limit }, { labels, words }, theme)
    })
  }
}

export class Matrices {
  constructor(root) {
    this.parts = new Parts(root, () => {
      const element = node("figure")
      const caption = node("figcaption")
      const scroll = node("div", { className: "scroll" })
      const none = node("p")
      element.append(caption, scroll, none)
      return { element, caption, scroll, none, matrix: new Confusion(scroll) }
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
      matrix.table.setAttribute("aria-label", fill(words.confusion_of, { letter }))
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
