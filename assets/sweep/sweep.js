// The stage of a sweep: how far it is, what it teaches, its heat map, and the curves of all its runs.

import { clock, fill } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"
import { stand } from "../lectern/shown.js"
import { Overlay } from "../runs/overlay.js"
import { HeatMap, outcomeOf, settingsOf, shortOf } from "./map.js"
import { savePicture } from "./picture.js"

const ALL_NAMED = 12 // so many lines have room for a name each
const seen = new Set() // a sweep that was begun just now, or named by a link, is brought into view, once

class SweepStage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.part = (name) => this.root.querySelector(`.${name}`)
    this.map = new HeatMap(this.part("scroll"), (i) => this.pick(i))
    this.overlay = new Overlay(this.part("chart"))
    this.metric = "train_loss"
    this.full = false
    this.part("act").addEventListener("click", () => this.ask({ act: this.part("act").dataset.act }))
    this.part("metrics").addEventListener("click", ({ target }) => {
      if (target.dataset.metric) this.metric = target.dataset.metric
      if (target.classList.contains("full")) this.full = !this.full
      this.drawCurves()
    })
    this.part("links").addEventListener("click", ({ target }) => {
      const { run } = this.data.cells[this.picked] ?? {}
      const page = target.dataset.open
      if (run && page) this.ask(page === "details" ? { details: run } : { run, page })
    })
    this.part("saves").addEventListener("click", ({ target: { dataset } }) => {
      if (dataset.save) savePicture(dataset.save, this.data, this.curves(), this.root)
    })
    this.stopStanding = stand(this.root, () => this.data && this.draw())
    for (const group of [this.part("line"), this.part("links"), this.part("metrics")]) {
      group.addEventListener("keydown", (event) => event.stopPropagation())
    }
  }

  ask(what) {
    this.setTriggerValue("ask", what)
  }

  update(data) {
    const another = this.data?.sweep !== data.sweep
    this.data = data
    this.root.dataset.theme = themeOf(this.root)
    for (const label of this.root.querySelectorAll("[data-word]")) label.textContent = data.words[label.dataset.word]
    this.part("metrics").setAttribute("aria-label", data.words.metric)
    if (another) {
      this.picked = null
      this.map.open(data)
    }
    this.draw()
    if (data.begun && !seen.has(data.sweep)) this.show()
    seen.add(data.sweep)
  }

  // Again after it was painted: the browser may have held on to the table beneath it while this grew.
  show() {
    const scroll = () => this.root.scrollIntoView({ block: "start" })
    scroll()
    requestAnimationFrame(() => requestAnimationFrame(scroll))
  }

  pick(i) {
    this.picked = this.picked === i ? null : i
    this.draw()
  }

  draw() {
    const { words, lesson, error } = this.data
    this.drawProgress()
    this.part("rights").hidden = this.data.mine
    this.part("error").hidden = !error
    this.part("error").textContent = error ?? ""
    this.part("lesson").textContent = lesson ?? ""
    this.part("key").textContent = this.map.draw(this.data, this.picked)
    const cell = this.data.cells[this.picked]
    this.part("picked-words").textContent = cell ? fill(words.chosen, {
      settings: settingsOf(this.data, this.picked), outcome: outcomeOf(this.data, this.picked), seconds: clock(cell.seconds),
    }) : words.choose
    this.part("links").hidden = !cell?.run
    this.drawCurves()
  }

  drawProgress() {
    const { words, state, cells, ended, now, mine } = this.data
    const total = cells.length
    const present = cells[now]
    const share = (ended + (present?.state === "running" ? present.step / present.steps : 0)) / total
    const track = this.part("track")
    track.setAttribute("aria-label", words.progress)
    track.setAttribute("aria-valuemax", String(total))
    track.setAttribute("aria-valuenow", String(ended))
    track.setAttribute("aria-valuetext", fill(words.done, { done: ended, total }))
    this.part("filled").style.width = `${100 * share}%`
    this.part("state").textContent = this.sentence(present)
    const goesOn = state !== "running" || present?.state === "paused" || present?.state === "interrupted"
    const button = this.part("act")
    button.hidden = !mine || (state !== "running" && ended === total)
    button.dataset.act = goesOn ? "go_on" : "stop"
    button.textContent = goesOn ? words.go_on : words.stop
  }

  sentence(present) {
    const { words, state, cells, ended: done, now, left, epochs } = this.data
    const total = cells.length
    if (state === "stopped" && done < total) return fill(words.was_stopped, { done, total })
    if (state === "interrupted") return fill(words.was_interrupted, { done, total })
    if (state !== "running") return done < total ? fill(words.some_missing, { done, total }) : fill(words.all_done, { total })
    if (!present) return done ? fill(words.done, { done, total }) : words.begins
    const number = now + 1
    if (present.state !== "running" && present.state !== "finished") return fill(words.waiting_for, { number, total })
    const epoch = Math.min(epochs, present.points.length + 1)
    const line = fill(words.now, { number, total, settings: settingsOf(this.data, now), epoch, epochs })
    return left ? `${line} · ${fill(words.left, { time: left })}` : line
  }

  drawCurves() {
    for (const button of this.root.querySelectorAll("[data-metric]")) {
      button.setAttribute("aria-pressed", String(button.dataset.metric === this.metric))
    }
    this.part("full").setAttribute("aria-pressed", String(this.full))
    this.part("plot").dataset.part = this.metric === "train_loss" ? "loss" : "accuracy"
    this.overlay.draw(this.curves())
  }

  // What the overlay is given.
  curves() {
    const { words, cells, best, epochs } = this.data
    const all = this.data.varying < 2 && cells.length <= ALL_NAMED
    const runs = cells.map(({ points }, i) => {
      const strong = i === best || i === this.picked
      return { letter: strong || all ? shortOf(this.data, i) : "", name: settingsOf(this.data, i), points, strong }
    }).filter(({ points }) => points.length)
    return { runs, metric: this.metric, words, epochs, range: this.full ? "values" : "book" }
  }

  leave() {
    this.stopStanding()
    this.overlay.leave()
  }
}

export const { mount, unmount } = mounting(SweepStage)
