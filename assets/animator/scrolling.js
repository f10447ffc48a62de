// What is wider than its place scrolls, and can then be reached by Tab for the arrow keys to scroll it: not every
// browser sees to that itself.

// All that is in `part` must be there already.
export function reachable(part) {
  const look = () => {
    const scrolls = part.scrollWidth > part.clientWidth && getComputedStyle(part).overflowX === "auto"
    if (scrolls) part.tabIndex = 0
    else part.removeAttribute("tabindex")
  }
  const observer = new ResizeObserver(look)
  for (const node of [part, ...part.querySelectorAll("*")]) observer.observe(node)
}
