// What can be saved of a film, each from beside what it shows.

import { decimals, fill } from "../animator/format.js"
import { saveCSV, savePNG, sheet } from "../animator/save.js"
import { verdict } from "./reel.js"

export function saves(stage) {
  const on = (name, act) => stage.part(name).addEventListener("click", (event) => act(event.currentTarget))
  const now = () => stage.reel.frames[stage.scrubber.at]
  const name = (what) => `${what}-step-${now().step}`
  on("save-png", () => {
    const { labels, name: run, words } = stage.data
    const { first, second, both, limit } = stage.rows
    const items = (both ? [first, second] : [first]).flatMap(({ tiles }) =>
      tiles.map(({ canvas }, i) => ({ picture: canvas, caption: [labels[i]] })))
    const moment = fill(words.at_value, { epoch: stage.part("now-epoch").textContent, step: stage.part("now-step").textContent })
    const names = both ? [run, stage.data.other.name].join(" / ") : run // the rows from the top
    const title = `${names} · ${moment} · ${stage.part("scale-says").textContent} · ±${limit}`
    savePNG(sheet(items, { columns: both ? 10 : 5, side: 168, style: getComputedStyle(stage.root), title }), `${name("templates")}.png`)
  })
  on("save-npz", (link) => (link.href = new URL(`film/${stage.data.model}/npz?at=${now().step}`, document.baseURI)))
  on("save-film", (link) => {
    link.href = new URL(`film/${stage.data.model}?from=0`, document.baseURI)
    link.download = "film.safetensors"
  })
  on("save-csv", () => {
    const { labels } = stage.data
    const counts = Array.from(now().confusion)
    saveCSV([["", ...labels], ...labels.map((label, i) => [label, ...counts.slice(10 * i, 10 * i + 10)])], `${name("confusion")}.csv`)
  })
  on("save-bars", () => {
    const y_hat = verdict(now(), stage.trial.levels)
    saveCSV([["", stage.data.words.probability], ...stage.data.labels.map((label, i) => [label, y_hat ? decimals(y_hat[i], 6) : ""])], `${name(`picture-${stage.trial.index}`)}.csv`)
  })
  on("save-chart", () => stage.chart.save("curves"))
}
