// The details of one run: what it is called and noted, all its settings, what came of it, where it came from, and what
// can be done with it.

import { clock, decimals, fill, thousands } from "../animator/format.js"
import { Again } from "./again.js"
import { node, value } from "./table.js"

const SETTLE = 500 // milliseconds without a key before what was typed is sent
const ACTS = ["train", "templates", "evaluate", "resume", "pause", "pin", "copy", "delete"]

export class Details {
  constructor(root, ask) {
    Object.assign(this, { root, ask, typed: {} })
    const head = node("header")
    this.letter = node("b", { className: "letter" })
    this.name = node("input", { type: "text", className: "run-name" })
    this.close = node("button", { type: "button", className: "close" })
    head.append(this.letter, this.name, this.close)
    this.end = node("p", { className: "end" })
    this.lists = Object.fromEntries(["settings", "results", "origin"].map((name) => [name, list(name)]))
    const facts = node("div", { className: "facts" })
    facts.append(...Object.values(this.lists).map(({ section }) => section))
    this.note = node("textarea", { rows: 2, className: "note" })
    this.acts = node("div", { className: "acts", role: "group" })
    this.buttons = Object.fromEntries(ACTS.map((name) => [name, this.button(name)]))
    this.acts.append(...Object.values(this.buttons))
    this.again = new Again((name, value) => this.ask({ again: [this.id, name, value] }))
    root.append(head, this.end, this.acts, facts, this.note, this.again.form)
    this.close.addEventListener("click", () => this.ask({ open: null }))
    this.keep(this.name, "name")
    this.keep(this.note, "note")
    this.name.addEventListener("keydown", ({ key }) => {
      if (key !== "Enter") return
      this.send("name")
      this.name.blur()
    })
  }

  button(name) {
    const button = node("button", { type: "button" })
    button.dataset.act = name
    button.addEventListener("click", () => this.act(name))
    return button
  }

  act(name) {
    this.flush()
    if (["train", "templates", "evaluate"].includes(name)) this.ask({ go: [this.id, name] })
    else if (name === "delete") this.ask({ delete: [this.id] })
    else if (name === "pin") this.ask({ pin: [this.id, !this.run.pinned] })
    else this.ask({ [name]: this.id })
  }

  // What is typed is sent soon after the last key, or after the field was left: that may be for another page, and a
  // message of the old one would come in the way of the new one.
  keep(field, what) {
    const settle = () => {
      clearTimeout(this.typed[what]?.timer)
      this.typed[what] = { id: this.id, field, timer: setTimeout(() => this.send(what), SETTLE) }
    }
    field.addEventListener("input", settle)
    field.addEventListener("blur", () => this.typed[what] && settle())
  }

  send(what) {
    const typed = this.typed[what]
    if (!typed) return
    clearTimeout(typed.timer)
    delete this.typed[what]
    this.ask({ [what]: [typed.id, typed.field.value] })
  }

  flush() {
    for (const what of Object.keys(this.typed)) this.send(what)
  }

  // What was typed and not sent, as it would be.
  get unsent() {
    return Object.entries(this.typed).map(([what, { id, field, timer }]) => {
      clearTimeout(timer)
      return { [what]: [id, field.value] }
    })
  }

  draw({ words, names, opened: run, chosen, letters, language }, waiting) {
    if (this.id && run?.id !== this.id) this.flush()
    this.root.hidden = !run
    this.id = run?.id
    if (!run) return
    this.run = run
    this.root.setAttribute("aria-label", fill(words.details, { run: run.name || run.settings }))
    this.letter.textContent = letters[chosen.indexOf(run.id)] ?? ""
    const kept = (what) => !this.typed[what] && !waiting.some((each) => each[what]?.[0] === run.id)
    if (kept("name") && this.name.value !== run.name) this.name.value = run.name
    if (kept("note") && this.note.value !== run.note) this.note.value = run.note
    Object.assign(this.name, { placeholder: run.settings, maxLength: run.longest_name, readOnly: !run.mine })
    Object.assign(this.note, { placeholder: run.mine ? words.note_hint : "", maxLength: run.longest_note, readOnly: !run.mine })
    this.note.hidden = !run.mine && !run.note
    this.name.setAttribute("aria-label", words.name)
    this.note.setAttribute("aria-label", words.note)
    this.close.textContent = words.close
    this.end.textContent = run.mine ? run.end : `${words.foreign} ${run.end}`
    this.drawFacts(run, words, names, language)
    this.drawActs(run, words)
    this.again.draw(run, words)
  }

  drawFacts(run, words, names, language) {
    const settings = ["lr", "num_epochs", "batch_size", "implementation", "seed", "init_std", "data"]
    this.lists.settings.fill(words.settings, settings.map((name) => [names[name], run[name]]))
    this.lists.results.fill(words.results, [
      [words.best, run.best_epoch ? `${decimals(run.best_acc)} ${fill(words.at_epoch, { epoch: run.best_epoch })}` : "–", "accuracy"],
      [words.final, decimals(run.test_acc), "accuracy"],
      [words.train_acc, decimals(run.train_acc), "accuracy"],
      [words.train_loss, decimals(run.train_loss), "loss"],
      [words.steps, fill(words.of_steps, { step: thousands(run.step), steps: thousands(run.steps) })],
      [words.time, fill(words.seconds, { seconds: clock(run.seconds) })],
    ])
    const from = [run.imported && words.imported, run.sweep && words.of_sweep].filter(Boolean).join(" · ")
    this.lists.origin.fill(words.origin, [
      [words.number, run.number ?? words.unsaved],
      [words.begun, new Date(1000 * run.created).toLocaleString(language)],
      ...(from ? [[words.from, from]] : []),
      [words.checksum, run.checksum],
      [words.versions, Object.entries(run.versions).map(([name, version]) => `${name} ${version}`).join(", ")],
    ])
  }

  drawActs(run, words) {
    this.acts.setAttribute("aria-label", words.acts)
    const shown = {
      resume: run.mine && run.goes_on && run.state !== "running", pause: run.mine && run.state === "running",
      pin: run.mine, delete: run.mine, copy: !run.mine, train: run.opens, templates: run.opens, evaluate: run.opens,
    }
    const labels = {
      train: words.open_train, templates: words.open_templates, evaluate: words.open_evaluate, resume: words.resume,
      pause: words.pause, pin: run.pinned ? words.unpin : words.pin, copy: words.copy, delete: words.delete,
    }
    for (const [name, button] of Object.entries(this.buttons)) {
      button.hidden = shown[name] === false
      button.textContent = labels[name]
    }
    this.buttons.pin.title = words.pin_help
  }
}

// A list of facts under a heading; only what has changed is written.
function list(name) {
  const section = node("section", { className: name })
  const heading = node("h3")
  const facts = node("dl")
  section.append(heading, facts)
  return {
    section,
    fill(title, rows) {
      heading.textContent = title
      const said = JSON.stringify(rows)
      if (facts.dataset.said === said) return
      facts.dataset.said = said
      facts.replaceChildren(...rows.flatMap(([term, text, part]) => [node("dt", { textContent: term }), fact(text, part)]))
    },
  }
}

function fact(text, part) {
  if (!part) return node("dd", { textContent: text, title: text })
  const cell = node("dd")
  value(cell, part).textContent = text
  return cell
}
