// Why the model says what it says of one image of the open list: of the one picked, else of the first. On a wall only.

import { decimals, fill } from "../animator/format.js"
import { bytes } from "../animator/pixels.js"
import { SIZE, floats } from "../classify/model.js"
import { Why } from "../classify/why.js"
import { shown } from "../lectern/shown.js"

// The place in the open list of the image that was picked.
export const placeOf = ({ items, image }) => Math.max(0, items.findIndex(({ index }) => index === image))

export class Picked {
  constructor(root) {
    this.root = root
    this.against = new Map() // by the image's index, what was chosen by hand
    this.why = new Why(root, (i) => {
      this.against.set(this.item.index, i)
      this.draw(this.data, this.theme)
    })
  }

  draw(data, theme) {
    Object.assign(this, { data, theme })
    this.root.hidden = !(shown.wall && data.model)
    if (this.root.hidden) return
    const at = placeOf(data)
    const item = (this.item = data.items[at])
    const x = item && Float32Array.from(bytes(data.pictures).subarray(SIZE * at, SIZE * (at + 1)), (grey) => grey / 255)
    const [first, next] = item?.best ?? []
    const a = first?.[0]
    const c = this.against.get(item?.index) ?? (a === item?.true ? next?.[0] : item?.true)
    const model = { W: floats(data.model.W), b: floats(data.model.b) }
    this.why.draw({ words: data.reasons, labels: data.labels, model, x, a, c, edited: false, theme })
    this.root.querySelector(".facts").textContent = first
      ? fill(data.words.cell_alt, { true: data.labels[item.true], said: data.labels[a], n: decimals(first[1], 3) }) : ""
  }
}
