// What the sections of Concepts share: the values that a person sets, and the server's numbers for them.

import { mounting } from "../animator/mounting.js"
import { paced } from "../animator/paced.js"
import { themeOf } from "../animator/pixels.js"
import { stand } from "../lectern/shown.js"
import { facts } from "./controls.js"

const SETTLED = 150 // milliseconds after the last change, when the page is told
const AGAIN = 3000 // milliseconds after which a server that did not answer is asked again, and the page is told again

export { mounting }

export class Idea {
  constructor(parent) {
    this.root = parent.querySelector(".idea")
    this.turn = 0
    this.patience = AGAIN
    this.painting = paced(() => this.answer && this.root.isConnected && this.paint())
    this.foot()
    // Streamlit has shortcuts of its own.
    for (const kind of ["keydown", "keyup", "keypress"]) this.root.addEventListener(kind, (event) => event.stopPropagation())
    // Another section, once it is chosen, would end what still waits: the page is told before.
    this.hurry = () => this.settling && this.settle()
    this.root.addEventListener("focusout", this.hurry)
    addEventListener("pointerdown", this.hurry, true)
  }

  at(selector) {
    return this.root.querySelector(selector)
  }

  all(selector) {
    return [...this.root.querySelectorAll(selector)]
  }

  // What is built once, with the words known; a section says what.
  build() {}

  update(data) {
    Object.assign(this, { name: data.name, words: data.words, labels: data.labels, language: data.language, data: data.data })
    this.theme = this.root.dataset.theme = themeOf(this.root)
    for (const element of this.all("[data-word]")) element.textContent = data.words[element.dataset.word]
    if (!this.answer) {
      this.values = data.values
      this.build()
      this.generalFacts()
    }
    this.stood ??= stand(this.root, () => this.redraw())
    // Of what is still on its way the page knows nothing yet.
    if (data.turn >= this.turn) {
      clearTimeout(this.unheard)
      this.patience = AGAIN
    }
    if (data.turn >= this.turn && !this.settling) {
      this.turn = data.turn
      this.values = data.values
      this.tell(data.error)
      this.arrive(data.answer)
    } else this.draw(this.answer)
  }

  // What is asked for: the values as they stand in the URL, the language, the data.
  asked() {
    return { ...this.values, lang: this.language, data: this.data }
  }

  set(changes) {
    if (this.gone) return
    this.values = { ...this.values, ...changes }
    this.ask()
    clearTimeout(this.settling)
    this.settling = setTimeout(() => this.settle(), SETTLED)
  }

  settle() {
    clearTimeout(this.settling)
    this.settling = null
    this.turn += 1
    this.setTriggerValue("ask", { turn: this.turn, values: this.values })
    clearTimeout(this.unheard) // a page without a connection hears nothing, and one that has it again not the first time
    this.unheard = setTimeout(() => this.settle(), this.patience)
    this.patience *= 2
  }

  // One question at a time; of those that come meanwhile only the last is asked.
  async ask() {
    if (this.asking) return (this.again = true)
    this.asking = true
    try {
      const answer = await fetch(new URL(`ideas/${this.name}?${new URLSearchParams(this.asked())}`, document.baseURI))
      const found = await answer.json()
      if (!this.again && !this.gone) {
        this.tell(found.error)
        if (!found.error) this.arrive(found)
      }
    } catch {
      this.tell(this.words.unanswered)
      clearTimeout(this.later)
      this.later = setTimeout(() => this.gone || this.ask(), AGAIN)
    } finally {
      this.asking = false
      if (this.again && !this.gone) {
        this.again = false
        this.ask()
      }
    }
  }

  arrive(answer) {
    this.answer = answer
    this.notebook.href = new URL(`ideas/${this.name}/notebook?${new URLSearchParams(this.asked())}`, document.baseURI)
    this.draw(answer)
  }

  // What changes often, or with the wall's screen, is drawn once a frame, by the section's `paint`.
  paint() {}

  redraw() {
    this.painting.ask()
  }

  tell(sentence) {
    this.said.hidden = !sentence
    if (this.said.textContent !== (sentence ?? "")) this.said.textContent = sentence ?? ""
  }

  // Facts that hold for all values: a heading over a sentence, each in a column of its own.
  generalFacts() {
    const titles = Object.keys(this.words).filter((word) => word.startsWith("fact_") && !word.endsWith("_text"))
    if (!titles.length) return
    const place = Object.assign(document.createElement("div"), { className: "facts" })
    place.dataset.screen = "facts"
    this.root.querySelector(".foot").before(place)
    facts(place, titles.map((word) => [this.words[word], this.words[`${word}_text`]]))
  }

  foot() {
    const make = (name, className) => Object.assign(document.createElement(name), { className })
    this.said = make("p", "said")
    this.said.setAttribute("role", "status")
    this.said.hidden = true
    const foot = make("footer", "foot")
    foot.dataset.screen = "code"
    const copy = Object.assign(make("button", "copy"), { type: "button" })
    copy.dataset.word = "copy_script"
    const copied = make("span", "copied")
    copied.setAttribute("role", "status")
    copy.addEventListener("click", async () => {
      const done = await copyText(this.answer.script)
      copied.textContent = done ? this.words.copied_script : this.words.not_copied
    })
    this.notebook = Object.assign(make("a", "notebook"), { download: "" })
    this.notebook.dataset.word = "save_notebook"
    foot.append(copy, this.notebook, copied)
    this.root.prepend(this.said)
    this.root.append(foot)
  }

  // What is answered from here on is for nobody: it would begin to follow a run again.
  leave() {
    this.gone = true
    this.painting.end()
    this.stood?.()
    for (const timer of [this.settling, this.unheard, this.later]) clearTimeout(timer)
    removeEventListener("pointerdown", this.hurry, true)
  }
}

// Without https there is no clipboard but the old one.
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false)
  const field = Object.assign(document.createElement("textarea"), { value: text })
  document.body.append(field)
  field.select()
  const done = document.execCommand("copy")
  field.remove()
  return done
}
