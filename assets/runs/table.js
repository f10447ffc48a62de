// The table of runs: sorted by a click on a header, each run chosen by its box and opened by its name.

import { clock, decimals, fill } from "../animator/format.js"
import { Sorting } from "./sorting.js"

const TEXTS = ["name", "implementation", "data", "state"] // first from A to Z; numbers begin with the largest
const COLUMNS = [
  "number", "name", "lr", "num_epochs", "batch_size", "implementation", "seed", "init_std", "data", "best_acc", "test_acc",
  "train_loss", "seconds", "created", "state",
]

const PARTS = { best_acc: "accuracy", test_acc: "accuracy", train_loss: "loss" } // what hides these columns

export class Table {
  constructor(box, { sort, choose, open }) {
    Object.assign(this, { box, sort, choose, open, rows: new Map() })
    this.table = node("table", { className: "runs", role: "table" })
    const head = this.table.createTHead().insertRow()
    head.parentElement.setAttribute("role", "rowgroup")
    head.setAttribute("role", "row")
    this.corner = node("th", { className: "pick", scope: "col", role: "columnheader" })
    head.append(this.corner)
    this.heads = Object.fromEntries(COLUMNS.map((name) => [name, this.heading(head, name)]))
    this.body = this.table.createTBody()
    this.body.setAttribute("role", "rowgroup")
    box.append(this.table)
    this.sorting = new Sorting((name, turned) => this.sort(turned ? this.turned() : this.first(name)))
    box.before(this.sorting.element)
  }

  heading(head, name) {
    const cell = node("th", { className: name, scope: "col", role: "columnheader" })
    const button = node("button", { type: "button" })
    button.append(node("span"), node("i", { ariaHidden: "true" }))
    button.addEventListener("click", () => this.sort(this.next(name)))
    cell.append(button)
    head.append(cell)
    return cell
  }

  // The order that a click on this header asks for.
  next(name) {
    return this.order === this.first(name) ? this.turned() : this.first(name)
  }

  first(name) {
    return TEXTS.includes(name) || name === "train_loss" ? name : `-${name}`
  }

  turned() {
    return this.order.startsWith("-") ? this.order.slice(1) : `-${this.order}`
  }

  draw({ words, columns, rows, sort, chosen, letters, marked, of_deleted, opened, language }) {
    this.order = sort
    this.sorting.draw({ words, columns, sort })
    if (this.ofDeleted !== of_deleted) this.rows.clear() // its rows are others
    this.ofDeleted = of_deleted
    this.table.setAttribute("aria-label", words.table)
    this.corner.setAttribute("aria-label", of_deleted ? words.mark_column : words.choose_column)
    for (const [name, cell] of Object.entries(this.heads)) {
      const on = sort.replace("-", "") === name
      cell.querySelector("span").textContent = columns[name]
      cell.querySelector("i").textContent = !on ? "" : sort.startsWith("-") ? "▼" : "▲"
      cell.setAttribute("aria-sort", !on ? "none" : sort.startsWith("-") ? "descending" : "ascending")
    }
    const full = chosen.filter(Boolean).length >= letters.length
    const drawn = rows.map((run) => {
      const row = this.rows.get(run.id) ?? new Row(run.id, this)
      const letter = letters[chosen.indexOf(run.id)] ?? ""
      const pick = of_deleted ? { letter: "", on: marked.has(run.id) } : { letter, on: Boolean(letter), full }
      row.draw(run, { words, columns, ...pick, open: opened?.id === run.id, sorted: sort.replace("-", ""), language })
      return row
    })
    this.rows = new Map(drawn.map((row) => [row.id, row]))
    this.place(drawn.map((row) => row.element))
  }

  // Rows that stay where they are keep the keyboard's focus; one that moves gets it back.
  place(elements) {
    const { children } = this.body
    if (elements.length === children.length && elements.every((element, i) => element === children[i])) return
    const focused = this.box.getRootNode().activeElement
    this.body.replaceChildren(...elements)
    if (focused && this.body.contains(focused)) focused.focus({ preventScroll: true })
  }

