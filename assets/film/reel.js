// A run's film as the browser holds it: every snapshot's weights and confusion matrix, fetched once and added to.
// The file is safetensors: eight bytes of header length, a JSON header, then the arrays one after the other.

const WEIGHTS = 7840
const ROW = 784
const ZERO = 2047 // the level of a weight of exactly 0, of twelve bits

const NICE = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]
const TYPES = { I16: Int16Array, I32: Int32Array, U8: Uint8Array, F32: Float32Array }

const PAUSES = { running: 400, paused: 2000, interrupted: 2000 } // milliseconds between two looks at a run that may go on

export class Reel {
  constructor(id) {
    this.id = id
    this.frames = []
    this.stored = 0
    this.limits = {}
  }

  // Load, and again as long as the run may go on: one request at a time, none from a hidden tab.
  keep(loaded, failed) {
    if (this.loading || this.over) return
    clearTimeout(this.timer)
    this.loading = true
    this.load().then((grew) => [loaded, grew], () => [failed]).then(([tell, grew]) => {
      this.loading = false
      if (this.over) return
      this.failed = tell === failed
      tell(grew)
      const pause = PAUSES[this.state]
      if (pause && !document.hidden) this.timer = setTimeout(() => this.keep(loaded, failed), pause)
    })
  }

  leave() {
    this.over = true
    clearTimeout(this.timer)
  }

  // What is new since the last time; resolves to whether there was anything.
  async load() {
    const response = await fetch(new URL(`film/${this.id}?from=${this.stored}`, document.baseURI))
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`)
    const { tensors, start, stored, state } = parse(await response.arrayBuffer())
    const last = this.frames.at(-1)?.step
    this.frames.length = start // the last frame may have been the weights of that moment, and no snapshot
    this.frames.push(...decode(tensors))
    Object.assign(this, { stored, state })
    const grew = this.frames.at(-1)?.step !== last
    if (grew) this.limits = {}
    return grew
  }

  // The weights of frame `i`, or how they have changed since frame `from`.
  change(i, from) {
    const { W } = this.frames[i]
    return from === null ? W : W.map((w, k) => w - this.frames[from].W[k])
  }

  // The frame that a view compares frame `i` with: none, the start, or the last epoch's end.
  reference(i, view, stepsPerEpoch) {
    if (view === "raw") return null
    if (view === "start" || i === 0) return 0
    const end = Math.floor((this.frames[i].step - 1) / stepsPerEpoch) * stepsPerEpoch
    return this.frames.findLastIndex(({ step }) => step <= end)
  }

  // One scale for the whole run, so that growth is seen. Of the change since the last epoch: one for each epoch, because
  // the first epoch's changes are so large that on their scale the others' are blank.
  limit(view, stepsPerEpoch, i) {
    const from = view === "epoch" ? this.reference(i, view, stepsPerEpoch) : null
    const of = `${view} ${from}`
    return (this.limits[of] ??= nice(Math.max(...this.frames.map((_, k) => {
      const since = this.reference(k, view, stepsPerEpoch)
      return from === null || since === from ? largest(this.change(k, since)) : 0
    }))))
  }

  // The frame whose time, in epochs, is nearest.
  nearest(epoch, stepsPerEpoch) {
    const away = (i) => Math.abs(this.frames[i].step / stepsPerEpoch - epoch)
    return this.frames.reduce((best, _, i) => (away(i) < away(best) ? i : best), 0)
  }
}

export function largest(W) {
  let most = 0
  for (const w of W) {
    const size = Math.abs(w)
    if (size > most && size < Infinity) most = size
  }
  return most
}

// The scale's end: the next of 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ⁿ above the largest weight.
export function nice(largest) {
  if (!largest) return 1
  const power = 10 ** Math.floor(Math.log10(largest))
  return Number((NICE.find((n) => n * power > largest * (1 - 1e-6)) * power).toPrecision(2))
}

function parse(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true))
  const { __metadata__: metadata, ...header } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)))
  const tensors = {}
  for (const [name, { dtype, data_offsets: [from, to] }] of Object.entries(header)) {
    const type = TYPES[dtype]
    tensors[name] = new type(buffer, 8 + length + from, (to - from) / type.BYTES_PER_ELEMENT)
  }
  return { tensors, start: Number(metadata.start), stored: Number(metadata.stored), state: metadata.state }
}

function decode({ steps, levels, limits, b, confusion }) {
  return Array.from(steps, (step, s) => {
    const W = new Float32Array(WEIGHTS)
    for (let k = 0, from = (s * WEIGHTS * 3) / 2; k < WEIGHTS; k += 2, from += 3) {
      const limit = limits[10 * s + Math.floor(k / ROW)] / ZERO // 0 × ∞ is NaN: such a row is not finite
      W[k] = ((levels[from] << 4 | levels[from + 1] >> 4) - ZERO) * limit
      W[k + 1] = (((levels[from + 1] & 15) << 8 | levels[from + 2]) - ZERO) * limit
    }
    return { step, W, b: b.slice(10 * s, 10 * s + 10), confusion: confusion.slice(100 * s, 100 * s + 100) }
  })
}

// What the model of a frame says of a picture (784 bytes): the ten probabilities, or null where a logit is not finite.
export function verdict({ W, b }, picture) {
  const o = Array.from(b, (bias, label) => {
    let sum = bias
    for (let k = 0; k < ROW; k++) sum += (W[ROW * label + k] * picture[k]) / 255
    return sum
  })
  if (!o.every(Number.isFinite)) return null
  const most = Math.max(...o)
  const exp = o.map((logit) => Math.exp(logit - most))
  const partition = exp.reduce((sum, e) => sum + e, 0)
  return exp.map((e) => e / partition)
}
