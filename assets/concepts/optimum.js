// How good a linear model can be: the optimum's line under a run's curve, what is left, and what no model gets right.

import { Chart } from "../animator/chart.js"
import { decimals, fill, thousands } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { Pager } from "../browse/pager.js"
import { shown } from "../lectern/shown.js"
import { Idea } from "./concepts.js"
import { facts } from "./controls.js"
import { NeverRight } from "./never_right.js"
import { scientific } from "./science.js"

const ROWS = 12 // of the table on a wall
const AGAIN = 1000 // milliseconds between two looks at a run that goes on

class Optimum extends Idea {
  constructor(parent) {
    super(parent)
    this.chart = new Chart(this.at(".chart"), () => this.drawChart())
    this.never = new NeverRight(this.at(".never"))
    this.pager = new Pager(this.at(".pager"), (page) => this.set({ page: String(page + 1) }))
    this.choice = this.at("select")
    this.choice.addEventListener("change", () => this.choose(this.choice.value))
    this.at(".ranges").addEventListener("click", ({ target }) => target.dataset.range && this.show(target.dataset.range))
  }

  choose(run) {
    this.at(".status").textContent = this.words.measuring
    this.set({ m: run, page: "1" })
  }

  show(range) {
    this.chart.range = range
    this.drawChart()
  }

  draw(answer) {
    const { words } = this
    clearTimeout(this.later)
    this.root.setAttribute("aria-busy", String(!answer.models))
    this.at(".status").textContent = answer.problem ?? (answer.measuring ? words.measuring : answer.epochs.length ? "" : words.no_epochs)
    this.choices(answer)
    if (answer.measuring || answer.going_on) this.later = setTimeout(() => this.root.isConnected && this.ask(), AGAIN)
    if (answer.models) this.present(answer, words)
  }

  present(answer, words) {
    const other = answer.chosen !== this.drawn
    this.drawn = answer.chosen
    if (other) {
      this.chart.reset({ run: answer.chosen })
      this.chart.range = answer.train_loss < 0.3 ? "full" : "detail"
    }
    this.readout(answer)
    this.drawChart()
    this.table(answer)
    this.models(answer)
    this.never.draw(answer, this)
    this.page(answer)
    facts(this.at(".facts"), this.facts(answer))
  }

  choices({ choices, chosen }) {
    const known = JSON.stringify(choices)
    if (known !== this.known) this.choice.replaceChildren(...choices.map(([id, title]) => new Option(title, id)))
    this.known = known
    this.choice.value = chosen
  }

  readout(answer) {
    const values = [decimals(answer.train_loss), decimals(answer.train_acc), decimals(answer.test_acc), scientific(answer.gradient_norm)]
    this.all(".readout b").forEach((cell, i) => (cell.textContent = values[i]))
  }

  drawChart() {
    const { answer, words, chart } = this
    if (!answer?.models) return
    const name = fill(words.line, { loss: decimals(answer.train_loss) })
    chart.draw(answer, { settings: answer, lines: [{ y: answer.train_loss, name }] })
    const last = answer.epochs.at(-1)
    chart.node.setAttribute("aria-label", fill(words.chart_alt, {
      least: decimals(answer.train_loss), epoch: last?.[0] ?? 0, loss: decimals(last?.[1]),
    }))
    for (const button of this.at(".ranges").children) button.setAttribute("aria-pressed", String(button.dataset.range === chart.range))
  }

  table({ left }) {
    const { words } = this
    const listed = shown.wall ? spread(left) : left
    const some = listed.length < left.length ? [fill(words.some_epochs, { shown: listed.length, of: left.length })] : []
    this.at(".note").textContent = [words.table_note, ...some].join(this.language === "zh" ? "" : " ")
    this.at(".frame").setAttribute("aria-label", words.left)
    this.at("tbody").replaceChildren(...listed.map((row) => {
      const line = document.createElement("tr")
      const cells = [row.epoch, ...[row.average, row.average_left, row.end, row.end_left].map((value) => decimals(value))]
      line.append(...cells.map((text) => Object.assign(document.createElement("td"), { textContent: text })))
      return line
    }))
  }

  models({ models, of, data_name }) {
    this.at(".asked-lead").textContent = fill(this.words.asked_lead, { of: thousands(of), data: data_name })
    this.at("dl").replaceChildren(...models.flatMap(({ name, right }) => [
      Object.assign(document.createElement("dt"), { textContent: name }),
      Object.assign(document.createElement("dd"), { textContent: thousands(right) }),
    ]))
  }

  paint() {
    if (this.answer.models) this.table(this.answer)
  }

  page({ page, pages }) {
    const { words } = this
    const { first_page, previous_page, next_page, last_page } = words
    this.pager.draw({ words: { first_page, previous_page, next_page, last_page }, at: page - 1, total: pages, size: 1 })
    this.at(".pager span").textContent = fill(words.page, { page: thousands(page), pages: thousands(pages) })
    this.at(".pager").hidden = pages < 2
  }

  facts(answer) {
    const { words } = this
    const gap = scientific(answer.gap)
    return [
      [words.convex_title, fill(words.convex, { iterations: thousands(answer.iterations) })],
      [words.l2_title, fill(words.l2, { strength: scientific(answer.l2, 0), gap })],
      [words.length_title, fill(words.length, { length: decimals(answer.length), run: decimals(answer.run_length), gap })],
      [words.better_title, fill(words.better, { optimum: decimals(answer.test_acc), run: decimals(answer.epochs.at(-1)?.[3]) })],
    ]
  }

  leave() {
    this.chart.leave()
    super.leave()
  }
}

// Of many epochs those that a wall has room for, the first and the last among them.
function spread(rows) {
  if (rows.length <= ROWS) return rows
  return Array.from({ length: ROWS }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (ROWS - 1))])
}

export const { mount, unmount } = mounting(Optimum)
