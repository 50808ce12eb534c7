import type { Assessment, Draw } from '../contract/index.ts'
import { Failure } from './failure.ts'
import { FlatTree, type Rules } from './tree.ts'
import { atOnce, type TreeRows, type TreeSource } from './tree-dump.ts'

const version = 1
const magic = 0x45535054 // ESPT
/** Rows of states, actions or draws that are one text: few enough that reading one keeps nobody waiting. */
const group = 1 << 11

/**
 * A tree as bytes: `ESPT`, version, then sections of (length, bytes), all little-endian. First a JSON header that names the sections; then the typed
 * arrays; then states, actions and draws as groups of JSON, each to be read by itself; then judgements and notes.
 */
export function encodeTree(t: FlatTree): Uint8Array {
  const d = t.dump()
  const parts: Uint8Array[] = []
  const bytes = (a: ArrayBufferView): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength)
  const text = new TextEncoder()
  const json = (x: unknown): Uint8Array => text.encode(JSON.stringify(x))
  const groups = (xs: readonly unknown[]): number => {
    const whole = xs.length
    for (let i = 0; i < whole; i += group) parts.push(json(xs.slice(i, i + group).map(x => (x === undefined ? null : [x]))))
    return Math.ceil(whole / group)
  }
  parts.push(bytes(d.parent), bytes(d.rank), bytes(d.hi), bytes(d.lo), bytes(d.flags))
  for (const c of d.columns) parts.push(bytes(c.values))
  const draws = [...d.draws]
  const header: Head = {
    size: d.size,
    root: d.root,
    fingerprint: d.fingerprint,
    columns: d.columns.map(c => c.name),
    initials: Object.entries(d.initials).map(([name, x]) => [name, Number.isNaN(x) ? null : x]),
    states: groups(d.states),
    actions: groups(d.actions),
    draws: groups(draws),
    drawn: draws.filter((_, i) => i % group === 0).map(([e]) => e),
  }
  parts.push(json([d.judged, d.notes, d.parents, d.observed]))
  parts.unshift(json(header))
  const total = parts.reduce((n, p) => n + 8 + pad(p.length), 8)
  const out = new Uint8Array(total)
  const view = new DataView(out.buffer)
  view.setUint32(0, magic, true)
  view.setUint32(4, version, true)
  let at = 8
  for (const p of parts) {
    view.setFloat64(at, p.length, true)
    out.set(p, at + 8)
    at += 8 + pad(p.length)
  }
  return out
}

/**
 * The tree of `encodeTree`'s bytes, which it holds on to: its numbers are read at once, its states, actions and draws when they are asked for.
 * @throws Failure of code `store` on bytes that are none, of a newer version, or cut short
 */
export function decodeTree<S = any, A = any, Ans = any>(data: Uint8Array, rules: Rules<S, Ans>): FlatTree<S, A, Ans> {
  return atOnce(decodingTree<S, A, Ans>(data, rules))
}

/** The same in short steps, for a program that has other things to do meanwhile. @throws Failure (store) */
export function* decodingTree<S = any, A = any, Ans = any>(data: Uint8Array, rules: Rules<S, Ans>): Generator<void, FlatTree<S, A, Ans>> {
  const from = new Sections(data)
  const head: Head = jsonOf(from.next())
  const numbers = numbersOf(from, head)
  const [states, actions, draws] = [head.states, head.actions, head.draws].map(n => Array.from({ length: n }, () => from.next()))
  const [judged, notes, parents, observed] = jsonOf(from.next())
  yield
  const initials = Object.fromEntries(head.initials.map(([name, x]) => [name, x ?? Number.NaN]))
  const { size, root, fingerprint } = head
  const texts = { states: new Rows<S>(states), actions: new Rows<A>(actions), draws: new Drawn<A>(draws, head.drawn) }
  const kept = { size, root, fingerprint, initials, ...numbers, ...texts, notes, parents, observed }
  return yield* FlatTree.restoring<S, A, Ans>({ ...kept, judged: judged.map(unknownValue) }, rules)
}

