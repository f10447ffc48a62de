// One sentence that is shown and spoken for a moment: what a key did, or why it did nothing.

const SHOWN = 2500 // milliseconds

export class Note {
  constructor(root) {
    this.root = root
  }

  say(sentence) {
    this.put(sentence, true)
  }

  // Spoken only, where it is seen anyway.
  speak(sentence) {
    this.put(sentence, false)
  }

  put(sentence, seen) {
    this.root.textContent = sentence
    this.root.toggleAttribute("data-seen", seen)
    clearTimeout(this.ending)
    this.ending = setTimeout(() => this.leave(), SHOWN)
  }

  leave() {
    clearTimeout(this.ending)
    this.root.textContent = ""
    this.root.removeAttribute("data-seen")
  }
}
