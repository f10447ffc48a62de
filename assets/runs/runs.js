// The stage of the Runs page: the table of a person's runs and the details of one. The page holds what is kept, chosen
// and open; a click asks it, and it answers with the rows.

import { fill, thousands } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"
import { ON_PAGE, show, shown, stand } from "../lectern/shown.js"
import { Details } from "./details.js"
import { Marks } from "./marks.js"
import { Table, node } from "./table.js"

const LEAST_SEEN = 150 // pixels of the details

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.turn = 0
    this.waiting = []
    this.table = new Table(this.part("list"), {
      sort: (sort) => this.ask({ sort }),
      choose: (id, on) => this.choose(id, on),
      open: (id) => this.open(id),
    })
    this.marks = new Marks(this.part("marked"), { restore: (ids) => this.ask({ restore: ids }), changed: () => this.draw() })
    this.details = new Details(this.part("details"), (what) => this.ask(what))
    addEventListener("pagehide", this.save)
    this.stopStanding = stand(this.root)
    this.root.addEventListener("keydown", (event) => event.stopPropagation()) // Streamlit has shortcuts of its own
    this.root.addEventListener("click", ({ target }) => {
      if (target.dataset.ask) this.ask({ [target.dataset.ask]: true })
      if (target.dataset.go) this.ask({ go: ["", target.dataset.go] })
    })
    const press = (name, act) => this.part(name).addEventListener("click", ({ currentTarget: button }) =>
      button.getAttribute("aria-disabled") === "true" || act())
    press("previous", () => this.ask({ page: this.page - 1 }))
    press("next", () => this.ask({ page: this.page + 1 }))
    press("delete-chosen", () => this.ask({ delete: this.chosen.filter((id) => id) }))
  }

  // Each message carries all that the page has not answered yet, so that none is lost when two are quick.
  ask(what) {
    this.turn += 1
    this.waiting.push({ turn: this.turn, ...what })
    this.setTriggerValue("ask", [...this.waiting])
    this.tools()
  }

  open(id) {
    const opened = this.data.opened?.id === id
    if (!opened || !shown.wall) this.ask({ open: opened ? null : id })
    if (shown.wall) show({ screen: "details" }, ON_PAGE)
  }

  choose(id, on) {
    if (this.data.of_deleted) this.marks.toggle(id, on)
    else this.ask({ choose: [id, on] })
    this.draw()
  }

  draw() {
    this.table.draw({ ...this.data, chosen: this.chosen, marked: this.marks.ids })
    this.tools()
  }

  // What is chosen, with the clicks that are not answered yet.
  get chosen() {
    let slots = [...this.data.chosen]
    for (const { choose, clear } of this.waiting) {
      if (clear) slots = []
      if (!choose) continue
      const [id, on] = choose
      const free = slots.includes("") ? slots.indexOf("") : slots.length
      if (!on) slots = slots.map((other) => (other === id ? "" : other))
      else if (!slots.includes(id) && slots.filter(Boolean).length < this.data.letters.length) slots[free] = id
    }
    return slots
  }

  // The page of the table that is shown, or was asked for last: quick clicks add up.
  get page() {
    const asked = this.waiting.findLast(({ page, sort }) => page || sort)
    return asked ? asked.page ?? 1 : this.data.start / this.data.size + 1
  }

  update(data) {
    const before = this.data && (this.data.opened?.id ?? null) // undefined at the first drawing
    this.data = data
    const restored = this.waiting.filter(({ turn, restore }) => restore && turn <= data.turn)
    if (!data.error) for (const { restore } of restored) restore.forEach((id) => this.marks.toggle(id, false))
    this.waiting = this.waiting.filter(({ turn }) => turn > data.turn)
    this.turn = Math.max(this.turn, data.turn)
    this.root.dataset.theme = themeOf(this.root)
    for (const element of this.root.querySelectorAll("[data-word]")) element.textContent = data.words[element.dataset.word]
    this.say(data)
    const first = this.part("list").scrollTop && this.start !== `${data.start} ${data.sort}`
    this.start = `${data.start} ${data.sort}`
    this.draw()
    if (first) this.part("list").scrollTop = 0
    const { opened } = data
    this.root.classList.toggle("opened", Boolean(opened))
    this.details.draw(data, this.waiting)
    if (opened && opened.id !== before) {
      this.table.show(opened.id)
      if (before !== undefined) this.reach(this.part("details"))
    }
  }

  // Details that were opened from elsewhere on the page may lie beneath the window.
  reach(details) {
    if (details.getBoundingClientRect().top > window.innerHeight - LEAST_SEEN) details.scrollIntoView({ block: "start" })
  }

  say({ words, error, deleted, of_deleted, total, filtered, rows }) {
    const said = this.part("said")
    if (said.textContent !== (error ?? "")) said.replaceChildren(...(error ? [node("p", { textContent: error })] : []))
    this.part("undo").hidden = !deleted
    this.part("undo").firstElementChild.textContent = deleted === 1 ? words.deleted_one : fill(words.deleted, { n: deleted })
    const none = !rows.length
    this.part("none").hidden = !none
    this.part("none").firstElementChild.textContent = filtered ? words.none_found : of_deleted ? words.none_gone : words.empty
    this.part("none").lastElementChild.hidden = filtered || of_deleted
    this.part("list").hidden = none
    this.part("tools").hidden = !total && !deleted
  }

  tools() {
    const { words, start, size, total, of_deleted } = this.data
    const last = Math.min(start + size, total)
    const count = this.chosen.filter(Boolean).length
    const n = thousands(total)
    const runs = total === 1 ? words.one_run : fill(words.runs, { n })
    const gone = total === 1 ? words.gone_one : fill(words.gone, { n })
    this.part("count").textContent = of_deleted ? gone : runs
    this.marks.draw(this.data)
    this.part("picked").hidden = of_deleted
    this.part("picked").classList.toggle("idle", !count)
    this.part("picked").firstElementChild.textContent = count === 0 ? words.choose_some : fill(words.chosen, { n: count })
    this.part("pager").classList.toggle("idle", total <= size)
    this.part("range").textContent = fill(words.range, { first: thousands(start + 1), last: thousands(last), total: thousands(total) })
    for (const [name, off] of [["previous", this.page <= 1], ["next", this.page * size >= total]]) {
      this.part(name).setAttribute("aria-disabled", String(off)) // not `disabled`, which would take the focus away
      this.part(name).setAttribute("aria-label", name === "next" ? words.next_page : words.previous_page)
    }
  }

  // Streamlit hears nothing of a page that goes: what was typed last, and is not answered, takes another way.
  save = () => {
    for (const { name, note } of [...this.waiting, ...this.details.unsent]) {
      const [id, text] = name ?? note ?? []
      if (id) navigator.sendBeacon(new URL(`runs/${id}/described`, document.baseURI), JSON.stringify(name ? { name: text } : { note: text }))
    }
  }

  leave() {
    this.stopStanding()
    removeEventListener("pagehide", this.save)
    this.save()
  }
}

export const { mount, unmount } = mounting(Stage)
