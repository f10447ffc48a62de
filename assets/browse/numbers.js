// The 28×28 numbers of a picture as a table; the arrow keys move the marked cell.

import { SIDE } from "../animator/pixels.js"

export class Numbers {
  constructor(root, onMark) {
    this.onMark = onMark
    this.table = Object.assign(document.createElement("table"), { className: "numbers" })
    this.table.setAttribute("role", "grid")
    const head = this.table.createTHead().insertRow()
    head.append(document.createElement("td"))
    this.columns = Array.from({ length: SIDE }, (_, column) => heading(head, column, "col"))
    const body = this.table.createTBody()
    this.rows = []
    this.cells = []
    for (let row = 0; row < SIDE; row++) {
      const line = body.insertRow()
      this.rows.push(heading(line, row, "row"))
      for (let column = 0; column < SIDE; column++) this.cells.push(line.insertCell())
    }
    this.cells.forEach((cell, i) => {
      cell.setAttribute("role", "gridcell")
      cell.dataset.flat = i
      cell.tabIndex = -1
    })
    for (const kind of ["pointerover", "pointerdown", "focusin"]) {
      this.table.addEventListener(kind, ({ target }) => target.dataset.flat && this.tell(Number(target.dataset.flat)))
    }
    this.table.addEventListener("keydown", (event) => this.key(event))
    root.append(this.table)
  }

  tell(flat) {
    this.onMark(Math.floor(flat / SIDE), flat % SIDE)
  }

  draw(pixels, unit, name) {
    this.table.setAttribute("aria-label", name)
    this.cells.forEach((cell, i) => {
      const byte = pixels[i]
      cell.textContent = unit === "byte" ? byte : value(byte)
      cell.className = byte ? "" : "zero"
      cell.style.setProperty("--shade", byte / 255)
    })
  }

  mark(row, column) {
    const flat = SIDE * row + column
    if (this.marked !== undefined) this.set(this.marked, false)
    this.set((this.marked = flat), true)
  }

  set(flat, on) {
    const cell = this.cells[flat]
    cell.tabIndex = on ? 0 : -1
    cell.setAttribute("aria-selected", String(on))
    this.rows[Math.floor(flat / SIDE)].classList.toggle("marked", on)
    this.columns[flat % SIDE].classList.toggle("marked", on)
  }

  key(event) {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
    if (!move) return
    event.preventDefault()
    const within = (n) => Math.min(SIDE - 1, Math.max(0, n))
    const row = within(Math.floor(this.marked / SIDE) + move[0])
    this.cells[SIDE * row + within((this.marked % SIDE) + move[1])].focus()
  }
}

// Three decimals without the leading zero, as the cells are narrow.
export const value = (byte) => (byte === 0 ? "0" : byte === 255 ? "1" : (byte / 255).toFixed(3).slice(1))

function heading(row, text, scope) {
  const cell = Object.assign(document.createElement("th"), { scope, textContent: text })
  row.append(cell)
  return cell
}
