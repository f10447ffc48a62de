// The pictures of this session, the newest first: to look at again, to compare, to take away.

import { fill } from "../animator/format.js"
import { bytes, greys } from "../animator/pixels.js"
import { shown } from "../lectern/shown.js"
import { ranked, softmax } from "./model.js"
import { named } from "./named.js"
import { mark, probability } from "./numbers.js"
import { Tile, element, say } from "./tile.js"

// How a wall shows up to so many pictures: columns and rows.
const GRIDS = [[3, [3, 1]], [6, [3, 2]], [12, [4, 3]], [Infinity, [7, 6]]]

export class History {
  // `show`, `remove`, `compare`: called with the id of a picture; `restore`: takes back the last removal.
  constructor(root, acts) {
    this.part = (name) => root.querySelector(`.${name}`)
    Object.assign(this, { acts, items: new Map() })
    this.part("restore").addEventListener("click", () => acts.restore())
  }

  // `history`: each { id, name, x, o, true }; `now`: the one shown, with its logits of this moment, and its
  // pixels where they are newer than those of the history.
  draw({ words, labels, history, now, compared, theme, restorable }) {
    this.part("history").classList.toggle("none", !history.length && !restorable)
    const [, [columns, rows]] = GRIDS.find(([most]) => history.length <= most)
    const { style } = this.part("pictures")
    style.setProperty("--columns", columns)
    style.setProperty("--rows", rows)
    this.part("history").classList.toggle("many", rows > 3)
    say(this.part("none-yet"), history.length ? "" : words.empty)
    const restore = this.part("restore")
    const leave = !restorable && isFocused(restore)
    restore.hidden = !restorable
    for (const [id, item] of this.items) {
      if (history.some((entry) => entry.id === id)) continue
      const hadFocus = [item.show, item.compare, item.remove].some(isFocused)
      item.node.remove()
      this.items.delete(id)
      if (hadFocus) restore.focus()
    }
    history.forEach((entry, place) => {
      const item = this.items.get(entry.id) ?? this.item(entry.id)
      const list = this.part("pictures")
      if (list.children[place] !== item.node) list.insertBefore(item.node, list.children[place] ?? null)
      this.drawItem(item, { ...entry, name: named(entry, { history, words }) }, { words, labels, theme, compared, now })
    })
    if (leave) this.part("show")?.focus()
  }

  item(id) {
    const node = element("li")
    const [show, compare, remove] = ["show", "compare", "remove"].map((name) => element("button", name))
    for (const button of [show, compare, remove]) button.type = "button"
    const [tile, text] = [new Tile(), element("span", "text")]
    Object.assign(text.dataset, { part: "verdict", blank: "" }) // no button is within another
    text.append(element("b"), element("span"))
    show.append(tile.canvas, text)
    node.append(show, compare, remove)
    for (const [button, act] of [[show, "show"], [compare, "compare"], [remove, "remove"]]) {
      button.addEventListener("click", () => button.getAttribute("aria-disabled") === "true" || this.acts[act](id))
    }
    const item = { node, show, compare, remove, tile, text }
    this.items.set(id, item)
    return item
  }

  drawItem({ show, compare, remove, tile, text }, entry, { words, labels, theme, compared, now }) {
    const current = entry.id === now?.id
    const o = current ? now.o : entry.o
    const y_hat = softmax(o)
    const [best] = ranked(o)
    const label = y_hat ? labels[best] : words.no_verdict
    const known = entry.true != null && !shown.hides("labels")
    const right = y_hat && known ? ` ${mark(best === entry.true)}` : ""
    const painted = current && now.x && Uint8Array.from(now.x, (value) => Math.round(255 * value))
    tile.show(painted || bytes(entry.x), greys[theme], entry.name)
    say(text.firstChild, label)
    say(text.lastChild, `${probability(y_hat?.[best])}${right}`)
    show.title = entry.name
    if (current) show.setAttribute("aria-current", "true")
    else show.removeAttribute("aria-current")
    compare.textContent = words.compare
    compare.setAttribute("aria-pressed", String(entry.id === compared))
    compare.setAttribute("aria-disabled", String(current))
    compare.setAttribute("aria-label", fill(words.compare_with, { name: entry.name }))
    remove.textContent = "×"
    remove.setAttribute("aria-label", fill(words.remove, { name: entry.name }))
    remove.title = fill(words.remove, { name: entry.name })
  }
}

const isFocused = (node) => node.getRootNode().activeElement === node
