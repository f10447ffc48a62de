// What a chart says at its edges of values that lie beyond them, and the names of lines across it.

import { short } from "./format.js"

const MEASURED = ["▼", "▲"]
const SKETCHED = ["▽", "△"]

// The book's points outside the range, and the present running average where it is outside.
export function offChart(epochs, trace, range, color) {
  const points = epochs.map(([x, value]) => ({ x, value }))
  const now = trace.at(-1)
  if (now && now[0] > (epochs.at(-1)?.[0] ?? 0)) points.push({ x: now[0], value: now[1] })
  return outside(points, range).map((point) => ({ ...point, color, signs: MEASURED }))
}

// The sketches' points outside the range.
export function offSketches(sketches, range, colours) {
  return sketches.flatMap((sketch, i) => {
    const points = (sketch?.y ?? []).map((value, at) => ({ x: at + 1, value }))
    return outside(points, range).map((point) => ({ ...point, color: colours[i], signs: SKETCHED }))
  })
}

const outside = (points, [low, high]) => points.filter(({ value }) => value > high || value < low)

// A value off the range is named at the edge it left by; where labels would overlap, the later one stays.
export function arrows(off, [low, high], epochs, size, width) {
  const label = (4.6 * size * epochs) / width // a label's width, in epochs
  const shown = []
  for (const point of [...off].reverse()) {
    const right = point.x > epochs - label
    const [from, top] = [right ? point.x - label : point.x, point.value > high]
    const apart = (other) => other.top !== top || from + label <= other.from || other.from + label <= from
    if (shown.every(apart)) shown.push({ ...point, right, from, top })
  }
  return shown.map(({ x, value, right, top, color, signs: [below, above] }) => ({
    x, y: top ? high : low, text: `${top ? above : below} ${short(value)}`, showarrow: false,
    xanchor: right ? "right" : "left", yanchor: top ? "top" : "bottom", font: { color, size },
  }))
}

// The name of a line across the plot, or at the edge beyond which it lies.
export function label({ y, name }, [low, high], color, size, bgcolor) {
  const [below, above] = [y < low, y > high]
  return {
    xref: "paper", x: 0.01, xanchor: "left", y: below ? low : above ? high : y, yanchor: above ? "top" : "bottom",
    text: `${below ? "▼ " : above ? "▲ " : ""}${name}`, showarrow: false, font: { color, size }, bgcolor,
  }
}
