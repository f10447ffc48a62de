// Numbers as the look wants them: fixed decimals, a real minus sign, thousands separated, a dash for no value.

const MINUS = "\u2212"
const THOUSANDS = new Intl.NumberFormat("en-US")

export function decimals(value, digits = 4) {
  if (value == null || !Number.isFinite(value)) return "–"
  const absolute = Math.abs(value)
  const text = absolute >= 10 ? absolute.toFixed(Math.min(2, digits)) : absolute.toFixed(digits)
  return (value < 0 ? MINUS : "") + text.replace(/^0\./, ".")
}

export function signed(value) {
  const text = String(Number(Math.abs(value).toPrecision(3)))
  return value < 0 ? MINUS + text : value > 0 ? `+${text}` : text
}

export function thousands(value) {
  return THOUSANDS.format(Math.round(value))
}

export function clock(seconds) {
  return seconds < 100 ? seconds.toFixed(1) : thousands(seconds)
}

export function short(value) {
  return value < 1000 ? value.toPrecision(3) : thousands(value)
}

export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
}
