// The runs ticked in the list of the deleted, to be brought back: nothing but this page knows of them.

import { fill, thousands } from "../animator/format.js"

export class Marks {
  constructor(part, { restore, changed }) {
    this.part = part
    this.ids = new Set()
    const press = (name, act) => part.querySelector(`.${name}`).addEventListener("click", () => (act(), changed()))
    press("mark-all", () => this.rows.forEach(({ id }) => this.ids.add(id)))
    press("unmark", () => this.ids.clear())
    press("restore", () => restore([...this.ids]))
  }

  toggle(id, on) {
    if (on) this.ids.add(id)
    else this.ids.delete(id)
  }

  draw({ words, of_deleted, rows, total }) {
    this.rows = rows
    if (!of_deleted) this.ids.clear()
    this.part.hidden = !of_deleted || !total
    const count = this.ids.size
    this.part.firstElementChild.textContent = count ? fill(words.chosen, { n: thousands(count) }) : words.mark_some
    this.part.querySelector(".mark-all").hidden = rows.every(({ id }) => this.ids.has(id))
    for (const name of ["unmark", "restore"]) this.part.querySelector(`.${name}`).hidden = !count
  }
}
