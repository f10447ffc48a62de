// What this page shows, as it can be shown to others: nothing but names and values that stand in its address.

import { moment } from "./moment.js"
import { shown } from "./shown.js"

const LOOKED_AT = ["templates", "evaluate", "data"] // pages whose address says how they are looked at

// `data`: what the page says of itself, if it has yet; null as long as the address is another page's already.
export function place(data) {
  if (!data) return null
  const { page, run, model } = data
  const url = new URL(location.href)
  const at = new URL(page || "./", document.baseURI).pathname
  if (url.pathname.replace(/\/$/, "") !== at.replace(/\/$/, "")) return null
  const section = page === "concepts" ? url.searchParams.get("section") : null
  const of = section ?? (LOOKED_AT.includes(page) ? page : null)
  const view = of ? [...url.searchParams].filter(([name]) => name.startsWith(`${of}_`)).sort() : []
  return { page, run, model, section, view: Object.fromEntries(view) }
}

// The same with the wall's screen, what is hidden, and where the scrubber stands.
export function whole(data) {
  const there = place(data)
  return there && { ...there, screen: shown.screen, hidden: shown.hidden, at: data.page === "templates" ? moment.here : null }
}
