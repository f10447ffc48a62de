// What is so with a film, in one sentence, where there is something to say.

import { fill, thousands } from "../animator/format.js"

// `run`: how its run stands, or null; `now`: the frame of the moment chosen, or undefined.
export function sentence({ words, error, note, num_test: tests, num_steps: steps }, run, now, failed) {
  const undecided = now ? tests - now.confusion.reduce((sum, n) => sum + n, 0) : 0
  const values = { step: thousands(run?.step ?? 0), steps: thousands(steps) }
  if (error) return error
  if (failed) return words.film_lost
  if (undecided) return fill(words.undecided, { n: thousands(undecided) })
  if (run?.state === "diverged") return fill(words.diverged_film, values)
  if (run && !run.step) return words.no_steps
  if (["running", "paused", "stopped"].includes(run?.state)) return fill(words[run.state], values)
  return note ?? ""
}
