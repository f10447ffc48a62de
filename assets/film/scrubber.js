// The one scrubber: a range over the snapshots, played and rewound like a film. Its positions are snapshots and not
// time; the epochs' numbers stand under their own snapshots.

import { fill, thousands } from "../animator/format.js"
import { offer } from "../lectern/keys.js"
import { moment, obey, report } from "../lectern/moment.js"

const FRAME = 120 // milliseconds
const END = "end"
const MARKS = 12 // numbers that fit under the track
const SLACK = 3 // positions by which a film that is played may be away from the lecturer's
const still = window.matchMedia("(prefers-reduced-motion: reduce)")
const icon = (path) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`
const ICONS = { play: icon("M8 5v14l11-7z"), pause: icon("M6 5h4v14H6zM14 5h4v14h-4z") }

export class Scrubber {
  constructor(root, moved) {
    this.range = root.querySelector(".at")
    this.marks = root.querySelector(".marks")
    this.button = root.querySelector(".play")
    this.moved = moved
    this.range.addEventListener("input", () => {
      this.pause()
      this.go(Number(this.range.value))
    })
    this.range.addEventListener("keydown", (event) => event.stopPropagation())
    this.button.addEventListener("click", () => this.toggle())
    this.stopObeying = obey(() => this.obey())
    this.taken = [offer("left", () => this.frame(-1)), offer("right", () => this.frame(1))]
  }

  get at() {
    return Math.min(Number(this.range.value), Number(this.range.max))
  }

  get atEnd() {
    return this.at >= Number(this.range.max)
  }

  // A film opens where this tab left it, else where the link has it, else at its end: what has been learned.
  open({ model, at }) {
    this.pause()
    this.model = model
    this.place = `softmax_studio.at.${model}`
    if (at !== null && sessionStorage.getItem(this.place) === null) sessionStorage.setItem(this.place, String(at))
    const kept = sessionStorage.getItem(this.place)
    this.wanted = kept === null || kept === END ? null : Number(kept)
    if (moment.led(model)) this.wanted = moment.led(model).step
    this.range.max = this.range.value = "0"
    this.range.disabled = this.button.disabled = true // until it has come
  }

  update({ words }) {
    this.words = words
    this.range.setAttribute("aria-label", words.at)
    this.drawButton()
  }

  // The film may have grown: whoever stands at its end stays there.
  draw(frames, { steps_per_epoch: per }) {
    const end = frames.length - 1
    const position = this.wanted !== null ? frames.findLastIndex(({ step }) => step <= this.wanted) : this.timer ? this.at : end
    this.frames = frames
    this.per = per
    this.range.max = String(end)
    this.range.value = String(Math.max(0, position))
    this.range.disabled = this.button.disabled = !end
    this.drawMarks()
    this.fill()
    this.report()
  }

  drawMarks() {
    const ends = this.frames.map(({ step }, i) => [step / this.per, i]).filter(([epoch]) => Number.isInteger(epoch))
    const last = this.frames.length - 1 || 1
    const every = [1, 2, 5, 10, 20, 50, 100, 200].find((n) => ends.length / n <= MARKS) ?? 500
    const apart = (20 * last) / (this.marks.clientWidth || 600) // positions that 20 pixels take
    const shown = []
    const wish = ([epoch, i]) => shown.every((other) => Math.abs(other[1] - i) >= apart) && shown.push([epoch, i])
    ends.filter(([epoch], k) => epoch <= 1 || k === ends.length - 1).forEach(wish) // these first, then what has room
    ends.filter(([epoch]) => epoch % every === 0).forEach(wish)
    this.marks.replaceChildren(...shown.map(([epoch, i]) => {
      const mark = document.createElement("span")
      mark.textContent = epoch
      mark.style.setProperty("--at", i / last)
      return mark
    }))
  }

  go(position) {
    this.put(position)
    sessionStorage.setItem(this.place, String(this.wanted ?? END)) // its end too: a link's position is left for good
    this.report(true)
  }

  put(position) {
    this.range.value = String(position)
    this.wanted = this.atEnd ? null : this.frames[this.at].step
    this.fill()
    this.moved()
  }

  // The lecturer's scrubber moves this one. What is not loaded yet is shown as soon as it is; a film that is played is
  // played here too, as it comes in bursts, and put right where it is too far away.
  obey() {
    const led = moment.led(this.model)
    if (!led && this.along) this.pause()
    this.along = Boolean(led?.playing) && !still.matches
    if (!led || !this.frames) return
    const to = led.step === null ? this.frames.length - 1 : this.frames.findLastIndex(({ step }) => step <= led.step)
    if (!this.along || Math.abs(to - this.at) > SLACK) {
      this.put(Math.max(0, to))
      this.wanted = led.step
    }
    if (this.along === Boolean(this.timer)) return
    clearInterval(this.timer)
    this.timer = this.along ? setInterval(() => this.atEnd || this.put(this.at + 1), FRAME) : null
    this.drawButton()
  }

  report(moved = false) {
    if (this.frames) report({ model: this.model, step: this.wanted, playing: Boolean(this.timer) }, moved)
  }

  // One snapshot on or back by hand; returns where it stands then, in words.
  frame(by) {
    if (!Number(this.range.max)) return ""
    this.pause()
    this.go(Math.max(0, this.at + by))
    return this.range.getAttribute("aria-valuetext")
  }

  fill() {
    const { step } = this.frames[this.at]
    this.range.style.setProperty("--at", this.at / (this.frames.length - 1 || 1))
    this.range.setAttribute("aria-valuetext", fill(this.words.at_value, {
      epoch: (step / this.per).toFixed(2), step: thousands(step),
    }))
  }

  toggle() {
    if (this.timer) return this.stopPlaying()
    if (this.atEnd) this.go(0)
    else if (still.matches) this.go(this.at + 1)
    if (still.matches) return
    this.timer = setInterval(() => (this.atEnd ? this.stopPlaying() : this.go(this.at + 1)), FRAME)
    this.drawButton()
    this.report(true)
  }

  stopPlaying() {
    this.pause()
    this.report(true)
  }

  pause() {
    clearInterval(this.timer)
    this.timer = null
    if (this.words) this.drawButton()
  }

  drawButton() {
    const word = this.timer ? "pause" : "play"
    if (this.button.dataset.shows !== word) this.button.innerHTML = ICONS[word]
    this.button.dataset.shows = word
    const name = this.timer ? this.words.pause_film : still.matches ? this.words.next_frame : this.words.play_film
    this.button.setAttribute("aria-label", name)
    this.button.title = name
  }

  leave() {
    this.stopObeying()
    report(null)
    for (const takeBack of this.taken) takeBack()
    clearInterval(this.timer)
  }
}
