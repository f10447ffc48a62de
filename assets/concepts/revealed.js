// What is said of a sketch and its run, and where that is to be seen.

import { decimals, fill, thousands } from "../animator/format.js"

// What there is to do, how the run stands, and at its end how far the sketch was off.
export function says({ answer, words, failed, lost, sketch, view }) {
  if (failed) return [failed]
  if (lost) return [words.lost]
  if (answer.problem) return [answer.problem]
  if (!answer.run) return [sketch.loss.length || sketch.acc.length ? words.ready : words.draw]
  const state = (view.frame ?? answer.run).state
  const values = { epoch: thousands(view.frame?.epoch ?? 0), epochs: answer.num_epochs }
  if (state === "running") return [fill(words.begun, values)]
  const paused = fill(words.paused, values)
  const how = { paused, interrupted: paused, diverged: fill(words.diverged, values), failed: words.failed }[state]
  const off = Object.entries(answer.off).filter(([, value]) => value).map(([curve, value]) => fill(words.off, {
    curve: words[curve], epoch: value.epoch, mean: decimals(value.mean),
    sketched: decimals(value.sketched), measured: decimals(value.measured),
  }))
  return [...(how ? [how] : []), ...off]
}

// The link to the run's own page.
export function link(place, run) {
  place.setAttribute("aria-disabled", String(!run))
  if (!run) return place.removeAttribute("href")
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => ["lang", "projector"].includes(name))
  place.href = new URL(`?${new URLSearchParams([["run", run.id], ...kept])}`, document.baseURI)
}
