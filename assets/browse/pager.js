// First, previous, next, last: by pages, or by pictures where one is opened.

const PARTS = ["first", "previous", "next", "last"]

export class Pager {
  constructor(root, onMove) {
    this.buttons = PARTS.map((name) => root.querySelector(`.${name}`))
    this.buttons.forEach((button, i) => button.addEventListener("click", () => onMove(this.to[i])))
  }

  // `at`: the position of the page's first picture, or of the opened one, in a list of `total`.
  draw({ words, opened, at, total, size }) {
    const names = opened
      ? [words.first_picture, words.previous_picture, words.next_picture, words.last_picture]
      : [words.first_page, words.previous_page, words.next_page, words.last_page]
    const step = opened ? 1 : size
    const end = Math.floor((total - 1) / step) * step
    this.to = [0, at - step, at + step, end].map((position) => Math.max(0, Math.min(end, position)))
    this.buttons.forEach((button, i) => {
      button.title = names[i]
      button.setAttribute("aria-label", names[i])
      button.setAttribute("aria-disabled", String(this.to[i] === at))
    })
  }
}
