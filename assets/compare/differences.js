// What differs between the runs, in settings and in results: a row a run.

import { clock, decimals, fill } from "../animator/format.js"
import { node, value } from "../runs/table.js"

export class Differences {
  // `point`: a run's row is pointed at, or none; `leave`: it is no longer to be compared; `open`: its details.
  constructor(root, acts) {
    this.acts = acts
    this.table = node("table", { className: "runs" })
    root.append(this.table)
    this.table.addEventListener("pointerleave", () => acts.point(null))
    this.table.addEventListener("focusout", () => acts.point(null))
  }

  draw({ words, runs, differing }) {
    const said = JSON.stringify([words, differing, runs.map(({ points, confusion, ...run }) => run)])
    if (said === this.said) return
    this.said = said
    const focused = this.table.getRootNode().activeElement?.dataset.of
    const head = node("thead")
    const columns = ["", words.run, ...differing.map(({ name }) => name), words.best, words.final, words.last_loss, words.time, words.state, ""]
    head.append(row(columns.map((name) => node("th", { scope: "col", textContent: name }))))
    const body = node("tbody")
    body.append(...runs.map((run, i) => this.row(run, i, words, differing)))
    this.table.replaceChildren(head, body)
    this.table.setAttribute("aria-label", words.differences)
    if (focused) this.table.querySelector(`[data-of="${focused}"]`)?.focus({ preventScroll: true })
  }

  row(run, i, words, differing) {
    const name = node("button", { type: "button", className: run.name ? "" : "unnamed", textContent: run.name || run.settings, title: run.name || run.settings })
    name.dataset.of = `open ${run.id}`
    name.addEventListener("click", () => this.acts.open(run.id))
    const leave = node("button", { type: "button", textContent: words.remove })
    leave.dataset.of = `leave ${run.id}`
    leave.setAttribute("aria-label", fill(words.remove_run, { letter: run.letter }))
    leave.addEventListener("click", () => this.acts.leave(run.id))
    const best = hideable(decimals(run.best_acc), "accuracy")
    if (run.best_epoch) best.querySelector("span > span").append(node("small", { textContent: ` @${run.best_epoch}`, title: fill(words.at_epoch, { epoch: run.best_epoch }) }))
    const letter = node("th", { scope: "row", className: "letter", textContent: run.letter })
    const element = row([
      letter, cell("name", name), ...differing.map(({ values }) => cell(values[i])), best, hideable(decimals(run.test_acc), "accuracy"),
      hideable(decimals(run.train_loss), "loss"), cell(fill(words.seconds, { seconds: clock(run.seconds) })), cell(run.state_word), cell("remove", leave),
    ])
    element.addEventListener("pointerenter", () => this.acts.point(run.id))
    element.addEventListener("focusin", () => this.acts.point(run.id))
    return element
  }
}

function row(cells) {
  const element = node("tr")
  element.append(...cells)
  return element
}

// A cell of a text, or one of this class around a button.
function cell(text, button) {
  const element = node("td", button ? { className: text } : { textContent: text })
  if (button) element.append(button)
  return element
}

function hideable(text, part) {
  const element = node("td")
  value(element, part).textContent = text
  return element
}
