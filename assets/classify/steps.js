// The seven steps from a picture to 28×28, side by side.

import { reachable } from "../animator/scrolling.js"
import { Crop } from "./crop.js"
import { Photo, element, say } from "./tile.js"

// Of the seven, those that a wall shows on other screens too: the picture as it was given.
const ELSEWHERE = { 0: "picture steps verdict" }

const titles = (words) => [
  words.photo, words.distance, words.mask, words.cutout, words.fitted, words.narrowed, words.tone,
]

export class Steps {
  // `cropped`: called with the part of the whole picture to look at, or null for all of it.
  constructor(root, cropped) {
    this.steps = Array.from({ length: 7 }, (_, i) => {
      const item = element("li")
      item.dataset.screen = ELSEWHERE[i] ?? "steps"
      const [square, title, line] = [element("div", "square"), element("p", "title"), element("p", "line")]
      const photo = new Photo()
      square.append(photo.canvas)
      title.append(element("span", "", String(i + 1)), element("b"))
      item.append(square, title, line)
      root.append(item)
      return { item, square, photo, title: title.lastChild, line }
    })
    this.root = root
    reachable(root)
    const [first] = this.steps
    this.crop = new Crop(first.square, cropped)
    first.item.append(this.crop.whole)
  }

  draw(picture, words, theme) {
    this.root.setAttribute("aria-label", words.steps)
    this.steps.forEach(({ item, photo, title, line }, i) => {
      const stage = picture?.stages[i]
      item.classList.toggle("none", Boolean(picture) && !stage) // a picture of 28×28 has fewer steps; the place stays
      say(title, stage?.title ?? titles(words)[i])
      say(line, stage?.line ?? "")
      line.title = stage?.line ?? ""
      if (!stage) return photo.clear()
      item.classList.toggle("small", stage.width <= 28)
      photo.show(stage, theme, `${stage.title}: ${stage.line}`)
    })
    this.crop.draw(picture, words)
    const [{ line }] = this.steps
    line.hidden = !this.crop.whole.hidden // its place is the button's
  }
}