  // Have a run's row in sight, within the table's own box only.
  show(id) {
    const row = this.rows.get(id)?.element
    if (!row) return
    const { box } = this
    const top = row.offsetTop - this.table.tHead.offsetHeight
    if (top < box.scrollTop) box.scrollTop = top
    else if (row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = row.offsetTop + row.offsetHeight - box.clientHeight
    }
  }
}

class Row {
  constructor(id, table) {
    this.id = id
    this.ofDeleted = table.ofDeleted
    this.element = node("tr", { role: "row" })
    this.element.dataset.run = id
    const pick = node("td", { className: "pick", role: "cell" })
    this.box = node("input", { type: "checkbox" })
    this.letter = node("b")
    pick.append(this.box, this.letter)
    this.cells = Object.fromEntries(COLUMNS.map((name) => [name, node("td", { className: name, role: "cell" })]))
    this.name = this.ofDeleted ? node("b") : node("button", { type: "button" }) // what is deleted cannot be opened
    this.marks = node("small")
    const named = node("div")
    named.append(this.name, this.marks)
    this.cells.name.append(named)
    this.values = Object.fromEntries(Object.entries(PARTS).map(([name, part]) => [name, value(this.cells[name], part)]))
    this.element.append(pick, ...Object.values(this.cells))
    this.box.addEventListener("change", () => table.choose(id, this.box.checked))
    if (!this.ofDeleted) this.name.addEventListener("click", () => table.open(id))
  }

  draw(run, { words, columns, letter, on, full = false, open, sorted, language }) {
    const name = run.name || run.settings
    this.box.checked = on
    this.box.disabled = full && !on
    this.box.title = this.box.disabled ? words.full : ""
    const which = run.number ? `${run.number}, ${name}` : name
    this.box.setAttribute("aria-label", this.ofDeleted ? fill(words.mark, { run: which }) : fill(words.choose, { run: which }))
    this.letter.textContent = letter
    this.name.textContent = this.name.title = name
    this.name.classList.toggle("unnamed", !run.name)
    const marks = [run.pinned && words.pinned, run.sweep && words.of_sweep, run.imported && words.imported]
    this.marks.textContent = marks.filter(Boolean).join(" · ")
    this.element.classList.toggle("open", open)
    if (open) this.name.setAttribute("aria-current", "true")
    else this.name.removeAttribute("aria-current")
    const shown = {
      number: run.number ?? "–", lr: run.lr, num_epochs: run.num_epochs, batch_size: run.batch_size,
      implementation: run.implementation, seed: run.seed, init_std: run.init_std, data: run.data,
      test_acc: decimals(run.test_acc), train_loss: decimals(run.train_loss), seconds: clock(run.seconds),
      created: when(run.created, language),
      state: run.state === "running" ? `${run.state_word} ${Math.floor((100 * run.step) / run.steps)}%` : run.state_word,
    }
    for (const [column, cell] of Object.entries(this.cells)) {
      cell.classList.toggle("sorted", column === sorted)
      cell.dataset.column = columns[column]
    }
    for (const [column, text] of Object.entries(shown)) write(this.values[column] ?? this.cells[column], String(text))
    this.cells.created.title = new Date(1000 * run.created).toLocaleString(language)
    const best = this.values.best_acc
    write(best, decimals(run.best_acc))
    if (run.best_epoch) best.append(node("small", { textContent: ` @${run.best_epoch}`, title: fill(words.at_epoch, { epoch: run.best_epoch }) }))
  }
}

export function node(tag, { role, ariaHidden, ...properties } = {}) {
  const element = Object.assign(document.createElement(tag), properties)
  if (role) element.setAttribute("role", role)
  if (ariaHidden) element.setAttribute("aria-hidden", ariaHidden)
  return element
}

// Where a value stands that can be hidden.
export function value(cell, part) {
  const covered = node("span", { className: "value" })
  const text = node("span")
  Object.assign(covered.dataset, { part, each: "" })
  covered.append(text)
  cell.append(covered)
  return text
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

// The time of day for what was made today, else the day, with the year where it is another one.
export function when(seconds, language) {
  const date = new Date(1000 * seconds), now = new Date()
  if (date.toDateString() === now.toDateString()) {
    return date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
  }
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }
  return date.toLocaleDateString(language, { day: "numeric", month: "short", ...year })
}
