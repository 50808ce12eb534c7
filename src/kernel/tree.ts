import type { Assessment, Column, Draw, EdgeId, Flag, NodeId, Note, Outcome, Tree } from '../contract/index.ts'
import { canonical, chain, keyText, mix } from './hash.ts'
import type { Score } from './select.ts'

/** Flags in the order of their bits. */
export const flagNames = [
  'end',
  'solved',
  'closed',
  'failed',
  'pruned',
  'replaced',
  'aside',
  'gone',
  'destructive',
  'pinned',
] as const satisfies readonly Flag[]
const bit = Object.fromEntries(flagNames.map((f, i) => [f, 1 << i])) as Record<Flag, number>
const taken = 1 << 20
const shut = bit.pruned | bit.replaced | bit.aside | bit.gone
const over = bit.end | bit.closed | bit.failed
const slots = ['N', 'O', 'W', 'Q', 'P', 'M', 'F', 'V', 'R'] as const

/** What a tree must know of its world: all three pure. */
export interface Rules<S, Ans> {
  outcome(s: S): Outcome<Ans> | null
  /** Equal texts: equal states. */
  key?(s: S): string
  player?(s: S): number
}

const scratch = new Float64Array(1)
const words = new Uint32Array(scratch.buffer)

/**
 * The search tree as parallel arrays. Row 0 is the root; -1 stands for none.
 *
 * | array | holds |
 * |---|---|
 * | parent, firstChild, lastChild, nextSibling | rows; siblings are linked in tree order (`rank`), not in order of arrival |
 * | level | depth; the root has 0 |
 * | hi, lo | the edge's address: hash chain of the actions from the root |
 * | flags | one bit a flag, and one for `taken` |
 * | rank | place among siblings: ordinal of the proposal at the parent, then index of the draw in it |
 * | N O W Q P M F V R | statistics as in the contract; plain packed arrays, so that references stay good while the tree grows |
 *
 * No operation recurses. Rows are never removed. Memory: about 150 bytes a row besides states, actions and draws.
 */
export class FlatTree<S = any, A = any, Ans = any> implements Tree<S, A, Ans> {
  #size = 0
  #root = 0 as NodeId
  #fingerprint = 0
  #capacity = 64
  readonly rules: Rules<S, Ans>
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
  /** By what edges are chosen, and numbers by name and row that were told of choices: see `terms.ts`. No part of the tree: neither its digest nor a snapshot has them. */
  chosenBy: Score | null = null
  readonly told = new Map<string, number[]>()
  readonly N = [] as number[] as Column
  readonly O = [] as number[] as Column
  readonly W = [] as number[] as Column
  readonly Q = [] as number[] as Column
  readonly P = [] as number[] as Column
  readonly M = [] as number[] as Column
  readonly F = [] as number[] as Column
  readonly V = [] as number[] as Column
  readonly R = [] as number[] as Column
  readonly #states: (S | undefined)[] = []
  readonly #actions: (A | undefined)[] = []
  readonly #own = new Map<string, { column: Column; initial: number }>()
  readonly #draws = new Map<number, Draw<A> | Draw<A>[]>() // one draw stands alone: most edges have no more
  readonly #judged = new Map<number, Assessment>()
  readonly #notes = new Map<number, Note[]>()
  readonly #parents = new Map<number, NodeId[]>()
  readonly #observed = new Map<number, readonly [number, number]>()
  readonly #outcomes = new Map<number, Outcome<Ans> | null>()
  readonly #twins = new Map<number, NodeId>()
  #ends: NodeId[] = []
  #answers: NodeId[] = []
  /** Of a tree that was kept: its texts, each read when it is first asked for. What follows from states is made then, too. */
  #kept: TreeRows<S, A> | null = null
  /** Whether both lists, and the twins, are still to be made from what was kept. */
  #unlisted = false
  #table = new Int32Array(256).fill(-1)

  /** A tree of one node. */
  constructor(state: S, rules: Rules<S, Ans>) {
    this.rules = rules
    const root = this.#row(-1, undefined, 0, 0, 0)
    this.M[root] = 1
    this.take(root, state)
  }

