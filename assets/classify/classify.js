// The stage of the Classify page. The page brings a picture to 28×28; what the model says of it is worked out here, so
// that a stroke is answered at once.

import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"
import { shown, stand } from "../lectern/shown.js"
import { Brush } from "./brush.js"
import { Edits } from "./edits.js"
import { save } from "./files.js"
import { History } from "./history.js"
import { floats, logits, ranked, softmax } from "./model.js"
import { named } from "./named.js"
import { Steps } from "./steps.js"
import { element } from "./tile.js"
import { Verdict } from "./verdict.js"
import { Why } from "./why.js"

// What was chosen stays when the page is left and opened again.
const chosen = { against: new Map(), compared: null }

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.turn = 0
    this.waiting = []
    this.edits = new Edits((id, edited) => this.ask({ id, edited }))
    const against = (i) => {
      chosen.against.set(this.data.picture.id, i)
      this.draw()
    }
    this.steps = new Steps(this.root.querySelector(".steps"), (crop) => this.ask({ id: this.data.picture.id, crop }))
    this.verdict = new Verdict(this.root, against)
    this.why = new Why(this.root, against)
    this.brush = new Brush(this.root, { edits: this.edits, painted: () => this.draw(), where: () => this.why.at })
    this.history = new History(this.root, {
      show: (id) => this.ask({ show: id }),
      remove: (id) => this.ask({ remove: id }),
      restore: () => this.ask({ restore: true }),
      compare: (id) => {
        chosen.compared = chosen.compared === id ? null : id
        this.draw()
      },
    })
    this.root.addEventListener("keydown", (event) => event.stopPropagation()) // Streamlit has shortcuts of its own
    this.root.addEventListener("click", ({ target }) => target.dataset.save && save(target.dataset.save, this))
    this.stopStanding = stand(this.root, () => this.data && this.draw())
  }

  // Each message carries all that the page has not answered yet, so that none is lost when two are quick.
  ask(what) {
    this.turn += 1
    this.waiting.push({ turn: this.turn, ...what })
    this.setTriggerValue("ask", [...this.waiting])
    return this.turn
  }

  update(data) {
    this.data = data
    this.waiting = this.waiting.filter(({ turn }) => turn > data.turn)
    this.turn = Math.max(this.turn, data.turn)
    this.theme = this.root.dataset.theme = themeOf(this.root)
    this.root.classList.toggle("empty", !data.picture)
    for (const node of this.root.querySelectorAll("[data-word]")) node.textContent = data.words[node.dataset.word]
    this.model = decoded(data.model)
    this.beside = decoded(data.beside)
    this.naive = data.picture?.naive && { x: floats(data.picture.naive) }
    if (data.picture) this.edits.update(data.picture, data.turn)
    this.say(data)
    this.steps.draw(data.picture, data.words, this.theme)
    this.draw()
  }

  say({ error, notes, picture, model }) {
    const said = [...(error ? [error] : []), ...notes]
    const place = this.root.querySelector(".said")
    if (JSON.stringify(said) !== this.told) place.replaceChildren(...said.map((sentence) => element("p", "", sentence)))
    this.told = JSON.stringify(said)
    const kind = this.root.querySelector(".kind")
    kind.textContent = kind.title = [picture?.kind_line, model?.note].filter(Boolean).join(" ")
  }

  // What stands beside: another picture of the history if one was chosen, else the second model. `first` is then the
  // picture's own name; where other weights look at the other picture, both names say which.
  get second() {
    const { picture, history } = this.data
    const other = history.find(({ id }) => id === chosen.compared && id !== picture.id)
    const name = (entry, model) => {
      const itself = named(entry, this.data)
      return other.model === this.model.name ? itself : `${itself} · ${model}`
    }
    if (other) return { name: name(other, other.model), first: name(picture, this.model.name), o: other.o }
    return this.beside && { name: this.beside.name, o: logits(this.beside, this.edits.x) }
  }

  // All that follows from the pixels: anew with each stroke.
  draw() {
    const { words, labels, picture, history, removed } = this.data
    const { theme, model } = this
    this.root.classList.toggle("projector", shown.wall)
    this.root.dataset.wall = shown.wall ? shown.screen : ""
    const x = picture ? this.edits.x : null
    const o = picture ? logits(model, x) : null
    const order = o && softmax(o) ? ranked(o) : []
    const [a, next] = order
    const wish = picture && chosen.against.get(picture.id)
    const c = wish == null || wish === a ? next : wish
    const second = picture ? this.second : null
    const naive = this.naive && { ...this.naive, o: logits(model, this.naive.x) }
    const name = second?.first ?? model?.name
    const edited = Boolean(picture) && this.edits.painted
    this.shown = { words, labels, name, picture, x, o, second, against: c, a, c, model, naive, edited, theme }
    this.verdict.draw(this.shown)
    this.why.draw(this.shown)
    this.brush.draw(words, Boolean(picture))
    this.history.draw({
      words, labels, history, compared: chosen.compared, theme, restorable: removed,
      now: picture && { id: picture.id, o, x: this.edits.pending ? x : null },
    })
  }

  leave() {
    this.stopStanding()
    this.edits.leave()
  }
}

export const { mount, unmount } = mounting(Stage)

const decoded = (model) => model && { ...model, W: floats(model.W), b: floats(model.b) }
