// What a lecturer shows, as the server's events.

import { listen } from "../animator/listen.js"

const AGAIN = 15_000 // milliseconds after which a server that refused is asked again

// `view`: is given what is shown; `lost`: the server does not answer, and is asked again; `refused`: is given why not.
export function attend(id, language, { view, lost, refused }) {
  const url = new URL(`follow/${id}?lang=${language}`, document.baseURI)

  // A browser that will not try again does not say what the server said.
  async function ask() {
    lost()
    events.again(AGAIN)
    const asked = new AbortController()
    const response = await fetch(url, { signal: asked.signal }).catch(() => null)
    const sentence = response && !response.ok && (await response.json().catch(() => ({}))).error
    asked.abort()
    if (events.settled()) return
    if (response?.ok) events.again(0)
    if (sentence) refused(sentence)
  }

  const events = listen(url, { take: view, lost, shut: ask })
  return events.end
}
