// Each class's recall and precision as bars from a common zero, in rows that stand level with the matrix's.

import { decimals, thousands } from "../animator/format.js"

const CLASSES = 10

export class Classes {
  constructor(root) {
    const table = (this.table = Object.assign(document.createElement("table"), { className: "classes" }))
    const head = table.createTHead().insertRow()
    this.name = cell(head, "th", "")
    this.heads = [0, 1].map(() => {
      const heading = cell(head, "th", "")
      heading.colSpan = 2
      heading.append(document.createElement("b"), document.createElement("span"))
      return heading
    })
    for (const heading of head.cells) heading.scope = "col"
    const body = table.createTBody()
    this.rows = Array.from({ length: CLASSES }, () => {
      const row = body.insertRow()
      const label = cell(row, "th", "")
      label.scope = "row"
      return { label, bars: [0, 1].map(() => [cell(row, "td", "fraction"), cell(row, "td", "value")]) }
    })
    for (const { bars } of this.rows) for (const [place] of bars) place.append(document.createElement("div"))
    root.append(table)
  }

  draw(data) {
    const { words, labels, recall, precision, counts } = data
    this.name.textContent = words.class_name
    const heads = [[words.recall, words.recall_lead], [words.precision, words.precision_lead]]
    this.heads.forEach((heading, k) => [...heading.children].forEach((part, p) => (part.textContent = heads[k][p])))
    this.rows.forEach(({ label, bars }, i) => {
      label.textContent = labels[i]
      const right = counts[CLASSES * i + i]
      const parts = [[recall[i], data.images[i]], [precision[i], said(counts, i)]]
      bars.forEach(([place, value], k) => {
        const [fraction, whole] = parts[k]
        place.firstChild.style.width = `${100 * (fraction ?? 0)}%`
        value.textContent = decimals(fraction)
        place.title = value.title = `${thousands(right)} / ${thousands(whole)}`
      })
    })
  }
}

// How many images are said to be of the class.
function said(counts, j) {
  return Array.from({ length: CLASSES }, (_, i) => counts[CLASSES * i + j]).reduce((sum, n) => sum + n, 0)
}

// The same numbers as a table to be saved; what is not defined is left empty.
export function classRows({ words, labels, counts, images, recall, precision }) {
  const head = [
    words.class_name, words.class_images, words.class_said, words.class_right, words.recall, words.precision,
  ]
  return [head, ...labels.map((label, i) => [
    label, images[i], said(counts, i), counts[CLASSES * i + i], recall[i] ?? "", precision[i] ?? "",
  ])]
}

function cell(row, tag, name) {
  const made = Object.assign(document.createElement(tag), { className: name })
  row.append(made)
  return made
}
