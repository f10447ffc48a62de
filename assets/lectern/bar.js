// The line at the window's edge for who follows a lecturer, and for a lecturer whose other tab leads; and on the wall
// how many follow.

import { fill } from "../animator/format.js"
import * as follow from "./follow.js"
import * as lead from "./lead.js"
import { listen, shown } from "./shown.js"

export class Bar {
  constructor(root, ask) {
    this.stage = root
    this.root = root.querySelector(".follow-bar")
    this.said = root.querySelector(".follow-said")
    this.acts = root.querySelector(".follow-acts")
    this.count = root.querySelector(".follow-count")
    this.ask = ask
    this.stops = [follow.listen(() => this.draw()), lead.listen(() => this.draw()), listen(() => this.draw())]
  }

  update(data) {
    this.data = data
    follow.update(data, this.ask)
    lead.update(data)
    this.draw()
  }

  draw() {
    if (!this.data) return
    const { words } = this.data
    const { sentence, acts } = this.line()
    this.count.textContent = lead.leading.on ? fill(words.follow_count, { n: lead.leading.followers }) : ""
    this.stage.toggleAttribute("data-following", follow.following.on)
    this.root.hidden = !acts
    this.root.setAttribute("aria-label", words.follow)
    this.stage.toggleAttribute("data-wall", shown.wall)
    if (acts) document.body.dataset.followBar = follow.following.on && shown.wall ? "strip" : "line"
    else delete document.body.dataset.followBar
    if (this.said.textContent !== sentence) this.said.textContent = sentence
    const drawn = JSON.stringify(acts)
    if (this.drawn === drawn) return // or a button would lose the focus
    this.drawn = drawn
    this.acts.replaceChildren(...(acts ?? []).map(([word, act]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: word })
      button.addEventListener("click", this[act].bind(this))
      return button
    }))
  }

  line() {
    const { words } = this.data
    const { following } = follow
    if (following.on) {
      const stop = [words.stop_following, "stop"]
      const acts = following.around ? [[words.back_to_lecturer, "back"], stop] : [stop]
      return { sentence: following.problem ?? words[following.stands], acts }
    }
    if (lead.leading.elsewhere) return { sentence: words.elsewhere, acts: [[words.lead_here, "lead"], [words.close, "close"]] }
    if (lead.leading.problem) return { sentence: lead.leading.problem, acts: [] }
    return { sentence: "", acts: null }
  }

  stop() {
    this.ask({ stop_following: true })
  }

  back() {
    follow.back()
  }

  lead() {
    lead.start()
  }

  close() {
    lead.dismiss()
  }

  leave() {
    for (const stop of this.stops) stop()
  }
}
