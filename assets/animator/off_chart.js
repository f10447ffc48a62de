// What a chart says at its edges of values that lie beyond them, and the names of lines across it.

import { short } from "./format.js"

// The book's points outside the range, and the present running average where it is outside.
export function offChart(epochs, trace, [low, high]) {
  const points = epochs.map(([x, loss]) => ({ x, loss }))
  const now = trace.at(-1)
  if (now && now[0] > (epochs.at(-1)?.[0] ?? 0)) points.push({ x: now[0], loss: now[1], running: true })
  return points.filter(({ loss }) => loss > high || loss < low)
}

// A value off the range is named at the edge it left by; where labels would overlap, the later one stays.
export function arrows(off, [low, high], epochs, color, size, width) {
  const label = (4.6 * size * epochs) / width // a label's width, in epochs
  const shown = []
  for (const { x, loss } of [...off].reverse()) {
    const right = x > epochs - label
    const from = right ? x - label : x
    if (shown.every((other) => from + label <= other.from || other.from + label <= from)) shown.push({ x, loss, right, from })
  }
  return shown.map(({ x, loss, right }) => ({
    x, y: loss > high ? high : low, text: `${loss > high ? "▲" : "▼"} ${short(loss)}`, showarrow: false,
    xanchor: right ? "right" : "left", yanchor: loss > high ? "top" : "bottom", font: { color, size },
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
