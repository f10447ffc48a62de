// The curves of several runs on one chart, one metric at a time: its colour and dash are the Animator's, and the runs
// are told apart by the letter at each line's end.

import { COARSE, DASHES, LINES, POINT, Y_BOOK, dash } from "../animator/chart.js"
import { decimals, fill, short } from "../animator/format.js"
import { Plotted, plotly } from "../animator/plotted.js"

const METRICS = ["train_loss", "train_acc", "test_acc"]
const TOKENS = ["train-loss", "train-acc", "test-acc"]
const KINDS = ["loss", "train", "test"]

export class Overlay extends Plotted {
  constructor(node) {
    super(node, () => this.redraw())
    node.setAttribute("role", "img")
  }

  // `runs`: { letter, name, points: [[epoch, train_loss, train_acc, test_acc], …], strong }; a value that is not finite
  // is null, a run without a letter has none at its line. `range`: "book" for the Animator's axes, else what the values
  // need. `epochs`: where the axis ends however far the runs are. `words.overlay_alt` says in one sentence what is drawn.
  draw(data) {
    this.data = data
    this.describe(data)
    this.redraw()
  }

  // What the chart says, for who does not see it; it is known before Plotly has come.
  describe({ runs, metric, words }) {
    const m = METRICS.indexOf(metric)
    const list = linesOf(runs, m).map(({ run, y }) => `${run.letter || run.name} ${decimals(y.findLast((v) => v != null))}`)
    this.node.setAttribute("aria-label", fill(words.overlay_alt, { metric: LINES[m], list: list.join(", ") }))
  }

  redraw() {
    const room = this.room()
    if (!room || !this.data) return
    const { runs, metric, range = "values" } = this.data
    const m = METRICS.indexOf(metric)
    const look = lookOf(this.node, m)
    const lines = linesOf(runs, m)
    const last = Math.max(1, this.data.epochs ?? 1, ...lines.map(({ x }) => x.at(-1)))
    const yRange = range === "book" ? [...Y_BOOK] : needed(lines)
    const longest = Math.max(...runs.map(({ letter }) => letter?.length ?? 0), 1)
    const right = (1.2 + 0.7 * longest) * look.ticks // what stands at the lines' ends
    const size = { ...room, left: 3.4 * look.ticks, right, top: 6, bottom: 3.1 * look.ticks }
    const layout = layoutOf(size, look, last, yRange, range, `${metric} ${range} ${last}`)
    layout.legend = { ...layout.legend, ...(m ? { x: 0.985, xanchor: "right" } : { x: 0.015, xanchor: "left" }), y: 0.03, yanchor: "bottom" }
    layout.annotations = labels(lines, yRange, last, size, look)
    const traces = lines.map((line) => traceOf(line, look, last))
    traces.push({ ...traceOf({ x: [null], y: [null], strong: true }, look, last), name: LINES[m], showlegend: true })
    this.react(traces, layout)
  }

  save(format, name) {
    this.Plotly?.downloadImage(this.node, { format, filename: name, width: 900, height: 600, scale: format === "png" ? 2 : 1 })
  }

  // The chart as the text of an SVG.
  async svg() {
    const Plotly = await plotly()
    this.redraw() // it may have come just now
    const address = await Plotly.toImage(this.node, { format: "svg", width: this.node.clientWidth, height: this.node.clientHeight })
    return decodeURIComponent(address.slice(address.indexOf(",") + 1))
  }
}

function linesOf(runs, m) {
  const lines = runs.map((run) => ({ run, strong: run.strong, x: run.points.map(([epoch]) => epoch), y: run.points.map((point) => point[m + 1]) }))
  return lines.filter(({ y }) => y.some((value) => value != null))
}

function lookOf(node, m) {
  const style = getComputedStyle(node)
  const token = (name) => style.getPropertyValue(`--${name}`).trim()
  return {
    token, colour: token(TOKENS[m]), k: parseFloat(token("line-factor")) || 1,
    ticks: (parseFloat(token("tick-size")) || 0.867) * parseFloat(style.fontSize),
    dash: KINDS[m] === "loss" ? () => "solid" : (k) => dash(DASHES[KINDS[m]], k),
  }
}

