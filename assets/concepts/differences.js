// The two charts of lockstep: how far the models are apart, on a logarithmic scale, and the loss of both.

import { DASHES, POINT, dash } from "../animator/chart.js"
import { Plot } from "./plot.js"
import { tenTo } from "./science.js"

const APART = ["|ΔW|", "|Δb|", "|Δloss|"]
const COLOURS = ["ink", "train-loss", "test-acc"]

export class Differences {
  constructor(node, redraw) {
    this.plot = new Plot(node, redraw)
  }

  draw({ x, apart }, steps, words) {
    const { plot } = this
    const values = apart.flat().filter((value) => value > 0)
    const low = Math.floor(Math.log10(Math.min(1e-9, ...values)))
    const high = Math.ceil(Math.log10(Math.max(1e-6, ...values)))
    const every = high - low > 8 ? 3 : 2
    const ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((exponent) => exponent % every === 0)
    const traces = APART.map((name, i) => ({
      name, x, y: apart[i].map((value) => value || null), // no logarithm of 0: it is where the line is not
      mode: i === 2 ? "markers" : "lines", connectgaps: false, // the losses are often equal to the last bit
      marker: { color: plot.colour(COLOURS[i]), size: 4 * plot.factor, symbol: "diamond" },
      line: { color: plot.colour(COLOURS[i]), width: 1.2 * POINT * plot.factor, dash: dashes(i, plot.factor) },
    }))
    plot.draw(traces, {
      view: `${steps} ${low} ${high}`, left: 3.4,
      x: { range: [0, steps], title: words.step, nticks: 6, unifiedhovertitle: { text: `${words.step} %{x}` } },
      y: {
        type: "log", range: [low, high], tickvals: ticks.map((exponent) => 10 ** exponent), ticktext: ticks.map(tenTo),
        hoverformat: ".1e",
      },
      legend: { y: 0.02, yanchor: "bottom" },
    })
  }

  leave() {
    this.plot.leave()
  }
}

export class Losses {
  constructor(node, redraw) {
    this.plot = new Plot(node, redraw)
  }

  draw({ x, losses }, steps, words) {
    const { plot } = this
    const top = Math.max(2.4, ...losses.flat())
    const traces = [words.scratch, words.concise].map((name, i) => ({
      name, x, y: losses[i], mode: "lines",
      line: {
        color: plot.colour(["train-loss", "ink"][i]), width: [2.2, 1.2][i] * POINT * plot.factor,
        dash: dashes(i, plot.factor),
      },
    }))
    plot.draw(traces, {
      view: `${steps} ${top > 2.4}`,
      x: { range: [0, steps], title: words.step, nticks: 6, unifiedhovertitle: { text: `${words.step} %{x}` } },
      y: { range: [0, 1.05 * top], nticks: 6, hoverformat: ".4f" },
      legend: { y: 0.98, yanchor: "top" },
    })
  }

  leave() {
    this.plot.leave()
  }
}

const dashes = (i, k) => [DASHES.loss, dash(DASHES.train, k), dash(DASHES.test, k)][i]
