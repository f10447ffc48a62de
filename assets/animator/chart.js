// d2l's Animator.

import { shown as standing } from "../lectern/shown.js"
import { short } from "./format.js"
import { arrows, label, offChart, offSketches } from "./off_chart.js"
import { Plotted } from "./plotted.js"

export const POINT = 4 / 3 // one typographic point in CSS pixels
export const DASHES = { loss: "solid", train: [5.55, 2.4], test: [9.6, 2.4, 1.5, 2.4] }
export const LINES = ["train loss", "train acc", "test acc"]
export const Y_BOOK = [0.3, 0.9]
export const COARSE = window.matchMedia("(pointer: coarse)").matches // a finger scrolls the page

export class Chart extends Plotted {
  range = "detail"

  // Another run: its own zoom.
  reset({ run }) {
    this.run = run
    this.worstOff = this.nowOff = ""
  }

  // `range`: "detail", "book", "full", or the ends of y as numbers. `lines`: loss values with names, drawn across.
  // `sketches`: for the train loss, the train accuracy and the test accuracy, a name with a value for each epoch.
  // `hidden`: "loss", "accuracy", or both: the lines that are left out.
  draw({ epochs, trace }, { settings, lines = [], sketches = [], hidden = [] }) {
    const room = this.room()
    if (!room) return
    const { width, height } = room
    const style = getComputedStyle(this.node)
    const colour = (name) => style.getPropertyValue(`--${name}`).trim()
    const ticks = parseFloat(style.getPropertyValue("--tick-size")) * parseFloat(style.fontSize)
    const k = parseFloat(style.getPropertyValue("--line-factor"))
    const colours = [colour("train-loss"), colour("train-acc"), colour("test-acc")]
    const shown = LINES.map((_, i) => !hidden.includes(i ? "accuracy" : "loss"))
    const detail = this.range !== "book"
    const full = this.range === "full"
    const beside = [...lines.map(({ y }) => y), ...sketches.flatMap((sketch) => sketch?.y ?? [])]
    const given = Array.isArray(this.range) ? this.range : Y_BOOK
    const yRange = full ? fullRange(epochs, trace, beside, shown) : [...given] // Plotly writes into the ranges it is given
    const off = shown[0] ? offChart(epochs, trace, yRange, colours[0]) : []
    this.worstOff = off.length ? short(Math.max(...off.map(({ value }) => value))) : ""
    const last = shown[0] ? epochs.at(-1)?.[1] : null
    this.nowOff = last != null && (last > yRange[1] || last < yRange[0]) ? short(last) : ""
    const axis = {
      color: colour("axis"), gridcolor: colour("grid"), gridwidth: 0.8 * POINT, linewidth: 0.8 * POINT,
      showline: true, mirror: true, zeroline: false, ticks: "outside", ticklen: 3.5 * POINT,
      tickwidth: 0.8 * POINT, tickfont: { size: ticks, color: colour("axis-text") }, ticklabeloverflow: "allow",
      title: { font: { size: ticks, color: colour("axis-text") } },
    }
    const n = settings.num_epochs
    const layout = {
      width, height, uirevision: `${this.run} ${this.range} ${n}`, dragmode: COARSE ? false : "zoom", hovermode: "x unified",
      paper_bgcolor: colour("ground"), plot_bgcolor: colour("ground"),
      font: { family: '"DejaVu Sans", Verdana, "Source Sans", sans-serif', color: colour("axis-text") },
      margin: { l: 2.9 * ticks, r: 0.75 * ticks, t: 6, b: 3.1 * ticks, pad: 0 },
      hoverlabel: { bgcolor: colour("ground"), font: { size: ticks, color: colour("axis-text") } },
      xaxis: {
        ...axis, range: [detail || n === 1 ? 0 : 1, n], dtick: n <= 10 ? (n <= 5 ? 1 : 2) : n <= 20 ? 4 : 10,
        title: { ...axis.title, text: "epoch", standoff: 0 }, unifiedhovertitle: { text: "epoch %{x}" },
      },
      yaxis: { ...axis, range: yRange, ...(given === Y_BOOK && !full ? { tick0: 0, dtick: 0.2 } : {}), hoverformat: ".4f" },
      legend: {
        x: 0.985, xanchor: "right", y: 0.56, yanchor: "middle", bgcolor: colour("legend"), bordercolor: colour("legend-edge"),
        borderwidth: 1, itemclick: false, itemdoubleclick: false, itemwidth: 30 * k, font: { size: ticks, color: colour("axis-text") },
      },
      annotations: [
        // The run's own last: where there is room for one, it is the run's. On a wall no text has a line's colour.
        ...arrows([...offSketches(sketches, yRange, colours), ...off], yRange, n, ticks, width - 3.65 * ticks)
          .map((arrow) => (standing.wall ? { ...arrow, font: { ...arrow.font, color: colour("axis-text") } } : arrow)),
        ...lines.map((named) => label(named, yRange, colour("axis-text"), ticks, colour("legend"))),
      ],
      shapes: lines.map(({ y }) => ({
        type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, layer: "below",
        line: { color: colours[0], width: 1.5 * k, dash: dash([2, 2], k) },
      })),
    }
    if (full || given !== Y_BOOK) layout.yaxis.nticks = 6
    const thin = detail ? withGaps(trace) : { x: [], loss: [], acc: [] }
    const line = (i) => ({
      color: colours[i], width: 1.5 * POINT * k,
      dash: [DASHES.loss, dash(DASHES.train, k), dash(DASHES.test, k)][i],
    })
    const traces = [
      { x: thin.x, y: thin.loss, line: { color: colours[0], width: k } },
      { x: thin.x, y: thin.acc, line: { color: colours[1], width: k } },
    ].filter((_, i) => shown[i]).map((thinLine) => ({
      ...thinLine, mode: "lines", opacity: 0.4, showlegend: false, hoverinfo: "skip", connectgaps: false,
    }))
    LINES.forEach((name, i) => shown[i] && traces.push({
      name, x: epochs.map(([epoch]) => epoch), y: epochs.map((point) => point[i + 1]), line: line(i),
      mode: epochs.length === 1 ? "lines+markers" : "lines", cliponaxis: epochs.length !== 1,
      marker: { color: colours[i], size: 7 * k, symbol: ["circle", "square", "diamond"][i] },
    }))
    sketches.forEach((sketch, i) => sketch && traces.push({
      name: sketch.name, x: sketch.y.map((_, at) => at + 1), y: sketch.y, mode: "lines+markers",
      cliponaxis: !sketch.y.every((value) => yRange[0] <= value && value <= yRange[1]),
      line: { color: colours[i], width: 1.2 * k, dash: dash([1, 2], k) },
      marker: { color: colour("ground"), size: 7 * k, symbol: ["circle", "square", "diamond"][i], line: { color: colours[i], width: 1.5 * k } },
    }))
    this.react(traces, layout)
  }

