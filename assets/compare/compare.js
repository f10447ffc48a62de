// Several runs side by side: their curves on one chart, what differs, their templates on one scale, their confusions.

import { fill } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"
import { shown, stand } from "../lectern/shown.js"
import { Overlay } from "../runs/overlay.js"
import { Differences } from "./differences.js"
import { Matrices, TemplateRows } from "./rows.js"

// What was chosen stays when the page is left and opened again.
const chosen = { metric: "test_acc", range: "values", scale: "one" }

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.turn = 0
    this.waiting = []
    this.overlay = new Overlay(this.part("chart"))
    this.differences = new Differences(this.part("differences .scroll"), {
      point: (id) => this.point(id), leave: (id) => this.ask({ choose: [id, false] }), open: (id) => this.ask({ open: id }),
    })
    this.templates = new TemplateRows(this.part("rows"), this.part("scale"))
    this.matrices = new Matrices(this.part("matrices"))
    this.stopStanding = stand(this.root, () => this.data && this.draw())
    this.root.addEventListener("keydown", (event) => event.stopPropagation()) // Streamlit has shortcuts of its own
    this.root.addEventListener("click", ({ target: { dataset } }) => {
      if (dataset.metric) this.choose({ metric: dataset.metric })
      if (dataset.range) this.choose({ range: dataset.range })
      if (dataset.scale) this.choose({ scale: dataset.scale })
      if (dataset.save) this.overlay.save(dataset.save, `runs-${chosen.metric.replace("_", "-")}`)
    })
  }

  // Each message carries all that the page has not answered yet, so that none is lost when two are quick.
  ask(what) {
    this.turn += 1
    this.waiting.push({ turn: this.turn, ...what })
    this.setTriggerValue("ask", [...this.waiting])
  }

  choose(what) {
    Object.assign(chosen, what)
    this.press()
    if (what.scale) this.drawTemplates()
    else this.drawCurves()
  }

  // The line of one run stands out while its row is pointed at.
  point(id) {
    this.pointed = id
    this.drawCurves()
  }

  update(data) {
    this.waiting = this.waiting.filter(({ turn }) => turn > data.turn)
    this.turn = Math.max(this.turn, data.turn)
    this.data = data
    this.theme = this.root.dataset.theme = themeOf(this.root)
    this.root.style.setProperty("--runs", data.runs.length)
    const { words } = data
    for (const element of this.root.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word]
    this.part("metrics").setAttribute("aria-label", words.metric)
    this.part("ranges").setAttribute("aria-label", words.chart_range)
    this.part("scales").setAttribute("aria-label", words.scale)
    this.press()
    if (!data.runs.some(({ id }) => id === this.pointed)) this.pointed = null
    this.differences.draw(data)
    this.part("same").textContent = data.same.length
      ? fill(words.same, { list: data.same.map(([name, value]) => `${name} ${value}`).join(" · ") }) : ""
    this.matrices.draw(data)
    this.draw()
  }

  draw() {
    this.drawCurves()
    this.drawTemplates()
  }

  press() {
    for (const what of Object.keys(chosen)) {
      for (const button of this.root.querySelectorAll(`[data-${what}]`)) {
        button.setAttribute("aria-pressed", String(button.dataset[what] === chosen[what]))
      }
    }
  }

  drawTemplates() {
    this.part("scale").classList.toggle("idle", chosen.scale === "own") // its place is kept: the header stays as high
    this.templates.draw({ ...this.data, unnamed: shown.hides("names") }, chosen.scale === "own", this.theme)
  }

  drawCurves() {
    const { runs, words } = this.data
    this.part("plot").dataset.part = chosen.metric === "train_loss" ? "loss" : "accuracy"
    this.part("no-points").hidden = runs.some(({ points }) => points.length)
    this.overlay.draw({
      runs: runs.map(({ id, letter, name, settings, points }) => ({
        letter, name: name || settings, points, strong: !this.pointed || this.pointed === id,
      })),
      metric: chosen.metric, range: chosen.range, words,
    })
  }

  leave() {
    this.stopStanding()
    this.overlay.leave()
  }
}

export const { mount, unmount } = mounting(Stage)
