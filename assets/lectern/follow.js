// Following a lecturer: this page is put where the lecturer's is, until its person looks around. It is asked for nothing
// but to show; what the lecturer has hidden stays hidden also from who looks around.

import { attend } from "./lecture.js"
import { lead, listen as listenToMoment } from "./moment.js"
import { place } from "./place.js"
import { listen as listenToShown, show } from "./shown.js"

const PRIVATE = ["runs"]
const APART = 1000 // milliseconds between two changes of the page: each costs the server something
const AGAIN = 8000 // after which a change that was not answered is asked for again
const TRIES = 10
const LOOK = 400 // between two looks at whether the page was changed by hand

const listeners = new Set()
const nothing = { what: null, turn: -1, at: -Infinity, tries: 0, answered: null, here: null }
let state = { id: null, lecture: null, around: false, lost: false, problem: null }
let put = nothing // where the page was asked to go last; `here`: what came of it
let turn = 0
let acted = -Infinity // when a person did anything on the page
let data = null
let ask = null
let leave = null
let timer = null

export const following = {
  get on() {
    return state.id !== null
  },
  get around() {
    return state.around && Boolean(state.lecture?.shown)
  },
  // The word for how it stands, or else a sentence of the server.
  get stands() {
    const { lecture, lost } = state
    if (lost) return "follow_lost"
    if (!lecture) return "follow_begins"
    if (!lecture.shown) return lecture.state === "ended" ? "lecturer_ended" : "nobody_leads"
    if (lecture.state === "ended") return "lecturer_ended"
    if (state.around) return "looks_around"
    if (lecture.state === "away") return "lecturer_away"
    return PRIVATE.includes(lecture.shown.page) ? "lecturer_own" : "follows"
  },
  get problem() {
    return state.problem
  },
}

export function listen(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// The page says what it is; `send` asks its server for something.
export function update(now, send) {
  data = now
  ask = send
  if (data.follow !== state.id) begin(data.follow)
  if (put.answered === null && put.turn === data.turn) put = { ...put, ...answered(place(data)) }
  sync()
}

export function lookAround() {
  if (!following.on || state.around) return
  lead(null)
  change({ around: true })
}

export function back() {
  put = nothing
  change({ around: false })
  sync()
}

function begin(id) {
  leave?.()
  clearInterval(timer)
  put = nothing
  lead(null)
  change({ id, lecture: null, around: false, lost: false, problem: null })
  if (id === null) return show({ following: false, screen: data.screen, hidden: data.hidden })
  show({ following: true })
  timer = setInterval(look, LOOK)
  leave = attend(id, data.language, {
    view(lecture) {
      change({ lecture, lost: false, problem: null })
      sync()
    },
    lost: () => change({ lost: true }),
    refused: (problem) => change({ problem, lost: false }),
  })
}

function change(changes) {
  state = { ...state, ...changes }
  for (const listener of listeners) listener()
}

function sync() {
  const there = state.lecture?.shown
  if (!there || PRIVATE.includes(there.page)) return
  show({ hidden: there.hidden })
  if (state.around) return
  show({ screen: there.screen })
  lead(there.at)
  go({ page: there.page, run: there.run, model: there.model, section: there.section, view: there.view })
}

function go(to) {
  const what = JSON.stringify(to)
  const since = performance.now() - put.at
  if (what === put.what) {
    if (put.answered !== null || put.tries >= TRIES || since < AGAIN) return
  } else if (since < APART) return // asked for at the next look
  else if (what === JSON.stringify(place(data))) return void (put = { ...nothing, what, ...answered(to) })
  put = { ...nothing, what, turn: ++turn, at: performance.now(), tries: what === put.what ? put.tries + 1 : 1 }
  ask({ follow: { turn, shown: to } })
}

// From here on what a person changes is his own, also before the next look.
const answered = (there) => ({ answered: performance.now(), here: there && JSON.stringify(there) })

// What was changed by hand on the page, and not by the lecturer, is seen in its address.
function look() {
  sync()
  const here = JSON.stringify(place(data))
  if (put.answered === null || here === "null") return
  if (acted < put.answered || put.here === null) put.here = here
  else if (put.here !== here) lookAround()
}

const onPage = (event) => event.isTrusted && !event.composedPath().some((node) => node.classList?.contains("follow-bar"))
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, (event) => onPage(event) && (acted = performance.now()), true)
addEventListener("click", ({ target }) => target.closest?.('a[data-testid$="NavLink"]') && lookAround(), true)
addEventListener("popstate", lookAround)
listenToShown((by) => by && lookAround())
listenToMoment(lookAround)
