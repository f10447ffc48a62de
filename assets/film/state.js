// What is so with a film, in a sentence or two, where there is something to say.

import { fill, thousands } from "../animator/format.js"
import { shown } from "../lectern/shown.js"

// `run`: how its run stands, or null; `now`: the frame of the moment chosen, or undefined.
export function sentences(data, run, now, failed) {
  if (data.error) return data.error
  if (failed) return data.words.film_lost
  return [standing(data, run), now && !shown.hides("matrix") ? ofMoment(data, now) : "", data.note].filter(Boolean).join(" · ")
}

function standing({ words, num_steps: steps }, run) {
  const values = { step: thousands(run?.step ?? 0), steps: thousands(steps) }
  if (run?.state === "diverged") return fill(words.diverged_film, values)
  if (run && !run.step) return words.no_steps
  return ["running", "paused", "interrupted", "stopped", "failed"].includes(run?.state) ? fill(words[run.state], values) : ""
}

function ofMoment({ words, labels, language, num_test: tests }, { confusion }) {
  const decided = confusion.reduce((sum, n) => sum + n, 0)
  if (decided < tests) return fill(words.undecided, { n: thousands(tests - decided) })
  const never = labels.filter((_, said) => labels.every((_, i) => !confusion[10 * i + said]))
  return never.length ? fill(words.never_said, { labels: new Intl.ListFormat(language).format(never) }) : ""
}
