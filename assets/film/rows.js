// The ten templates of the moment chosen, and beside them those of other weights, on one scale.

import { decimals, fill } from "../animator/format.js"
import { LEVELS } from "../animator/pixels.js"
import { Tiles } from "../animator/tiles.js"
import { shown } from "../lectern/shown.js"
import { Reel, largest, nice } from "./reel.js"

export class Rows {
  // `picked`: called with a class, and whether it is one of the second row.
  constructor(root, picked, redraw) {
    this.root = root
    this.part = (name) => root.querySelector(`.${name}`)
    this.redraw = redraw
    this.first = new Tiles(this.part("first"), this.part("scale"))
    this.second = new Tiles(this.part("second"))
    this.first.onPick((label) => picked(label, false))
    this.second.onPick((label) => picked(label, true))
  }

  describe(data) {
    for (const tiles of [this.first, this.second]) tiles.describe({ ...data, unnamed: shown.hides("names") })
  }

  // The weights to stand beside: { id, name, run, steps_per_epoch, num_test }, or null for none.
  compare(other) {
    if (this.other?.id === other?.id) return
    this.leave()
    this.other = other && new Reel(other.id)
    this.follow()
  }

  follow() {
    this.other?.keep(this.redraw, this.redraw)
  }

  leave() {
    this.other?.leave()
  }

  get both() {
    return Boolean(this.other?.frames.length)
  }

  draw(reel, at, data, theme) {
    const { view, steps_per_epoch: per, other, words } = data
    const unnamed = shown.hides("names")
    const from = reel.reference(at, view, per)
    const since = from === null ? null : reel.frames[from].step / per
    const limits = [reel.limit(view, per, at)]
    let second
    if (this.both) {
      const i = this.moment(reel.frames[at].step / per, other)
      // The change since the same moment as above, which is not always the last end of an epoch here.
      const W = this.other.change(i, since === null ? null : this.other.nearest(since, other.steps_per_epoch))
      second = { W, frame: this.other.frames[i] }
      if (view !== "epoch") limits.push(this.other.limit(view, other.steps_per_epoch, i))
      else if (largest(W)) limits.push(nice(largest(W))) // a run that has ended by then changes no more
    }
    this.limit = Math.max(...limits)
    this.shown = levels(reel.change(at, from), this.limit, reel.limit("raw", per))
    this.first.draw(this.shown, { ...data, unnamed }, theme)
    this.part("second").hidden = !this.both
    for (const name of this.root.querySelectorAll(".other-name")) name.hidden = !this.both
    if (second) this.drawSecond(second, { ...data, unnamed }, theme)
    this.part("scale-says").textContent = since === null ? words.weight : fill(words.change, { epoch: since.toFixed(2) })
  }

  // Of weights that are no run of this server only two moments are known: then the later one is meant.
  moment(epoch, { run, steps_per_epoch: per }) {
    return run ? this.other.nearest(epoch, per) : this.other.frames.length - 1
  }

  drawSecond({ W, frame }, { other, words, name, labels, unnamed }, theme) {
    this.otherFrame = frame
    this.otherShown = levels(W, this.limit, this.other.limit("raw", other.steps_per_epoch))
    this.second.draw(this.otherShown, { words, labels, unnamed }, theme)
    this.part("first-name").textContent = name
    this.part("second-name").textContent = fill(words.second, {
      name: other.name, epoch: (frame.step / other.steps_per_epoch).toFixed(2),
      acc: shown.hides("accuracy") ? words.hidden_value : decimals(accuracy(frame.confusion, other.num_test)),
    })
  }
}

// The share of the test images that lies on the diagonal.
export function accuracy(confusion, tests) {
  let right = 0
  for (let i = 0; i < 10; i++) right += confusion[11 * i]
  return right / tests
}

// A byte a weight for the tiles, 127 for zero; a weight that is not a number is drawn as zero and named in words. As many
// decimals are shown of a weight as its twelve bits hold.
function levels(W, limit, largestOfRun) {
  const bytes = new Uint8Array(W.length)
  for (let k = 0; k < W.length; k++) bytes[k] = Math.round(((W[k] || 0) / limit) * LEVELS) + LEVELS
  const digits = Math.min(4, Math.max(0, Math.floor(-Math.log10(largestOfRun / 4094))))
  return { levels: bytes, limit, values: W, digits }
}