  // ------------------------------------------------------------------------------------------------------------ reading
  get size(): number {
    return this.#size
  }
  get root(): NodeId {
    return this.#root
  }
  /** Rolling hash of everything that happened to the tree, in order. Two trees of one history have the same; for order-free comparison see `digest`. */
  get fingerprint(): number {
    return this.#fingerprint
  }
  column(name: string, initial = Number.NaN): Column {
    const own = this.#own.get(name)
    if (own !== undefined) return own.column
    const column = new Array(this.#size).fill(initial) as number[] as Column
    this.#own.set(name, { column, initial })
    return column
  }
  /** Names of the columns that methods made. */
  columns(): string[] {
    return [...this.#own.keys()]
  }
  taken(e: EdgeId): e is NodeId {
    return (this.flags[e] & taken) !== 0
  }
  state(n: NodeId): S {
    const s = this.#states[n]
    return (s === undefined && this.#kept !== null ? this.#kept.states.at(n) : s) as S
  }
  action(e: EdgeId): A {
    const a = this.#actions[e]
    return (a === undefined && this.#kept !== null ? this.#kept.actions.at(e) : a) as A
  }
  draws(e: EdgeId): readonly Draw<A>[] {
    const own = this.#drawn(e)
    return own === undefined ? [] : Array.isArray(own) ? own : [own]
  }
  #drawn(e: number): Draw<A> | Draw<A>[] | undefined {
    return this.#draws.get(e) ?? this.#kept?.draws.get(e)
  }
  outcome(n: NodeId): Outcome<Ans> | null {
    const known = this.#outcomes.get(n)
    if (known !== undefined || this.#kept === null || n >= this.#kept.size || !this.taken(n)) return known ?? null
    const outcome = this.rules.outcome(this.state(n))
    this.#outcomes.set(n, outcome)
    return outcome
  }
  judged(e: EdgeId): Assessment | undefined {
    return this.#judged.get(e)
  }
  notes(e: EdgeId): readonly Note[] {
    return this.#notes.get(e) ?? []
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
    for (let e = 0; e < this.#size; e++) most = Math.max(most, this.level[e])
    return most
  }
  player(n: NodeId): number {
    const { player } = this.rules
    if (player !== undefined && this.#kept !== null && n < this.#kept.size && this.taken(n)) return player(this.state(n))
    return this.mover[n]
  }
  key(e: EdgeId): string {
    return keyText(this.hi[e], this.lo[e])
  }
  parent<E extends EdgeId>(e: E): E | null {
    const p = this.parentOf[e]
    return p < 0 ? null : (p as E)
  }
  parents(n: NodeId): readonly NodeId[] {
    const more = this.#parents.get(n)
    if (more !== undefined) return more
    const p = this.parentOf[n]
    return p < 0 ? [] : [p as NodeId]
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
  *walk(from: EdgeId = this.#root, skip = 0): Generator<EdgeId> {
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
    for (const e of this.walk(this.#root, shut)) if (this.taken(e)) out.push(e)
    return out
  }
  leaves(): NodeId[] {
    return this.nodes().filter(n => (this.flags[n] & (bit.end | bit.failed)) === 0 && !this.#hasChild(n))
  }
  #hasChild(n: NodeId): boolean {
    for (let k = this.first(n); k !== -1; k = this.after(k)) if (this.taken(k)) return true
    return false
  }
  ends(): NodeId[] {
    this.#list()
    return this.#ends.filter(n => this.#reachable(n))
  }
  answers(): NodeId[] {
    this.#list()
    return this.#answers.filter(n => (this.flags[n] & bit.pruned) === 0 && this.#reachable(n))
  }
  /** Below the present root, which moves when the search commits. */
  #reachable(n: NodeId): boolean {
    if (this.#root === 0) return true
    let m: number = n
    while (this.level[m] > this.level[this.#root]) m = this.parentOf[m]
    return m === this.#root
  }
  twin(n: NodeId): NodeId | null {
    if (this.rules.key === undefined) return null
    this.#list()
    const first = this.#twins.get(this.#stateHash(this.state(n)))
    return first === undefined || first === n ? null : first
  }
  #stateHash(s: S): number {
    const { hi, lo } = chain(0x5f3759df, 0x2545f491, this.rules.key!(s))
    return (hi & 0x1fffff) * 4294967296 + lo
  }
  /** The edge of an address, -1: none. */
  find(key: string): EdgeId | -1 {
    return this.#lookup(Number.parseInt(key.slice(0, 8), 16), Number.parseInt(key.slice(8), 16)) as EdgeId | -1
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
    return this.#ahead(x, y)
  }
  #ahead(x: number, y: number): boolean {
    if (this.rank[x] !== this.rank[y]) return this.rank[x] < this.rank[y]
    return this.hi[x] !== this.hi[y] ? this.hi[x] < this.hi[y] : this.lo[x] < this.lo[y]
  }
  /** Hash of addresses, flags and statistics in tree order: equal for equal trees, whatever the order in which they grew. 16 hex digits. */
  digest(): string {
    let a = 1
    let b = 2
    const put = (x: number): void => {
      a = mix(a, x)
      b = mix(b ^ a, x)
    }
    for (const e of this.walk(0 as EdgeId)) {
      put(this.hi[e])
      put(this.lo[e])
      put(this.flags[e])
      for (const c of slots) {
        if (c === 'O') continue
        // Sums may differ in the last bits with the order of addition; ten digits are the same.
        scratch[0] = Number(this[c][e].toPrecision(10))
        put(words[0])
        put(words[1])
      }
    }
    return keyText(a, b)
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
  #row(parent: number, action: A | undefined, hi: number, lo: number, rank: number): EdgeId {
    const e = this.#size as EdgeId
    if (e >= this.#capacity) this.reserve(e + 1)
    this.#size++
    this.parentOf[e] = parent
    this.firstChild[e] = this.lastChild[e] = this.nextSibling[e] = -1
    this.level[e] = parent < 0 ? 0 : this.level[parent] + 1
    this.hi[e] = hi
    this.lo[e] = lo
    this.rank[e] = rank
    this.N[e] = this.O[e] = this.M[e] = this.W[e] = 0
    this.Q[e] = this.P[e] = this.F[e] = this.V[e] = this.R[e] = Number.NaN
    for (const own of this.#own.values()) own.column[e] = own.initial
    this.#actions.push(action)
    this.#states.push(undefined)
    if (parent >= 0) this.#link(parent, e)
    this.#enter(e)
    this.#touch(e, hi)
    return e
  }
  /**
   * Takes over the rows that a synchronous loop wrote by itself (game.ts) into a tree of one node: `firstChild`, `lastChild`, `mover`, N and W of rows below
   * `size`, the edges of each node in one stretch, in tree order. The rest is filled in: links, depths, addresses, Q = W / N. Visited rows are taken,
   * without a state.
   * @param actions by row
   */
  adoptRows(size: number, actions: ArrayLike<A>): void {
    const { N, O, W, Q, P, M, F, V, R } = this as unknown as Record<(typeof slots)[number], number[]>
    this.#size = size
    this.#states.length = size
    for (let e = 1; e < size; e++) {
      O.push(0)
      M.push(1)
      P.push(Number.NaN)
      F.push(Number.NaN)
      V.push(Number.NaN)
      R.push(Number.NaN)
      Q.push(N[e] > 0 ? W[e] / N[e] : Number.NaN)
      this.flags[e] = N[e] > 0 ? taken : 0
      this.#actions.push(actions[e])
      for (const own of this.#own.values()) own.column[e as EdgeId] = own.initial
    }
    Q[0] = N[0] > 0 ? W[0] / N[0] : Number.NaN
    let capacity = this.#table.length
    while (capacity < size * 2) capacity *= 4
    this.#table = new Int32Array(capacity).fill(-1)
    this.#place(0)
    // Parents come before their children, so links and addresses can be made in one pass.
    for (let n = 0; n < size; n++) {
      if (this.firstChild[n] < 0) {
        this.lastChild[n] = -1
        continue
      }
      for (let e = this.firstChild[n]; e <= this.lastChild[n]; e++) {
        this.parentOf[e] = n
        this.nextSibling[e] = e < this.lastChild[n] ? e + 1 : -1
        this.level[e] = this.level[n] + 1
        this.rank[e] = e - this.firstChild[n]
        const { hi, lo } = chain(this.hi[n], this.lo[n], canonical(actions[e]))
        this.hi[e] = hi
        this.lo[e] = lo
        this.#place(e)
      }
    }
    this.#touch(0, size)
  }
  /** Puts a row in its place among its siblings. Nearly always that is the end. */
  #link(parent: number, e: number): void {
    const last = this.lastChild[parent]
    if (last < 0) this.firstChild[parent] = this.lastChild[parent] = e
    else if (this.#ahead(last, e)) {
      this.nextSibling[last] = e
      this.lastChild[parent] = e
    } else {
      let before = -1
      for (let k = this.firstChild[parent]; k >= 0 && this.#ahead(k, e); k = this.nextSibling[k]) before = k
      if (before < 0) {
        this.nextSibling[e] = this.firstChild[parent]
        this.firstChild[parent] = e
      } else {
        this.nextSibling[e] = this.nextSibling[before]
        this.nextSibling[before] = e
      }
    }
  }
  #unlink(parent: number, e: number): void {
    let before = -1
    for (let k = this.firstChild[parent]; k !== e; k = this.nextSibling[k]) before = k
    if (before < 0) this.firstChild[parent] = this.nextSibling[e]
    else this.nextSibling[before] = this.nextSibling[e]
    if (this.lastChild[parent] === e) this.lastChild[parent] = before
    this.nextSibling[e] = -1
  }
  #lookup(hi: number, lo: number): number {
    const mask = this.#table.length - 1
    for (let i = mix(hi, lo) & mask; ; i = (i + 1) & mask) {
      const e = this.#table[i]
      if (e < 0 || (this.hi[e] === hi && this.lo[e] === lo)) return e
    }
  }
  #enter(e: number): void {
    if (this.#size * 2 > this.#table.length) {
      this.#table = new Int32Array(this.#table.length * 4).fill(-1)
      for (let k = 0; k <= e; k++) this.#place(k)
    } else this.#place(e)
  }
  #place(e: number): void {
    const mask = this.#table.length - 1
    let i = mix(this.hi[e], this.lo[e]) & mask
    while (this.#table[i] >= 0) i = (i + 1) & mask
    this.#table[i] = e
  }
  #touch(e: number, x: number): void {
    this.#fingerprint = mix(mix(this.#fingerprint, e), x)
  }

  /**
   * The edge of an action at a parent: the one that is there, or a new one. Equal action keys are the same edge, unless `repair` (an ordinal from 1)
   * tells them apart. `rank` is its place among the siblings; an edge met again under a lower rank moves there.
   */
  edge(parent: EdgeId, action: A, actionKey: string, o: { rank?: number; repair?: number } = {}): EdgeId {
    const { rank = 0, repair = 0 } = o
    const seen = this.#observed.get(parent)
    const { hi, lo } = chain(seen?.[0] ?? this.hi[parent], seen?.[1] ?? this.lo[parent], actionKey, repair)
    const there = this.#lookup(hi, lo)
    if (there >= 0 && this.parentOf[there] === parent) {
      if (rank < this.rank[there]) {
        this.#unlink(parent, there)
        this.rank[there] = rank
        this.#link(parent, there)
        // Order of the lists of ends below follows; rare, so they are sorted anew.
        if (this.firstChild[there] >= 0 || this.taken(there as EdgeId)) this.#sort()
      }
      return there as EdgeId
    }
    const e = this.#row(parent, action, hi, lo, rank)
    this.#reopen(parent)
    return e
  }
  #sort(): void {
    const order = (a: NodeId, b: NodeId): number => (a === b ? 0 : this.before(a, b) ? -1 : 1)
    this.#ends.sort(order)
    this.#answers.sort(order)
  }
  #insert(list: NodeId[], n: NodeId): void {
    // What is listed later finds it by itself.
    if (this.#unlisted) return
    let low = 0
    let high = list.length
    if (high > 0 && this.before(list[high - 1], n)) low = high
    while (low < high) {
      const mid = (low + high) >> 1
      if (this.before(list[mid], n)) low = mid + 1
      else high = mid
    }
    list.splice(low, 0, n)
  }
  /** One more equal draw of an edge. */
  merge(e: EdgeId, count = 1, draw?: Draw<A>): void {
    this.M[e] += count
    if (draw !== undefined) {
      const list = this.#drawn(e)
      if (list === undefined) this.#draws.set(e, draw)
      else if (Array.isArray(list)) {
        list.push(draw)
        this.#draws.set(e, list)
      } else this.#draws.set(e, [list, draw])
    }
    this.#touch(e, 3)
  }
  /** The edge was taken and led to `state`. `observation`: what was seen, in worlds whose steps are not functions of the state; it enters the addresses below. */
  take(e: EdgeId, state: S, observation?: string): NodeId {
    const n = e as NodeId
    this.#states[n] = state
    this.flags[n] |= taken
    if (observation !== undefined) {
      const { hi, lo } = chain(this.hi[n], this.lo[n], observation, 0x0b5e)
      this.#observed.set(n, [hi, lo])
    }
    if (this.rules.player !== undefined) this.mover[n] = this.rules.player(state)
    if (this.rules.key !== undefined && !this.#unlisted) {
      const hash = this.#stateHash(state)
      if (!this.#twins.has(hash)) this.#twins.set(hash, n)
    }
    const outcome = this.rules.outcome(state)
    if (outcome !== null) {
      this.#outcomes.set(n, outcome)
      if (!outcome.failed) this.#insert(this.#answers, n)
      if (!outcome.open) this.end(n)
    }
    this.#touch(n, 5)
    return n
  }
  /** Finished, by the world's word. */
  end(n: NodeId): void {
    if (this.is(n, 'end')) return
    this.flags[n] |= bit.end
    this.#insert(this.#ends, n)
    this.#settle(n)
  }
  /** A node with several parents: a crossover. The first is the tree's. */
  adopt(n: NodeId, parents: readonly NodeId[]): void {
    if (parents.length > 1) this.#parents.set(n, parents.slice())
  }
  note(at: NodeId, note: Note): void {
    const list = this.#notes.get(at)
    if (list === undefined) this.#notes.set(at, [note])
    else list.push(note)
    this.#touch(at, 7)
  }
  /** Notes that enter a prompt made at n: its own, those `below` above it, those of the whole tree; root first. */
  notesAt(n: EdgeId): Note[] {
    if (this.#notes.size === 0) return []
    const out: Note[] = []
    for (const [at, list] of this.#notes) {
      for (const x of list) if (x.scope === 'tree' || at === n || (x.scope === 'below' && this.#above(at, n))) out.push(x)
    }
    return out
  }
  #above(a: number, n: number): boolean {
    while (this.level[n] > this.level[a]) n = this.parentOf[n]
    return a === n
  }
  assess(e: EdgeId, a: Assessment): void {
    this.#judged.set(e, a)
    this.#touch(e, 11)
  }

  // -------------------------------------------------------------------------------------------------------------- flags
  /** Sets or clears a flag, and what follows from it: a parent of nothing open is closed, the way to a proof is solved. */
  flag(e: EdgeId, f: Flag, on = true): void {
    const before = this.flags[e]
    this.flags[e] = on ? before | bit[f] : before & ~bit[f]
    if (this.flags[e] === before) return
    this.#touch(e, bit[f] + (on ? 1 : 0))
    if (f === 'solved' && on)
      for (let p = this.parentOf[e]; p >= 0 && (this.flags[p] & bit.solved) === 0; p = this.parentOf[p]) this.flags[p] |= bit.solved
    if (f === 'end' && on) this.#insert(this.#ends, e as NodeId)
    if (!on) {
      this.#reopen(this.parentOf[e])
      if ((this.flags[e] & (shut | over)) !== 0) this.#settle(e)
    } else if (f === 'end' || f === 'failed' || (bit[f] & shut) !== 0) this.#settle(e)
  }
  /** Closes ancestors below which nothing is open any more. */
  #settle(e: number): void {
    for (let p = this.parentOf[e]; p >= 0; p = this.parentOf[p]) {
      if ((this.flags[p] & bit.closed) !== 0) return
      // Of many children taken in their order the last is the one still open: no need to pass all that are over.
      const last = this.lastChild[p]
      if (last >= 0 && (this.flags[last] & (shut | over | bit.aside)) === 0) return
      let searched = false
      for (let k = this.firstChild[p]; k >= 0; k = this.nextSibling[k]) {
        // What lies aside was not searched: a node that has nothing else is as open as a leaf.
        if ((this.flags[k] & bit.aside) !== 0) continue
        if ((this.flags[k] & (shut | over)) === 0) return
        searched = true
      }
      if (!searched) return
      this.flags[p] |= bit.closed
    }
  }
  #reopen(e: number): void {
    for (; e >= 0 && (this.flags[e] & bit.closed) !== 0; e = this.parentOf[e]) this.flags[e] &= ~bit.closed
  }
  /** Adds `count` (or what it says for a depth, given the depth of e) to the visits under way from e to the root. A negative sign takes it back. */
  hold(e: EdgeId, sign: 1 | -1, count: number | ((depth: number, leaf: number) => number) = 1): void {
    const leaf = this.level[e]
    for (let n: number = e; n >= 0; n = this.parentOf[n])
      this.O[n as EdgeId] += sign * (typeof count === 'number' ? count : count(this.level[n], leaf))
    this.#touch(e, sign)
  }
  /** Lets a statistic enter the fingerprint: for writers that go past the methods of this class. */
  stamp(e: EdgeId, value: number): void {
    scratch[0] = value
    this.#touch(e, words[0] ^ words[1])
  }
  /** Fingerprint of the tree together with the statistics of one row: what a request made there is checked against. */
  stampAt(e: EdgeId): number {
    let h = this.#fingerprint
    // Counts, sums and judgements: what a choice is made from. The others follow from what entered the fingerprint.
    scratch[0] = this.N[e]
    h = mix(h, words[1])
    scratch[0] = this.W[e]
    h = mix(mix(h, words[0]), words[1])
    scratch[0] = this.Q[e]
    h = mix(mix(h, words[0]), words[1])
    scratch[0] = this.V[e]
    h = mix(mix(h, words[0]), words[1])
    scratch[0] = this.R[e]
    return mix(mix(h, words[0]), words[1])
  }

  // ------------------------------------------------------------------------------------------------------------ re-root
  /** n becomes the root; what lies beside the way to it is gone. Rows, numbers and depths stay. */
  reroot(n: NodeId): void {
    for (let m: number = n; m !== this.#root; m = this.parentOf[m]) {
      const p = this.parentOf[m]
      if (p < 0) throw new RangeError(`re-root: row ${n} does not lie below the root ${this.#root}`)
      for (let k = this.firstChild[p]; k >= 0; k = this.nextSibling[k]) {
        if (k !== m) for (const e of this.walk(k as EdgeId)) this.flags[e] |= bit.gone
      }
    }
    this.#root = n
    this.#touch(n, 13)
  }
  /** A tree of its own that starts at n with all that is known below it: a warm start. Addresses are those of a search that starts there. */
  subtree(n: NodeId): FlatTree<S, A, Ans> {
    const out = new FlatTree<S, A, Ans>(this.state(n), this.rules)
    const at = new Map<number, EdgeId>([[n, out.root]])
    for (const e of this.walk(n)) {
      let to = out.root as EdgeId
      if (e !== n) {
        to = out.#row(at.get(this.parentOf[e])!, this.action(e), this.hi[e], this.lo[e], this.rank[e])
        at.set(e, to)
        if (this.taken(e)) out.take(to, this.state(e))
      }
      for (const c of slots) out[c][to] = c === 'O' ? 0 : this[c][e]
      out.flags[to] = this.flags[e]
      const draws = this.#drawn(e)
      if (draws !== undefined) out.#draws.set(to, Array.isArray(draws) ? draws.slice() : draws)
      const judged = this.#judged.get(e)
      if (judged !== undefined) out.#judged.set(to, judged)
      for (const [name, own] of this.#own) out.column(name, own.initial)[to] = own.column[e]
    }
    return out
  }

  /** Everything but the state of the rules, for `snapshot.ts`. */
  dump(): TreeDump<S, A> {
    const size = this.#size
    return {
      size,
      root: this.#root,
      fingerprint: this.#fingerprint,
      parent: this.parentOf.slice(0, size),
      rank: this.rank.slice(0, size),
      hi: this.hi.slice(0, size),
      lo: this.lo.slice(0, size),
      flags: this.flags.slice(0, size),
      columns: [...slots.map(c => [c, this[c]] as const), ...[...this.#own].map(([name, own]) => [`:${name}`, own.column] as const)].map(
        ([name, c]) => ({
          name,
          values: Float64Array.from(c as unknown as number[]),
        }),
      ),
      initials: Object.fromEntries([...this.#own].map(([name, own]) => [name, own.initial])),
      states: this.#kept === null ? this.#states : Array.from(this.#states, (_, e) => this.state(e as NodeId)),
      actions: this.#kept === null ? this.#actions : Array.from(this.#actions, (_, e) => this.action(e as EdgeId)),
      draws: this.#allDraws(),
      judged: [...this.#judged],
      notes: [...this.#notes],
      parents: [...this.#parents],
      observed: [...this.#observed],
    }
  }
  /** By row, in the order of the rows. */
  #allDraws(): Map<number, Draw<A>[]> {
    const out = new Map<number, Draw<A>[]>()
    for (let e = 0; e < this.#size; e++) {
      const own = this.#drawn(e)
      if (own !== undefined) out.set(e, Array.isArray(own) ? own : [own])
    }
    return out
  }
  /** The tree of a dump. Outcomes, twins and players follow from the states by the rules. */
  static restore<S, A, Ans>(d: TreeSource<S, A>, rules: Rules<S, Ans>): FlatTree<S, A, Ans> {
    return atOnce(FlatTree.restoring(d, rules))
  }
  /**
   * The same in short steps, for a program that has other things to do meanwhile. Numbers alone are read: states, actions and draws when somebody asks for them,
   * and `ends`, `answers` and `twin` read all of them at their first call.
   */
  static *restoring<S, A, Ans>(d: TreeSource<S, A>, rules: Rules<S, Ans>): Generator<void, FlatTree<S, A, Ans>> {
    const t = new FlatTree<S, A, Ans>(d.states.at(0) as S, rules)
    const { size } = d
    t.reserve(size)
    t.#size = size
    t.#states.length = t.#actions.length = size
    t.#kept = { size, states: d.states, actions: d.actions, draws: d.draws }
    t.#unlisted = true
    t.#ends = []
    t.#twins.clear()
    t.#answers = []
    t.parentOf.set(d.parent)
    t.rank.set(d.rank)
    t.hi.set(d.hi)
    t.lo.set(d.lo)
    t.flags.set(d.flags)
    for (const links of [t.firstChild, t.lastChild, t.nextSibling]) links.fill(-1, 0, size)
    let capacity = t.#table.length
    while (capacity < size * 2) capacity *= 4
    t.#table = new Int32Array(capacity).fill(-1)
    for (let e = 0; e < size; e++) {
      const parent = d.parent[e]
      t.level[e] = parent < 0 ? 0 : t.level[parent] + 1
      if (parent >= 0) t.#link(parent, e)
      t.#place(e)
      if (e % 8192 === 8191) yield
    }
    for (const name of Object.keys(d.initials)) t.column(name, d.initials[name] ?? Number.NaN)
    for (const { name, values } of d.columns) {
      const to = (name.startsWith(':') ? t.#own.get(name.slice(1))!.column : t[name as (typeof slots)[number]]) as unknown as number[]
      for (let e = 0; e < size; e++) to[e] = values[e]
      yield
    }
    for (const [e, x] of d.judged) t.#judged.set(e, x)
    for (const [e, x] of d.notes) t.#notes.set(e, x)
    for (const [e, x] of d.parents) t.#parents.set(e, x)
    for (const [e, x] of d.observed) t.#observed.set(e, x)
    t.#root = d.root as NodeId
    t.#fingerprint = d.fingerprint
    return t
  }
  /** Makes what follows from the states of a tree that was kept, in tree order. */
  #list(): void {
    if (!this.#unlisted) return
    this.#unlisted = false
    for (const e of this.walk(0 as EdgeId)) {
      if (!this.taken(e)) continue
      // Finished by a step's effect rather than by the state: only the flag says so.
      if (this.is(e, 'end')) this.#ends.push(e)
      const outcome = this.outcome(e)
      if (outcome !== null && !outcome.failed) this.#answers.push(e)
    }
    if (this.rules.key === undefined) return
    for (let e = 0; e < this.#size; e++) {
      if (!this.taken(e as EdgeId)) continue
      const hash = this.#stateHash(this.state(e as NodeId))
      if (!this.#twins.has(hash)) this.#twins.set(hash, e as NodeId)
    }
  }
}

/** Takes all steps of a work, one right after the other. */
export function atOnce<T>(steps: Iterator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** A tree as data; see `snapshot.ts` for its bytes. */
export interface TreeDump<S = unknown, A = unknown> extends TreeSource<S, A> {
  states: (S | undefined)[]
  actions: (A | undefined)[]
  draws: Map<number, Draw<A>[]>
}

/** Of the rows of a tree: what need not be read before it is asked for. */
export interface TreeRows<S, A> {
  size: number
  states: { at(e: number): S | undefined }
  actions: { at(e: number): A | undefined }
  draws: { get(e: number): Draw<A>[] | undefined }
}
/** What a tree is restored from. */
export interface TreeSource<S = unknown, A = unknown> extends TreeRows<S, A> {
  root: number
  fingerprint: number
  parent: Int32Array
  rank: Float64Array
  hi: Uint32Array
  lo: Uint32Array
  flags: Int32Array
  columns: { name: string; values: Float64Array }[]
  initials: Record<string, number>
  judged: [number, Assessment][]
  notes: [number, Note[]][]
  parents: [number, NodeId[]][]
  observed: [number, readonly [number, number]][]
}