  // Where an epoch lies, in pixels from the node's corner: its x, and the plot's top and bottom.
  place(epoch) {
    const { xaxis, yaxis } = this.node._fullLayout ?? {}
    return xaxis && { x: xaxis._offset + xaxis.l2p(epoch), top: yaxis._offset, bottom: yaxis._offset + yaxis._length }
  }

  // What lies under a point of the page: where it is among the epochs, and its value.
  under({ clientX, clientY }) {
    const { xaxis, yaxis } = this.node._fullLayout ?? {}
    if (!xaxis) return null
    const { left, top } = this.node.getBoundingClientRect()
    return { x: xaxis.p2l(clientX - left - xaxis._offset), value: yaxis.p2l(clientY - top - yaxis._offset) }
  }

  // Where the plot lies, in pixels from the node's corner.
  box() {
    const { xaxis, yaxis } = this.node._fullLayout ?? {}
    return xaxis && { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length }
  }

  save(name) {
    this.Plotly?.downloadImage(this.node, { format: "svg", filename: name, width: 900, height: 600 })
  }
}

export const dash = (points, k) => points.map((p) => `${p * POINT * k}px`).join(",")

// The thin lines are running averages, which begin anew with each epoch: a gap keeps two epochs apart.
function withGaps(trace) {
  const thin = { x: [], loss: [], acc: [] }
  trace.forEach(([x, loss, acc], i) => {
    if (i && Math.ceil(x - 1e-9) !== Math.ceil(trace[i - 1][0] - 1e-9)) {
      thin.x.push(null)
      thin.loss.push(null)
      thin.acc.push(null)
    }
    thin.x.push(x)
    thin.loss.push(loss)
    thin.acc.push(acc)
  })
  return thin
}

function fullRange(epochs, trace, beside, shown) {
  const points = [...epochs, ...trace].flatMap(([, ...values]) => values.filter((_, i) => shown[i]))
  const values = [...points.filter(Number.isFinite), ...beside, ...Y_BOOK]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return [low - 0.03 * (high - low), high + 0.03 * (high - low)]
}
