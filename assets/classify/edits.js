// Painted pixels: what this browser has painted is shown at once, and kept until the page has answered that it has it.

import { encoded, floats, same } from "./model.js"

const SETTLE = 300 // milliseconds without a stroke before the pixels are sent
const MOST = 100 // strokes that can be undone

const kept = new Map() // by the picture's id; it outlives the stage, which goes when its page is left

export class Edits {
  // `send`: gives the page a picture's pixels, or null for those of the pipeline, and returns the turn of that message.
  constructor(send) {
    this.send = send
  }

  // The picture as it was before any painting here, and what was painted. `answered`: the last turn the page knows of.
  update(picture, answered) {
    if (this.painting && this.now.id !== picture.id) this.end() // another picture came in the middle of a stroke
    let edit = kept.get(picture.id)
    if (!edit || edit.base !== picture.x) {
      clearTimeout(edit?.timer)
      kept.set(picture.id, (edit = { base: picture.x, before: [] }))
    }
    if (edit.open && edit.turn !== null && answered >= edit.turn && edit.stage === this) edit.open = false
    if (!edit.open) edit.x = floats(picture.edited ?? picture.x)
    else if (edit.stage !== this) this.changed(picture.id, edit) // painted just before the page was left: send it again
    this.now = { id: picture.id, edit }
  }

  get x() {
    return this.now.edit.x
  }

  get painted() {
    return !same(this.now.edit.x, floats(this.now.edit.base))
  }

  // Whether the page does not have what is shown yet.
  get pending() {
    return this.now.edit.open
  }

  get undoable() {
    return this.now.edit.before.length > 0
  }

  begin() {
    const { edit } = this.now
    edit.before = [...edit.before, edit.x].slice(-MOST)
    edit.x = edit.x.slice()
    this.painting = true
    Object.assign(edit, { open: true, turn: null, stage: this }) // nothing that was sent before is the whole of it
    clearTimeout(edit.timer)
  }

  set(i, value) {
    this.now.edit.x[i] = value
  }

  end() {
    const { id, edit } = this.now
    this.painting = false
    if (same(edit.x, edit.before.at(-1))) edit.before.pop() // a stroke that changed nothing
    this.changed(id, edit)
  }

  undo() {
    const { id, edit } = this.now
    if (!edit.before.length) return
    edit.x = edit.before.pop()
    this.changed(id, edit)
  }

  // Back to what the pipeline gave; a step that can be undone too.
  reset() {
    this.begin()
    this.now.edit.x = floats(this.now.edit.base)
    this.end()
  }

  changed(id, edit) {
    Object.assign(edit, { open: true, turn: null, stage: this })
    clearTimeout(edit.timer)
    edit.timer = setTimeout(() => this.flush(id, edit), SETTLE)
  }

  flush(id, edit) {
    clearTimeout(edit.timer)
    edit.turn = this.send(id, same(edit.x, floats(edit.base)) ? null : encoded(edit.x))
  }

  // The stage goes: what has not been sent is sent by the next one.
  leave() {
    for (const edit of kept.values()) if (edit.stage === this) clearTimeout(edit.timer)
  }
}
