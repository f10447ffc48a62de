// Predict, then reveal: a sketch over the Animator's chart, and then the real run over the sketch.

import { Chart } from "../animator/chart.js"
import { decimals, fill, thousands } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { add, follow } from "../animator/stream.js"
import { Idea } from "./concepts.js"
import { bind, facts, show } from "./controls.js"
import { link, says } from "./revealed.js"
import { Fields, Pen, sketched, withValues } from "./sketching.js"

const MOST = { loss: 1000, acc: 1 }
const RANGES = { 0.9: "detail", 3: [0, 3], 50: [0, 50] }
const NOTHING = { epochs: [], trace: [], frame: null }

class Predict extends Idea {
  constructor(parent) {
    super(parent)
    this.view = NOTHING
    this.sketch = { loss: [], acc: [] }
    this.chart = new Chart(this.at(".chart"), () => this.redraw())
    const actions = {
      epochs: () => this.answer.num_epochs,
      move: (set) => this.put(set),
      typed: (set) => this.put(set, (this.before ??= this.sketch[this.of])), // each key begins from what was there
      settle: () => this.keep(),
    }
    this.pen = new Pen(this.at(".pen"), this.chart, actions)
    this.fields = new Fields(this.at(".fields"), actions)
    this.at(".reveal").addEventListener("click", () => this.reveal())
    this.at(".again").addEventListener("click", () => this.set({ r: "" }))
    this.at(".clear").addEventListener("click", () => this.set({ [this.of]: "", r: "" }))
    this.at("select").addEventListener("change", ({ target }) => this.set({ d: target.value, r: "" }))
    this.at(".ranges").addEventListener("click", ({ target }) => target.dataset.range && this.range(target.dataset.range))
  }

  get of() {
    return this.values.of
  }

  get going() {
    return this.pending || (this.answer?.run && (this.view.frame ?? this.answer.run).state === "running")
  }

  // The values that are offered are known with the first answer.
  draw(answer) {
    if (!this.offered) this.offer(answer.offered)
    // An answer may be older than what is being drawn or typed; the values are not.
    if (!this.pen.at && !this.fields.edited) {
      const [loss, acc] = [this.values.loss, this.values.acc].map((text) => sketched(text, answer.num_epochs))
      this.sketch = { loss, acc }
    }
    this.watch(answer.run)
    show(this.root, this.values)
    facts(this.at(".facts"), this.facts())
    const select = this.at("select")
    if (select.options.length !== answer.choices.length) select.replaceChildren(...answer.choices.map(([id, title]) => new Option(title, id)))
    select.value = answer.data
    this.redraw()
  }

  offer(offered) {
    this.offered = true
    for (const input of this.all("input[type=range]")) input.dataset.steps = offered[input.dataset.value].join()
    // Other settings are another run; what is drawn stays.
    bind(this.root, (values) => this.set("of" in values ? values : { ...values, r: "" }))
  }

  range(name) {
    this.shown = name
    this.chart.range = RANGES[name]
    this.redraw()
  }

  put(set, from = this.sketch[this.of]) {
    this.failed = null
    this.sketch[this.of] = withValues(from, set, this.answer.num_epochs, MOST[this.of])
    this.redraw()
  }

  keep() {
    this.before = null
    this.set({ [this.of]: this.sketch[this.of].join() })
  }

  async reveal() {
    if (this.going) return
    Object.assign(this, { pending: true, failed: null })
    this.redraw()
    try {
      const url = new URL(`ideas/predict/reveal?lang=${this.language}`, document.baseURI)
      const sent = await fetch(url, { method: "POST", body: JSON.stringify({ ...this.values, d: this.answer.data }) })
      const { run, error } = await sent.json()
      if (error) this.failed = error
      else this.set({ r: run, d: this.answer.data })
    } catch {
      this.failed = this.words.refused
    }
    this.pending = false
    this.redraw()
  }

  watch(run) {
    if (run?.id === this.watched) return
    this.stop?.()
    Object.assign(this, { watched: run?.id, view: NOTHING, lost: false, settled: null })
    this.chart.reset({ run: run?.id })
    if (!run) return
    this.stop = follow(run.id, this.language, {
      take: (frame) => this.take(frame),
      lost: () => this.lose(),
      gone: () => this.set({ r: "" }),
    })
  }

  take(frame) {
    this.lost = false
    this.view = add(this.view, frame)
    // What came of it is worked out where the run is.
    if (frame.state !== "running" && this.settled !== frame.state) this.ask()
    this.settled = frame.state
    this.redraw()
  }

  lose() {
    this.lost = true
    this.redraw()
  }

  paint() {
    const { answer, words, view, sketch, chart } = this
    const named = (curve, y) => y.length ? { name: words[`your_${curve}`], y } : null
    chart.draw(view, { settings: answer, sketches: [named("loss", sketch.loss), null, named("acc", sketch.acc)] })
    const list = (y) => (y.length ? y.map((value) => decimals(value, 3)).join(", ") : words.nothing)
    const alt = fill(words.chart_alt, { epochs: answer.num_epochs, loss: list(sketch.loss), acc: list(sketch.acc) })
    chart.node.setAttribute("aria-label", alt)
    this.at(".ranges").setAttribute("aria-label", words.scale)
    for (const button of this.at(".ranges").children) button.setAttribute("aria-pressed", String(button.dataset.range === (this.shown ?? "0.9")))
    this.readout()
    this.controls()
    this.say(says(this))
  }

  // A screen reader says what is new here: not a sentence again with each frame.
  say(sentences) {
    const said = sentences.join("\n")
    if (said === this.spoken) return
    this.spoken = said
    this.at(".status").replaceChildren(...sentences.map((text) => Object.assign(document.createElement("p"), { textContent: text })))
  }

  readout() {
    const { frame, epochs } = this.view
    const values = [frame?.epoch ?? 0, decimals(frame?.train_loss), decimals(frame?.train_acc), decimals(epochs.at(-1)?.[3])]
    values[0] = `${values[0]} / ${this.answer.num_epochs}`
    this.all(".readout b").forEach((cell, i) => (cell.textContent = values[i]))
  }

  controls() {
    const { answer, words, going, sketch } = this
    const free = !going && !answer.run
    const there = sketch.loss.length || sketch.acc.length
    for (const input of this.all(".rail input:not([name=of]), .rail select")) input.disabled = Boolean(going)
    this.pen.cover(free)
    this.fields.draw(sketch[this.of], { epochs: answer.num_epochs, most: MOST[this.of], enabled: free, words, curve: words[this.of] })
    this.at(".reveal").disabled = !free || !there
    this.at(".again").disabled = going || !answer.run
    this.at(".clear").disabled = !free || !sketch[this.of].length
    link(this.at(".open"), answer.run)
  }

  facts() {
    const { answer, words } = this
    const steps = thousands(answer.steps)
    return [
      [words.start_title, fill(words.start, { uniform: decimals(answer.uniform, 3), steps })],
      [words.points_title, words.points],
      [words.batch_title, fill(words.batch, { batch_size: thousands(answer.batch_size), steps })],
      [words.kept_title, words.kept],
    ]
  }

  leave() {
    this.stop?.()
    this.chart.leave()
    super.leave()
  }
}

export const { mount, unmount } = mounting(Predict)
