// What is wrong with the screen that is shown: every element of the page and of its shadow trees that shows a text, a
// picture or a field is looked at. `smallest`: the least size of a text as a part of the window's height.
smallest => {
  const faults = []
  const main = document.querySelector("[data-testid=stMain]")
  const scrolls = {
    "down": main.scrollHeight - main.clientHeight, "sideways": main.scrollWidth - main.clientWidth,
    "as a document": document.documentElement.scrollHeight - innerHeight,
  }
  for (const [how, by] of Object.entries(scrolls)) if (by > 0) faults.push(`the page scrolls ${how} by ${by}`)
  const elements = []
  const walk = root => {
    for (const element of root.querySelectorAll("*")) {
      elements.push(element)
      if (element.shadowRoot) walk(element.shadowRoot)
    }
  }
  walk(document.body)
  const own = element => [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.replaceAll("\u200b", "").trim())
  const heard = element => { // only by a screen reader
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const { clipPath, clip } = getComputedStyle(at)
      if (clipPath === "inset(50%)" || /^rect\(0px,? 0px,? 0px,? 0px\)$/.test(clip)) return true
    }
    return false
  }
  const scrolled = element => { // out of sight in a listing, which may scroll in its own box
    const box = element.closest("[data-testid=stCode]")?.getBoundingClientRect()
    return box && element.getBoundingClientRect().bottom > box.bottom
  }
  const ignored = ["SCRIPT", "STYLE", "TITLE", "OPTION"]
  const named = element => `<${element.tagName.toLowerCase()} ${element.getAttribute("class") ?? ""}> ${element.textContent.trim().slice(0, 40)}`
  const bar = document.querySelector(".st-key-studio_corner")
  const inBar = element => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) if (at === bar) return true
    return false
  }
  const strip = bar?.getBoundingClientRect()
  for (const element of elements) {
    if (ignored.includes(element.tagName)) continue
    const text = own(element)
    if (!text && !["CANVAS", "IMG", "INPUT", "SELECT", "TEXTAREA", "BUTTON"].includes(element.tagName)) continue
    if (!element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }) || heard(element)) continue
    if (scrolled(element)) continue
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect()
    if (width < 2 || height < 2) continue
    const scale = element.ownerSVGElement?.getScreenCTM().a ?? 1 // of a drawing
    const size = parseFloat(getComputedStyle(element).fontSize) * scale
    if (text && size < smallest * innerHeight - 0.05) faults.push(`${size.toFixed(1)} px: ${named(element)}`)
    if (left < -0.5 || top < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5) {
      faults.push(`beyond the window (${[left, top, right, bottom].map(Math.round)}): ${named(element)}`)
    }
    const under = strip && !inBar(element) && left < strip.right && right > strip.left && top < strip.bottom - 1 && bottom > strip.top + 1
    if (under) faults.push(`under the bar: ${named(element)}`)
  }
  return faults
}
