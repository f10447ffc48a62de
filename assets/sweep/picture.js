// A sweep as one picture to keep: its heat map and its curves, with all that it takes to read them. It is made of the
// data, and so the same on a phone and on a wall; only the theme is the page's.

import { savePNG, saveSVG } from "../animator/save.js"
import { Overlay } from "../runs/overlay.js"
import { lookOf } from "./map.js"

const FONT = "DejaVu Sans, Verdana, sans-serif"
const EDGE = 24, GAP = 36, LINE = 20, CELL = [72, 46], APART = 2
const CHART = { width: 620, height: 400, font: 15 }
const BESIDE = 620 // a heat map so wide has the curves beneath it
const SCALE = 2 // of the PNG

export async function savePicture(format, data, curves, root) {
  const { text, width, height } = await picture(data, curves, root)
  const name = ["sweep", data.number || ""].filter(Boolean).join("-")
  if (format === "svg") return saveSVG(text, `${name}.svg`)
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = Object.assign(document.createElement("canvas"), { width: SCALE * width, height: SCALE * height })
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  savePNG(canvas, `${name}.png`)
}

async function picture(data, curves, root) {
  const { words, title, lesson } = data
  const style = getComputedStyle(root)
  const colours = Object.fromEntries(["ink", "ground", "muted", "hairline"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]))
  const darkest = parseFloat(style.getPropertyValue("--darkest")) / 100
  const map = heatMap(data, { ...colours, darkest })
  const beneath = map.width > BESIDE
  const inner = Math.max(beneath ? Math.max(map.width, CHART.width) : map.width + GAP + CHART.width, wide(title, 17, 700))
  const said = wrapped(lesson ?? "", inner)
  const top = EDGE + 17 + 12 + said.length * LINE + 22
  const [x, y] = beneath ? [EDGE, top + map.height + GAP] : [EDGE + map.width + GAP, top]
  const width = inner + 2 * EDGE
  const height = Math.max(top + map.height, y + LINE + 8 + CHART.height) + EDGE
  const chart = (await chartOf(curves, root)).replace("<svg", `<svg x="${x}" y="${y + 12}"`)
  const ink = { fill: colours.ink }
  return {
    width, height, text: [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">`,
      `<rect width="${width}" height="${height}" fill="${colours.ground}"/>`,
      label(EDGE, EDGE + 14, title, { ...ink, size: 17, weight: 700 }),
      ...said.map((line, i) => label(EDGE, EDGE + 14 + 26 + i * LINE, line, { ...ink, size: 14 })),
      `<g transform="translate(${EDGE} ${top})">${map.text}</g>`,
      label(x, y, words.curves, { ...ink, size: 14, weight: 700 }),
      chart, "</svg>",
    ].join("\n"),
  }
}

// The tables, one for each value of the third axis, beneath one another, as map.js sets them.
function heatMap(data, { ink, ground, muted, hairline, darkest }) {
  const { words, axes: [columns, rows, tables], places, best } = data
  const { faces, key } = lookOf(data)
  const several = rows.values.length > 1
  const left = several ? Math.ceil(Math.max(wide(rows.name, 12), ...rows.values.map((value) => wide(value, 13)))) + 10 : 0
  const width = Math.max(left + columns.values.length * CELL[0], Math.ceil(wide(key, 12)), Math.ceil(wide(words.map, 14, 700)))
  const parts = [label(0, 0, words.map, { fill: ink, size: 14, weight: 700 })]
  let y = 8
  tables.values.forEach((value, k) => {
    if (tables.values.length > 1) parts.push(label(0, (y += LINE), `${tables.name} ${value}`, { fill: muted, size: 12 }))
    parts.push(label(left, (y += LINE), columns.name, { fill: muted, size: 12 }))
    y += LINE
    columns.values.forEach((name, i) => parts.push(label(left + (i + 0.5) * CELL[0], y, name, { fill: ink, size: 13, anchor: "middle" })))
    if (several) parts.push(label(0, y, rows.name, { fill: muted, size: 12 }))
    y += 8
    rows.values.forEach((name, j) => {
      if (several) parts.push(label(left - 10, y + CELL[1] / 2 + 5, name, { fill: ink, size: 13, anchor: "end" }))
      columns.values.forEach((_, i) => {
        const index = places.findIndex((place) => place[0] === i && place[1] === j && place[2] === k)
        const { sign, word, shade } = faces[index]
        const [x, strong] = [left + i * CELL[0], index === best]
        const frame = strong ? 2 : 1
        const box = { x: x + frame / 2, y: y + frame / 2, width: CELL[0] - APART - frame, height: CELL[1] - APART - frame }
        const middle = x + (CELL[0] - APART) / 2
        const text = { anchor: "middle", fill: ink, weight: strong ? 700 : 400 }
        parts.push(
          `<rect ${Object.entries(box).map(([name, value]) => `${name}="${value}"`).join(" ")} fill="${mix(ink, ground, shade * darkest)}" stroke="${strong ? ink : hairline}" stroke-width="${frame}"/>`,
          label(middle, y + (word ? 20 : 27), sign, { ...text, size: 13 }), label(middle, y + 36, word, { ...text, size: 11 }),
        )
      })
      y += CELL[1]
    })
    y += 6
  })
  if (key) parts.push(label(0, (y += 14), key, { fill: muted, size: 12 }))
  return { text: parts.join("\n"), width, height: y + 8 }
}

// The overlay of the page, drawn once more out of sight, at the picture's own size.
async function chartOf(curves, root) {
  const frame = document.createElement("div")
  const node = document.createElement("div")
  frame.style.cssText = `position: fixed; left: -9999px; top: 0; width: ${CHART.width}px; height: ${CHART.height}px; --tick-size: 0.867; --line-factor: 1`
  node.className = "chart"
  node.style.fontSize = `${CHART.font}px`
  frame.append(node)
  root.append(frame)
  const overlay = new Overlay(node)
  try {
    overlay.draw(curves)
    return await overlay.svg()
  } finally {
    overlay.leave()
    frame.remove()
  }
}

function label(x, y, text, { fill, size, weight = 400, anchor = "start" }) {
  const safe = String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;")
  return safe && `<text x="${x}" y="${y}" fill="${fill}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}">${safe}</text>`
}

// `part` of one colour in another, both as #rrggbb.
function mix(one, other, part) {
  const parts = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
  const [a, b] = [parts(one), parts(other)]
  return `rgb(${a.map((value, i) => Math.round(value * part + b[i] * (1 - part))).join(", ")})`
}

const pen = document.createElement("canvas").getContext("2d")
function wide(text, size, weight = 400) {
  pen.font = `${weight} ${size}px ${FONT}`
  return pen.measureText(text).width
}

// Lines no wider than `most`; Chinese is broken between any two characters, but not before a mark.
function wrapped(text, most) {
  const lines = [""]
  for (const word of text.match(/[\u3400-\u9fff][，。；：、）]*|[^\u3400-\u9fff\s]+|\s+/g) ?? []) {
    if (lines.at(-1) && wide(lines.at(-1) + word.trimEnd(), 14) > most) lines.push(word.trimStart())
    else lines[lines.length - 1] += word
  }
  return lines.filter(Boolean)
}
