// A chart in the book's style.

import { COARSE, POINT } from "../animator/chart.js"
import { Plotted } from "../animator/plotted.js"

export class Plot extends Plotted {
  colour(name) {
    return getComputedStyle(this.node).getPropertyValue(`--${name}`).trim()
  }

  // How much wider lines are drawn for a wall.
  get factor() {
    return parseFloat(getComputedStyle(this.node).getPropertyValue("--line-factor"))
  }

  get size() {
    const style = getComputedStyle(this.node)
    return parseFloat(style.getPropertyValue("--tick-size")) * parseFloat(style.fontSize)
  }

  // `view`: the zoom is kept as long as it is the same. `left`: the room for the labels of y, in ticks' sizes.
  draw(traces, { x, y, view, legend = {}, annotations = [], shapes = [], left = 2.9 }) {
    const room = this.room()
    if (!room) return
    const [size, text, ground] = [this.size, this.colour("axis-text"), this.colour("ground")]
    const font = { size, color: text }
    const axis = ({ title = "", ...rest }) => ({
      color: this.colour("axis"), gridcolor: this.colour("grid"), gridwidth: 0.8 * POINT, linewidth: 0.8 * POINT,
      showline: true, mirror: true, zeroline: false, ticks: "outside", ticklen: 3.5 * POINT, tickwidth: 0.8 * POINT,
      tickfont: font, ticklabeloverflow: "allow", title: { font, text: title, standoff: 0 }, ...rest,
    })
    this.react(traces, {
      ...room, uirevision: view, datarevision: this.updates, // the arrays grow in place, which Plotly would not see
      dragmode: COARSE ? false : "zoom", hovermode: "x unified",
      paper_bgcolor: ground, plot_bgcolor: ground, annotations, shapes,
      font: { family: '"DejaVu Sans", Verdana, "Source Sans", sans-serif', color: text },
      margin: { l: left * size, r: 0.75 * size, t: 6 * this.factor, b: 3.1 * size, pad: 0 },
      hoverlabel: { bgcolor: ground, font }, xaxis: axis(x), yaxis: axis(y),
      legend: {
        x: 0.985, xanchor: "right", y: 0.5, yanchor: "middle", bgcolor: this.colour("legend"),
        bordercolor: this.colour("legend-edge"), borderwidth: 1, itemclick: false, itemdoubleclick: false,
        itemwidth: 30 * this.factor, font, ...legend,
      },
    })
  }
}
