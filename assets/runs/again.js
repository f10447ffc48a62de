// "Again, with one change": which setting, which value.

import { fill } from "../animator/format.js"
import { node } from "./table.js"

export class Again {
  constructor(train) {
    this.form = node("form", { className: "again" })
    this.title = node("span", { className: "title" })
    this.setting = node("select")
    this.value = node("select")
    this.typed = node("input", { type: "number", step: 1, required: true })
    this.now = node("span", { className: "now" })
    this.button = node("button", { type: "submit" })
    this.fault = node("p", { className: "fault", role: "alert" })
    this.form.append(this.title, this.setting, node("span", { textContent: "=", ariaHidden: "true" }), this.value, this.typed, this.now, this.button, this.fault)
    this.form.noValidate = true // the browser's own words would be in its language
    this.setting.addEventListener("change", () => this.offer())
    this.form.addEventListener("submit", (event) => {
      event.preventDefault()
      const value = this.asked()
      if (value !== null) train(this.setting.value, value)
    })
  }

  draw(run, words) {
    this.words = words
    this.title.textContent = words.again
    this.button.textContent = words.again_train
    this.setting.setAttribute("aria-label", words.again_setting)
    for (const field of [this.value, this.typed]) field.setAttribute("aria-label", words.again_value)
    const said = JSON.stringify([run.id, run.again])
    if (this.said === said) return
    this.said = said
    this.choices = run.again
    const before = this.setting.value
    this.setting.replaceChildren(...run.again.map(({ name, word }) => node("option", { value: name, textContent: word })))
    if (run.again.some(({ name }) => name === before)) this.setting.value = before
    this.offer()
  }

  get choice() {
    return this.choices.find(({ name }) => name === this.setting.value)
  }

  offer() {
    const { typed, values, now } = this.choice
    this.fault.textContent = ""
    this.value.hidden = Boolean(typed)
    this.typed.hidden = !typed
    this.now.textContent = fill(this.words.again_now, { now })
    if (typed) {
      const [min, max, present] = typed
      Object.assign(this.typed, { min, max, value: Math.min(max, present + 1) })
    } else {
      this.value.replaceChildren(...values.map(([, word], i) => node("option", { value: i, textContent: word })))
      const nearest = values.findIndex(([value]) => value > Number(now)) // the next larger one, where they are numbers
      this.value.selectedIndex = Math.max(0, nearest)
    }
  }

  // The value asked for; null, and a word about it, where it cannot be.
  asked() {
    const { typed, values } = this.choice
    if (!typed) return values[this.value.selectedIndex]?.[0] ?? null
    const [low, high, now] = typed
    const value = this.typed.valueAsNumber
    const good = Number.isInteger(value) && value >= low && value <= high && value !== now
    this.fault.textContent = good ? "" : fill(this.words.again_bad, { low, high, now })
    return good ? value : null
  }
}
