// Why choices fell as they did, as named numbers on edges: for people who ask. No part of a tree: no fingerprint, no digest has them, and no method reads them.
import type { EdgeId, NodeId, Tree } from '../contract/index.ts'
import { Failure } from './failure.ts'
import type { Score } from './select.ts'
import type { FlatTree } from './tree.ts'

type AnyTree = Tree<any, any, any>
/** What a tree keeps of it: see `FlatTree`. Another tree keeps nothing. */
type Asked = Partial<Pick<FlatTree, 'told'>> & { chosenBy?: Score | null }

/** From here on edges are chosen by this score. Its terms are computed when somebody asks. */
export function chosenBy(t: AnyTree, score: Score): void {
  ;(t as Asked).chosenBy = score
}

/** Keeps a number by which an edge was chosen or passed over: a share of a budget, a weight, a draw. The last one told holds. */
export function tell(t: AnyTree, name: string, e: EdgeId, x: number): void {
  const column = columnOf(t, name)
  if (column !== undefined) write(column, e, x)
}

/** The same function, with what it says of each edge kept: `top(nodes, k, telling(t, 'value', f))`. */
export function telling<E extends EdgeId>(t: AnyTree, name: string, f: (e: E) => number): (e: E) => number {
  const column = columnOf(t, name)
  if (column === undefined) return f
  return e => {
    const x = f(e)
    write(column, e, x)
    return x
  }
}
function columnOf(t: AnyTree, name: string): number[] | undefined {
  const told = (t as Asked).told
  let column = told?.get(name)
  if (column === undefined) told?.set(name, (column = []))
  return told === undefined ? undefined : column
}
function write(column: number[], e: EdgeId, x: number): void {
  while (column.length < e) column.push(Number.NaN)
  column[e] = x
}

/** The terms of an edge: of the score by which edges are chosen, from the statistics as they are now, and what was told of it. null: there are none. */
export function termsOf(t: FlatTree, e: EdgeId): Record<string, number> | null {
  const terms: Record<string, number> = {}
  const parent = t.parent(e)
  const score = t.chosenBy
  if (score !== null && parent !== null) Object.assign(terms, explained(score, e, parent as NodeId))
  for (const [name, column] of t.told) if (!Number.isNaN(column[e] ?? Number.NaN)) terms[name] = column[e]
  return Object.keys(terms).length === 0 ? null : terms
}
function explained(score: Score, e: EdgeId, parent: NodeId): Record<string, number> {
  try {
    return score.explain?.(e, parent) ?? { score: score(e, parent) }
  } catch {
    // A score may need what was there only while the method ran.
    return {}
  }
}

const version = 1
const magic = 0x4553544d // ESTM

/** The terms of all edges as bytes: `ESTM`, version, length of a JSON head with rows and names, the head, and a column a name. null: there are none. */
export function encodeTerms(t: FlatTree): Uint8Array | null {
  const { size } = t
  const columns = new Map<string, Float64Array>()
  const put = (name: string, e: number, x: number): void => {
    if (Number.isNaN(x)) return
    let column = columns.get(name)
    if (column === undefined) columns.set(name, (column = new Float64Array(size).fill(Number.NaN)))
    column[e] = x
  }
  const score = t.chosenBy
  if (score !== null) {
    for (let p = 0; p < size; p++) {
      if (t.firstChild[p] < 0) continue
      // What siblings share is computed once.
      try {
        score.scan?.(p as NodeId)
      } catch {
        continue
      }
      for (let e = t.firstChild[p]; e >= 0; e = t.nextSibling[e]) {
        const terms = explained(score, e as EdgeId, p as NodeId)
        for (const name in terms) put(name, e, terms[name])
      }
    }
    score.scan?.(-1)
  }
  for (const [name, column] of t.told) for (let e = 0; e < column.length; e++) put(name, e, column[e])
  if (columns.size === 0) return null
  const head = new TextEncoder().encode(JSON.stringify({ size, names: [...columns.keys()] }))
  const start = 16 + Math.ceil(head.length / 8) * 8
  const out = new Uint8Array(start + columns.size * size * 8)
  const view = new DataView(out.buffer)
  view.setUint32(0, magic, true)
  view.setUint32(4, version, true)
  view.setUint32(8, head.length, true)
  out.set(head, 16)
  let at = start
  for (const column of columns.values()) {
    out.set(new Uint8Array(column.buffer), at)
    at += size * 8
  }
  return out
}

/** Gives a tree the terms that were kept of it. @throws Failure (store) on bytes that are none, or another tree's */
export function recallTerms(t: FlatTree, data: Uint8Array): void {
  const whole = data.byteOffset % 8 === 0 ? data : data.slice()
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength)
  const bad = (): never => {
    throw new Failure('store', 'not the terms of this tree', 'replay the run: its journal holds everything that is kept beside it')
  }
  if (whole.length < 16 || view.getUint32(0, true) !== magic || view.getUint32(4, true) !== version) bad()
  const length = view.getUint32(8, true)
  const start = 16 + Math.ceil(length / 8) * 8
  if (whole.length < start) bad()
  const { size, names } = JSON.parse(new TextDecoder().decode(whole.subarray(16, 16 + length))) as { size: number; names: string[] }
  if (size > t.size || whole.length !== start + names.length * size * 8) bad()
  for (const [i, name] of names.entries())
    t.told.set(name, Array.from(new Float64Array(whole.buffer, whole.byteOffset + start + i * size * 8, size)))
}
