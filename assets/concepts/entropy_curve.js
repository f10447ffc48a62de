// The curve of −log q over (0, 1] with the classes on it: its points come from the server.

import { shown } from "./shown.js"

const [WIDTH, HEIGHT] = [320, 330]
const [LEFT, RIGHT, TOP, BOTTOM] = [26, 8, 24, 40]
const across = (q) => LEFT + q * (WIDTH - LEFT - RIGHT)

function element(name, attributes, text = null) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  if (text !== null) node.textContent = text
  return node
}

const line = (x1, y1, x2, y2, kind) => element("line", { x1, y1, x2, y2, class: kind })

// `name`: what is drawn; `alt`: the same in words.
export function drawCurve(place, { q, lengths, loss, curve }, label, name, alt) {
  const highest = curve.length[0]
  const up = (length) => HEIGHT - BOTTOM - (length / highest) * (HEIGHT - TOP - BOTTOM)
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": alt })
  const floor = up(0)
  svg.append(line(across(0), floor, across(1), floor, "axis"), line(across(0), floor, across(0), up(highest), "axis"))
  for (const x of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(line(across(x), floor, across(x), floor + 4, "axis"))
    svg.append(element("text", { x: across(x), y: floor + 18, "text-anchor": "middle" }, String(x)))
  }
  for (let y = 0; y <= highest; y += 1) {
    svg.append(line(across(0) - 4, up(y), across(0), up(y), "axis"))
    svg.append(element("text", { x: across(0) - 8, y: up(y) + 4, "text-anchor": "end" }, String(y)))
  }
  svg.append(element("text", { x: across(1), y: floor + 34, "text-anchor": "end", class: "name" }, "q"))
  svg.append(element("text", { x: across(0), y: TOP - 12, "text-anchor": "start", class: "name" }, name))
  svg.append(element("path", { d: `M${curve.q.map((x, i) => `${across(x)},${up(curve.length[i])}`).join("L")}` }))
  const order = [...q.keys()].sort((a, b) => (a === label) - (b === label)) // the label's is drawn last, on top
  for (const j of order) svg.append(...point(q[j], lengths[j], j === label))
  place.replaceChildren(svg)

  function point(x, length, chosen) {
    const beyond = !(length <= highest)
    const [cx, cy] = [across(x), beyond ? up(highest) : up(length)]
    const value = chosen || beyond ? `${beyond ? "▲ " : ""}${shown(chosen ? loss : length)}` : ""
    const at = { x: x > 0.75 ? cx : cx + 12, y: beyond ? cy + 8 : cy - 10, "text-anchor": x > 0.75 ? "end" : "start" }
    const parts = [element("circle", { cx, cy, r: chosen ? 5 : 3.5, class: chosen ? "chosen" : "" })]
    if (value) parts.push(element("text", { ...at, class: "value" }, value))
    return chosen ? [line(cx, floor, cx, cy, "to"), line(across(0), cy, cx, cy, "to"), ...parts] : parts
  }
}
