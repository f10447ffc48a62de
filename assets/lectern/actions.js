// What the keys do, each by the name it has in their table. Whatever can be pressed on the page is pressed there, so
// that what is off stays off. Each returns the sentence that says what happened or why nothing did, if there is one.

import { fill } from "../animator/format.js"
import { offered } from "./keys.js"
import { listen, shown } from "./shown.js"

let chosen = [] // what is hidden, or was before all of it was shown

listen(() => {
  if (shown.hidden.length) chosen = shown.hidden
})

const onTrain = ({ data }) => data.page === ""
const button = (name) => document.querySelector(`.st-key-train_${name} button`)
const labelOf = (element) => element?.querySelector("[data-testid=stMarkdownContainer]")?.textContent.trim()

export const actions = {
  play: (lectern) => run(lectern, "play", "main", lectern.data.main[labelOf(button("main"))]),
  step: (lectern) => run(lectern, "step", "step", lectern.data.words.one_step_done),
  epoch: (lectern) => run(lectern, "epoch", "one_epoch", lectern.data.words.one_epoch_done),
  reset: (lectern) => (onTrain(lectern) ? press(lectern, "reset", lectern.data.words.reset_done) : lectern.data.words.reset_on_train),
  slower: (lectern) => pace(lectern, "slower", -1),
  faster: (lectern) => pace(lectern, "faster", 1),
  left: (lectern, { note }) => move(lectern, note, "left", -1),
  right: (lectern, { note }) => move(lectern, note, "right", 1),
  page_before: (lectern, { note }) => turnPage(lectern, note, -1),
  page_after: (lectern, { note }) => turnPage(lectern, note, 1),
  back: (lectern) => turn(lectern, -1),
  on: (lectern) => turn(lectern, 1),
  uncover,
  projector,
  blank: ({ data }, { blank }) => (shown.wall ? void blank.show(data.words.blank_wall) : data.words.blank_wall_only),
  list: (lectern, { help }) => help.toggle(),
}

// On Train by its buttons; from another page the server does it to the run, and answers.
function run(lectern, name, of, done) {
  return onTrain(lectern) ? press(lectern, of, done) : lectern.ask({ do: name })
}

function press({ data }, name, done) {
  const pressed = button(name)
  if (pressed?.disabled === false) {
    pressed.click()
    return done
  }
  const { words, main } = data
  if (name === "reset") return words.nothing_to_reset
  if (main[labelOf(button("main"))] === words.paused) return words.pause_first
  return button("reset")?.disabled === false ? words.not_this_run : words.not_ready
}

function pace(lectern, name, by) {
  if (!onTrain(lectern)) return lectern.ask({ do: name })
  const { words } = lectern.data
  const paces = [...document.querySelectorAll(".st-key-train_pace [role=radio]")]
  const to = paces[paces.findIndex((radio) => radio.ariaChecked === "true") + by]
  if (!to) return by < 0 ? words.slowest : words.fastest
  to.click()
  return fill(words.pace_now, { pace: labelOf(to) })
}

function move(lectern, note, name, by) {
  const frame = offered(name)
  if (frame) return note.speak(frame())
  return shown.wall ? turn(lectern, by) : lectern.data.words.no_scrubber
}

// The wall's bar says by itself where it is.
function turn(lectern, by) {
  if (!lectern.turn(by)) return end(lectern, by)
}

function turnPage(lectern, note, by) {
  if (lectern.leaving) return
  const { pages, page, page_names: names } = lectern.data
  if (!lectern.turnPage(by)) return end(lectern, by)
  note.speak(names[pages.indexOf(page) + by])
}

function end({ data }, by) {
  return by < 0 ? data.words.first_page : data.words.last_page
}

function uncover(lectern) {
  const { words, language } = lectern.data
  if (!chosen.length) return words.nothing_hidden
  const parts = new Intl.ListFormat(language).format(chosen.map((part) => words[`part_${part}`]))
  const hides = !shown.hidden.length
  lectern.hide(hides ? chosen : [])
  return hides ? fill(words.hidden_again, { parts }) : fill(words.shown_again, { parts })
}

function projector(lectern) {
  const { words, projector } = lectern.data
  lectern.ask({ projector: !projector })
  return projector ? words.wall_off : words.wall_on
}
