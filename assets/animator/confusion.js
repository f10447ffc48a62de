// The confusion matrix as a table: the true class in rows, the said one in columns; errors shaded in ink.
// With `onPick`, cells can be chosen by a click or with the arrow keys and Enter; without it, it only shows.

import { thousands } from "./format.js"

const CLASSES = 10
const FULL = 0.4 // the share of a row at which a cell's shade is at its strongest

export class Confusion {
  constructor(root, onPick) {
    this.onPick = onPick
    this.table = document.createElement("table")
    this.table.className = "confusion"
    this.table.setAttribute("role", onPick ? "grid" : "table")
    const head = this.table.createTHead().insertRow()
    head.append(document.createElement("td"))
    this.columns = Array.from({ length: CLASSES }, () => heading(head, "col"))
    const body = this.table.createTBody()
    this.rows = []
    this.cells = []
    for (let i = 0; i < CLASSES; i++) {
      const row = body.insertRow()
      this.rows.push(heading(row, "row"))
      for (let j = 0; j < CLASSES; j++) this.cells.push(this.cell(row, i, j))
    }
    root.append(this.table)
  }

  cell(row, i, j) {
    const cell = row.insertCell()
    if (i === j) cell.className = "right"
    if (this.onPick) {
      cell.tabIndex = i + j ? -1 : 0
      cell.setAttribute("role", "gridcell")
      cell.addEventListener("focus", () => this.rove(cell))
      cell.addEventListener("click", () => this.onPick(i, j))
      cell.addEventListener("keydown", (event) => this.key(event, i, j))
    }
    return cell
  }

  // `counts`: 100 numbers, row by row. `percent`: each as a share of its row. `picked`: [true, said] or null.
  // `name`: what a cell is called, from its number, its classes and the text in it; only asked for where cells are chosen.
  draw({ counts, labels, name, percent = false, picked = null }) {
    labels.forEach((label, i) => {
      this.columns[i].firstChild.textContent = label
      this.rows[i].firstChild.textContent = label
    })
    for (let i = 0; i < CLASSES; i++) {
      const row = counts.slice(CLASSES * i, CLASSES * (i + 1))
      const total = row.reduce((sum, n) => sum + n, 0)
      for (let j = 0; j < CLASSES; j++) {
        const cell = this.cells[CLASSES * i + j]
        const n = row[j]
        cell.textContent = !n ? "" : percent ? ((100 * n) / total).toFixed(1) : thousands(n)
        cell.style.setProperty("--shade", i === j || !n ? 0 : Math.min(1, Math.sqrt(n / total / FULL)))
        if (!this.onPick) continue
        cell.setAttribute("aria-label", name(n, i, j, cell.textContent))
        cell.setAttribute("aria-selected", String(picked?.[0] === i && picked?.[1] === j))
      }
    }
  }

  key(event, i, j) {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
    if (!move && event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    event.stopPropagation()
    if (!move) return this.onPick(i, j)
    const within = (n) => Math.min(CLASSES - 1, Math.max(0, n))
    this.cells[CLASSES * within(i + move[0]) + within(j + move[1])].focus()
  }

  // Tab comes back to the cell it left.
  rove(cell) {
    for (const other of this.cells) other.tabIndex = other === cell ? 0 : -1
  }
}

function heading(row, scope) {
  const cell = document.createElement("th")
  cell.scope = scope
  cell.append(document.createElement("span"))
  row.append(cell)
  return cell
}
