// The files of one run: links to what the server makes, and the chart as a picture, which the browser draws.

import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"
import { saveChart } from "../runs/save_chart.js"

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.groups = this.root.querySelector(".groups")
    this.said = this.root.querySelector(".said")
    this.root.addEventListener("keydown", (event) => event.key === "Tab" || event.stopPropagation())
  }

  update(data) {
    const theme = (this.root.dataset.theme = themeOf(this.root))
    const shown = JSON.stringify([data, theme])
    if (shown === this.shown) return // who is about to press a link does not lose it
    Object.assign(this, { data, shown })
    this.said.textContent = ""
    const lead = Object.assign(document.createElement("li"), { className: "lead", textContent: data.label })
    this.groups.replaceChildren(lead, ...data.groups.map((group) => this.group(group)))
  }

  group({ label, items }) {
    const group = document.createElement("li")
    if (label) group.append(Object.assign(document.createElement("span"), { textContent: label }))
    group.append(...items.map((item) => this.item(item, label)))
    return group
  }

  item({ text, what, format }, label) {
    const item = format ? Object.assign(document.createElement("button"), { type: "button" }) : document.createElement("a")
    item.textContent = text
    if (label) item.setAttribute("aria-label", `${label}, ${text}`)
    if (format) item.addEventListener("click", () => this.draw(format))
    else Object.assign(item, { href: this.address(what), download: "" })
    return item
  }

  address(what) {
    const { run, language } = this.data
    return new URL(`runs/${run}/${what}?lang=${language}&theme=${this.root.dataset.theme}`, document.baseURI).href
  }

  async draw(format) {
    this.said.textContent = ""
    try {
      await saveChart(this.address("chart.json"), format, this.data.name)
    } catch {
      this.said.textContent = this.data.failed
    }
  }
}

export const { mount, unmount } = mounting(Stage)