function traceOf({ run, x, y, strong }, { colour, k, dash }, last) {
  const name = run ? [run.letter, run.name].filter(Boolean).join(" · ") : ""
  const alone = last === 1 || y.filter((value) => value != null).length === 1
  const factor = strong ? k : 0.6 * k
  return {
    name, x, y, mode: alone ? "lines+markers" : "lines", showlegend: false, opacity: strong ? 1 : 0.55,
    line: { color: colour, width: 1.5 * POINT * factor, dash: dash(factor) }, marker: { color: colour, size: 7 * k },
    hovertemplate: run && "%{y:.4f}", hoverinfo: run ? undefined : "skip", cliponaxis: !alone,
  }
}

function layoutOf({ width, height, left, right, top, bottom }, { token, ticks, k }, last, yRange, range, uirevision) {
  const axis = {
    color: token("axis"), gridcolor: token("grid"), gridwidth: 0.8 * POINT, linewidth: 0.8 * POINT, showline: true,
    mirror: true, zeroline: false, ticks: "outside", ticklen: 3.5 * POINT, tickwidth: 0.8 * POINT,
    tickfont: { size: ticks, color: token("axis-text") }, ticklabeloverflow: "allow",
    title: { font: { size: ticks, color: token("axis-text") } },
  }
  return {
    width, height, uirevision, dragmode: COARSE ? false : "zoom", hovermode: "x unified",
    paper_bgcolor: token("ground"), plot_bgcolor: token("ground"),
    font: { family: '"DejaVu Sans", Verdana, "Source Sans", sans-serif', color: token("axis-text") },
    margin: { l: left, r: right, t: top, b: bottom, pad: 0 },
    hoverlabel: { bgcolor: token("ground"), font: { size: ticks, color: token("axis-text") }, namelength: 40 },
    xaxis: {
      ...axis, range: [last === 1 ? 0 : 1, last], dtick: last <= 5 ? 1 : last <= 10 ? 2 : last <= 20 ? 4 : last <= 60 ? 10 : undefined,
      title: { ...axis.title, text: "epoch", standoff: 0 }, unifiedhovertitle: { text: "epoch %{x}" },
    },
    yaxis: { ...axis, range: yRange, hoverformat: ".4f", ...(range === "book" ? { tick0: 0, dtick: 0.2 } : { nticks: 6 }) },
    legend: {
      bgcolor: token("legend"), bordercolor: token("legend-edge"), borderwidth: 1, itemclick: false, itemdoubleclick: false,
      itemwidth: 30 * k, font: { size: ticks, color: token("axis-text") },
    },
  }
}

function needed(lines) {
  const values = lines.flatMap(({ y }) => y).filter((value) => value != null)
  if (!values.length) return [...Y_BOOK]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = 0.06 * (high - low) || 0.05
  return [low - room, high + room]
}

// The letters: each at its line's end, or where the line leaves the chart; those that end together are set apart, and a
// hair leads from the line to a letter that had to give way.
function labels(lines, [low, high], last, size, { token, ticks }) {
  const down = size.height - size.top - size.bottom
  const across = size.width - size.left - size.right
  const from = last === 1 ? 0 : 1
  const ends = lines.filter(({ run }) => run.letter).map(({ run, x, y }) => {
    const i = y.findLastIndex((value) => value != null)
    const at = Math.min(high, Math.max(low, y[i]))
    return {
      text: `<b>${run.letter}</b>${at === y[i] ? "" : ` ${y[i] > high ? "▲" : "▼"} ${short(y[i])}`}`, x: x[i], y: at, off: at !== y[i],
      column: Math.round(((x[i] - from) / Math.max(1, last - from)) * (across / (1.6 * ticks))), top: ((high - at) / (high - low)) * down,
    }
  })
  for (const column of new Set(ends.map((end) => end.column))) spread(ends.filter((end) => end.column === column), 1.15 * ticks, down)
  return ends.map(({ text, x, y, off, top, place }) => ({
    text, x, y, xanchor: off ? "right" : "left", yanchor: "middle", font: { size: ticks, color: token("ink") },
    showarrow: true, arrowhead: 0, arrowwidth: Math.abs(place - top) > 3 ? 0.8 : 0.1, arrowcolor: off ? "transparent" : token("axis"),
    ax: off ? -4 : 0.6 * ticks, ay: place - top, standoff: 1, borderpad: 0,
  }))
}

// Places at least `apart` pixels from each other and half as far from the chart's edges, as near as that allows to
// where they belong.
function spread(ends, apart, down) {
  ends.sort((a, b) => a.top - b.top)
  ends.forEach((end, i) => (end.place = Math.max(end.top, i ? ends[i - 1].place + apart : apart / 2)))
  for (let i = ends.length - 1, most = down - apart / 2; i >= 0; i--, most -= apart) ends[i].place = Math.min(ends[i].place, most)
}
