// A live run's events.

import { listen } from "./listen.js"

const AGAIN = 2000 // ms until a server that was away is asked again
const NOWHERE = [204, 404]

export function follow(run, language, { take, lost, gone }) {
  const url = new URL(`live/${run}?lang=${language}`, document.baseURI)

  function taken(frame) {
    take(frame)
    // An ended run is followed until it is saved.
    if (frame.kept && !frame.unsaved) events.end()
    else if (frame.ending) events.again(AGAIN)
  }

  // Closed by the browser, which does not try again: there is no such run any more, or the server is away and what
  // stands before it has answered.
  async function ask() {
    const status = await fetch(url).then(({ status, body }) => (body?.cancel(), status), () => 0)
    if (events.settled()) return
    if (NOWHERE.includes(status)) {
      events.end()
      return gone()
    }
    lost()
    events.again(AGAIN)
  }

  const events = listen(url, { take: taken, lost, shut: ask })
  return events.end
}

// A view of a run, with what a frame brings: the points that are new, and how things stand.
export function add(view, frame) {
  const { epochs, trace } = frame.first ? { epochs: [], trace: [] } : view
  epochs.push(...frame.epochs)
  trace.push(...frame.trace)
  return { epochs, trace, frame }
}
