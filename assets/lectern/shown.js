// What is shown of a page: on a wall one screen of it at a time, and nowhere what the lecturer has hidden.
//
// Elements say what they are: `data-screen="matrix"` (the screens that they belong to, with spaces between; without it
// they are on all of them) and `data-part="verdict"` (what hides them; of several, with spaces between, each does).
// Streamlit's own elements are reached by `body[data-screen=...]` and `body[data-hidden~=...]` in assets/projector.css.
//
// A part that is hidden keeps its place under a cover (cover.js), which is put into its element: the element's own
// children are drawn anew at will, but what is drawn into it as text belongs into a child of it. An element that is one
// of many alike, such as the name under each picture, has `data-each`: only the first one's cover says what it is. Within
// a button, where there is no place for another one, it has `data-blank`: no cover says it.

import { cover, uncover } from "./cover.js"

export const PERSON = "person" // who has changed what is shown: a person by the lectern
export const ON_PAGE = "on the page" // by something on the page itself, of which the lectern tells the server

const ROOM = matchMedia("(min-width: 1100px)") // a smaller window is no wall
const stages = new Map()
const listeners = new Set()
const asked = new URLSearchParams(location.search) // until the lectern has come, nothing flashes up
const state = {
  projector: asked.get("projector") === "1", screens: [], screen: asked.get("screen"),
  hidden: new Set(asked.get("hide")?.split(",")), covers: {}, reveal: "", following: false,
}

export const shown = {
  get wall() {
    return state.projector && ROOM.matches
  },
  get screens() {
    return state.screens
  },
  get screen() {
    return state.screens.includes(state.screen) ? state.screen : (state.screens[0] ?? null)
  },
  get hidden() {
    return [...state.hidden]
  },
  hides: (part) => state.hidden.has(part),
}

// Change any of projector, screens, screen, hidden (a list of parts), covers (what is said on each part's cover), reveal
// (the word on it), following (a lecturer, who alone can show what is hidden); `by` is given to the listeners, who may
// want to know whether a person did it.
export function show(changes, by = null) {
  if (changes.hidden) changes = { ...changes, hidden: new Set(changes.hidden) }
  Object.assign(state, changes)
  for (const [root, changed] of stages) apply(root, changed)
  document.body.dataset.screen = shown.wall ? (shown.screen ?? "") : ""
  document.body.dataset.hidden = shown.hidden.join(" ")
  for (const listener of listeners) listener(by)
}

// A stage whose elements are shown or not, and that has the class `projector` on a wall; `changed` is called whenever
// that has changed. Returns how to leave.
export function stand(root, changed = () => {}) {
  stages.set(root, changed)
  apply(root, changed)
  const observer = new MutationObserver(() => apply(root, changed)) // for what is drawn later
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ["data-part", "data-screen"] })
  return () => {
    observer.disconnect()
    stages.delete(root)
  }
}

export function listen(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function reveal(part) {
  show({ hidden: shown.hidden.filter((other) => other !== part) }, ON_PAGE)
}

function apply(root, changed) {
  const { wall, screen } = shown
  const before = root.dataset.shown
  root.classList.toggle("projector", wall)
  for (const element of root.querySelectorAll("[data-screen]")) {
    element.toggleAttribute("data-off", wall && !element.dataset.screen.split(" ").includes(screen))
  }
  const said = new Set()
  for (const element of root.querySelectorAll("[data-part]")) {
    const part = element.dataset.part.split(" ").find((name) => state.hidden.has(name))
    if (!part) uncover(element)
    else {
      const blank = "blank" in element.dataset || ("each" in element.dataset && said.has(part))
      const says = { sentence: state.covers[part] ?? "", reveal: state.following ? null : state.reveal, blank }
      cover(element, says, () => state.following || reveal(part))
      if (!blank && !element.closest("[data-off], [hidden]")) said.add(part)
    }
  }
  root.dataset.shown = `${wall} ${screen} ${shown.hidden}`
  if (root.dataset.shown !== before) changed()
}

ROOM.addEventListener("change", () => show({}))
show({})
