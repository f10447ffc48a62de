// Numbers of any size, as a book prints them: 8.9 × 10⁻⁸.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
const power = (exponent) => (exponent < 0 ? "⁻" : "") + [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("")

export function scientific(value, digits = 1) {
  if (value == null || Number.isNaN(value)) return "–"
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞"
  const size = Math.abs(value)
  const sign = value < 0 ? "−" : ""
  if (size === 0) return "0"
  if (size >= 1e-3 && size < 1e4) return sign + String(Number(size.toPrecision(digits + 2))).replace(/^0\./, ".")
  const [mantissa, exponent] = size.toExponential(digits).split("e")
  return `${sign}${mantissa} × 10${power(Number(exponent))}`
}

export const tenTo = (exponent) => `10${power(exponent)}`
