// The list of what can be hidden, that opens above the bar: a box for each part of the page.

import { fill } from "../animator/format.js"

export class Parts {
  constructor(root, chosen) {
    this.root = root
    this.button = root.querySelector("summary")
    this.list = root.querySelector(".parts")
    this.list.addEventListener("change", () => chosen(this.boxes.filter(({ checked }) => checked).map(({ value }) => value)))
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.close(event))
    root.addEventListener("focusout", ({ relatedTarget: to }) => to && !root.contains(to) && (root.open = false))
  }

  get boxes() {
    return [...this.list.querySelectorAll("input")]
  }

  close(event) {
    if (!this.root.open) return
    event.stopPropagation()
    this.root.open = false
    this.button.focus()
  }

  // The boxes stay while their parts do: what has the keyboard's focus keeps it.
  draw({ words, parts, hidden }) {
    const here = parts.filter((part) => hidden.includes(part))
    this.root.hidden = !parts.length
    this.button.textContent = here.length ? fill(words.hide_some, { n: here.length }) : words.hide
    this.list.setAttribute("aria-label", words.parts)
    const names = parts.map((part) => words[`part_${part}`])
    if (this.list.textContent !== names.join("") || this.boxes.length !== parts.length) {
      this.list.replaceChildren(...parts.map((part, i) => {
        const label = document.createElement("label")
        label.append(Object.assign(document.createElement("input"), { type: "checkbox", value: part }), names[i])
        return label
      }))
    }
    for (const box of this.boxes) box.checked = hidden.includes(box.value)
  }
}
