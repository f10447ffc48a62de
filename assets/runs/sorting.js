// What the table is sorted by, as a field: on a phone a run is two lines, with no headers above its values.

import { node } from "./table.js"

export class Sorting {
  constructor(sort) {
    this.element = node("div", { className: "sorting" })
    const label = node("label")
    this.title = node("span")
    this.field = node("select")
    this.turn = node("button", { type: "button" })
    label.append(this.title, this.field)
    this.element.append(label, this.turn)
    this.field.addEventListener("change", () => sort(this.field.value, false))
    this.turn.addEventListener("click", () => sort(this.field.value, true))
  }

  draw({ words, columns, sort }) {
    const said = JSON.stringify(columns)
    if (said !== this.said) {
      this.said = said
      this.field.replaceChildren(...Object.entries(columns).map(([value, textContent]) => node("option", { value, textContent })))
    }
    const falling = sort.startsWith("-")
    this.title.textContent = words.sort_by
    this.field.value = sort.replace("-", "")
    this.turn.textContent = falling ? `${words.falling} ▼` : `${words.rising} ▲`
  }
}
