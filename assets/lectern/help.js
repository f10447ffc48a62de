// The list of the keys, from their table, with the switch that turns them off.

import { KEYS, heard } from "./keys.js"

const SIGNS = { ArrowLeft: "←", ArrowRight: "→", "-": "−" }
const NAMED = { PageUp: "page_up", PageDown: "page_down" }

export class Help {
  constructor(root) {
    this.dialog = root.querySelector("dialog.list")
    this.part = (name) => this.dialog.querySelector(`.${name}`)
    this.labels = root.querySelectorAll("[data-word]")
    this.switch = this.part("switch")
    root.querySelector(".keys").addEventListener("click", () => this.toggle())
    this.part("close").addEventListener("click", () => this.dialog.close())
    this.switch.addEventListener("change", () => (heard.on = this.switch.checked))
    this.dialog.addEventListener("click", ({ target }) => target === this.dialog && this.dialog.close()) // its backdrop
  }

  // Whether a key is for the open list: to scroll it, to turn its switch.
  has({ key }) {
    return this.dialog.open && key !== "?" && key !== "？"
  }

  update(words) {
    this.words = words
    for (const label of this.labels) label.textContent = words[label.dataset.word]
  }

  toggle() {
    if (this.dialog.open) return this.dialog.close()
    this.switch.checked = heard.on
    this.part("groups").replaceChildren(...groups(this.words))
    this.dialog.showModal()
  }
}

function groups(words) {
  const names = new Set(KEYS.map(({ group }) => group))
  return [...names].map((name) => {
    const section = document.createElement("section")
    const list = document.createElement("dl")
    for (const row of KEYS.filter(({ group }) => group === name)) list.append(...described(row, words))
    section.append(element("h3", words[name]), list)
    return section
  })
}

function described({ name, keys }, words) {
  const term = document.createElement("dt")
  keys.forEach((key, i) => term.append(...(i ? [" ", words.or, " "] : []), element("kbd", words[NAMED[key]] ?? SIGNS[key] ?? key)))
  term.dataset.key = name
  return [term, element("dd", words[name])]
}

function element(tag, textContent) {
  return Object.assign(document.createElement(tag), { textContent })
}
