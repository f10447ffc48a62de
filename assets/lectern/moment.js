// Where the scrubber of Templates stands, for who leads; and where the lecturer's stands, for who follows. A moment is
// {model, step, playing}: `step` is null at the film's end, which may grow.

const PERSON = "person"
const scrubbers = new Set()
const listeners = new Set()
let here = null
let led = null

export const moment = {
  get here() {
    return here
  },
  // The lecturer's moment in the film of these weights, or null.
  led: (model) => (led?.model === model ? led : null),
}

// A scrubber stands elsewhere; null where there is none any more. `moved`: by a person, and not by the lecturer.
export function report(now, moved = false) {
  here = now
  if (moved) for (const listener of listeners) listener(PERSON)
}

// The lecturer's moment, or null where nobody is followed any more.
export function lead(now) {
  led = now
  for (const follow of scrubbers) follow()
}

// Have `follow` called whenever the lecturer's moment has changed; returns how to have it no more.
export function obey(follow) {
  scrubbers.add(follow)
  return () => scrubbers.delete(follow)
}

export function listen(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
