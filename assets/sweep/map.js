// The heat map: a table for each value of the third axis, the first axis in columns, the second in rows. Ink only, with
// the number in each cell; what has no number is told by a sign and a word. A cell is chosen by a click or by Enter.

import { decimals, fill } from "../animator/format.js"

const SIGNS = {
  running: "▸", paused: "‖", interrupted: "‖", stopped: "■", diverged: "×", failed: "!", waiting: "…", empty: "–",
}
const LEAST = 0.12 // the shade of the worst cell: it has a result, and an empty one has none
const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

export class HeatMap {
  constructor(root, onPick) {
    this.root = root
    this.onPick = onPick
    this.cells = []
  }

  // The tables of this sweep; they stay while its numbers change.
  open({ axes, places }) {
    const [columns, rows, tables] = axes
    this.size = [columns.values.length, rows.values.length]
    this.cells = []
    this.root.replaceChildren(...tables.values.map((value, k) => {
      const table = document.createElement("table")
      table.className = "heat"
      table.setAttribute("role", "grid")
      if (tables.values.length > 1) table.createCaption().textContent = `${tables.name} ${value}`
      const head = table.createTHead()
      const names = head.insertRow()
      const corner = heading(names, "axis", rows.values.length > 1 ? rows.name : "")
      corner.rowSpan = 2
      corner.style.verticalAlign = "bottom"
      heading(names, "axis", columns.name).colSpan = this.size[0]
      const values = head.insertRow()
      for (const name of columns.values) heading(values, "value", name, "col")
      const body = table.createTBody()
      rows.values.forEach((name, j) => {
        const row = body.insertRow()
        heading(row, "value", rows.values.length > 1 ? name : "", "row")
        columns.values.forEach((_, i) => {
          const index = places.findIndex((place) => place[0] === i && place[1] === j && place[2] === k)
          this.cells[index] = this.cell(row, index, i, (k * this.size[1]) + j)
        })
      })
      return table
    }))
    this.rove(this.cells[0])
  }

  cell(row, index, x, y) {
    const cell = row.insertCell()
    cell.className = "cell"
    cell.setAttribute("role", "gridcell")
    cell.append(document.createElement("b"), document.createElement("small"))
    Object.assign(cell, { index, x, y })
    cell.addEventListener("focus", () => this.rove(cell))
    cell.addEventListener("click", () => this.onPick(index))
    cell.addEventListener("keydown", (event) => this.key(event, cell))
    return cell
  }

  draw(data, picked) {
    const { words, best } = data
    const { faces, key } = lookOf(data)
    faces.forEach(({ sign, word, shade }, i) => {
      const node = this.cells[i]
      node.firstChild.textContent = sign
      node.lastChild.textContent = word
      node.style.setProperty("--shade", shade)
      node.classList.toggle("shaded", shade > 0)
      node.classList.toggle("best", i === best)
      node.setAttribute("aria-selected", String(i === picked))
      node.setAttribute("aria-label", fill(words.cell, { settings: settingsOf(data, i), outcome: outcomeOf(data, i) }))
    })
    return key
  }

  key(event, cell) {
    const move = step[event.key]
    if (!move && event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    event.stopPropagation()
    if (!move) return this.onPick(cell.index)
    this.cells.find(({ x, y }) => x === cell.x + move[1] && y === cell.y + move[0])?.focus()
  }

  // Tab comes back to the cell it left.
  rove(cell) {
    for (const other of this.cells) other.tabIndex = other === cell ? 0 : -1
  }
}

// What each cell shows, with its shade from 0 to 1, 0 where there is no result; and what the shades mean.
export function lookOf(data) {
  const results = data.cells.filter(({ state }) => state === "finished").map(({ acc }) => acc)
  const [low, high] = [Math.min(...results), Math.max(...results)]
  const faces = data.cells.map((cell, i) => {
    const share = high > low ? (cell.acc - low) / (high - low) : 1
    const shade = LEAST + (1 - LEAST) * share ** 2 // squared: the best are told apart, however bad the worst
    return { ...standing(cell, data, i), shade: cell.state === "finished" ? shade : 0 }
  })
  const key = results.length > 1 ? fill(data.words.map_key, { low: decimals(low), high: decimals(high) }) : ""
  return { faces, key }
}

// What stands in a cell: its number or a sign, and beneath it a word where there is something to say.
function standing({ state, acc, overshot, points }, { words, best, now, state: sweep }, i) {
  if (state === "finished") return { sign: decimals(acc), word: i === best ? words.best : overshot ? words.exploded : "" }
  const missing = sweep === "running" && now !== i ? "waiting" : "empty"
  const key = state ?? missing
  const word = key === "running" ? fill(words.running, { epoch: points.length + 1 }) : words[key]
  return { sign: SIGNS[key], word }
}

// A cell's values on the axes that vary, each with the axis's name; all of them where none varies.
export function settingsOf({ axes, places, varying }, i) {
  return axes.slice(0, varying || 1).map(({ name, values }, axis) => `${name} ${values[places[i][axis]]}`).join(" · ")
}

// The same in short, for a line's end.
export function shortOf({ axes, places, varying }, i) {
  return axes.slice(0, varying || 1).map(({ values }, axis) => values[places[i][axis]]).join(" · ")
}

export function outcomeOf(data, i) {
  const { sign, word } = standing(data.cells[i], data, i)
  const number = data.cells[i].state === "finished"
  return [number ? sign : "", word].filter(Boolean).join(", ")
}

function heading(row, name, text, scope) {
  const cell = document.createElement("th")
  cell.className = name
  cell.textContent = text
  if (scope) cell.scope = scope
  row.append(cell)
  return cell
}
