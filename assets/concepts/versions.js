// The chart of the pitfalls: the book's three lines of the fault, thick, and of its cure, thin, on the same axes.

import { DASHES, LINES, POINT, Y_BOOK, dash } from "../animator/chart.js"
import { decimals, fill, short } from "../animator/format.js"
import { Plot } from "./plot.js"

const COLOURS = ["train-loss", "train-acc", "test-acc"]
const WIDTHS = { fault: 1.9, cure: 0.9 }

export class Versions {
  constructor(node, redraw) {
    this.plot = new Plot(node, redraw)
    this.full = false
  }

  // `runs`: the points of the versions that have run, {x, epoch, loss, acc, test}; `floor`: a line that no loss crosses.
  draw(runs, { epochs, floor, words }) {
    const { plot } = this
    const { factor, size } = plot
    const width = plot.node.clientWidth - 3.65 * size
    const range = this.full ? fullRange(runs, floor) : [...Y_BOOK]
    const traces = Object.entries(runs).flatMap(([version, points]) => this.lines(version, points, words))
    const shapes = []
    const annotations = outside(runs, range, plot, { words, epochs, width })
    if (floor && floor < range[1]) {
      shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, y0: floor, y1: floor, line: { color: plot.colour("ink"), width: 1 } })
      annotations.push({
        x: 0.01, xref: "paper", y: floor, yanchor: "bottom", xanchor: "left", showarrow: false, font: { size },
        text: fill(words.floor_line, { floor: decimals(floor) }),
      })
    }
    plot.draw(traces, {
      view: `${epochs} ${this.full}`, shapes, annotations,
      x: { range: [0, epochs], dtick: 1, title: "epoch", unifiedhovertitle: { text: "epoch %{x:.2f}" } },
      y: { range, hoverformat: ".4f", ...(this.full ? { nticks: 6 } : { tick0: 0, dtick: 0.2 }) },
      legend: { y: 0.56 },
    })
  }

  lines(version, points, words) {
    const { plot } = this
    const k = plot.factor
    const colours = COLOURS.map((name) => plot.colour(name))
    const gaps = withGaps(points)
    const tested = points.filter(({ test }) => test != null)
    const thin = version === "cure"
    return ["loss", "acc", "test"].map((name, i) => ({
      name: thin ? `${LINES[i]}, ${words.cure}` : LINES[i], showlegend: !thin,
      x: i === 2 ? tested.map(({ x }) => x) : gaps.map((point) => point?.x ?? null),
      y: i === 2 ? tested.map(({ test }) => test) : gaps.map((point) => point?.[name] ?? null),
      mode: i === 2 ? "lines+markers" : "lines", connectgaps: false, cliponaxis: i !== 2,
      marker: { color: colours[i], size: (thin ? 5 : 8) * k, symbol: "diamond" },
      line: {
        color: colours[i], width: WIDTHS[version] * POINT * k, dash: [DASHES.loss, dash(DASHES.train, k), dash(DASHES.test, k)][i],
      },
    }))
  }

  leave() {
    this.plot.leave()
  }
}

// Running averages begin anew with each epoch: a gap keeps two epochs apart.
const withGaps = (points) => points.flatMap((point, i) => (i && point.epoch !== points[i - 1].epoch ? [null, point] : [point]))

const finite = (points) => points.flatMap(({ loss, acc, test }) => [loss, acc, test ?? acc]).filter(Number.isFinite)

function fullRange(runs, floor) {
  const values = [...Object.values(runs).flatMap(finite), ...Y_BOOK, floor ?? Y_BOOK[0]]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return [low - 0.03 * (high - low), high + 0.03 * (high - low)]
}

// The values off the range at each epoch's end, and the newest, at the edge that they left by: a row a line.
function outside(runs, [low, high], plot, { words, epochs, width }) {
  const rows = { true: 0, false: 0 }
  const label = (8 * plot.size * epochs) / width // a label's width, in epochs
  return Object.entries(runs).flatMap(([version, points]) => ["loss", "acc", "test"].flatMap((name, i) => {
    const ends = points.filter(({ epoch }, at) => points[at + 1]?.epoch !== epoch && points[at][name] != null)
    const out = ends.filter((point) => !(point[name] >= low && point[name] <= high))
    return [true, false].flatMap((below) => {
      const there = out.filter((point) => point[name] < low === below)
      const row = there.length ? rows[below]++ : 0
      return there.map((point) => ({
        x: point.x, y: below ? low : high, showarrow: false, font: { color: plot.colour(COLOURS[i]), size: plot.size },
        text: `${below ? "▼" : "▲"} ${printed(point[name])}${version === "cure" ? ` ${words.cure}` : ""}`,
        yshift: (below ? 1.3 : -1.3) * row * plot.size, yanchor: below ? "bottom" : "top",
        xanchor: point.x > label ? "right" : "left", bgcolor: plot.colour("legend"), borderpad: 0,
      }))
    })
  }))
}

const printed = (value) => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : "inf"
  return value < 1 ? decimals(value) : short(value)
}
