// Nothing on the wall, until any key or a click brings the page back: whoever is to be looked at is the lecturer.

const NO_KEY = ["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"]

export class Blank {
  constructor(dialog) {
    this.dialog = dialog
    dialog.addEventListener("click", () => dialog.close())
  }

  show(name) {
    this.dialog.setAttribute("aria-label", name)
    this.dialog.showModal()
  }

  // Whether a key was for this: it does nothing else then. One that is still held down from before does not end it.
  ends(event) {
    if (!this.dialog.open) return false
    if (event.ctrlKey || event.altKey || event.metaKey || NO_KEY.includes(event.key)) return true
    event.preventDefault()
    event.stopPropagation()
    if (!event.repeat) this.dialog.close()
    return true
  }
}
