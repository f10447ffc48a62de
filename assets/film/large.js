// One template large, each weight readable by pointer or keyboard; beside it the mean of its class's pictures and the
// test pictures that it scores highest and lowest at this moment.

import { decimals, fill, thousands } from "../animator/format.js"
import { savePNG, sheet } from "../animator/save.js"
import { SIDE, bytes, greys, paint, picture, tables } from "../animator/pixels.js"
import { shown } from "../lectern/shown.js"

const SETTLE = 150 // milliseconds that the scrubber must rest before the pictures are asked for

export class Large {
  constructor(root, closed) {
    this.root = root
    root.innerHTML = `
      <div class="canvas-side"><div class="plane" tabindex="0" role="application"><canvas width="28" height="28"></canvas><i class="cursor"></i></div><p class="pixel"></p></div>
      <div class="about"><header><h2 class="whose"></h2><button type="button" class="close"></button><button type="button" class="save-large"></button></header>
      <div class="summary"><figure class="mean"></figure><p class="bias"></p></div></div>
      <div class="ranks"><h3 class="highest-title"></h3><div class="highest"></div><h3 class="lowest-title"></h3><div class="lowest"></div></div>`
    this.part = (name) => root.querySelector(`.${name}`)
    this.canvas = root.querySelector("canvas")
    this.part("close").addEventListener("click", closed)
    this.part("save-large").addEventListener("click", () => this.save())
    const plane = this.part("plane")
    plane.addEventListener("pointermove", ({ clientX, clientY }) => {
      const box = plane.getBoundingClientRect()
      this.point(Math.floor(((clientY - box.top) / box.height) * SIDE), Math.floor(((clientX - box.left) / box.width) * SIDE))
    })
    plane.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
      if (!move) return
      event.preventDefault()
      event.stopPropagation()
      this.part("pixel").setAttribute("aria-live", "polite") // only keys are answered aloud, not a film or a pointer
      this.point(this.at.row + move[0], this.at.column + move[1])
    })
    plane.addEventListener("blur", () => this.part("pixel").removeAttribute("aria-live"))
    root.addEventListener("keydown", (event) => event.key === "Escape" && closed())
    this.at = { row: 13, column: 13 }
  }

  update({ words, labels, means }, theme) {
    Object.assign(this, { words, labels, theme, means: bytes(means) })
    this.part("close").textContent = words.close
    this.part("save-large").textContent = words.save_png
    this.part("plane").setAttribute("aria-label", words.plane)
    this.part("highest-title").textContent = words.highest
    this.part("lowest-title").textContent = words.lowest
    this.root.querySelectorAll(".ranks figure").forEach(nameOf)
    if (this.label !== undefined) this.drawMean()
  }

  open(label) {
    Object.assign(this, { label, asked: null })
    for (const name of ["highest", "lowest"]) this.part(name).replaceChildren()
    this.root.hidden = false
    this.drawMean()
    this.part("plane").focus({ preventScroll: true })
  }

  hide() {
    clearTimeout(this.settling)
    this.label = undefined
    this.root.hidden = true
  }

  drawMean() {
    const name = this.labels[this.label]
    const caption = Object.assign(document.createElement("figcaption"), { textContent: this.named(fill(this.words.mean_of, { label: name })) })
    const levels = this.means.subarray(784 * this.label, 784 * (this.label + 1))
    this.part("mean").replaceChildren(picture(levels, greys[this.theme], caption.textContent), caption)
  }

  // What names the class, or where that is hidden, which of the ten it is.
  named(text) {
    return shown.hides("names") ? fill(this.words.tile_unnamed, { n: this.label + 1 }) : text
  }

  // `model`: whose template it is; `shown`: the ten templates as the tiles have them; `changed`: whether they are changes
  // and not weights; `frame`: the model of this moment.
  show({ model, shown: tiles, changed, frame }) {
    if (this.label === undefined) return
    const part = (all) => all.subarray(784 * this.label, 784 * (this.label + 1))
    this.values = part(tiles.values)
    this.digits = tiles.digits
    paint(this.canvas, part(tiles.levels), tables[this.theme])
    const label = this.labels[this.label]
    this.part("whose").textContent = this.named(changed ? fill(this.words.change_of, { label: label }) : fill(this.words.template_of, { label: label }))
    this.part("bias").textContent = fill(this.words.bias, { b: decimals(frame.b[this.label]) })
    this.point(this.at.row, this.at.column)
    const asked = `${model} ${this.label} ${frame.step}`
    clearTimeout(this.settling)
    this.part("ranks").classList.toggle("stale", this.asked !== asked)
    if (this.asked !== asked) this.settling = setTimeout(() => this.rank(asked, model, frame.step), SETTLE)
  }

  point(row, column) {
    const within = (n) => Math.min(SIDE - 1, Math.max(0, n))
    this.at = { row: within(row), column: within(column) }
    const cursor = this.part("cursor")
    cursor.style.left = `${(100 * this.at.column) / SIDE}%`
    cursor.style.top = `${(100 * this.at.row) / SIDE}%`
    this.part("pixel").textContent = fill(this.words.weight_at, {
      w: decimals(this.values[SIDE * this.at.row + this.at.column], this.digits), row: this.at.row, column: this.at.column,
    })
  }

  // The template, its class's mean and the pictures on either side, each with what stands beneath it.
  save() {
    const texts = (figure) => [...figure.querySelectorAll("figcaption > span")].map(({ textContent }) => textContent)
    const ranked = (name) =>
      [...this.root.querySelectorAll(`.${name} figure`)].map((figure) => ({ picture: figure.firstChild, caption: texts(figure) }))
    const items = [
      { picture: this.canvas, caption: [this.part("whose").textContent, this.part("bias").textContent] },
      ...ranked("highest"),
      { picture: this.part("mean").firstChild, caption: [this.part("mean").textContent] },
      ...ranked("lowest"),
    ]
    savePNG(sheet(items, { columns: 7, side: 140, style: getComputedStyle(this.root) }), `template-${this.label}-step-${this.asked?.split(" ").at(-1)}.png`)
  }

  async rank(asked, model, step) {
    const { label } = this
    this.asked = asked
    const url = new URL(`film/${model}/near?at=${step}&label=${label}`, document.baseURI)
    const response = await fetch(url).catch(() => null)
    if (this.asked !== asked || this.label !== label) return // a later question has overtaken this one
    if (!response?.ok) return (this.asked = null)
    this.part("ranks").classList.remove("stale")
    const { images, labels, scores, pictures, highest } = await response.json()
    const levels = bytes(pictures)
    const figures = images.map((index, i) => {
      const figure = document.createElement("figure")
      const name = this.labels[labels[i]]
      const caption = document.createElement("figcaption")
      const [whose, label, score] = Array.from({ length: 3 }, () => document.createElement("span"))
      Object.assign(whose.dataset, { part: "labels", each: "" })
      whose.append(label)
      caption.append(whose, score)
      label.textContent = name
      score.textContent = decimals(scores[i], 2)
      figure.title = fill(this.words.test_image, { index: thousands(index) })
      figure.append(picture(levels.subarray(784 * i, 784 * (i + 1)), greys[this.theme], name), caption)
      nameOf(figure)
      return figure
    })
    this.part("highest").replaceChildren(...figures.slice(0, highest))
    this.part("lowest").replaceChildren(...figures.slice(highest))
  }
}

// A picture is called by its class, or where that is hidden, by its number.
function nameOf(figure) {
  const name = shown.hides("labels") ? figure.title : figure.querySelector("figcaption > span > span").textContent
  figure.firstChild.setAttribute("aria-label", name)
}
