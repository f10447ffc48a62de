// The links under the Share button: the address of what is on the page now, and one that only fills the sliders.

import { fill, thousands } from "../animator/format.js"
import { mounting } from "../animator/mounting.js"
import { themeOf } from "../animator/pixels.js"
import { leading, listen, start, stop } from "../lectern/lead.js"

const OWN = ["run", "model", "lang", "at", "projector", "follow"] // set anew; all else in the address is how the page is looked at

class Share {
  constructor(parent) {
    this.root = parent.querySelector(".stage")
    for (const name of ["page", "lesson", "lead"]) {
      const part = this.part(name)
      part.field.addEventListener("focus", () => part.field.select())
      part.field.addEventListener("keydown", (event) => event.key === "Escape" || event.stopPropagation())
      part.button.addEventListener("click", () => this.copy(part))
    }
    this.leads = this.root.querySelector(".leads")
    this.leads.addEventListener("change", () => (this.leads.checked ? start() : stop()))
    this.stopListening = listen(() => this.drawLead())
  }

  part(name) {
    const section = this.root.querySelector(`[data-link="${name}"]`)
    return { field: section.querySelector("input[readonly]"), button: section.querySelector("button"), what: section.querySelector(".what") }
  }

  update(data) {
    this.data = data
    const { words, lesson, settings } = data
    this.root.dataset.theme = themeOf(this.root)
    for (const label of this.root.querySelectorAll("[data-word]")) label.textContent = words[label.dataset.word]
    const [shown, position] = this.pageLink()
    const title = data.sweep ? words.page_on_sweep : data.run || data.model ? words.page_on_run : words.page
    this.root.querySelector(".page-title").textContent = title
    const at = position === null ? "" : fill(words.at_step, { step: thousands(position) })
    const rights = data.sweep ? words.sweep_rights : data.run ? words.rights : data.model ? "" : words.no_run
    this.fill("page", title, shown, [at, rights].filter(Boolean).join(" "))
    this.fill("lesson", words.lesson, new URL(`./?${lesson}`, document.baseURI).href, fill(words.lesson_what, { settings }))
    this.drawLead()
  }

  // The link that a class follows; a page that follows a lecturer itself has none.
  drawLead() {
    const { words, lecture } = this.data
    this.root.querySelector(".lead").hidden = !lecture
    if (!lecture) return
    this.leads.checked = leading.on
    const what = leading.on ? fill(words.lead_now, { n: leading.followers }) : words.lead_what
    this.fill("lead", words.lead_link, new URL(`./?follow=${lecture}`, document.baseURI).href, leading.problem ?? what)
  }

  fill(name, label, url, what) {
    const part = this.part(name)
    if (part.field.value !== url) this.say("")
    part.field.value = url
    part.field.setAttribute("aria-label", label)
    part.button.setAttribute("aria-label", fill(this.data.words.copy_this, { what: label }))
    part.what.textContent = what
  }

  // This page as it is looked at now; on Templates with the moment that this tab's scrubber stands at.
  pageLink() {
    const { path, run, model, language } = this.data
    const url = new URL(location.href)
    url.hash = ""
    for (const name of OWN) url.searchParams.delete(name)
    if (run) url.searchParams.set("run", run)
    if (model) url.searchParams.set("model", model)
    url.searchParams.set("lang", language)
    const kept = path === "templates" ? Number(sessionStorage.getItem(`softmax_studio.at.${model ?? run}`) ?? NaN) : NaN
    if (Number.isInteger(kept)) url.searchParams.set("at", String(kept))
    return [url.href, Number.isInteger(kept) ? kept : null]
  }

  async copy({ field }) {
    field.focus()
    field.select()
    this.say((await toClipboard(field.value)) ? this.data.words.copied : this.data.words.press_copy)
  }

  say(what) {
    this.root.querySelector(".said").textContent = what
  }

  leave() {
    this.stopListening()
  }
}

// Without https a browser has no clipboard for us: then the old way, and else the text is selected already.
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return document.execCommand("copy")
  }
}

export const { mount, unmount } = mounting(Share)
