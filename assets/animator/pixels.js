// Pixels: weights on the diverging scale and pictures as ink on paper, one canvas pixel each, never smoothed.

export const SIDE = 28
export const LEVELS = 127
const STOPS = [-1, -0.5, -0.2, 0, 0.2, 0.5, 1]
const COLOURS = {
  light: ["#083c52", "#4f95ae", "#acced9", "#f7f6f3", "#f5c9a6", "#de7f3a", "#8f2f04"],
  dark: ["#bcecfc", "#4aa3c6", "#1c546b", "#181a1e", "#783c18", "#d87834", "#ffd6b0"],
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))

// 255 colours, one a level: linear between the stops.
function scaleColours(theme) {
  const stops = COLOURS[theme].map(rgb)
  return Array.from({ length: 2 * LEVELS + 1 }, (_, level) => {
    const value = (level - LEVELS) / LEVELS
    const i = Math.min(STOPS.length - 2, STOPS.findLastIndex((stop) => stop <= value))
    const t = (value - STOPS[i]) / (STOPS[i + 1] - STOPS[i])
    return stops[i].map((from, c) => Math.round(from + t * (stops[i + 1][c] - from)))
  })
}

export const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

// Colours as the four bytes that a canvas wants, red first, so that a tile is one look-up a pixel.
const packed = (colours) => new Uint32Array(Uint8ClampedArray.from(colours.flatMap((colour) => [...colour, 255])).buffer)

export function paint(canvas, levels, table) {
  const context = canvas.getContext("2d")
  const image = context.createImageData(canvas.width, canvas.height)
  const pixels = new Uint32Array(image.data.buffer)
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[levels[i]]
  context.putImageData(image, 0, 0)
}

export const tables = { light: packed(scaleColours("light")), dark: packed(scaleColours("dark")) }

// Grey values 0 to 255: 0 is the ground in both themes.
const GROUND_AND_INK = { light: ["#ffffff", "#1b1b1d"], dark: ["#141518", "#ececea"] }
export const greys = Object.fromEntries(Object.entries(GROUND_AND_INK).map(([theme, ends]) => {
  const [ground, ink] = ends.map(rgb)
  return [theme, packed(
    Array.from({ length: 256 }, (_, grey) => ground.map((g, c) => Math.round(g + (grey / 255) * (ink[c] - g)))),
  )]
}))

// A 28×28 picture as a canvas with a name.
export function picture(levels, table, label) {
  const canvas = newCanvas(SIDE, SIDE)
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-label", label)
  paint(canvas, levels, table)
  return canvas
}

// Streamlit's own tokens reach into a component; the theme is told from its background.
export function themeOf(element) {
  const colour = getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "#ffffff"
  const [r, g, b] = rgb(colour)
  return 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light"
}

export function newCanvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height })
}

