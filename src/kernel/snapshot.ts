import { Failure } from './failure.ts'
import { FlatTree, type Rules, type TreeDump } from './tree.ts'

const version = 1
const magic = 0x45535054 // ESPT
/** Rows of states and actions that are one text: a single text of a million states would pass the longest string there can be. */
const group = 1 << 16

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
  const bad = (why: string): never => {
    throw new Failure('store', `not a tree snapshot: ${why}`, 'replay the run: its journal holds everything the snapshot does')
  }
  // Typed arrays need aligned bytes.
  const whole = data.byteOffset % 8 === 0 ? data : data.slice()
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength)
  if (whole.length < 16 || view.getUint32(0, true) !== magic) bad('it does not begin like one')
  if (view.getUint32(4, true) !== version) bad(`version ${view.getUint32(4, true)}, expected ${version}`)
  let at = 8
  const next = (): Uint8Array => {
    if (at + 8 > whole.length) bad(`it ends at byte ${whole.length}`)
    const n = view.getFloat64(at, true)
    if (!(n >= 0) || at + 8 + n > whole.length) bad(`it ends at byte ${whole.length}, in the section of byte ${at}`)
    const out = whole.subarray(at + 8, at + 8 + n)
    at += 8 + pad(n)
    return out
  }
  const text = new TextDecoder()
  const json = (): any => JSON.parse(text.decode(next()))
  const groups = (n: number): any[] => {
    const out: any[] = []
    for (let i = 0; i < n; i++) for (const x of json()) out.push(x === null ? undefined : x[0])
    return out
  }
  const h = json()
  const array = <T>(make: new (b: ArrayBuffer) => T): T => new make(next().slice().buffer)
  const d = {
    size: h.size,
    root: h.root,
    fingerprint: h.fingerprint,
    initials: Object.fromEntries(h.initials.map(([name, x]: [string, number | null]) => [name, x ?? Number.NaN])),
    parent: array(Int32Array),
    rank: array(Float64Array),
    hi: array(Uint32Array),
    lo: array(Uint32Array),
    flags: array(Int32Array),
    columns: h.columns.map((name: string) => ({ name, values: array(Float64Array) })),
    states: groups(h.states),
    actions: groups(h.actions),
    draws: groups(h.draws),
  }
  const [judged, notes, parents, observed] = json()
  return FlatTree.restore<S, A, Ans>({ ...d, judged: judged.map(unknownValue), notes, parents, observed } as TreeDump<S, A, Ans>, rules)
}

const pad = (n: number): number => (n + 7) & ~7
/** JSON has no NaN: a value that was unknown comes back as null. */
const unknownValue = ([e, a]: [number, { value: number | null }]): [number, unknown] => [e, { ...a, value: a.value ?? Number.NaN }]
