// What a picture is called. The name of a file or of an example may say what is in it: where names are hidden, or the true
// classes, it is called by its number, counted from the oldest.

import { fill } from "../animator/format.js"
import { shown } from "../lectern/shown.js"

export function named({ id, name }, { history, words }) {
  if (!shown.hides("names") && !shown.hides("labels")) return name
  return fill(words.nameless, { n: history.length - history.findIndex((entry) => entry.id === id) })
}
