// What the canvas of streamlit-drawable-canvas lacks. Its own tools are in English, appear on hovering and lie over a
// corner of it: they go, as ours stand beside it. The picture to trace lies over the ink, so that no eraser takes it
// away. And a finger can draw polygons.

import { mounting } from "../animator/mounting.js"

const WAIT = 10_000 // milliseconds in which the canvas must be there
const STYLE = `
.dc-toolbar { display: none !important; }
.trace { position: absolute; inset: 0; z-index: 15; pointer-events: none; mix-blend-mode: multiply; }
.trace:not([src]) { display: none; }
`

const canvasRoot = () => [...document.querySelectorAll(".st-key-classify_canvas *")]
  .map((element) => element.shadowRoot).find((root) => root?.querySelector(".upper-canvas"))

// Of a touch the canvas's polygon takes no notice: it wants a mouse's left button.
function clickInstead(canvas, type, target) {
  canvas.addEventListener(type, (event) => {
    if (canvas.dataset.tool !== "polygon" || event.touches.length > 1) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const { clientX, clientY } = event.changedTouches[0]
    const mouse = type === "touchstart" ? "mousedown" : "mouseup"
    target.dispatchEvent(new MouseEvent(mouse, { clientX, clientY, button: 0, bubbles: true, composed: true, cancelable: true }))
  }, { capture: true, passive: false })
}

// The canvas waits for a fifth of a second after a stroke before it says what is drawn; its tool for saying so at once,
// the first of those that are hidden, is pressed as soon as the stroke ends. A polygon it says at once when it is closed.
function sayAtOnce(root, canvas) {
  const ended = () => setTimeout(() => canvas.dataset.tool !== "polygon" && root.querySelector(".dc-toolbar button")?.click())
  for (const [begin, end] of [["mousedown", "mouseup"], ["touchstart", "touchend"]]) {
    canvas.addEventListener(begin, () => addEventListener(end, ended, { once: true }))
  }
}

function prepare(root) {
  const canvas = root.querySelector(".upper-canvas")
  const trace = Object.assign(document.createElement("img"), { className: "trace", alt: "" })
  root.append(Object.assign(document.createElement("style"), { textContent: STYLE }))
  root.querySelector(".dc-container").append(trace)
  canvas.setAttribute("role", "img")
  sayAtOnce(root, canvas)
  clickInstead(canvas, "touchstart", canvas)
  clickInstead(canvas, "touchend", document)
}

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
  }

  leave() {
    cancelAnimationFrame(this.waiting)
  }

  update(data) {
    cancelAnimationFrame(this.waiting)
    const until = performance.now() + WAIT
    const again = (now) => {
      if (!this.dress(data) && now < until) this.waiting = requestAnimationFrame(again)
    }
    again(performance.now())
  }

  dress({ label, tool, trace }) {
    const root = canvasRoot()
    if (!root) return false
    if (!root.querySelector(".trace")) prepare(root)
    const canvas = root.querySelector(".upper-canvas")
    canvas.setAttribute("aria-label", label)
    canvas.dataset.tool = tool
    const picture = root.querySelector(".trace")
    if (trace) picture.src = trace
    else picture.removeAttribute("src")
    return true
  }
}

export const { mount, unmount } = mounting(Stage)
