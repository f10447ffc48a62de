// Numbers of an answer as they are read: what is not finite comes as a word.

import { decimals } from "../animator/format.js"

const WORDS = { inf: "∞", "-inf": "−∞", nan: "nan" }

export function shown(value, digits = 4) {
  const text = WORDS[value] ?? decimals(value, digits)
  return /^−[.0]+$/.test(text) ? text.slice(1) : text
}
