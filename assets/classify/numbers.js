// Numbers of this page: fixed decimals and a real minus sign; and what depends on them, the sentence of a verdict.

import { decimals, fill } from "../animator/format.js"

const MINUS = "\u2212"

export const fixed = (value, digits) => (value < 0 && Number(value.toFixed(digits)) !== 0 ? MINUS : "") + Math.abs(value).toFixed(digits)
export const logit = (value) => (Number.isFinite(value) ? fixed(value, 2) : "–")
export const probability = (value) => decimals(value, 3)

// With its sign, as in a sum.
export function withSign(value, digits = 4) {
  const text = fixed(value, digits)
  return value > 0 && Number(text) ? `+${text}` : text
}

// A probability in whole per cent, which neither promises all nor denies everything.
export function percent(p) {
  if (p >= 0.995) return ">99"
  return p < 0.005 ? "<1" : String(Math.round(100 * p))
}

// The ten classes as a sentence names one of their things.
const things = (words) => [
  words.a_t_shirt, words.a_trouser, words.a_pullover, words.a_dress, words.a_coat,
  words.a_sandal, words.a_shirt, words.a_sneaker, words.a_bag, words.an_ankle_boot,
]

// What the probabilities say, in two sentences: what it looks like, and how sure that is.
// `doubted`: the picture may show no garment, whatever the probabilities.
export function verdict({ words, labels, doubted }, y_hat, order) {
  if (!y_hat) return [words.no_verdict, words.not_finite]
  const [best, next] = order
  const sure = y_hat[best] >= 0.5
  const thing = things(words)[best]
  const [p, q, label] = [percent(y_hat[best]), percent(y_hat[next]), labels[next]]
  return [
    sure && !doubted ? fill(words.looks_like, { thing }) : fill(words.perhaps, { thing }),
    sure ? fill(words.sure, { p, label, q }) : fill(words.not_sure, { p, label, q }),
  ]
}

export const mark = (right) => (right ? "✓" : "✗")
