// What the keys have on every page: the ear for them, their list, the note that says what one did, the blank wall.

import { actions } from "./actions.js"
import { Blank } from "./blank.js"
import { Help } from "./help.js"
import { hear } from "./keys.js"
import { Note } from "./note.js"
import { shown } from "./shown.js"

const LED = ["play", "step", "epoch", "reset", "slower", "faster", "uncover"] // what only the lecturer does who is followed

let answered = null // the server's last answer that has been said

export class Keyboard {
  constructor(lectern, root) {
    this.lectern = lectern
    this.note = new Note(root.querySelector(".said"))
    this.help = new Help(root)
    this.blank = new Blank(root.querySelector("dialog.blank"))
    this.stopHearing = hear({
      wall: () => shown.wall,
      elsewhere: (event) => this.blank.ends(event) || this.help.has(event),
      act: ({ name }) => this.act(name),
    })
  }

  update({ words, said }) {
    this.help.update(words)
    if (said && said.id !== answered) this.note.say(said.sentence)
    answered = said?.id ?? answered
  }

  act(name) {
    const { follow, words } = this.lectern.data
    const said = follow && LED.includes(name) ? words.lecturer_does : actions[name](this.lectern, this)
    if (said) this.note.say(said)
  }

  leave() {
    this.stopHearing()
    this.note.leave()
  }
}
