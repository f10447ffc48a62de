// What is wider than its place scrolls, and can then be reached by Tab for the arrow keys to scroll it: not every
// browser sees to that itself.

export function reachable(part) {
  const look = () => {
    const scrolls = part.scrollWidth > part.clientWidth && getComputedStyle(part).overflowX === "auto"
    if (scrolls) part.tabIndex = 0
    else part.removeAttribute("tabindex")
  }
  const observer = new ResizeObserver(look)
  for (const node of [part, ...part.children]) observer.observe(node)
}
