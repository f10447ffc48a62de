// Softmax regression on one picture, in float64 from the float32 weights: nothing here knows of the page.

import { bytes } from "../animator/pixels.js"

export const CLASSES = 10
export const SIZE = 784
const NICE = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]

export const floats = (base64) => new Float32Array(bytes(base64).buffer)

export function encoded(values) {
  let text = ""
  for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) text += String.fromCharCode(byte)
  return btoa(text)
}

export const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i])

// o = W x + b.
export function logits({ W, b }, x) {
  return Array.from({ length: CLASSES }, (_, k) => {
    let sum = 0
    for (let i = 0; i < SIZE; i++) sum += W[SIZE * k + i] * x[i]
    return sum + b[k]
  })
}

// Probabilities; null where a logit is not a finite number. Less their maximum, which keeps exp from overflowing.
export function softmax(o) {
  if (!o.every(Number.isFinite)) return null
  const most = Math.max(...o)
  const exps = o.map((value) => Math.exp(value - most))
  const sum = exps.reduce((all, value) => all + value, 0)
  return exps.map((value) => value / sum)
}

// The classes, the likeliest first; of two that are equal the one that is numbered first.
export const ranked = (o) => Array.from(o.keys()).sort((i, j) => o[j] - o[i] || i - j)

// Why class a and not c: the difference of their templates, the map x ⊙ (W_a − W_c), and b_a − b_c.
export function evidence({ W, b }, x, a, c) {
  const difference = Float64Array.from({ length: SIZE }, (_, i) => W[SIZE * a + i] - W[SIZE * c + i])
  return { difference, map: difference.map((w, i) => x[i] * w), bias: b[a] - b[c] }
}

// The map's two halves, the bias and their sum, which is the logit gap, in whole 0.0001. Each is right to that unit, the
// sum to half of it, and the parts add up to the sum: what rounding down leaves over goes to the largest remainders.
export function ledger({ map, bias }) {
  const total = (sign) => map.reduce((sum, value) => (Math.sign(value) === sign ? sum + value : sum), 0)
  const parts = [total(1), total(-1), bias].map((value) => value * 1e4)
  const whole = Math.round(parts.reduce((sum, value) => sum + value, 0))
  const units = parts.map(Math.floor)
  const left = whole - units.reduce((sum, value) => sum + value, 0)
  const byRemainder = [0, 1, 2].sort((i, j) => parts[j] - units[j] - (parts[i] - units[i]))
  for (const i of byRemainder.slice(0, left)) units[i] += 1
  const [pro, contra, biases, gap] = [...units, whole].map((unit) => unit / 1e4)
  return { pro, contra, biases, gap }
}

// The diverging scale's end: the next round number above the largest |value|; 1 where all are zero.
export function scaleLimit(values) {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (!largest || !Number.isFinite(largest)) return 1
  const power = 10 ** Math.floor(Math.log10(largest))
  return NICE.find((n) => n * power > largest * (1 - 1e-6)) * power
}
