// Leading a class: this tab says what it shows, whenever that has changed, to those who follow. It goes on over a reload
// and over a restart of the server, until it is switched off or another tab of this person leads.

import { whole } from "./place.js"

const LEADS = "softmax_studio.leads" // in this tab
const LOOK = 125 // milliseconds between two looks at what has changed, and at least between two words
const WORD = 5000 // after which it is said again
const AGAIN = 1000 // after which a word that was not heard is said again
const LONGEST = 8000 // that an answer may take
const PLAYED = 1000 // after which the moment of a film that is played is said again: followers play it themselves

const listeners = new Set()
const tab = crypto.getRandomValues(new Uint32Array(4)).join("-") // a tab that is duplicated is another one
const state = { on: false, followers: 0, elsewhere: false, problem: null }
let data = null
let take = false
let said = { what: null, now: null, at: -Infinity }
let timer = null
let asking = false

export const leading = {
  get on() {
    return state.on
  },
  get followers() {
    return state.followers
  },
  get elsewhere() {
    return state.elsewhere
  },
  get problem() {
    return state.problem
  },
}

export function listen(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// The page says what it is. A tab that led before it was loaded anew leads again.
export function update(now) {
  const first = data === null
  data = now
  if (data.follow) return state.on ? stop() : sessionStorage.removeItem(LEADS)
  if (first && sessionStorage.getItem(LEADS)) start()
}

export function start() {
  sessionStorage.setItem(LEADS, "1")
  take = true
  said = { what: null, now: null, at: -Infinity }
  change({ on: true, elsewhere: false, problem: null })
  clearInterval(timer)
  timer = setInterval(look, LOOK)
  look()
}

export function stop() {
  rest({ followers: 0 })
  tell({ over: "end" }).catch(() => {})
}

// The sentence that another tab leads has been read.
export function dismiss() {
  change({ elsewhere: false })
}

function rest(changes) {
  sessionStorage.removeItem(LEADS)
  clearInterval(timer)
  change({ on: false, ...changes })
}

function change(changes) {
  const before = JSON.stringify(state)
  Object.assign(state, changes)
  if (JSON.stringify(state) !== before) for (const listener of listeners) listener()
}

function look() {
  const now = whole(data) ?? said.now // between two pages it is the one before
  if (!now || asking) return
  const played = now.at?.playing
  const what = JSON.stringify(played ? { ...now, at: { ...now.at, step: null } } : now)
  if (what === said.what && performance.now() - said.at < (played ? PLAYED : WORD)) return
  said = { what, now, at: performance.now() }
  asking = true
  tell({ shown: now, take }).then(hear).catch(unheard).finally(() => (asking = false))
}

function tell(message) {
  const url = new URL(`follow/${data.lecture}?lang=${data.language}`, document.baseURI)
  const how = message.over ? { keepalive: true } : { signal: AbortSignal.timeout(LONGEST) } // the first outlives the page
  return fetch(url, { method: "POST", body: JSON.stringify({ tab, ...message }), ...how })
}

async function hear(response) {
  const answer = await response.json()
  if (!state.on) return
  if (response.ok) {
    take = false
    change({ followers: answer.followers, problem: null })
  } else if (answer.key === "lecture_elsewhere") rest({ elsewhere: true, followers: 0 })
  else change({ problem: answer.error })
}

// The server does not answer: what is shown then is said as soon as it does.
async function unheard() {
  await new Promise((over) => setTimeout(over, AGAIN))
  said.what = null
}

// Followers are told at once where this tab is left; if it is only loaded anew, it says another word.
addEventListener("pagehide", () => state.on && tell({ over: "rest" }).catch(() => {}))
addEventListener("pageshow", ({ persisted }) => persisted && (said.what = null))
