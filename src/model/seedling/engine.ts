// The forward pass with a cache. Everything a model is asked for is the law of the next token after some prefix; prefixes form a tree, so what several of them
// share is computed once and kept: forking a prefix costs nothing. A law is a function of its prefix alone, whatever else is computed beside it or was before.
import { Failure } from '../../kernel/failure.ts'
import { wasm } from './assembler.ts'
import { type Kernels, packed, plainKernels } from './kernels.ts'
import { checkShape, rotary, type Shape, tensors, type Weights } from './shape.ts'
import { simdKernels, simdServes } from './simd.ts'

/** A computed prefix. */
export type Place = number
/** Before the first token. */
export const origin: Place = -1

export interface EngineOptions {
  /** Prefixes kept, one token each; the least recently used go first. A prefix takes (2 layers width + vocabulary) x 4 bytes. */
  pages?: number
  /** Prefixes computed in one pass. */
  rows?: number
  /** The plain kernels, even where there is SIMD. */
  plain?: boolean
}

interface LayerAt {
  norm1: number
  qkv: number
  out: number
  norm2: number
  gateUp: number
  down: number
}

export class Engine {
  readonly shape: Shape
  /** Which kernels run. */
  readonly kind: 'simd' | 'plain'
  /** Prefixes computed so far. */
  computed = 0
  readonly #kernels: Kernels
  readonly #buffer: ArrayBuffer
  readonly #floats: Float32Array
  readonly #ints: Int32Array
  readonly #rows: number
  readonly #at: {
    embed: number
    layers: LayerAt[]
    norm: number
    head: number
    angles: number
    pages: number
    work: Record<'x' | 'h' | 'qkv' | 'mixed' | 'gateUp' | 'inner' | 'logits' | 'places' | 'paths' | 'scratch', number>
  }
  // The tree of prefixes.
  readonly #parent: Int32Array
  readonly #token: Uint16Array
  readonly #depth: Uint16Array
  readonly #used: Float64Array
  readonly #held: Int32Array
  readonly #child = new Map<number, Place>()
  readonly #laws: Float32Array
  readonly #free: Place[] = []
  #pending: Place[] = []
  #clock = 0

  constructor(shape: Shape, weights: Weights, { pages = 8192, rows = 256, plain = false }: EngineOptions = {}) {
    this.shape = checkShape(shape)
    this.#rows = rows
    const { width: d, hidden: f, vocabulary: v, context, layers } = shape
    for (const t of tensors(shape)) if (!weights.has(t.name)) throw new Failure('model', `expected the tensor ${t.name}, found none`)
    const get = (name: string): Float32Array => weights.get(name)!
    // Lay everything out first, then fill: addresses in bytes, on multiples of 16.
    let end = 64
    const room = (n: number): number => {
      const at = end
      end += Math.ceil((n * 4) / 16) * 16
      return at
    }
    const fill: (() => void)[] = []
    const put = (data: Float32Array): number => {
      const at = room(data.length)
      fill.push(() => this.#floats.set(data, at / 4))
      return at
    }
    const side = (names: string[], k: number): Float32Array => beside(names.map(get), k)
    const angles = new Float32Array(context * (d / shape.heads))
    const { cos, sin } = rotary(shape)
    const half = d / shape.heads / 2
    for (let t = 0; t < context; t++) {
      angles.set(cos.subarray(t * half, (t + 1) * half), 2 * t * half)
      angles.set(sin.subarray(t * half, (t + 1) * half), (2 * t + 1) * half)
    }
    this.#at = {
      embed: put(get('embed')),
      layers: Array.from({ length: layers }, (_, i) => ({
        norm1: put(get(`layers.${i}.norm1`)),
        qkv: put(packed(side([`layers.${i}.query`, `layers.${i}.key`, `layers.${i}.value`], d), d, 3 * d)),
        out: put(packed(get(`layers.${i}.out`), d, d)),
        norm2: put(get(`layers.${i}.norm2`)),
        gateUp: put(packed(side([`layers.${i}.gate`, `layers.${i}.up`], d), d, 2 * f)),
        down: put(packed(get(`layers.${i}.down`), f, d)),
      })),
      norm: put(get('norm')),
      head: put(packed(get('head'), d, v)),
      angles: put(angles),
      work: {
        x: room(rows * d),
        h: room(rows * d),
        qkv: room(rows * 3 * d),
        mixed: room(rows * d),
        gateUp: room(rows * 2 * f),
        inner: room(rows * f),
        logits: room(rows * v),
        places: room(rows * 2),
        paths: room(rows * (context + 1)),
        scratch: room(context + 8),
      },
      pages: room(pages * layers * 2 * d),
    }
    this.kind = !plain && simdServes(shape) ? 'simd' : 'plain'
    if (this.kind === 'simd') {
      const memory = new wasm!.Memory({ initial: Math.ceil(end / 65536) })
      this.#buffer = memory.buffer
      this.#kernels = simdKernels(shape, memory)
    } else {
      this.#buffer = new ArrayBuffer(end)
      this.#kernels = plainKernels(shape, this.#buffer)
    }
    this.#floats = new Float32Array(this.#buffer)
    this.#ints = new Int32Array(this.#buffer)
    for (const one of fill) one()
    this.#parent = new Int32Array(pages)
    this.#token = new Uint16Array(pages)
    this.#depth = new Uint16Array(pages)
    this.#used = new Float64Array(pages)
    this.#held = new Int32Array(pages)
    this.#laws = new Float32Array(pages * v)
    for (let i = pages - 1; i >= 0; i--) this.#free.push(i)
  }

  /** Bytes held: weights, work space, cache. */
  get bytes(): number {
    return this.#buffer.byteLength + this.#laws.byteLength
  }

  /**
   * The places of prefixes, computed where they were not known.
   * @param prefixes token ids, 1 to `context` of them each
   */
  places(prefixes: readonly (readonly number[])[]): Place[] {
    return this.#grow(prefixes.length, i => {
      let at = origin
      for (const token of prefixes[i]) at = this.#want(at, token)
      return at
    })
  }

  /** One token further from each place. @param from held places, each at most context - 1 deep */
  extend(from: readonly Place[], tokens: readonly number[]): Place[] {
    return this.#grow(from.length, i => this.#want(from[i], tokens[i]))
  }

  /** Places wanted one by one, held until all are computed. */
  #grow(n: number, want: (i: number) => Place): Place[] {
    const out: Place[] = []
    try {
      for (let i = 0; i < n; i++) {
        const at = want(i)
        this.hold(at)
        out.push(at)
      }
      this.#run()
    } finally {
      for (const at of out) this.release(at)
    }
    return out
  }

  /** Log-probabilities of the next token. A view: good until the next call that computes. */
  law(at: Place): Float32Array {
    const v = this.shape.vocabulary
    return this.#laws.subarray(at * v, (at + 1) * v)
  }

  /** The places on the way, first token first, `at` last. */
  path(at: Place): Place[] {
    const out: Place[] = []
    for (let p = at; p !== origin; p = this.#parent[p]) out.push(p)
    return out.reverse()
  }

  depth(at: Place): number {
    return at === origin ? 0 : this.#depth[at]
  }

  /** Keeps a place and all before it until it is released as often as it was held. */
  hold(at: Place): void {
    if (at !== origin) this.#held[at]++
  }
  release(at: Place): void {
    if (at !== origin) this.#held[at]--
  }

  #want(parent: Place, token: number): Place {
    const key = (parent + 1) * this.shape.vocabulary + token
    let at = this.#child.get(key)
    if (at === undefined) {
      if (this.#free.length === 0) this.#sweep(parent)
      at = this.#free.pop()!
      this.#child.set(key, at)
      this.#parent[at] = parent
      this.#token[at] = token
      this.#depth[at] = this.depth(parent) + 1
      this.#pending.push(at)
    }
    this.#used[at] = ++this.#clock
    return at
  }

  /** Lets go of the less recently used half of what is neither held, nor waiting to be computed, nor on the way to such a place. */
  #sweep(growing: Place): void {
    const n = this.#parent.length
    const keep = new Uint8Array(n)
    const mark = (at: Place): void => {
      for (; at !== origin && !keep[at]; at = this.#parent[at]) keep[at] = 1
    }
    for (let at = 0; at < n; at++) if (this.#held[at] > 0) mark(at)
    for (const at of this.#pending) mark(at)
    mark(growing)
    // A place is at least as recent as what grew from it, so that a tree is left.
    const order = Array.from({ length: n }, (_, at) => at).sort((a, b) => this.#depth[b] - this.#depth[a])
    for (const at of order) {
      const p = this.#parent[at]
      if (p !== origin && this.#used[at] > this.#used[p]) this.#used[p] = this.#used[at]
    }
    const loose = order.filter(at => !keep[at]).sort((a, b) => this.#used[a] - this.#used[b] || this.#depth[b] - this.#depth[a])
    if (loose.length === 0)
      throw new Failure('internal', `expected room for one more prefix, found all ${n} pages in use`, 'give the engine more pages')
    loose.length = Math.ceil(loose.length / 2)
    for (const at of loose) {
      this.#child.delete((this.#parent[at] + 1) * this.shape.vocabulary + this.#token[at])
      this.#free.push(at)
    }
  }

  #run(): void {
    const pending = this.#pending
    for (let i = 0; i < pending.length; i += this.#rows) this.#pass(pending.slice(i, i + this.#rows))
    this.#pending = []
  }

  /** One forward pass: a row for each place. Places before them are computed, or in the same pass. */
  #pass(places: readonly Place[]): void {
    const { width: d, hidden: f, vocabulary: v, context, layers, heads } = this.shape
    const { embed, work: w, angles, pages, norm, head } = this.#at
    const k = this.#kernels
    const n = places.length
    const layerBytes = 2 * d * 4
    const page = layers * layerBytes
    for (let r = 0; r < n; r++) {
      const at = places[r]
      const from = embed / 4 + this.#token[at] * d
      this.#floats.copyWithin(w.x / 4 + r * d, from, from + d)
      this.#ints[w.places / 4 + 2 * r] = pages + at * page
      const depth = this.#depth[at]
      this.#ints[w.places / 4 + 2 * r + 1] = angles + (depth - 1) * (d / heads) * 4
      const path = w.paths / 4 + r * (context + 1)
      this.#ints[path] = depth
      for (let i = depth + 1; i % 4 !== 1; i++) this.#ints[path + i] = pages + at * page
      for (let p = at, i = depth; p !== origin; p = this.#parent[p]) this.#ints[path + i--] = pages + p * page
    }
    for (let i = 0; i < layers; i++) {
      const l = this.#at.layers[i]
      k.normalise(w.x, l.norm1, w.h, n)
      k.product(w.h, l.qkv, w.qkv, n, d, 3 * d, 0)
      k.place(w.qkv, w.places, n, i * layerBytes)
      k.attend(w.qkv, w.paths, w.mixed, n, i * layerBytes, w.scratch)
      k.product(w.mixed, l.out, w.x, n, d, d, 1)
      k.normalise(w.x, l.norm2, w.h, n)
      k.product(w.h, l.gateUp, w.gateUp, n, d, 2 * f, 0)
      k.gated(w.gateUp, w.inner, n)
      k.product(w.inner, l.down, w.x, n, f, d, 1)
    }
    k.normalise(w.x, norm, w.h, n)
    k.product(w.h, head, w.logits, n, d, v, 0)
    for (let r = 0; r < n; r++) logSoftmax(this.#floats, w.logits / 4 + r * v, this.#laws, places[r] * v, v)
    this.computed += n
  }
}

/** Matrices of k rows side by side. */
function beside(parts: readonly Float32Array[], k: number): Float32Array {
  const widths = parts.map(p => p.length / k)
  const total = widths.reduce((a, b) => a + b, 0)
  const out = new Float32Array(k * total)
  let left = 0
  parts.forEach((p, q) => {
    for (let i = 0; i < k; i++) out.set(p.subarray(i * widths[q], (i + 1) * widths[q]), i * total + left)
    left += widths[q]
  })
  return out
}

function logSoftmax(from: Float32Array, at: number, to: Float32Array, out: number, n: number): void {
  let top = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) if (from[at + i] > top) top = from[at + i]
  let z = 0
  for (let i = 0; i < n; i++) z += Math.exp(from[at + i] - top)
  const base = top + Math.log(z)
  for (let i = 0; i < n; i++) to[out + i] = from[at + i] - base
}
