// Drawing that leaves a person at least half of the time. Events come as fast as the server sends them; drawn one by one
// on a slow machine, they would leave the browser no moment for a click.

const FRAME = 1000 / 60 // ms, of a screen that keeps up

// `draw` is called once for all that was asked for since it was called last: with the next frame of the browser, and
// after one that took longer than a frame, when as long again has passed.
export function paced(draw) {
  let asked = 0
  let free = 0

  function frame() {
    const began = performance.now()
    asked = 0
    if (began < free) return ask()
    draw()
    // The next frame begins when this one is painted.
    requestAnimationFrame(() => {
      const now = performance.now()
      const late = now - began - FRAME
      free = late > FRAME / 2 ? now + late : 0
    })
  }

  function ask() {
    asked ||= requestAnimationFrame(frame)
  }

  return { ask, end: () => cancelAnimationFrame(asked) }
}
