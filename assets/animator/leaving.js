// Between a click on another page's link and that page's coming, Streamlit still names the old page with each message,
// and the server would go back to it: the click would be lost. What a component says meanwhile waits, and is dropped
// with its page.

const LONGEST = 20000 // milliseconds, for a page that does not come: a busy server takes seconds
const SETTLED = 250 // milliseconds after which what the page before had is gone

let shown = location.pathname
let since = -Infinity
const waiting = new Set()

// The page at `path` has been asked for, to come in this window.
export function leave(path) {
  if (path !== shown) since = performance.now()
}

export const leaving = () => since + LONGEST > performance.now()

addEventListener("click", ({ target, ctrlKey, metaKey, shiftKey }) => {
  const link = target.closest?.('a[data-testid$="NavLink"]')
  if (link && !(ctrlKey || metaKey || shiftKey)) leave(new URL(link.href).pathname)
}, true)
addEventListener("popstate", () => leave(location.pathname))

// A component was made: its page is there.
export function arrived() {
  if (location.pathname === shown) return
  shown = location.pathname
  since = -Infinity
  for (const send of waiting) setTimeout(send, SETTLED) // of what is on every page, and is heard there
}

// The page that was asked for does not come: its answer was lost with the connection.
export function stayed() {
  since = -Infinity
  for (const send of waiting) send()
}

// `send` for a component whose element is `root`.
export function unlessLeaving(root, send) {
  return (...message) => {
    if (!leaving()) return send(...message)
    const later = () => waiting.delete(later) && root.isConnected && send(...message)
    waiting.add(later)
    setTimeout(later, since + LONGEST - performance.now())
  }
}
