// A live run's events. A hidden tab lets go of its connection (a browser has only six a host) and catches up on return.

export function follow(run, language, { take, lost, gone }) {
  const url = new URL(`live/${run}?lang=${language}`, document.baseURI)
  let source = null
  let over = false

  function open() {
    if (over || source || document.hidden) return
    source = new EventSource(url)
    source.onmessage = ({ data }) => {
      const frame = JSON.parse(data)
      take(frame)
      // An ended run is followed until it is saved.
      if (frame.kept && !frame.unsaved) close((over = true))
    }
    source.onerror = () => {
      // Closed by the browser itself: there is no such run any more, and it will not try again.
      if (source?.readyState !== EventSource.CLOSED) return lost()
      close((over = true))
      gone()
    }
  }

  function close() {
    source?.close()
    source = null
  }

  const onVisibility = () => (document.hidden ? close() : open())
  document.addEventListener("visibilitychange", onVisibility)
  open()
  return () => {
    over = true
    close()
    document.removeEventListener("visibilitychange", onVisibility)
  }
}

// A view of a run, with what a frame brings: the points that are new, and how things stand.
export function add(view, frame) {
  const { epochs, trace } = frame.first ? { epochs: [], trace: [] } : view
  epochs.push(...frame.epochs)
  trace.push(...frame.trace)
  return { epochs, trace, frame }
}
