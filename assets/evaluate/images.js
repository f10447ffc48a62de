// The images of the list that is open, with what the model says of each.

import { decimals, fill, signed, thousands } from "../animator/format.js"
import { LEVELS, bytes, greys, newCanvas, paint, picture, tables } from "../animator/pixels.js"
import { shown } from "../lectern/shown.js"
import { placeOf } from "./picked.js"

const MINUS = "\u2212"
const SIZE = 784
const COLUMNS = { images: 12, mistakes: 10, calls: 8, cell: 12 }

export class Images {
  // `picked`: called with the index of an image that a wall is to explain.
  constructor(root, scale, picked) {
    Object.assign(this, { root, scale, picked })
    this.bar = newCanvas(2 * LEVELS + 1, 1)
    scale.children[1].append(this.bar)
  }

  draw(data, theme) {
    const drawn = JSON.stringify([data.list, data.items, data.labels, data.pictures, theme, shown.wall, shown.hides("labels")])
    if (drawn === this.drawn) this.mark(placeOf(data))
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
    if (shown.wall) this.figures.forEach(({ element }, i) => this.pickable(element, data.items[i].index))
    this.mark(placeOf(data))
    this.drawScale(data.maps, theme)
  }

  pickable(element, index) {
    const canvas = element.querySelector("canvas")
    const button = Object.assign(document.createElement("button"), { type: "button", className: "pick" })
    canvas.replaceWith(button)
    button.append(canvas)
    button.addEventListener("click", () => this.picked(index))
  }

  mark(place) {
    this.root.querySelectorAll(".pick").forEach((button, i) => button.setAttribute("aria-pressed", String(i === place)))
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
  const secret = shown.hides("labels")
  const bold = wrong && list === "images" && !secret
  element.className = bold ? "wrong" : ""
  const values = { index: thousands(item.index), label: labels[item.true] }
  element.title = secret ? fill(words.image_alone, values) : fill(words.image_alt, values)
  const canvas = picture(pixels, greys[theme], element.title)
  const lines = caption(data, item)
  if (list !== "mistakes") {
    element.append(...(list === "images" ? [titles(lines), canvas] : [canvas, titles(lines)]))
    return { element, sheet: [{ picture: canvas, caption: lines.map((line) => line.join(" ")), bold }] }
  }
  const names = { said: labels[said[0]], true: labels[item.true] }
  const tile = picture(map, tables[theme], secret ? words.evidence : fill(words.evidence_alt, names))
  const pair = document.createElement("div")
  pair.className = "pair"
  const covered = document.createElement("div")
  Object.assign(covered.dataset, { part: "evidence", each: "" })
  covered.append(tile)
  pair.append(canvas, covered)
  const beneath = titles(lines)
  beneath.lastChild.dataset.part = "evidence"
  element.append(pair, beneath)
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
    Object.assign(row.dataset, { part: "labels", each: "" }) // not the caption, which gives the figure its name
    row.append(...line.map((part) => Object.assign(document.createElement("span"), { textContent: part })))
    element.append(row)
  }
  return element
}
