// The images of the list that is open, with what the model says of each.

import { decimals, fill, signed, thousands } from "../animator/format.js"
import { LEVELS, bytes, greys, newCanvas, paint, picture, tables } from "../animator/pixels.js"

const MINUS = "\u2212"
const SIZE = 784
const COLUMNS = { images: 12, mistakes: 10, calls: 8, cell: 12 }

export class Images {
  constructor(root, scale) {
    this.root = root
    this.scale = scale
    this.bar = newCanvas(2 * LEVELS + 1, 1)
    scale.children[1].append(this.bar)
  }

  draw(data, theme) {
    const drawn = JSON.stringify([data.list, data.items, data.labels, data.pictures, theme])
    if (drawn === this.drawn) return // a run that stands still must not take the focus or the selection away
    this.drawn = drawn
    this.data = data
    this.root.dataset.kind = data.list
    const pixels = bytes(data.pictures)
    const maps = data.maps && bytes(data.maps.tiles)
    this.figures = data.items.map((item, i) => {
      const part = (levels) => levels.subarray(SIZE * i, SIZE * (i + 1))
      return figure(data, item, part(pixels), maps && part(maps), theme)
    })
    this.root.replaceChildren(...this.figures.map(({ element }) => element))
    this.drawScale(data.maps, theme)
  }

  drawScale(maps, theme) {
    this.scale.hidden = !maps
    if (!maps) return
    paint(this.bar, Array.from(tables[theme].keys()), tables[theme])
    this.scale.children[0].textContent = signed(-maps.limit)
    this.scale.children[2].textContent = signed(maps.limit)
  }

  // For a file: each canvas with the lines beneath it, and how many stand side by side.
  forSheet() {
    return [this.figures.flatMap(({ sheet }) => sheet), COLUMNS[this.data.list]]
  }
}

function figure(data, item, pixels, map, theme) {
  const { words, labels, list } = data
  const element = document.createElement("figure")
  const [said] = item.best
  const wrong = said?.[0] !== item.true
  const bold = wrong && list === "images"
  element.className = bold ? "wrong" : ""
  element.title = fill(words.image_alt, { index: thousands(item.index), label: labels[item.true] })
  const canvas = picture(pixels, greys[theme], element.title)
  const lines = caption(data, item)
  if (list !== "mistakes") {
    element.append(...(list === "images" ? [titles(lines), canvas] : [canvas, titles(lines)]))
    return { element, sheet: [{ picture: canvas, caption: lines.map((line) => line.join(" ")), bold }] }
  }
  const names = { said: labels[said[0]], true: labels[item.true] }
  const tile = picture(map, tables[theme], fill(words.evidence_alt, names))
  const pair = document.createElement("div")
  pair.className = "pair"
  pair.append(canvas, tile)
  element.append(pair, titles(lines))
  const [what, [sum]] = lines
  return {
    element,
    sheet: [
      { picture: canvas, caption: [names.true, `→ ${names.said}`, what.at(-1)] },
      { picture: tile, caption: sum.split(/ (?=[+−=] )/) },
    ],
  }
}

// The lines of a caption, each of one part or of a name and a number.
function caption({ words, labels, list }, item) {
  const [said] = item.best
  const truth = labels[item.true]
  if (!said) return [[truth], [words.undecided]]
  if (list === "images") return [[truth], [labels[said[0]]]]
  if (list === "mistakes") return [[`${truth} → ${labels[said[0]]}`, decimals(said[1], 3)], [ledger(item)]]
  if (list === "calls") return [[truth], ...item.best.map(([label, p]) => [labels[label], decimals(p)])]
  return [[decimals(said[1], 3)]]
}

// evidence + bias = logit gap, with as many decimals as add up.
function ledger({ evidence, bias, gap }) {
  const size = (value) => Math.abs(value).toFixed(4).replace(/^0\./, ".")
  const sign = (value) => (value < 0 ? MINUS : "+")
  return `${sign(evidence)}${size(evidence)} ${sign(bias)} ${size(bias)} = ${sign(gap)}${size(gap)}`
}

function titles(lines) {
  const element = document.createElement("figcaption")
  for (const line of lines) {
    const row = document.createElement("div")
    row.append(...line.map((part) => Object.assign(document.createElement("span"), { textContent: part })))
    element.append(row)
  }
  return element
}
