// What is said of a pitfall: its sentences with the numbers of the answer and of the run, its code, what was found.

import { decimals, fill, thousands } from "../animator/format.js"
import { bytes, greys, picture } from "../animator/pixels.js"
import { scientific } from "./science.js"

// `name`: the pitfall, in (d) with how W begins; `points`: the fault's run.
export function sentences(words, name, answer = {}, points = []) {
  const last = points.at(-1)
  const values = { ...known(answer), ...measured(last, points, answer) }
  const say = (part) => fill(words[`${name}_${part}`] ?? "", values)
  return { name: words[`${name}_name`], symptom: say("symptom"), cause: say("cause"), cure: say("cure"), measured: last ? say("measured") : "" }
}

const known = (answer) => ({
  batch_size: answer.batch_size, lr: String(answer.lr), cure_lr: String(answer.cure_lr), effective: String(answer.effective),
  hidden: answer.hidden, initial: decimals(answer.initial), floor: decimals(answer.floor), last: decimals(answer.last, 2),
})

export const printed = (value) => (Number.isFinite(value) ? decimals(value) : Number.isNaN(value) ? "nan" : "inf")

const measured = (last, points, answer) => last && {
  raised: last.raised,
  loss: printed(last.loss), acc: decimals(last.acc),
  scaled: decimals(last.loss * answer.batch_size), test: decimals(points.findLast(({ test }) => test != null)?.test),
  grad: scientific(Number(last.grads?.[0])), outer: scientific(Number(last.grads?.[1])), rows: scientific(last.rows),
}

// The step, the image and the logit at which float32 ended, with the picture.
export function findings(words, { runs, answer, values, labels, theme }) {
  const at = (name) => runs.fault?.find((frame) => frame[name])?.[name]
  const [over, gone] = [at("overflow"), at("vanished")]
  const found = over ?? gone
  const written = values.form === "written"
  if (!found) return []
  const [step, image] = [found.step, found.image].map(thousands)
  const [label, said] = [labels[found.label], labels[found.said]]
  const [logit, own, last] = [found.logit, found.own, answer.last].map((value) => decimals(Number(value), 2))
  const sentence = !over
    ? fill(words.vanished, { step, image, label, said, logit, own })
    : written
      ? fill(words.overflow, { step, image, label, said, logit, last })
      : fill(words.spared, { step, image, label, said, logit, last })
  return [picture(bytes(found.picture), greys[theme], label), sentence]
}

// A function as it is run, with the line that counts marked by a sign and in words.
export function code({ file, lines, at, lr }, title, sign) {
  const figure = document.createElement("figure")
  const caption = Object.assign(document.createElement("figcaption"), { textContent: lr == null ? file : `${file} · lr = ${lr}` })
  const pre = document.createElement("pre")
  pre.tabIndex = 0
  pre.append(...lines.map((line, i) => {
    const row = document.createElement("code")
    const mark = Object.assign(document.createElement("i"), { textContent: i === at ? sign : " ", ariaHidden: "true" })
    row.append(mark)
    if (i === at) {
      row.className = "at"
      row.append(Object.assign(document.createElement("span"), { className: "unseen", textContent: `${title} ` }))
    }
    row.append(line)
    return row
  }))
  figure.append(pre, caption)
  return figure
}
