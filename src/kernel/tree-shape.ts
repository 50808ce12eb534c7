import type { EdgeId, Flag, NodeId } from '../contract/index.ts'
import { bit, shut, taken } from './flags.ts'
import { keyText, mix } from './hash.ts'

/**
 * The shape of a search tree as parallel arrays: rows, the links between them, their flags and addresses. Row 0 is where the tree began; -1 stands for none.
 *
 * | array | holds |
 * |---|---|
 * | parentOf, firstChild, lastChild, nextSibling | rows; siblings are linked in tree order (`rank`), not in order of arrival |
 * | level | depth; the first row has 0 |
 * | hi, lo | the edge's address: hash chain of the actions from the root |
 * | flags | one bit a flag, and one for `taken` |
 * | rank | place among siblings: ordinal of the proposal at the parent, then index of the draw in it |
 * | mover | who is to move |
 *
 * No operation recurses. Rows are never removed.
 */
export class TreeShape {
  parentOf = new Int32Array(64)
  firstChild = new Int32Array(64)
  lastChild = new Int32Array(64)
  nextSibling = new Int32Array(64)
  level = new Int32Array(64)
  hi = new Uint32Array(64)
  lo = new Uint32Array(64)
  flags = new Int32Array(64)
  rank = new Float64Array(64)
  mover = new Int8Array(64)
  /** Rows in use. */
  protected rows = 0
  /** The root, which moves when a search commits. */
  protected top = 0 as NodeId
  #capacity = 64
  /** Rows by address, open addressing; at most half full. */
  #table = new Int32Array(256).fill(-1)

