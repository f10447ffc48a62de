// The cover of a hidden part: a box in its place with the words that say what is hidden, and a press shows it again.

// `says`: { sentence, reveal: the word for showing it, or null for who cannot, blank: whether they are only hovered }.
export function cover(element, says, press) {
  const saying = JSON.stringify(says)
  const before = own(element)
  if (before?.dataset.saying === saying) return
  const made = says.blank ? blank(press) : says.reveal === null ? note(says) : button(says, press)
  made.classList.add("cover")
  made.title = says.sentence
  made.dataset.saying = saying
  if (!element.hasAttribute("data-covered")) element.setAttribute("data-covered", getComputedStyle(element).position)
  if (before) before.replaceWith(made)
  else element.append(made)
}

export function uncover(element) {
  if (!element.hasAttribute("data-covered")) return
  own(element)?.remove()
  element.removeAttribute("data-covered")
}

const own = (element) => element.querySelector(":scope > .cover")

function button({ sentence, reveal }, press) {
  const made = note({ sentence }, "button")
  made.type = "button"
  made.append(" ", Object.assign(document.createElement("u"), { textContent: reveal }))
  made.addEventListener("click", (event) => {
    event.stopPropagation() // what is covered has clicks of its own
    press()
  })
  return made
}

function note({ sentence }, tag = "span") {
  const made = document.createElement(tag)
  made.append(Object.assign(document.createElement("span"), { textContent: sentence }))
  return made
}

// One of many alike: the first one has said it.
function blank(press) {
  const made = document.createElement("span")
  made.addEventListener("click", (event) => {
    event.stopPropagation()
    press()
  })
  return made
}
