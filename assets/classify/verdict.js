// What the model says: a sentence, and the ten classes by their probability, with a second model or picture beside.

import { fill } from "../animator/format.js"
import { CLASSES, ranked, softmax } from "./model.js"
import { logit, mark, percent, probability, verdict } from "./numbers.js"
import { Tile, element, say } from "./tile.js"

export class Verdict {
  // `picked`: called with the class of a row that was chosen.
  constructor(root, picked) {
    this.part = (name) => root.querySelector(`.${name}`)
    this.picked = picked
    this.naive = new Tile()
    this.part("naive-picture").append(this.naive.canvas)
    this.rows = Array.from({ length: CLASSES }, () => this.row())
    this.part("rows").addEventListener("keydown", (event) => this.key(event))
  }

  row() {
    const row = element("div", "row")
    row.tabIndex = -1
    row.setAttribute("role", "option")
    row.append(...["label", "bars", "p", "o", "p two", "o two"].map((name) => element("span", name)))
    row.children[1].append(element("i"), element("i", "two"))
    row.addEventListener("click", () => this.pick(row))
    row.addEventListener("focus", () => this.rove(row))
    this.part("rows").append(row)
    return row
  }

  // `o`: the logits, or null where there is no picture; `second`: { name, o } or null; `against`: the class compared with.
  draw({ words, labels, name, picture, o, second, against, theme, naive }) {
    this.said = Boolean(o)
    const order = o ? ranked(o) : labels.map((_, i) => i)
    const y_hat = o && softmax(o)
    const [first, next] = o ? verdict({ words, labels, doubted: Boolean(picture.unsure) }, y_hat, order) : [words.empty, words.empty_lead]
    say(this.part("sentence"), first)
    say(this.part("sure"), next)
    say(this.part("truth"), truth(words, labels, picture, y_hat && order[0]))
    this.part("known").hidden = picture?.true == null
    say(this.part("unsure"), picture?.unsure ?? "")
    this.drawNames(words, name, second)
    this.drawRows({ labels, order, o, y_hat, second, against })
    this.drawNaive({ words, labels, naive, theme })
  }

  drawNames(words, name, second) {
    this.part("verdict").classList.toggle("compared", Boolean(second))
    this.part("rows").setAttribute("aria-label", words.rows)
    for (const [part, text] of [["one", name ?? ""], ["other", second?.name ?? ""]]) {
      say(this.part(`names .${part} b`), text)
      this.part(`names .${part}`).title = text
    }
  }

  drawRows({ labels, order, o, y_hat, second, against }) {
    const beside = second && softmax(second.o)
    this.rows.forEach((row, place) => {
      const i = order[place]
      row.dataset.class = String(i)
      row.classList.toggle("best", Boolean(y_hat) && !place)
      row.setAttribute("aria-selected", String(i === against))
      row.setAttribute("aria-disabled", String(!y_hat || !place))
      const [label, bars, ...numbers] = row.children
      say(label, labels[i])
      bars.children[0].style.width = `${100 * (y_hat?.[i] ?? 0)}%`
      bars.children[1].style.width = `${100 * (beside?.[i] ?? 0)}%`
      const values = [probability(y_hat?.[i]), logit(o?.[i]), probability(beside?.[i]), logit(second?.o[i])]
      numbers.forEach((number, k) => say(number, k < 2 || second ? values[k] : ""))
    })
    if (!this.rows.some((row) => row.tabIndex === 0)) this.rows[0].tabIndex = 0
  }

  drawNaive({ words, labels, naive, theme }) {
    this.part("naive").classList.toggle("none", !naive)
    if (!naive) return this.naive.clear()
    this.naive.grey(naive.x, theme, words.naive)
    const y_hat = softmax(naive.o)
    const [best] = ranked(naive.o)
    say(this.part("naive-says"), y_hat ? fill(words.naive_says, { label: labels[best], p: percent(y_hat[best]) }) : words.no_verdict)
  }

  pick(row) {
    if (this.said && row.getAttribute("aria-disabled") !== "true") this.picked(Number(row.dataset.class))
  }

  rove(row) {
    for (const other of this.rows) other.tabIndex = other === row ? 0 : -1
  }

  key(event) {
    const at = this.rows.indexOf(event.target)
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: CLASSES - 1, Enter: at, " ": at }[event.key]
    if (at < 0 || to === undefined) return
    event.preventDefault()
    if (to === at) this.pick(event.target)
    else this.rows[Math.min(CLASSES - 1, Math.max(0, to))].focus()
  }
}

// What it really is, where that is known.
function truth(words, labels, picture, best) {
  if (picture?.true == null) return ""
  const label = labels[picture.true]
  if (best == null) return fill(words.true_class, { label })
  const right = best === picture.true
  return `${mark(right)} ${right ? fill(words.right, { label }) : fill(words.wrong, { label })}`
}
