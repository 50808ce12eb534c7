import type { Assessment, Column, Draw, EdgeId, Flag, NodeId, Note, Outcome, Tree } from '../contract/index.ts'
import { bit, over, shut, taken } from './flags.ts'
import { canonical, chain, keyText, mix } from './hash.ts'
import type { Score } from './select.ts'
import { atOnce, type TreeDump, type TreeRows, type TreeSource } from './tree-dump.ts'
import { TreeShape } from './tree-shape.ts'

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
 * The search tree: its shape (`TreeShape`), and by row what lies there: states, actions, draws, judgements, notes, and the statistics N O W Q P M F V R as in
 * the contract. Those are plain packed arrays, so that references stay good while the tree grows. Memory: about 150 bytes a row besides states, actions and draws.
 */
export class FlatTree<S = any, A = any, Ans = any> extends TreeShape implements Tree<S, A, Ans> {
  #fingerprint = 0
  readonly rules: Rules<S, Ans>
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

  /** A tree of one node. */
  constructor(state: S, rules: Rules<S, Ans>) {
    super()
    this.rules = rules
    const root = this.#row(-1, undefined, 0, 0, 0)
    this.M[root] = 1
    this.take(root, state)
  }

  // ------------------------------------------------------------------------------------------------------------ reading
  /** Rolling hash of everything that happened to the tree, in order. Two trees of one history have the same; for order-free comparison see `digest`. */
  get fingerprint(): number {
    return this.#fingerprint
  }
  column(name: string, initial = Number.NaN): Column {
    const own = this.#own.get(name)
    if (own !== undefined) return own.column
    const column = new Array(this.rows).fill(initial) as number[] as Column
    this.#own.set(name, { column, initial })
    return column
  }
  /** Names of the columns that methods made. */
  columns(): string[] {
    return [...this.#own.keys()]
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
  player(n: NodeId): number {
    const { player } = this.rules
    if (player !== undefined && this.#kept !== null && n < this.#kept.size && this.taken(n)) return player(this.state(n))
    return this.mover[n]
  }
  parents(n: NodeId): readonly NodeId[] {
    const more = this.#parents.get(n)
    if (more !== undefined) return more
    const p = this.parentOf[n]
    return p < 0 ? [] : [p as NodeId]
  }
  ends(): NodeId[] {
    this.#list()
    return this.#ends.filter(n => this.reachable(n))
  }
  answers(): NodeId[] {
    this.#list()
    return this.#answers.filter(n => (this.flags[n] & bit.pruned) === 0 && this.reachable(n))
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
  #row(parent: number, action: A | undefined, hi: number, lo: number, rank: number): EdgeId {
    const e = this.addRow(parent, hi, lo, rank)
    this.N[e] = this.O[e] = this.M[e] = this.W[e] = 0
    this.Q[e] = this.P[e] = this.F[e] = this.V[e] = this.R[e] = Number.NaN
    for (const own of this.#own.values()) own.column[e] = own.initial
    this.#actions.push(action)
    this.#states.push(undefined)
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
    this.rows = size
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
    this.clearAddresses(size)
    this.place(0)
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
        this.place(e)
      }
    }
    this.#touch(0, size)
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
    const there = this.lookup(hi, lo)
    if (there >= 0 && this.parentOf[there] === parent) {
      if (rank < this.rank[there]) {
        this.unlink(parent, there)
        this.rank[there] = rank
        this.link(parent, there)
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
      for (const x of list) if (x.scope === 'tree' || at === n || (x.scope === 'below' && this.above(at, n))) out.push(x)
    }
    return out
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
    for (let m: number = n; m !== this.top; m = this.parentOf[m]) {
      const p = this.parentOf[m]
      if (p < 0) throw new RangeError(`re-root: row ${n} does not lie below the root ${this.top}`)
      for (let k = this.firstChild[p]; k >= 0; k = this.nextSibling[k]) {
        if (k !== m) for (const e of this.walk(k as EdgeId)) this.flags[e] |= bit.gone
      }
    }
    this.top = n
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
    const size = this.rows
    return {
      size,
      root: this.top,
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
    for (let e = 0; e < this.rows; e++) {
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
    t.rows = size
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
    t.clearAddresses(size)
    for (let e = 0; e < size; e++) {
      const parent = d.parent[e]
      t.level[e] = parent < 0 ? 0 : t.level[parent] + 1
      if (parent >= 0) t.link(parent, e)
      t.place(e)
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
    t.top = d.root as NodeId
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
    for (let e = 0; e < this.rows; e++) {
      if (!this.taken(e as EdgeId)) continue
      const hash = this.#stateHash(this.state(e as NodeId))
      if (!this.#twins.has(hash)) this.#twins.set(hash, e as NodeId)
    }
  }
}
