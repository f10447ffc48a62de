// What is to be said on the chart: what to press, what is wrong, what is off the axes.

import { fill, thousands } from "./format.js"
import { drawPictures } from "./tiles.js"

export class Note {
  constructor(root) {
    this.root = root
    this.part = (name) => root.querySelector(`.${name}`)
  }

  // `off`: a loss off the chart, as text, or empty; `unnamed`: whether the classes' names are hidden.
  draw({ words, settings, pictures, labels, run, error, unnamed, frame, off, theme }) {
    const waiting = run && frame.state === "idle"
    const kind =
      error ? "error"
      : waiting ? ""
      : frame.state === "idle" ? "idle"
      : frame.state === "diverged" ? "diverged"
      : frame.unsaved ? "unsaved"
      : off && frame.diverging ? "off"
      : off ? "outside"
      : ""
    this.root.hidden = !kind
    this.root.classList.toggle("low", !["idle", "error"].includes(kind))
    if (!kind) return
    const text = {
      error: [error, ""],
      idle: [words.press_train, words.press_train_lead],
      diverged: [fill(words.diverged_title, { step: thousands(frame.step) }), words.diverged_lead],
      unsaved: ["", `${frame.unsaved} ${words.unsaved_lead}`],
      off: [fill(words.off_chart, { loss: off }), fill(words.off_chart_lead, { lr: settings.lr })],
      outside: [fill(words.outside, { loss: off }), words.outside_lead],
    }[kind]
    this.part("note-title").textContent = text[0]
    this.part("note-lead").textContent = text[1]
    this.part("note-pictures").hidden = kind !== "idle" || !pictures
    this.part("note-action").hidden = !off || ["error", "unsaved"].includes(kind)
    this.part("note-link").hidden = kind !== "unsaved"
    this.part("note-link").href = new URL(`runs/${run}/run.zip`, document.baseURI)
    const names = unnamed ? labels.map((_, i) => fill(words.picture_unnamed, { n: i + 1 })) : labels
    if (kind === "idle" && pictures) drawPictures(this.part("note-pictures"), pictures, names, theme)
  }
}
