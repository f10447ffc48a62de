// The whole explanation as one picture, twice as sharp as the page and in its colours.

import { signed } from "../animator/format.js"
import { newCanvas } from "../animator/pixels.js"
import { ranked, softmax } from "./model.js"
import { logit, probability, withSign } from "./numbers.js"

const SHARP = 2
const WIDTH = 1000
const EDGE = 28
const COLOURS = ["ground", "raised", "ink", "muted", "hairline", "pro", "contra"]

export function sheet(stage) {
  const style = getComputedStyle(stage.root)
  const pen = new Pen(style, newCanvas(WIDTH * SHARP, 720 * SHARP))
  const { shown, data, why } = stage
  const text = (name) => stage.root.querySelector(`.${name}`).textContent
  pen.text(data.picture.name, EDGE, 36, { bold: true })
  pen.text(data.model.name, WIDTH - EDGE, 36, { align: "right", colour: "muted", most: 480 })
  stages(pen, stage)
  pen.text(text("kind"), EDGE, 246, { size: 12, colour: "muted", most: WIDTH - 2 * EDGE })
  pen.line(EDGE, 254, WIDTH - 2 * EDGE)
  pen.text(text("sentence"), EDGE, 292, { size: 22, bold: true, most: 400 })
  pen.text(text("sure"), EDGE, 318, { colour: "muted", most: 400 })
  pen.text(text("beneath").trim(), EDGE, 340, { size: 13, most: 400 })
  rows(pen, shown)
  pen.text(`${text("question .before")}${shown.c == null ? "" : shown.labels[shown.c]}${text("question .after")}`, 460, 292, { bold: true, most: 512 })
  equation(pen, stage)
  ledger(pen, why)
  if (shown.naive) naive(pen, stage, text)
  return pen.canvas
}

class Pen {
  constructor(style, canvas) {
    this.canvas = canvas
    this.context = canvas.getContext("2d")
    this.font = style.fontFamily
    this.colours = Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]))
    this.context.scale(SHARP, SHARP)
    this.box(0, 0, canvas.width / SHARP, canvas.height / SHARP, "ground")
  }

  box(x, y, width, height, colour) {
    this.context.fillStyle = this.colours[colour]
    this.context.fillRect(x, y, width, height)
  }

  line(x, y, width, colour = "hairline") {
    this.box(x, y, width, 1, colour)
  }

  text(words, x, y, { size = 15, bold = false, align = "left", colour = "ink", most } = {}) {
    Object.assign(this.context, {
      font: `${bold ? 600 : 400} ${size}px ${this.font}`, textAlign: align, fillStyle: this.colours[colour],
    })
    this.context.fillText(words, x, y, most)
  }

  // A canvas within a square, as large as it fits; one of 28×28 is never smoothed.
  picture(canvas, x, y, side) {
    const scale = side / Math.max(canvas.width, canvas.height)
    const [width, height] = [canvas.width * scale, canvas.height * scale]
    this.context.imageSmoothingEnabled = canvas.width > 28
    this.context.imageSmoothingQuality = "high"
    this.context.drawImage(canvas, x + (side - width) / 2, y + (side - height) / 2, width, height)
    Object.assign(this.context, { strokeStyle: this.colours.hairline, lineWidth: 1 })
    this.context.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1)
  }
}

function stages(pen, { steps, data }) {
  data.picture.stages.forEach((stage, i) => {
    const x = EDGE + i * 138
    pen.picture(steps.steps[i].photo.canvas, x, 60, 112)
    pen.text(`${i + 1}  ${stage.title}`, x, 192, { bold: true, size: 14 })
    wrapped(pen, stage.line, 130).forEach((line, k) => pen.text(line, x, 210 + 16 * k, { size: 12, colour: "muted" }))
  })
}

// A sentence in at most two lines; without spaces, as in Chinese, it may break anywhere.
function wrapped({ context, font }, sentence, width) {
  context.font = `400 12px ${font}`
  const parts = /\s/.test(sentence) ? sentence.split(/(?<=\s)/) : [...sentence]
  const lines = [""]
  for (const part of parts) {
    if (lines.at(-1) && lines.length < 2 && context.measureText(lines.at(-1) + part).width > width) lines.push("")
    lines[lines.length - 1] += part
  }
  return lines
}

function rows(pen, { labels, o, second, name }) {
  const order = ranked(o)
  const [y_hat, beside] = [softmax(o), second && softmax(second.o)]
  const right = second ? 280 : 370
  if (second) pen.text(`${name} / ${second.name}`, EDGE, 362, { size: 12, colour: "muted", most: 400 })
  order.forEach((i, place) => {
    const y = 382 + 22 * place
    const bold = Boolean(y_hat) && !place
    pen.text(labels[i], EDGE, y, { bold, most: 84 })
    const length = right - 160
    pen.box(116, y - 9, length, 9, "raised")
    pen.box(116, y - 9, length * (y_hat?.[i] ?? 0), beside ? 5 : 9, bold ? "ink" : "muted")
    if (beside) pen.box(116, y - 3, length * beside[i], 3, "muted")
    pen.text(probability(y_hat?.[i]), right, y, { bold, align: "right" })
    pen.text(logit(o[i]), right + 58, y, { align: "right", colour: "muted" })
    if (!second) return
    pen.text(probability(beside?.[i]), right + 98, y, { align: "right", size: 13 })
    pen.text(logit(second.o[i]), right + 148, y, { align: "right", size: 13, colour: "muted" })
  })
}

function equation(pen, { why, root }) {
  const caption = (name) => root.querySelector(`.${name} .caption`).textContent
  for (const [name, x, y, side] of [["x", 460, 346, 112], ["w", 612, 346, 112], ["map", 776, 304, 196]]) {
    pen.picture(why.tiles[name].canvas, x, y, side)
    pen.text(caption(name), x, y + side + 15, { size: 12, most: side + 36 })
  }
  pen.text("⊙", 592, 408, { align: "center", size: 18, colour: "muted" })
  pen.text("=", 750, 408, { align: "center", size: 18, colour: "muted" })
  if (!why.limit) return
  pen.text(signed(-why.limit), 494, 541, { size: 12, align: "right", colour: "muted" })
  pen.context.imageSmoothingEnabled = false
  pen.context.drawImage(why.bar, 500, 534, 180, 8)
  pen.text(signed(why.limit), 686, 541, { size: 12, colour: "muted" })
  pen.text(why.legend, WIDTH - EDGE, 541, { size: 12, align: "right", colour: "muted", most: 240 })
}

function ledger(pen, { sums, texts }) {
  if (!sums) return
  const values = Object.values(sums)
  const largest = Math.max(...values.map(Math.abs), 1e-4)
  values.forEach((value, i) => {
    const y = 572 + 26 * i
    const last = i === 3
    if (last) pen.line(460, y - 18, 512, "ink")
    pen.text(texts[i], 460, y, { bold: last, most: 220 })
    const length = (90 * value) / largest
    pen.box(780 + Math.min(0, length), y - 10, Math.abs(length), 10, last ? "ink" : value < 0 ? "contra" : "pro")
    pen.box(780, y - 12, 1, 14, "ink")
    pen.text(withSign(value), WIDTH - EDGE, y, { bold: last, align: "right" })
  })
}

function naive(pen, { verdict, shown: { words } }, text) {
  pen.picture(verdict.naive.canvas, EDGE, 624, 56)
  pen.text(words.naive, EDGE + 70, 648, { size: 13, colour: "muted", most: 340 })
  pen.text(text("naive-says"), EDGE + 70, 668, { size: 13, most: 340 })
}
