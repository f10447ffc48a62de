// What can be saved of the browser: the page's pictures, one picture, its numbers, the means and the class counts.

import { fill, thousands } from "../animator/format.js"
import { SIDE, greys, newCanvas, paint } from "../animator/pixels.js"
import { saveCSV, savePNG, sheet } from "../animator/save.js"

const ENLARGED = 20 // a picture of 28 pixels becomes one of 560

export function save(what, stage) {
  const { data, split, words } = stage.data
  FILES[what](stage, { ...stage.data, name: `${data}-${split}`, splitName: split === "train" ? words.train : words.test })
}

const picture = (pixels, i, theme) => {
  const canvas = newCanvas(SIDE, SIDE)
  paint(canvas, pixels.subarray(784 * i, 784 * (i + 1)), greys[theme])
  return canvas
}

const FILES = {
  page({ root, theme, view, total }, { page, pixels, labels, words, name, splitName, data_name: data }) {
    const items = page.indices.map((index, i) => ({
      picture: picture(pixels, i, theme), caption: [`${thousands(index)} · ${labels[page.classes[i]]}`],
    }))
    const last = page.first + page.indices.length
    const range = fill(words.range, { first: thousands(page.first + 1), last: thousands(last), count: thousands(total) })
    const title = fill(words.page_title, { data: data, split: splitName, range: range })
    const which = view.label === null ? "" : `-class-${view.label}`
    savePNG(sheet(items, { columns: 10, side: 112, style: getComputedStyle(root), title }), `${name}${which}-${page.first + 1}-${last}.png`)
  },

  means({ root, theme }, { means, counts, labels, words, name, splitName, data_name: data }) {
    const items = labels.map((label, i) => ({ picture: picture(means, i, theme), caption: [label, thousands(counts[i])] }))
    const title = fill(words.means_title, { data: data, split: splitName })
    savePNG(sheet(items, { columns: 5, side: 140, style: getComputedStyle(root), title }), `${name}-means.png`)
  },

  counts(_, { counts, labels, words, name }) {
    saveCSV([[words.label, words.class, words.count], ...labels.map((label, i) => [i, label, counts[i]])], `${name}-class-counts.csv`)
  },

  picture({ held, theme }, { page, pixels, name }) {
    const large = newCanvas(ENLARGED * SIDE, ENLARGED * SIDE)
    const context = large.getContext("2d")
    context.imageSmoothingEnabled = false
    context.drawImage(picture(pixels, held, theme), 0, 0, large.width, large.height)
    savePNG(large, `${name}-${page.indices[held]}.png`)
  },

  // The values as the model gets them: float32 in [0, 1], which nine digits say exactly.
  numbers({ held, view }, { page, pixels, name }) {
    const cell = (byte) => (view.unit === "byte" ? byte : Number(Math.fround(byte / 255).toPrecision(9)))
    const rows = Array.from({ length: SIDE }, (_, row) =>
      Array.from(pixels.subarray(784 * held + SIDE * row, 784 * held + SIDE * (row + 1)), cell))
    const unit = view.unit === "byte" ? "-bytes" : ""
    saveCSV([rows[0].map((_, column) => `column_${column}`), ...rows], `${name}-${page.indices[held]}${unit}.csv`)
  },
}
