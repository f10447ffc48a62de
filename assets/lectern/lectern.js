// What a lecturer has at hand on every page: the screens of the wall, what is hidden, and the keys.

import { fill } from "../animator/format.js"
import { arrived, leave, leaving, stayed } from "../animator/leaving.js"
import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"
import { Bar } from "./bar.js"
import { Keyboard } from "./keyboard.js"
import { Parts } from "./parts.js"
import { onReturn } from "./returning.js"
import { ON_PAGE, PERSON, listen, show, shown } from "./shown.js"

class Lectern {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.part("before").addEventListener("click", () => this.turn(-1))
    this.part("after").addEventListener("click", () => this.turn(1))
    this.parts = new Parts(this.part("hide"), (here) => this.hideHere(here))
    this.keyboard = new Keyboard(this, this.root)
    this.stopListening = listen((by) => this.draw(by))
    this.stopReturning = onReturn(() => this.askAgain())
    this.follow = new Bar(this.root, (what) => this.ask(what))
    this.asked = 0
    this.unheard = {} // of screen and hidden what the server has not heard yet: its answer to an older question has less
  }

  // What the page says: which page it is, its screens and parts, and what the URL has of them.
  update(data) {
    this.data = data
    this.root.dataset.theme = themeOf(this.root)
    this.root.dataset.page = data.page || "train"
    this.part("before").setAttribute("aria-label", data.words.before)
    this.part("after").setAttribute("aria-label", data.words.after)
    for (const label of this.root.querySelectorAll("[data-word]")) label.textContent = data.words[label.dataset.word]
    this.part("bar").setAttribute("aria-label", data.words.bar)
    const covers = Object.fromEntries(data.parts.map((part) => [part, this.covering(part)]))
    show({ projector: data.projector, screens: data.screens, covers, reveal: data.words.reveal })
    if (data.heard >= this.asked) this.unheard = {}
    this.asked = Math.max(this.asked, data.heard)
    const { screen, hidden } = { ...data, ...this.unheard }
    if (!data.follow) show({ screen, hidden }) // or the lecturer says which
    this.follow.update(data)
    this.keyboard.update(data)
    arrived() // drawn last: the page is there, even where its own component came before its address
  }

  // What is said on the cover of a part, whose name is within a sentence there.
  covering(part) {
    const { words } = this.data
    return fill(words.covered, { part: words[`part_${part}`].toLowerCase() })
  }

  // Whether another page is coming: until this knows of it, also where all else of that page is there already.
  get leaving() {
    const { pages, page } = this.data
    const there = location.pathname.split("/").at(-1)
    return leaving() || (there !== page && pages.includes(there))
  }

  // The next screen of this page or the one before; beyond the last and the first, the next page or the one before.
  // Returns whether there is one; one page is turned at a time.
  turn(by) {
    if (this.leaving) return true
    const at = shown.screens.indexOf(shown.screen) + by
    if (!shown.wall || at < 0 || at >= shown.screens.length) return this.turnPage(by)
    this.open(shown.screens[at])
    return true
  }

  turnPage(by) {
    const { pages, page } = this.data
    const to = pages[pages.indexOf(page) + by]
    if (to === undefined) return false
    this.ask({ go: to, from: by < 0 ? "end" : "start" })
    leave(new URL(to || "./", location.href).pathname)
    return true
  }

  open(screen) {
    show({ screen }, PERSON)
    this.ask({ screen })
  }

  hide(hidden) {
    show({ hidden }, PERSON)
    this.ask({ hidden })
  }

  // What is hidden on other pages only stays so.
  hideHere(here) {
    this.hide([...shown.hidden.filter((part) => !this.data.parts.includes(part)), ...here])
  }

  // Of two questions, one right after the other, the server may hear the second alone.
  ask(what) {
    for (const name of ["screen", "hidden"]) if (name in what) this.unheard[name] = what[name]
    if ("go" in what) delete this.unheard.screen
    this.asked += 1
    this.setTriggerValue("ask", { ...this.unheard, ...what, asked: this.asked })
  }

  askAgain() {
    stayed()
    this.ask({})
  }

  draw(by) {
    const { words, parts, place, name } = this.data
    const { wall, screens, screen, hidden } = shown
    if (by === ON_PAGE) this.ask(wall && screen ? { hidden, screen } : { hidden })
    this.part("bar").hidden = !wall
    const which = { n: screens.indexOf(screen) + 1, of: screens.length, name: words[`screen_${place}_${screen}`] }
    this.part("where").textContent = screens.length > 1 ? fill(words.where, which) : name
    this.parts.draw({ words, parts, hidden })
  }

  leave() {
    this.keyboard.leave()
    this.stopListening()
    this.stopReturning()
    this.follow.leave()
  }
}

export const { mount, unmount } = mounting(Lectern)
