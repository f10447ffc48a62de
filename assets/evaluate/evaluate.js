// The stage of the Evaluate page: accuracy, the confusion matrix beside each class's numbers, and lists of images.
// The page holds what is chosen: a click asks it, and it answers with the images.

import { Confusion } from "../animator/confusion.js"
import { decimals, fill, signed, thousands } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"
import { saveCSV, savePNG, sheet } from "../animator/save.js"
import { shown, stand } from "../lectern/shown.js"
import { Classes, classRows } from "./classes.js"
import { Images } from "./images.js"
import { Picked } from "./picked.js"

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.matrix = new Confusion(this.part("matrix .scroll"), (i, j) => this.ask({ list: "cell", cell: `${i}-${j}`, from: 0 }))
    this.classes = new Classes(this.part("by-class .scroll"))
    this.images = new Images(this.part("items"), this.part("scale"), (image) => this.pick(image))
    this.picked = new Picked(this.part("why"))
    this.root.addEventListener("keydown", (event) => event.stopPropagation()) // Streamlit has shortcuts of its own
    this.root.addEventListener("click", ({ target }) => {
      if (target.dataset.list) this.ask({ list: target.dataset.list, from: 0 })
      if (target.dataset.save) this.save(target.dataset.save)
    })
    const step = (pages) => this.ask({ from: this.now.start + pages * this.data.size })
    const press = (name, act) => this.part(name).addEventListener("click", ({ currentTarget: button }) =>
      button.getAttribute("aria-disabled") === "true" || act())
    press("previous", () => step(-1))
    press("next", () => step(1))
    press("shuffle", () => this.ask({ seed: String(((this.now.seed ?? 0) % 999) + 1), from: 0 }))
    press("first", () => this.ask({ seed: "none", from: 0 }))
    this.turn = 0
    this.stopStanding = stand(this.root, () => this.data && this.drawShown())
  }

  // Where the person is, also while the page's answer is still on its way: quick clicks add up.
  get now() {
    return this.wanted ?? this.data
  }

  // What changes is asked for, with all that is not answered yet: of two messages that the page finds at once it reads
  // the later one. The first image counts from 1, as in the URL.
  ask({ from, ...changes }) {
    this.changes = { ...this.changes, ...changes }
    const seed = changes.seed === undefined ? this.now.seed : changes.seed === "none" ? null : Number(changes.seed)
    const last = Math.floor(Math.max(0, this.data.count - 1) / this.data.size) * this.data.size
    this.wanted = { start: Math.min(Math.max(0, from), changes.list ? 0 : last), seed }
    this.turn += 1
    this.setTriggerValue("ask", { ...this.changes, from: String(this.wanted.start + 1), turn: this.turn })
  }

  // An image of the list, which is explained at once.
  pick(image) {
    this.data = { ...this.data, image }
    this.drawShown()
    this.ask({ image: String(image), from: this.now.start })
  }

  update(data) {
    this.data = data
    if (data.turn >= this.turn) Object.assign(this, { turn: data.turn, wanted: null, changes: {} })
    else if (this.changes.image) data.image = Number(this.changes.image)
    this.root.dataset.theme = themeOf(this.root)
    for (const element of this.root.querySelectorAll("[data-word]")) element.textContent = data.words[element.dataset.word]
    this.name(data.words)
    this.draw(data)
    this.drawTools(data)
    this.drawShown()
  }

  // All that depends on what is shown: on the screen, and on what is hidden.
  drawShown() {
    const { data } = this
    const { theme } = this.root.dataset
    this.root.classList.toggle("projector", shown.wall)
    this.root.dataset.wall = shown.wall ? shown.screen : ""
    const said = lead(data)
    if (this.part("lead").textContent !== said) this.part("lead").textContent = said // it is read out when it changes
    this.images.draw(data, theme)
    this.picked.draw(data, theme)
  }

  leave() {
    this.stopStanding()
  }

  name(words) {
    const names = {
      chooser: words.lists, previous: words.previous, next: words.next,
      "matrix .save": words.save_confusion, "by-class .save": words.save_classes, "tools .save": words.save_pictures,
    }
    for (const [part, name] of Object.entries(names)) {
      this.part(part).setAttribute("aria-label", name)
      this.part(part).title = part === "chooser" ? "" : name
    }
  }

  draw(data) {
    const { words, labels } = data
    this.part("accuracy").textContent = decimals(data.accuracy)
    of(this.part("rights"), data.right, data.total)
    of(this.part("steps"), data.step, data.steps)
    this.part("matrix h2").textContent = data.percent ? words.confusion_percent : words.confusion
    this.part("status").textContent = data.status
    const notes = this.part("notes")
    if ([...notes.children].map((note) => note.textContent).join() !== data.notes.join()) {
      notes.replaceChildren(...data.notes.map((note) => Object.assign(document.createElement("p"), { textContent: note, title: note })))
    }
    this.matrix.table.setAttribute("aria-label", this.part("matrix h2").textContent)
    this.classes.table.setAttribute("aria-label", words.classes)
    this.matrix.draw({
      counts: data.counts, labels, percent: data.percent, picked: data.list === "cell" ? data.picked : null,
      name: (n, i, j, shown) => fill(words.cell_alt, {
        n: data.percent && n ? `${thousands(n)} (${shown}%)` : thousands(n), true: labels[i], said: labels[j],
      }),
    })
    this.classes.draw(data)
  }

  drawTools(data) {
    const { words, start, count } = data
    const last = Math.min(start + data.size, count)
    for (const button of this.root.querySelectorAll("[data-list]")) {
      button.setAttribute("aria-pressed", String(button.dataset.list === data.list))
    }
    this.part("shuffling").hidden = data.list !== "images"
    // Not `disabled`, which would take the keyboard's focus away at a list's end.
    const off = { first: data.seed === null && !start, previous: !start, next: last >= count, "tools .save": !count }
    for (const [part, disabled] of Object.entries(off)) this.part(part).setAttribute("aria-disabled", String(disabled))
    this.part("range").textContent = count
      ? fill(words.range, { first: thousands(start + 1), last: thousands(last), count: thousands(count) }) : "–"
  }

  save(what) {
    const { words, labels, counts, percent, name, items } = this.data
    if (what === "classes") saveCSV(classRows(this.data), `${name}-classes.csv`)
    if (what === "confusion") {
      const rows = labels.map((label, i) => {
        const row = counts.slice(10 * i, 10 * (i + 1))
        const total = row.reduce((sum, n) => sum + n, 0)
        return [label, ...row.map((n) => (percent && total ? ((100 * n) / total).toFixed(1) : n))]
      })
      saveCSV([[percent ? words.confusion_percent : words.confusion, ...labels], ...rows], `${name}-confusion${percent ? "-percent" : ""}.csv`)
    }
    if (what === "pictures" && items.length) {
      const [pictures, columns] = this.images.forSheet()
      const { list, maps } = this.data
      const title = lead(this.data) + (maps ? ` ${signed(-maps.limit)} … ${signed(maps.limit)}` : "")
      savePNG(sheet(pictures, { columns, side: 112, style: getComputedStyle(this.root), title }), `${name}-${list}.png`)
    }
  }
}

export const { mount, unmount } = mounting(Stage)

// What the list shows, in one sentence.
function lead({ words, labels, list, picked, seed, count }) {
  if (list === "images") return seed === null ? words.lead_images : fill(words.lead_shuffled, { seed })
  if (list === "mistakes") return count ? words.lead_mistakes : words.no_mistakes
  if (list === "calls") return count ? words.lead_calls : words.no_calls
  if (!picked) return words.no_cell
  if (shown.hides("labels")) return ""
  const [i, j] = picked
  if (!count) return fill(words.empty_cell, { true: labels[i], said: labels[j] })
  return fill(words.lead_cell, { true: labels[i], said: labels[j], n: thousands(count) })
}

// A number, and what it is out of where that is known.
function of(element, n, total) {
  element.textContent = thousands(n)
  if (total == null) return
  element.append(Object.assign(document.createElement("small"), { textContent: ` / ${thousands(total)}` }))
}
