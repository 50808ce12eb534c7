import type { Assessment, Column, EdgeId } from '../contract/index.ts'
import { Failure } from './failure.ts'
import { atOnce, FlatTree, type Rules, type TreeDump } from './tree.ts'

const version = 1
const magic = 0x45535054 // ESPT
/** Rows of states and actions that are one text: few enough that reading one keeps nobody waiting. */
const group = 1 << 11

/**
 * A tree as bytes: `ESPT`, version, then sections of (length, bytes), all little-endian. First a JSON header that names the sections; then the typed
 * arrays; then states, actions, draws, judgements and notes as groups of JSON. A million rows are written and read in seconds.
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
  const header = {
    size: d.size,
    root: d.root,
    fingerprint: d.fingerprint,
    columns: d.columns.map(c => c.name),
    initials: Object.entries(d.initials).map(([name, x]) => [name, Number.isNaN(x) ? null : x]),
    states: groups(d.states),
    actions: groups(d.actions),
    draws: groups(d.draws),
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

/** The tree of `encodeTree`'s bytes. @throws Failure of code `store` on bytes that are none, of a newer version, or cut short */
export function decodeTree<S = any, A = any, Ans = any>(data: Uint8Array, rules: Rules<S, Ans>): FlatTree<S, A, Ans> {
  return atOnce(decodingTree<S, A, Ans>(data, rules))
}

/** The same in short steps, for a program that has other things to do meanwhile. @throws Failure (store) */
export function* decodingTree<S = any, A = any, Ans = any>(data: Uint8Array, rules: Rules<S, Ans>): Generator<void, FlatTree<S, A, Ans>> {
  const from = new Sections(data)
  const head = headOf(from)
  const { parent, rank, hi, lo, flags, columns } = arraysOf(from, head)
  function* groups(n: number): Generator<void, any[]> {
    const out: any[] = []
    for (let i = 0; i < n; i++) {
      for (const x of from.json()) out.push(x === null ? undefined : x[0])
      yield
    }
    return out
  }
  const { size, root, fingerprint } = head
  const states = yield* groups(head.states)
  const actions = yield* groups(head.actions)
  const draws = yield* groups(head.draws)
  const [judged, notes, parents, observed] = from.json()
  yield
  const initials = Object.fromEntries(head.initials.map(([name, x]) => [name, x ?? Number.NaN]))
  const dump = { size, root, fingerprint, initials, parent, rank, hi, lo, flags, columns, states, actions, draws, notes, parents, observed }
  return yield* FlatTree.restoring<S, A, Ans>({ ...dump, judged: judged.map(unknownValue) } as TreeDump<S, A, Ans>, rules)
}

/** What of a tree is numbers, by row: what it takes to draw it. A `FlatTree` is one too. */
export interface TreeNumbers {
  readonly size: number
  readonly fingerprint: number
  readonly parentOf: Int32Array
  readonly rank: Float64Array
  readonly flags: Int32Array
  readonly N: Column
  readonly Q: Column
  readonly V: Column
  readonly R: Column
  readonly P: Column
  judged(e: EdgeId): Assessment | undefined
}

/** The numbers of `encodeTree`'s bytes, without its states, which are most of it. @throws Failure (store) */
export function decodeNumbers(data: Uint8Array): TreeNumbers {
  const from = new Sections(data)
  const head = headOf(from)
  const { parent, rank, flags, columns } = arraysOf(from, head)
  const { N, Q, V, R, P } = Object.fromEntries(columns.map(c => [c.name, c.values as unknown as Column]))
  for (let i = head.states + head.actions + head.draws; i > 0; i--) from.next()
  const last = from.next()
  // Few rows need what was judged beside their statistics.
  let judgements: Map<number, Assessment> | undefined
  const judged = (e: EdgeId): Assessment | undefined => {
    judgements ??= new Map((JSON.parse(new TextDecoder().decode(last))[0] as [number, { value: number | null }][]).map(unknownValue))
    return judgements.get(e)
  }
  return { size: head.size, fingerprint: head.fingerprint, parentOf: parent, rank, flags, N, Q, V, R, P, judged }
}

interface Head {
  size: number
  root: number
  fingerprint: number
  columns: string[]
  initials: [string, number | null][]
  states: number
  actions: number
  draws: number
}
function headOf(from: Sections): Head {
  return from.json()
}
function arraysOf(from: Sections, head: Head): Pick<TreeDump, 'parent' | 'rank' | 'hi' | 'lo' | 'flags' | 'columns'> {
  const array = <T>(make: new (b: ArrayBuffer) => T): T => new make(from.next().slice().buffer as ArrayBuffer)
  return {
    parent: array(Int32Array),
    rank: array(Float64Array),
    hi: array(Uint32Array),
    lo: array(Uint32Array),
    flags: array(Int32Array),
    columns: head.columns.map(name => ({ name, values: array(Float64Array) })),
  }
}

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
  json(): any {
    return JSON.parse(new TextDecoder().decode(this.next()))
  }
}
const bad = (why: string): Failure =>
  new Failure('store', `not a tree snapshot: ${why}`, 'replay the run: its journal holds everything the snapshot does')

const pad = (n: number): number => (n + 7) & ~7
/** JSON has no NaN: a value that was unknown comes back as null. */
const unknownValue = ([e, a]: [number, { value: number | null }]): [number, Assessment] => [e, { ...a, value: a.value ?? Number.NaN }]
