// Indexing: a small array that is edited, the expressions of a fixed list, and what the chosen one returns.

import { fill } from "../animator/format.js"
import { shown } from "../lectern/shown.js"
import { Idea, mounting } from "./concepts.js"
import { meanings, notes } from "./indexing_words.js"

const ROWS = { fewest: 1, most: 4 }
const COLUMNS = { fewest: 2, most: 5 }

const part = (name, className = "") => Object.assign(document.createElement(name), { className })

class Indexing extends Idea {
  build() {
    const { words } = this
    const names = { rows: [words.row_fewer, words.row_more], columns: [words.column_fewer, words.column_more] }
    for (const axis of ["rows", "columns"]) {
      for (const button of this.all(`[data-${axis}]`)) {
        const by = Number(button.dataset[axis])
        button.setAttribute("aria-label", names[axis][by > 0 ? 1 : 0])
        button.addEventListener("click", () => this.resize(axis, by))
      }
    }
    this.at("[data-list]").setAttribute("aria-label", this.words.expressions)
    this.at('[data-do="book"]').addEventListener("click", () => this.set(this.answer.defaults))
    this.at("tbody").addEventListener("change", ({ target }) => this.typed(target))
    this.at("[data-list]").addEventListener("keydown", (event) => this.move(event))
  }

  get rows() {
    return this.values.a.split(";").map((row) => row.split(","))
  }

  get targets() {
    return this.values.y.split(",")
  }

  give(rows, y) {
    this.set({ a: rows.map((row) => row.join()).join(";"), y: y.join() })
  }

  resize(axis, by) {
    const [rows, y] = [this.rows, this.targets]
    if (axis === "rows" && by > 0) {
      rows.push(rows[0].map(() => String(1 / rows[0].length).slice(0, 4)))
      y.push("0")
    } else if (axis === "rows") {
      rows.pop()
      y.pop()
    } else {
      for (const row of rows) by > 0 ? row.push("0.1") : row.pop()
    }
    this.give(rows, y)
  }

  // A cell that was typed in; what is no number is put back as it was.
  typed(input) {
    const { row, column } = input.dataset
    const [rows, y] = [this.rows, this.targets]
    if (input.value === "") return (input.value = column === "y" ? y[row] : rows[row][column])
    if (column === "y") y[row] = input.value
    else rows[row][column] = input.value
    this.give(rows, y)
  }

  // In a group of choices the arrow keys choose.
  move(event) {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (!by) return
    event.preventDefault()
    event.stopPropagation()
    const buttons = this.all("[data-list] button")
    const at = buttons.findIndex((button) => button.dataset.name === this.values.f)
    const next = buttons[(at + by + buttons.length) % buttons.length]
    next.focus()
    this.set({ f: next.dataset.name })
  }

  draw(answer) {
    this.answer = answer
    const { rows, y, results, note, f } = answer
    this.table(rows, y)
    for (const [axis, count, limits] of [["rows", rows.length, ROWS], ["columns", rows[0].length, COLUMNS]]) {
      this.at(`[data-count-${axis}]`).textContent = count
      this.at(`[data-${axis}="-1"]`).disabled = count === limits.fewest
      this.at(`[data-${axis}="1"]`).disabled = count === limits.most
    }
    this.list(results, f)
    this.result(results.find(({ name }) => name === f), note)
    this.paint()
  }

  // Which cells are concerned, and of which kind the results are, is a part of them.
  paint() {
    const { groups, outside, rows, results } = this.answer
    const hidden = shown.hides("results")
    this.light(hidden ? [] : groups, hidden ? [] : outside, rows[0].length)
    this.all("[data-list] span").forEach((kind, i) => {
      kind.textContent = hidden ? "" : results[i].error ?? (results[i].shape || results[i].kind)
    })
    this.at("[data-lit]").textContent = groups.length ? this.words.lit : this.words.none_lit
  }

  // The array with its indices, and y beside it; the cells stay where they are as long as its shape is the same.
  table(rows, y) {
    const shape = `${rows.length},${rows[0].length}`
    if (this.shape !== shape) {
      const head = part("tr")
      const heads = [["y_hat", "name"], ...rows[0].map((_, j) => [String(j), ""]), ["y", "name"]]
      head.append(...heads.map(([text, kind]) => Object.assign(part("th", kind), { textContent: text, scope: "col" })))
      this.at("thead").replaceChildren(head)
      this.at("tbody").replaceChildren(...rows.map((row, i) => this.row(i, row.length)))
    }
    this.shape = shape
    for (const input of this.all("tbody input")) {
      const { row, column } = input.dataset
      if (!input.matches(":focus")) input.value = column === "y" ? y[row] : rows[row][column] // else it is being typed
    }
  }

  row(i, columns) {
    const row = part("tr")
    row.append(Object.assign(part("th"), { textContent: i, scope: "row" }))
    for (const column of [...Array(columns).keys(), "y"]) {
      const cell = part("td", column === "y" ? "y" : "")
      const input = Object.assign(part("input"), { type: "number", step: column === "y" ? 1 : "any" })
      Object.assign(input.dataset, { row: i, column })
      const name = column === "y" ? fill(this.words.label_of, { row: i }) : fill(this.words.cell, { row: i, column })
      input.setAttribute("aria-label", name)
      cell.append(input, part("span", "group"))
      row.append(cell)
    }
    return row
  }

  // A cell by itself is filled; cells that make one element together are outlined together.
  light(groups, outside, columns) {
    const cells = this.all("tbody td:not(.y)")
    const owner = new Map(groups.flatMap((group, i) => group.map((place) => [place, group.length > 1 ? i : null])))
    cells.forEach((cell, place) => {
      cell.classList.toggle("on", owner.get(place) === null)
      cell.classList.toggle("many", owner.get(place) != null)
      const beyond = { top: place - columns, bottom: place + columns }
      if (place % columns) beyond.left = place - 1
      if ((place + 1) % columns) beyond.right = place + 1
      for (const side of ["top", "bottom", "left", "right"]) {
        const edge = owner.get(place) != null && owner.get(beyond[side]) !== owner.get(place)
        cell.lastChild.classList.toggle(side, edge)
      }
    })
    this.all("tbody td.y").forEach((cell, i) => {
      cell.classList.toggle("outside", outside.includes(i))
      cell.firstChild.setAttribute("aria-invalid", outside.includes(i))
    })
  }

  list(results, chosen) {
    const place = this.at("[data-list]")
    if (place.children.length !== results.length) {
      place.replaceChildren(...results.map(({ name, source }) => {
        const button = Object.assign(part("button"), { type: "button" })
        button.dataset.name = name
        button.setAttribute("role", "radio")
        button.append(Object.assign(part("code"), { textContent: source }), part("span"))
        button.addEventListener("click", () => this.set({ f: name }))
        return button
      }))
    }
    results.forEach((result, i) => {
      const button = place.children[i]
      button.setAttribute("aria-checked", result.name === chosen)
      button.tabIndex = result.name === chosen ? 0 : -1
    })
  }

  result({ name, source, text, kind, shape, error, message }, note) {
    this.at("[data-source]").textContent = source
    this.at("[data-kind]").textContent = error ?? [kind, shape].filter(Boolean).join(" · ")
    this.at("[data-text]").textContent = error ? `${error}: ${message}` : text
    this.at("[data-mean]").textContent = meanings(this.words)[name]
    this.at("[data-note]").textContent = notes(this.words)[note] ?? ""
    this.at("[data-note]").hidden = !note
  }
}

export const { mount, unmount } = mounting(Indexing)
