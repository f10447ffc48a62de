// The data browser: the ten classes, a page of pictures, and one picture opened with its numbers.
// The server answers each change of the view with the pictures of its page; what the page already holds is drawn at once.

import { fill, thousands } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { bytes, themeOf } from "../animator/pixels.js"
import { ON_PAGE, show, shown, stand } from "../lectern/shown.js"
import { Classes } from "./classes.js"
import { save } from "./files.js"
import { Grid } from "./grid.js"
import { Opened } from "./opened.js"
import { Pager } from "./pager.js"

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.turn = 0
    this.classes = new Classes(this.part("classes"), (label) => this.pick(label))
    this.grid = new Grid(this.part("pictures"), {
      move: (position) => this.move(position), open: (position) => this.open(position), point: () => this.drawWhere(),
    })
    this.opened = new Opened(this.part("opened"), { turn: (by) => this.move(this.view.position + by), unit: (unit) => this.go({ unit }) })
    this.part("all").addEventListener("click", () => this.pick(null))
    this.part("back").addEventListener("click", () => this.close())
    this.part("goto").addEventListener("submit", (event) => this.goto(event))
    this.pager = new Pager(this.part("pager"), (position) => this.move(position))
    this.part("save").addEventListener("click", ({ target: { dataset } }) => {
      if (dataset.save && this.held !== null) save(dataset.save, this)
    })
    this.root.addEventListener("keydown", (event) => this.key(event))
    this.stopStanding = stand(this.root, () => this.data && this.draw())
  }

  get total() {
    const { counts } = this.data
    return this.view.label === null ? counts.reduce((sum, n) => sum + n, 0) : counts[this.view.label]
  }

  get first() {
    return Math.floor(this.view.position / this.data.size) * this.data.size
  }

  // An answer to an earlier turn says nothing new: the answer to the last one is on its way.
  update(data) {
    if (data.turn < this.turn) return
    const { label, position, opened } = data.view
    // Within a page a person moves without a word to the server, which need not be answered.
    const within = this.data && !this.asked && this.data.split === data.split && this.data.data === data.data
      && this.view.label === label && this.view.opened === opened && this.first === Math.floor(position / data.size) * data.size
    this.data = { ...data, pixels: bytes(data.page.pixels), means: bytes(data.means), page: { ...data.page, label } }
    this.view = { ...data.view, position: within ? this.view.position : position }
    this.asked = false
    this.turn = data.turn
    this.refused = data.refused === null ? "" : this.fault(String(data.refused))
    this.root.dataset.theme = this.theme = themeOf(this.root)
    this.draw()
  }

  // Go somewhere else: what is here already is drawn at once, and the server is told.
  go(change) {
    this.view = { ...this.view, ...change }
    this.refused = ""
    this.turn += 1
    this.setStateValue("view", { ...this.view, turn: this.turn })
    this.draw()
  }

  pick(label) {
    const again = label === this.view.label && !(shown.wall && shown.screen === "classes")
    this.go({ label: again ? null : label, position: 0, opened: false })
    if (shown.wall) show({ screen: "pictures" }, ON_PAGE)
  }

  move(position) {
    const within = Math.max(0, Math.min(this.total - 1, position))
    const before = this.first
    this.focus ||= this.grid.focused
    if (within === this.view.position) return this.draw()
    if (this.view.opened) return this.go({ position: within })
    this.view.position = within
    this.refused = ""
    if (this.first === before) this.draw()
    else this.go({})
  }

  open(position) {
    this.focus = true
    this.go({ position, opened: true })
  }

  close() {
    this.focus = true
    this.go({ opened: false })
  }

  goto(event) {
    event.preventDefault()
    const input = this.part("goto").querySelector("input")
    const value = input.value.trim()
    if (!value) return
    this.refused = this.fault(value)
    if (this.refused) return this.drawWhere()
    input.value = ""
    this.focus = this.asked = true
    this.turn += 1
    this.setStateValue("view", { ...this.view, index: Number(value), turn: this.turn })
  }

  // Why a text is no index of these data; empty where it is one.
  fault(value) {
    const { counts, words } = this.data
    const limit = counts.reduce((sum, n) => sum + n, 0) - 1
    if (!/^\d+$/.test(value)) return fill(words.not_an_index, { value: value, limit: thousands(limit) })
    return Number(value) > limit ? fill(words.beyond, { value: thousands(Number(value)), limit: thousands(limit) }) : ""
  }

  key(event) {
    if (event.key !== "Tab") event.stopPropagation() // Streamlit has keys of its own
    if (event.key === "Escape" && this.view.opened) this.close()
  }

  // The place of the view's picture on the page at hand; null while the server still has to send it.
  get held() {
    const { page } = this.data
    const here = page.label === this.view.label && page.first === this.first
    return here ? this.view.position - page.first : null
  }

  draw() {
    const { data, view } = this
    const { words } = data
    for (const element of this.root.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word]
    const [unnamed, unlabelled] = [shown.hides("names"), shown.hides("labels")]
    this.classes.draw({ ...data, unnamed, theme: this.theme, picked: view.label })
    this.part("all").setAttribute("aria-pressed", String(view.label === null))
    this.pager.draw({ ...data, opened: view.opened, at: view.opened ? view.position : this.first, total: this.total })
    if (this.held === null) return
    const focus = this.focus
    this.focus = false
    this.part("pictures").hidden = view.opened
    this.part("opened").hidden = !view.opened
    this.part("all").hidden = view.opened
    this.part("back").hidden = !view.opened
    for (const [name, shown] of [["page", !view.opened], ["picture", view.opened], ["numbers", view.opened]]) {
      this.root.querySelector(`[data-save="${name}"]`).hidden = !shown
    }
    this.grid.draw({ ...data, unlabelled, theme: this.theme, at: this.held, focus: focus && !view.opened })
    if (view.opened) this.opened.draw({ ...data, unlabelled, theme: this.theme, at: this.held, unit: view.unit, focus })
    this.drawWhere()
  }

  drawWhere() {
    this.part("where").setAttribute("aria-live", this.refused ? "assertive" : "off")
    this.part("where").textContent = this.refused || this.whereabouts()
  }

  whereabouts() {
    const { words, labels, page, size } = this.data
    const count = thousands(this.total)
    if (this.view.opened) return fill(words.position, { position: thousands(this.view.position + 1), count: count })
    const first = thousands(page.first + 1)
    const last = thousands(Math.min(page.first + size, this.total))
    const at = this.grid.pointed
    const which = at === null || shown.hides("labels")
      ? fill(words.indices, { from_index: thousands(page.indices[0]), to_index: thousands(page.indices.at(-1)) })
      : fill(words.pointed, { index: thousands(page.indices[at]), label: labels[page.classes[at]] })
    return `${fill(words.range, { first: first, last: last, count: count })} · ${which}`
  }

  leave() {
    this.stopStanding()
  }
}

export const { mount, unmount } = mounting(Stage)
