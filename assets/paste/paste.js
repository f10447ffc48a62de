// A picture from the clipboard: Ctrl+V anywhere on the page, or a click on the field where the browser allows it.
// What is pasted elsewhere and is no picture is none of ours.

import { fill } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"

const isPicture = ({ type }) => type.startsWith("image/")
const isEditable = (target) => target instanceof Element && target.closest("input, textarea, [contenteditable]")

// Base64, by the browser's own reader: a string of 20 MB made by hand would block the page.
function encoded(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    this.field = this.root.querySelector(".field")
    this.said = this.root.querySelector(".said")
    this.field.addEventListener("click", () => this.read())
    this.root.addEventListener("keydown", (event) => event.key === "Tab" || event.stopPropagation())
    this.hear = (event) => this.paste(event)
    document.addEventListener("paste", this.hear)
  }

  leave() {
    document.removeEventListener("paste", this.hear)
  }

  update({ words, shown, limit }) {
    Object.assign(this, { words, shown, limit })
    this.root.dataset.theme = themeOf(this.root)
    this.root.hidden = !shown
    this.field.textContent = words.field
  }

  // The uploader takes what is pasted into it by itself.
  paste(event) {
    if (event.defaultPrevented || !event.clipboardData) return
    const files = [...event.clipboardData.files]
    const file = files.find(isPicture)
    if (!file && (isEditable(event.composedPath()[0]) || !this.shown)) return
    event.preventDefault()
    if (file) this.send(file)
    else this.say(event.clipboardData.types.length ? this.words.no_picture : this.words.nothing)
  }

  async read() {
    if (!navigator.clipboard?.read) return this.say(this.words.press)
    try {
      const items = await navigator.clipboard.read()
      const types = items.flatMap((item) => item.types.map((type) => ({ item, type })))
      const found = types.find(isPicture)
      if (found) await this.send(await found.item.getType(found.type))
      else this.say(types.length ? this.words.no_picture : this.words.nothing)
    } catch {
      this.say(this.words.press) // not allowed, or no data: the keys need no permission
    }
  }

  async send(blob) {
    if (blob.size > this.limit) {
      const megabytes = (bytes) => (bytes / 1e6).toFixed(1).replace(/\.0$/, "")
      return this.say(fill(this.words.too_large, { size: megabytes(blob.size), limit: megabytes(this.limit) }))
    }
    this.say("")
    this.setTriggerValue("pasted", await encoded(blob))
  }

  say(sentence) {
    this.said.textContent = sentence
  }
}

export const { mount, unmount } = mounting(Stage)
