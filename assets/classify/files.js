// What can be saved: the whole explanation as a picture, its numbers, and the verdicts on all pictures of the session.

import { saveCSV, savePNG } from "../animator/save.js"
import { softmax, ranked } from "./model.js"
import { sheet } from "./sheet.js"

export function save(what, stage) {
  if (what !== "history" && !stage.data.picture) return
  FILES[what](stage)
}

const plain = (name) => name.replace(/\.\w{1,5}$/, "").replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, 60) || "picture"

const FILES = {
  png(stage) {
    savePNG(sheet(stage), `${plain(stage.data.picture.name)}-explained.png`)
  },

  csv({ shown: { words, labels, o, second, model, name, picture }, why }) {
    const [y_hat, beside] = [softmax(o), second && softmax(second.o)]
    const heads = (of) => [`${words.probability}: ${of}`, `${words.logit}: ${of}`]
    const rows = ranked(o).map((i) => [
      labels[i], y_hat?.[i] ?? "", o[i], ...(second ? [beside?.[i] ?? "", second.o[i]] : []),
    ])
    const sums = why.sums ? [why.sums.pro, why.sums.contra, why.sums.biases, why.sums.gap] : []
    saveCSV([
      [words.name, picture.name],
      [words.model, model.name],
      ...(picture.unsure ? [[picture.unsure]] : []),
      [],
      [words.class, ...heads(name), ...(second ? heads(second.name) : [])],
      ...rows,
      [],
      ...sums.map((sum, i) => [why.texts[i], sum.toFixed(4)]),
    ], `${plain(picture.name)}-verdict.csv`)
  },

  // A row a picture; the one shown as it is at this moment, painted or not.
  history({ data: { words, labels, history, picture }, shown }) {
    const rows = history.map((entry) => {
      const o = entry.id === picture?.id ? shown.o : entry.o
      const y_hat = softmax(o)
      return [
        entry.name, entry.source_name, entry.true == null ? "" : labels[entry.true], y_hat ? labels[ranked(o)[0]] : "",
        ...labels.map((_, i) => y_hat?.[i] ?? ""),
      ]
    })
    saveCSV([[words.name, words.source, words.true, words.label, ...labels], ...rows], "pictures.csv")
  },
}
