// The keys: one table of what each does, and when a key that is pressed is meant for it.
//
// A key counts by the sign it types, wherever that lies on a keyboard. Streamlit's own are r, c, a and Escape; none of
// them is here, nor anything with Ctrl, Alt or Meta: those are the browser's and the screen reader's.

// `name` is the word in assets/text too; `repeats`: also while the key is held down; `wall`: only there, elsewhere the
// key is the browser's.
export const KEYS = [
  { name: "play", keys: ["p"], group: "run_keys" },
  { name: "step", keys: ["s"], group: "run_keys" },
  { name: "epoch", keys: ["e"], group: "run_keys" },
  { name: "reset", keys: ["0"], group: "run_keys" },
  { name: "slower", keys: ["-"], group: "run_keys" },
  { name: "faster", keys: ["+", "="], group: "run_keys" },
  { name: "left", keys: ["ArrowLeft"], group: "page_keys", repeats: true },
  { name: "right", keys: ["ArrowRight"], group: "page_keys", repeats: true },
  { name: "page_before", keys: ["["], group: "page_keys" },
  { name: "page_after", keys: ["]"], group: "page_keys" },
  { name: "back", keys: ["PageUp"], group: "wall_keys", wall: true },
  { name: "on", keys: ["PageDown"], group: "wall_keys", wall: true },
  { name: "uncover", keys: ["h"], group: "wall_keys" },
  { name: "projector", keys: ["w"], group: "wall_keys" },
  { name: "blank", keys: ["b", "."], group: "wall_keys" },
  { name: "list", keys: ["?"], group: "list_keys" },
]

const CHINESE = { "【": "[", "】": "]", "「": "[", "」": "]", "。": "." } // other full-width signs Unicode itself knows
const SWITCH = "softmax_studio.keys"

const TYPED_INTO = `
  input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=submit], [type=reset], [type=file]),
  textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=searchbox], [role=combobox],
  [role=spinbutton], [role=listbox], [role=menu], [role=menubar], [role=tree]`
const NO_ARROWS_OF_ITS_OWN = "html, body, main, summary:not([role]), button:not([role]), a[href]:not([role])"
const COMPOSITE = "[role=radiogroup], [role=tablist], [role=toolbar], [role=grid]"
const STREAMLIT_OPENED = "[data-testid=stPopoverBody], [data-testid=stDialog], [data-testid=stMainMenuPopover]"

const offers = new Map()

// What a stage can do for as long as it is on the page, under the name of a key. Returns how to take it back.
export function offer(name, act) {
  offers.set(name, act)
  return () => offers.get(name) === act && offers.delete(name)
}

export const offered = (name) => offers.get(name)

// Whether keys are heard at all, as this browser was told; one that keeps nothing has them on.
export const heard = {
  get on() {
    try {
      return localStorage.getItem(SWITCH) !== "off"
    } catch {
      return true
    }
  },
  set on(on) {
    try {
      localStorage.setItem(SWITCH, on ? "on" : "off")
    } catch {} // it is then so until the list is opened again
  },
}

// The row of the table that a key event is meant for, or undefined. `wall`: whether the page is on one.
export function meant(event, wall) {
  const key = signOf(event)
  const row = KEYS.find(({ keys }) => keys.includes(key))
  if (!row || event.isComposing || modified(event, key) || (row.wall && !wall) || document.querySelector(STREAMLIT_OPENED)) return
  const target = event.composedPath()[0]
  if (target.isContentEditable || target.closest?.(TYPED_INTO)) return
  // On a wall a clicker's two keys turn the screen whatever was clicked last, a slider too: that keeps its arrows.
  if (key.startsWith("Arrow") && !(target.matches(NO_ARROWS_OF_ITS_OWN) && !target.closest(COMPOSITE))) return
  return row
}

function signOf({ key }) {
  if (typeof key !== "string") return "" // a field that the browser fills in says so with a key event without a key
  const sign = CHINESE[key] ?? key.normalize("NFKC")
  return sign.length === 1 ? sign.toLowerCase() : sign // with Caps Lock on too
}

// A sign may take Shift, or AltGr, which Windows calls Ctrl and Alt; a letter and a named key may not.
function modified(event, key) {
  if (event.metaKey) return true
  if (/^[a-z]$|../.test(key)) return event.ctrlKey || event.altKey || event.shiftKey
  return (event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph")
}

// Call `act(row)` with each key's row; `elsewhere(event)` may keep a key for what lies over the page. The list's own key
// is heard even when the keys are off. Returns how to stop.
export function hear({ wall, elsewhere, act }) {
  const hearKey = (event) => {
    const row = !elsewhere(event) && meant(event, wall())
    if (!row || !(heard.on || row.name === "list")) return
    if (row.wall) {
      event.preventDefault()
      event.stopPropagation()
    }
    if (event.repeat && !row.repeats) return
    // At the window, before anything else, as several stages let no key event out; done once they have had it.
    setTimeout(() => (row.wall || !event.defaultPrevented) && act(row))
  }
  addEventListener("keydown", hearKey, true)
  return () => removeEventListener("keydown", hearKey, true)
}
