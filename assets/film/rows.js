// The ten templates of the moment chosen, and beside them those of other weights, on one scale.

import { decimals, fill } from "../animator/format.js"
import { LEVELS } from "../animator/pixels.js"
import { Tiles } from "../animator/tiles.js"
import { Reel } from "./reel.js"

export class Rows {
  // `picked`: called with a class, and whether it is one of the second row.
  constructor(root, picked, redraw, fail) {
    this.root = root
    this.part = (name) => root.querySelector(`.${name}`)
    this.redraw = redraw
    this.fail = fail
    this.first = new Tiles(this.part("first"), this.part("scale"))
    this.second = new Tiles(this.part("second"))
    this.first.onPick((label) => picked(label, false))
    this.second.onPick((label) => picked(label, true))
  }

  // The weights to stand beside: { id, name, run, steps_per_epoch, num_test }, or null for none.
  compare(other) {
    if (this.other?.id === other?.id) return
    this.other = other && new Reel(other.id)
    this.other?.load().then(this.redraw, this.fail)
  }

  get both() {
    return Boolean(this.other?.frames.length)
  }

  draw(reel, at, data, theme) {
    const { view, steps_per_epoch: per, other, words } = data
    const epoch = reel.frames[at].step / per
    const i = this.both ? this.moment(epoch, other) : 0
    const limits = [reel.limit(view, per, at)]
    if (this.both) limits.push(this.other.limit(view, other.steps_per_epoch, i))
    this.limit = Math.max(...limits)
    this.shown = levels(reel.weights(at, view, per), this.limit)
    this.first.draw(this.shown, data, theme)
    this.part("second").hidden = !this.both
    for (const name of this.root.querySelectorAll(".other-name")) name.hidden = !this.both
    if (this.both) this.drawSecond(i, data, theme)
    const from = reel.reference(at, view, per)
    this.part("scale-says").textContent =
      from === null ? words.weight : fill(words.change, { epoch: (reel.frames[from].step / per).toFixed(2) })
  }

  // Of weights that are no run of this server only two moments are known: then the later one is meant.
  moment(epoch, { run, steps_per_epoch: per }) {
    return run ? this.other.nearest(epoch, per) : this.other.frames.length - 1
  }

  drawSecond(i, { view, other, words, name, labels }, theme) {
    const frame = (this.otherFrame = this.other.frames[i])
    this.otherShown = levels(this.other.weights(i, view, other.steps_per_epoch), this.limit)
    this.second.draw(this.otherShown, { words, labels }, theme)
    this.part("first-name").textContent = name
    this.part("second-name").textContent = fill(words.second, {
      name: other.name, epoch: (frame.step / other.steps_per_epoch).toFixed(2),
      acc: decimals(accuracy(frame.confusion, other.num_test)),
    })
  }
}

// The share of the test images that lies on the diagonal.
export function accuracy(confusion, tests) {
  let right = 0
  for (let i = 0; i < 10; i++) right += confusion[11 * i]
  return right / tests
}

// A byte a weight for the tiles, 127 for zero; a weight that is not a number is drawn as zero and named in words.
function levels(W, limit) {
  const bytes = new Uint8Array(W.length)
  for (let k = 0; k < W.length; k++) bytes[k] = Math.round(((W[k] || 0) / limit) * LEVELS) + LEVELS
  return { levels: bytes, limit, values: W }
}