  get size(): number {
    return this.rows
  }
  get root(): NodeId {
    return this.top
  }
  taken(e: EdgeId): e is NodeId {
    return (this.flags[e] & taken) !== 0
  }
  is(e: EdgeId, f: Flag): boolean {
    return (this.flags[e] & bit[f]) !== 0
  }
  depth(e: EdgeId): number {
    return this.level[e]
  }
  /** Depth of the deepest row, taken or not; a walk over all rows. */
  get deepest(): number {
    let most = 0
    for (let e = 0; e < this.rows; e++) most = Math.max(most, this.level[e])
    return most
  }
  key(e: EdgeId): string {
    return keyText(this.hi[e], this.lo[e])
  }
  parent<E extends EdgeId>(e: E): E | null {
    const p = this.parentOf[e]
    return p < 0 ? null : (p as E)
  }
  path<E extends EdgeId>(e: E): E[] {
    const out: E[] = []
    for (let n: number = e; n >= 0; n = this.parentOf[n]) out.push(n as E)
    return out.reverse()
  }
  first(e: EdgeId): EdgeId | -1 {
    return this.#open(this.firstChild[e])
  }
  after(e: EdgeId): EdgeId | -1 {
    return this.#open(this.nextSibling[e])
  }
  #open(e: number): EdgeId | -1 {
    while (e >= 0 && (this.flags[e] & shut) !== 0) e = this.nextSibling[e]
    return e as EdgeId | -1
  }
  edges(e: EdgeId): EdgeId[] {
    const out: EdgeId[] = []
    for (let k = this.first(e); k !== -1; k = this.after(k)) out.push(k)
    return out
  }
  children(n: NodeId): NodeId[] {
    const out: NodeId[] = []
    for (let k = this.first(n); k !== -1; k = this.after(k)) if (this.taken(k)) out.push(k)
    return out
  }
  /** Every row below `from`, itself first, in tree order; `skip` leaves out a row and what lies below it. */
  *walk(from: EdgeId = this.top, skip = 0): Generator<EdgeId> {
    let n: number = from
    for (;;) {
      const inside = (this.flags[n] & skip) === 0
      if (inside) yield n as EdgeId
      let next = inside ? this.firstChild[n] : -1
      while (next < 0) {
        if (n === from) return
        next = this.nextSibling[n]
        if (next < 0) n = this.parentOf[n]
      }
      n = next
    }
  }
  nodes(): NodeId[] {
    const out: NodeId[] = []
    for (const e of this.walk(this.top, shut)) if (this.taken(e)) out.push(e)
    return out
  }
  leaves(): NodeId[] {
    return this.nodes().filter(n => (this.flags[n] & (bit.end | bit.failed)) === 0 && !this.#hasChild(n))
  }
  #hasChild(n: NodeId): boolean {
    for (let k = this.first(n); k !== -1; k = this.after(k)) if (this.taken(k)) return true
    return false
  }
  /** Below the present root, which moves when the search commits. */
  protected reachable(n: NodeId): boolean {
    if (this.top === 0) return true
    let m: number = n
    while (this.level[m] > this.level[this.top]) m = this.parentOf[m]
    return m === this.top
  }
  protected above(a: number, n: number): boolean {
    while (this.level[n] > this.level[a]) n = this.parentOf[n]
    return a === n
  }
  /** The edge of an address, -1: none. */
  find(key: string): EdgeId | -1 {
    return this.lookup(Number.parseInt(key.slice(0, 8), 16), Number.parseInt(key.slice(8), 16)) as EdgeId | -1
  }
  /** Before b in tree order? */
  before(a: EdgeId, b: EdgeId): boolean {
    let x: number = a
    let y: number = b
    if (x === y) return false
    while (this.level[x] > this.level[y]) x = this.parentOf[x]
    if (x === y) return false
    while (this.level[y] > this.level[x]) y = this.parentOf[y]
    if (x === y) return true
    while (this.parentOf[x] !== this.parentOf[y]) {
      x = this.parentOf[x]
      y = this.parentOf[y]
    }
    return this.ahead(x, y)
  }
  protected ahead(x: number, y: number): boolean {
    if (this.rank[x] !== this.rank[y]) return this.rank[x] < this.rank[y]
    return this.hi[x] !== this.hi[y] ? this.hi[x] < this.hi[y] : this.lo[x] < this.lo[y]
  }

  // ------------------------------------------------------------------------------------------------------------ growing
  /** Makes room ahead, so that the typed arrays stay where they are until the tree has `rows` rows. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return
    let capacity = this.#capacity
    while (capacity < rows) capacity *= 2
    const wider = <T extends Int32Array | Uint32Array | Float64Array | Int8Array>(old: T): T => {
      const wide = new (old.constructor as new (n: number) => T)(capacity)
      wide.set(old)
      return wide
    }
    this.parentOf = wider(this.parentOf)
    this.firstChild = wider(this.firstChild)
    this.lastChild = wider(this.lastChild)
    this.nextSibling = wider(this.nextSibling)
    this.level = wider(this.level)
    this.hi = wider(this.hi)
    this.lo = wider(this.lo)
    this.flags = wider(this.flags)
    this.rank = wider(this.rank)
    this.mover = wider(this.mover)
    this.#capacity = capacity
  }
  /** A row more, linked and addressed. */
  protected addRow(parent: number, hi: number, lo: number, rank: number): EdgeId {
    const e = this.rows as EdgeId
    if (e >= this.#capacity) this.reserve(e + 1)
    this.rows++
    this.parentOf[e] = parent
    this.firstChild[e] = this.lastChild[e] = this.nextSibling[e] = -1
    this.level[e] = parent < 0 ? 0 : this.level[parent] + 1
    this.hi[e] = hi
    this.lo[e] = lo
    this.rank[e] = rank
    if (parent >= 0) this.link(parent, e)
    if (this.rows * 2 > this.#table.length) {
      this.#table = new Int32Array(this.#table.length * 4).fill(-1)
      for (let k = 0; k <= e; k++) this.place(k)
    } else this.place(e)
    return e
  }
  /** An empty table for the addresses of so many rows. */
  protected clearAddresses(rows: number): void {
    let capacity = this.#table.length
    while (capacity < rows * 2) capacity *= 4
    this.#table = new Int32Array(capacity).fill(-1)
  }
  /** Puts a row in its place among its siblings. Nearly always that is the end. */
  protected link(parent: number, e: number): void {
    const last = this.lastChild[parent]
    if (last < 0) this.firstChild[parent] = this.lastChild[parent] = e
    else if (this.ahead(last, e)) {
      this.nextSibling[last] = e
      this.lastChild[parent] = e
    } else {
      let before = -1
      for (let k = this.firstChild[parent]; k >= 0 && this.ahead(k, e); k = this.nextSibling[k]) before = k
      if (before < 0) {
        this.nextSibling[e] = this.firstChild[parent]
        this.firstChild[parent] = e
      } else {
        this.nextSibling[e] = this.nextSibling[before]
        this.nextSibling[before] = e
      }
    }
  }
  protected unlink(parent: number, e: number): void {
    let before = -1
    for (let k = this.firstChild[parent]; k !== e; k = this.nextSibling[k]) before = k
    if (before < 0) this.firstChild[parent] = this.nextSibling[e]
    else this.nextSibling[before] = this.nextSibling[e]
    if (this.lastChild[parent] === e) this.lastChild[parent] = before
    this.nextSibling[e] = -1
  }
  protected lookup(hi: number, lo: number): number {
    const mask = this.#table.length - 1
    for (let i = mix(hi, lo) & mask; ; i = (i + 1) & mask) {
      const e = this.#table[i]
      if (e < 0 || (this.hi[e] === hi && this.lo[e] === lo)) return e
    }
  }
  protected place(e: number): void {
    const mask = this.#table.length - 1
    let i = mix(this.hi[e], this.lo[e]) & mask
    while (this.#table[i] >= 0) i = (i + 1) & mask
    this.#table[i] = e
  }
}
