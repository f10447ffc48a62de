// The server's events at one address. A hidden tab lets go of its connection (a browser has only six a host) and
// catches up on return.

// `take` is given each event; `lost`: the browser asks again by itself; `shut`: it does not, and `again(ms)` does.
// `settled`: whether there is nothing to ask, as it is connected or over.
export function listen(url, { take, lost, shut }) {
  let source = null
  let over = false
  let waiting = null

  function open() {
    if (over || source || document.hidden) return
    clearTimeout(waiting)
    source = new EventSource(url)
    source.onmessage = ({ data }) => take(JSON.parse(data))
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) return lost()
      close()
      shut()
    }
  }

  function close() {
    source?.close()
    source = null
  }

  function again(ms) {
    close()
    clearTimeout(waiting)
    waiting = setTimeout(open, ms)
  }

  function end() {
    over = true
    clearTimeout(waiting)
    close()
    document.removeEventListener("visibilitychange", onVisibility)
  }

  const onVisibility = () => (document.hidden ? close() : open())
  document.addEventListener("visibilitychange", onVisibility)
  open()
  return { again, end, settled: () => over || source !== null }
}
