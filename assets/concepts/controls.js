// The inputs of a section that trains: each with data-value, the name of the value that it sets.

// `set`: called with the value changed, as it stands in a URL.
export function bind(root, set) {
  for (const input of root.querySelectorAll("input[data-value]")) {
    const steps = input.dataset.steps?.split(",")
    if (steps) Object.assign(input, { min: 0, max: steps.length - 1, step: 1 })
    input.addEventListener("input", () => set({ [input.dataset.value]: valueOf(input, steps) }))
  }
}

const valueOf = (input, steps) => (
  input.type === "checkbox" ? String(Number(input.checked)) : steps ? steps[input.value] : input.value
)

// The inputs as the values have them; a value between a slider's steps shows as itself, at the nearest step.
export function show(root, values) {
  for (const input of root.querySelectorAll("input[data-value]")) {
    const value = values[input.dataset.value]
    if (input.type === "checkbox") input.checked = value === "1"
    else if (input.type === "radio") input.checked = input.value === value
    else {
      const steps = input.dataset.steps?.split(",").map(Number)
      input.value = steps ? nearest(steps, Number(value)) : value
      input.setAttribute("aria-valuetext", value)
      input.parentElement.querySelector(".value").textContent = value.replace("-", "−")
    }
  }
}

const nearest = (steps, value) => steps.reduce((best, step, i) => (Math.abs(step - value) < Math.abs(steps[best] - value) ? i : best), 0)

export function say(root, words) {
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word]
}

// Facts: a heading over a sentence, each in a column of its own.
export function facts(place, columns) {
  place.replaceChildren(...columns.map(([title, ...contents]) => {
    const section = document.createElement("section")
    const heading = Object.assign(document.createElement("h3"), { textContent: title })
    const text = document.createElement("p")
    text.append(...contents)
    section.append(heading, text)
    return section
  }))
}