/** Texts of rows in groups, each read at its first need. */
class Rows<T> {
  readonly #texts: (Uint8Array | null)[]
  readonly #groups: (T | undefined)[][] = []
  constructor(texts: Uint8Array[]) {
    this.#texts = texts
  }
  at(e: number): T | undefined {
    return this.group(Math.floor(e / group))?.[e % group]
  }
  group(g: number): (T | undefined)[] | undefined {
    const text = this.#texts[g]
    if (text instanceof Uint8Array) {
      this.#texts[g] = null
      this.#groups[g] = jsonOf<([T] | null)[]>(text).map(x => (x === null ? undefined : x[0]))
    }
    return this.#groups[g]
  }
}
/** Draws, in groups of so many rows that have some. */
class Drawn<A> implements Pick<TreeRows<unknown, A>['draws'], 'get'> {
  readonly #rows: Rows<[number, Draw<A>[]]>
  readonly #count: number
  /** First row of each group; of snapshots that do not say it, all are read. */
  readonly #from: readonly number[] | undefined
  readonly #read = new Set<number>()
  readonly #draws = new Map<number, Draw<A>[]>()
  constructor(texts: Uint8Array[], from: readonly number[] | undefined) {
    this.#rows = new Rows(texts)
    this.#count = texts.length
    this.#from = from
  }
  get(e: number): Draw<A>[] | undefined {
    if (this.#read.size < this.#count) {
      if (this.#from === undefined) for (let g = 0; g < this.#count; g++) this.#take(g)
      else this.#take(this.#from.findLastIndex(first => first <= e))
    }
    return this.#draws.get(e)
  }
  #take(g: number): void {
    if (g < 0 || this.#read.has(g)) return
    this.#read.add(g)
    for (const x of this.#rows.group(g)!) this.#draws.set(x![0], x![1])
  }
}

interface Head {
  size: number
  root: number
  fingerprint: number
  columns: string[]
  initials: [string, number | null][]
  /** Groups. */
  states: number
  actions: number
  draws: number
  /** First row of each group of draws. */
  drawn?: number[]
}
function numbersOf(from: Sections, head: Head): Pick<TreeSource, 'parent' | 'rank' | 'hi' | 'lo' | 'flags' | 'columns'> {
  const array = <T>(make: { new (b: ArrayBuffer, at: number, length: number): T; BYTES_PER_ELEMENT: number }): T => {
    const { buffer, byteOffset, byteLength } = from.next()
    return new make(buffer as ArrayBuffer, byteOffset, byteLength / make.BYTES_PER_ELEMENT)
  }
  return {
    parent: array(Int32Array),
    rank: array(Float64Array),
    hi: array(Uint32Array),
    lo: array(Uint32Array),
    flags: array(Int32Array),
    columns: head.columns.map(name => ({ name, values: array(Float64Array) })),
  }
}
const jsonOf = <T = any>(text: Uint8Array): T => JSON.parse(new TextDecoder().decode(text))

/** A snapshot's sections, one after the other. */
class Sections {
  readonly #whole: Uint8Array
  readonly #view: DataView
  #at = 8
  constructor(data: Uint8Array) {
    // Typed arrays need aligned bytes.
    this.#whole = data.byteOffset % 8 === 0 ? data : data.slice()
    this.#view = new DataView(this.#whole.buffer, this.#whole.byteOffset, this.#whole.byteLength)
    if (data.length < 16 || this.#view.getUint32(0, true) !== magic) throw bad('it does not begin like one')
    const found = this.#view.getUint32(4, true)
    if (found !== version) throw bad(`version ${found}, expected ${version}`)
  }
  next(): Uint8Array {
    const { length } = this.#whole
    if (this.#at + 8 > length) throw bad(`it ends at byte ${length}`)
    const n = this.#view.getFloat64(this.#at, true)
    if (!(n >= 0) || this.#at + 8 + n > length) throw bad(`it ends at byte ${length}, in the section of byte ${this.#at}`)
    const out = this.#whole.subarray(this.#at + 8, this.#at + 8 + n)
    this.#at += 8 + pad(n)
    return out
  }
}
const bad = (why: string): Failure =>
  new Failure('store', `not a tree snapshot: ${why}`, 'replay the run: its journal holds everything the snapshot does')

const pad = (n: number): number => (n + 7) & ~7
/** JSON has no NaN: a value that was unknown comes back as null. */
const unknownValue = ([e, a]: [number, { value: number | null }]): [number, Assessment] => [e, { ...a, value: a.value ?? Number.NaN }]
