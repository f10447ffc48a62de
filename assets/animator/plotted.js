// A node that Plotly draws into, and that is never replaced.

let library
export function plotly() {
  library ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly)
    const script = document.createElement("script")
    script.src = new URL("lib/plotly/plotly.min.js", document.baseURI)
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => reject(new Error(`${script.src} did not load`))
    document.head.append(script)
  })
  return library
}
plotly()

export class Plotted {
  // `redraw`: called when there is something to draw with, and when the node's size changes.
  constructor(node, redraw) {
    this.node = node
    this.updates = 0
    plotly().then((Plotly) => {
      this.Plotly = Plotly
      redraw()
    })
    this.observer = new ResizeObserver(redraw)
    this.observer.observe(node)
  }

  // The node's size; null where nothing can be drawn yet.
  room() {
    const { width, height } = this.node.getBoundingClientRect()
    return this.Plotly && width && height ? { width, height } : null
  }

  react(traces, layout) {
    const config = { displayModeBar: false, doubleClick: "reset", scrollZoom: false, showTips: false }
    this.drawn = this.Plotly.react(this.node, traces, layout, config)
    this.node.dataset.updates = String(++this.updates)
  }

  // Plotly says through the node, a moment later, that it has drawn, and fails where the node is purged by then.
  leave() {
    this.observer.disconnect()
    const purge = () => this.Plotly.purge(this.node)
    this.drawn?.then(purge, purge)
  }
}
