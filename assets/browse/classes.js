// The ten classes: mean image, name, number of images; pressing one shows only its pictures.

import { fill, thousands } from "../animator/format.js"
import { SIDE, greys, newCanvas, paint } from "../animator/pixels.js"

export class Classes {
  constructor(root, onPick) {
    this.root = root
    this.buttons = Array.from({ length: 10 }, (_, label) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "class" })
      const [name, count] = ["span", "small"].map((tag) => document.createElement(tag))
      const canvas = newCanvas(SIDE, SIDE)
      const called = document.createElement("span") // no place for a button on the cover: what says it is in the bar
      Object.assign(called.dataset, { part: "names", blank: "" })
      called.append(name)
      button.append(canvas, called, count)
      button.addEventListener("click", () => onPick(label))
      root.append(button)
      return { button, canvas, name, count }
    })
  }

  draw({ means, counts, labels, words, theme, picked, unnamed }) {
    this.root.setAttribute("aria-label", words.classes)
    this.buttons.forEach(({ button, canvas, name, count }, i) => {
      if (this.means !== means || this.theme !== theme) paint(canvas, means.subarray(784 * i, 784 * (i + 1)), greys[theme])
      name.textContent = labels[i]
      count.textContent = thousands(counts[i])
      const number = thousands(counts[i])
      button.setAttribute("aria-label", unnamed ? fill(words.class_unnamed, { n: i + 1, count: number }) : fill(words.class_alt, { label: labels[i], count: number }))
      button.setAttribute("aria-pressed", String(i === picked))
    })
    Object.assign(this, { means, theme })
  }
}
