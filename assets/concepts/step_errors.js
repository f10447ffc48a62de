// How far the differences are from the formula, for every h: both axes are powers of ten.

import { tenTo } from "./science.js"

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [250, 170, 44, 34, 10, 10]

function element(name, attributes, text = null) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  if (text !== null) node.textContent = text
  return node
}

export function drawErrors(place, errors, chosen, alt) {
  const points = errors.filter(({ error }) => error > 0).map((point) => ({ ...point, log: Math.log10(point.error) }))
  const [low, high] = [-13, -2]
  const x = (h) => LEFT + ((h - errors[0].h) / (errors.at(-1).h - errors[0].h)) * (WIDTH - LEFT - RIGHT)
  const y = (log) => TOP + ((high - Math.min(high, Math.max(low, log))) / (high - low)) * (HEIGHT - TOP - BOTTOM)
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": alt })
  svg.append(
    element("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }),
    element("line", { x1: LEFT, x2: LEFT, y1: TOP, y2: HEIGHT - BOTTOM }),
  )
  for (const { h } of errors.filter((_, i) => i % 2)) {
    svg.append(element("text", { x: x(h), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, tenTo(h)))
  }
  for (const log of [-12, -8, -4]) {
    svg.append(element("text", { x: LEFT - 6, y: y(log) + 4, "text-anchor": "end" }, tenTo(log)))
  }
  svg.append(element("text", { x: WIDTH - RIGHT, y: HEIGHT - 3, "text-anchor": "end" }, "h"))
  if (points.length) svg.append(element("path", { d: `M${points.map(({ h, log }) => `${x(h)},${y(log)}`).join("L")}` }))
  for (const { h, log } of points) {
    const on = h === chosen.h
    svg.append(element("circle", { cx: x(h), cy: y(log), r: on ? 5 : 3, class: on ? "chosen" : "" }))
  }
  const caption = Object.assign(document.createElement("figcaption"), { textContent: alt })
  place.replaceChildren(svg, caption)
}
