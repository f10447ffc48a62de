// Between a click on another page's link and that page's coming, Streamlit still names the old page with each message,
// and the server would go back to it: the click would be lost. What a component says meanwhile waits, and is dropped
// with its page.

const LONGEST = 5000 // milliseconds, for a page that does not come

let shown = location.pathname
let since = -Infinity

const leave = (path) => path !== shown && (since = performance.now())

addEventListener("click", ({ target }) => {
  const link = target.closest?.('a[data-testid$="NavLink"]')
  if (link) leave(new URL(link.href).pathname)
}, true)
addEventListener("popstate", () => leave(location.pathname))

// A component was made: its page is there.
export function arrived() {
  if (location.pathname === shown) return
  shown = location.pathname
  since = -Infinity
}

// `send` for a component whose element is `root`.
export function unlessLeaving(root, send) {
  return (...message) => {
    const wait = since + LONGEST - performance.now()
    if (wait <= 0) send(...message)
    else setTimeout(() => root.isConnected && send(...message), wait)
  }
}
