// The test images that all models get wrong: a page of them, each with what it is and what is said of it.

import { fill, thousands } from "../animator/format.js"
import { bytes, greys, picture } from "../animator/pixels.js"

const SIZE = 784

export class NeverRight {
  constructor(root) {
    this.find = (selector) => root.querySelector(selector)
  }

  draw(answer, { words, labels, theme }) {
    const values = { never: thousands(answer.never), of: thousands(answer.of), models: answer.models.length }
    this.find("h3").textContent = answer.never ? fill(words.never, values) : fill(words.none, values)
    this.find(".lead").textContent = answer.never ? fill(words.never_lead, { agree: thousands(answer.agree) }) : ""
    const drawn = `${answer.pictures}${JSON.stringify(answer.images)}${theme}${labels}`
    if (drawn === this.drawn) return
    this.drawn = drawn
    const pixels = bytes(answer.pictures)
    const name = (label) => labels[label] ?? words.undecided
    this.find(".items").replaceChildren(...answer.images.map(({ index, true: label, said }, i) => {
      const verdicts = answer.models.map((model, k) => fill(words.verdict, { name: model.name, said: name(said[k]) }))
      const element = document.createElement("figure")
      const what = { index: thousands(index), label: labels[label], verdicts: verdicts.join("; ") }
      element.title = fill(words.image_alt, what)
      const caption = document.createElement("figcaption")
      const verdict = Object.assign(document.createElement("b"), { textContent: name(said[0]) })
      caption.append(labels[label], verdict)
      element.append(picture(pixels.subarray(SIZE * i, SIZE * (i + 1)), greys[theme], element.title), caption)
      return element
    }))
  }
}
