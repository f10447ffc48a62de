// Files for the person who looks: made in the browser, from what the browser shows.

function offer(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

// A table: rows of cells.
export function saveCSV(rows, name) {
  const quoted = (cell) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell))
  const text = rows.map((row) => row.map(quoted).join(",") + "\r\n").join("")
  offer(new Blob(["\ufeff", text], { type: "text/csv" }), name) // the mark tells spreadsheets that it is UTF-8
}

export function savePNG(canvas, name) {
  canvas.toBlob((blob) => offer(blob, name), "image/png")
}

export function saveSVG(text, name) {
  offer(new Blob([text], { type: "image/svg+xml" }), name)
}

// Small canvases side by side, `columns` to a row, each `side` pixels wide with a caption of one or more lines beneath
// and, where it is `bold`, a heavy frame, in the colours of the page; at least as wide as the title.
export function sheet(items, { columns, side, style, title = "" }) {
  const size = 18, gap = 24, line = size * 1.3
  const lines = Math.max(...items.map(({ caption }) => caption.length))
  const rows = Math.ceil(items.length / columns)
  const top = gap + (title ? 1.6 * line : 0)
  const canvas = document.createElement("canvas")
  const context = canvas.getContext("2d")
  const font = (context.font = `${size}px ${style.fontFamily}`)
  canvas.width = gap + Math.max(Math.min(columns, items.length) * (side + gap), context.measureText(title).width + gap)
  canvas.height = Math.ceil(top + rows * (side + lines * line + gap))
  const [ground, ink, hairline] = ["ground", "ink", "hairline"].map((name) => style.getPropertyValue(`--${name}`).trim())
  context.fillStyle = ground
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingEnabled = false
  context.font = font // a canvas forgets all when its size is set
  context.textBaseline = "top"
  context.fillStyle = ink
  if (title) context.fillText(title, gap, gap)
  items.forEach(({ picture, caption, bold = false }, i) => {
    const x = gap + (i % columns) * (side + gap)
    const y = top + Math.floor(i / columns) * (side + lines * line + gap)
    context.drawImage(picture, x, y, side, side)
    const frame = bold ? 3 : 1
    Object.assign(context, { strokeStyle: bold ? ink : hairline, lineWidth: frame })
    context.strokeRect(x - frame / 2, y - frame / 2, side + frame, side + frame)
    caption.forEach((text, k) => context.fillText(text, x, y + side + 5 + k * line, side + gap - 6))
  })
  return canvas
}
