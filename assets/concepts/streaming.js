// A training of a section, as it runs on the server: frames as they come, until it has ended or the viewer leaves.

let stop = () => {}

// `values`: those of the section's URL, with `lang` and `data`. `take` is given the frames since the last event, in
// order: templates, as {limit, tiles}, are in the last of them alone. `failed` is given a sentence, or nothing where
// the connection was lost. A new training ends the one before; what is returned ends this one.
export function stream(section, values, { take, done = () => {}, failed }) {
  stop()
  const url = new URL(`ideas/${section}/run?${new URLSearchParams(values)}`, document.baseURI)
  const source = new EventSource(url)
  const close = () => source.close()
  stop = close
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data)
    if (event.frames) take(event.frames)
    if (event.error || event.done) close()
    if (event.error) failed(event.error)
    if (event.done) done()
  }
  source.onerror = () => {
    close() // or the browser would begin the training anew
    failed()
  }
  return close
}

// What is not a finite number is sent as a word.
export const numeric = (value) => (typeof value === "string" ? { inf: Infinity, "-inf": -Infinity }[value] ?? NaN : value)
