// A tree that grows, as columns for those who watch it: what is new and what has changed since each of them looked last.
import { randomBytes } from 'node:crypto'
import type { EdgeId } from '../../contract/index.ts'
import type { FlatTree } from '../../kernel/index.ts'
import type { Ledger } from '../../runtime/index.ts'
import type { TreeColumns, TreeGrowth, TreeStats } from './wire.ts'

/** Bits of flagNames: those of the tree in their order, then `taken`. */
const named = (1 << 10) - 1
const taken = 1 << 20
export const flagsOf = (t: FlatTree, e: number): number => (t.flags[e] & named) | ((t.flags[e] & taken) !== 0 ? 1 << 10 : 0)

/** Six digits are more than a colour or a label shows, and half the bytes. */
const short = (x: number): number | null => {
  if (!Number.isFinite(x)) return null
  const size = Math.abs(x)
  return size >= 1e-2 && size < 1e6 ? Math.round(x * 1e6) / 1e6 : size === 0 ? 0 : Number(x.toPrecision(6))
}
/**
 * Standard error of Q: what a critic said of its own word, else, where returns lie in [0, 1], that of a mean of N of them (the deviation of the posterior
 * Beta(1 + NQ, 1 + N(1 - Q)), which is not 0 after one visit).
 */
export function errorOf(t: FlatTree, e: number): number | null {
  const n = t.N[e as EdgeId]
  const q = t.Q[e as EdgeId]
  if (n > 0 && q >= 0 && q <= 1) {
    const p = (q * n + 1) / (n + 2)
    return short(Math.sqrt((p * (1 - p)) / (n + 3)))
  }
  return short(t.judged(e as EdgeId)?.sd ?? Number.NaN)
}

/** Statistics of some rows. */
export function statsOf(t: FlatTree, ledger: Ledger, rows: readonly number[] | null, size = t.size): TreeStats {
  const count = rows?.length ?? size
  const { N, Q, V, R, P } = t as unknown as Record<'N' | 'Q' | 'V' | 'R' | 'P', number[]>
  const out: Required<TreeStats> = {
    at: [],
    flags: new Array(count),
    N: new Array(count),
    Q: new Array(count),
    V: new Array(count),
    R: new Array(count),
    P: new Array(count),
    se: new Array(count),
    calls: new Array(count),
    tokens: new Array(count),
    usd: new Array(count),
  }
  for (let i = 0; i < count; i++) {
    const e = rows === null ? i : rows[i]
    out.flags[i] = flagsOf(t, e)
    out.N[i] = short(N[e]) ?? 0
    out.Q[i] = short(Q[e])
    out.V[i] = short(V[e])
    out.R[i] = short(R[e])
    out.P[i] = short(P[e])
    out.se[i] = errorOf(t, e)
    out.calls[i] = ledger.calls[e] ?? 0
    out.tokens[i] = ledger.tokens[e] ?? 0
    out.usd[i] = short(ledger.usd[e] ?? 0)
  }
  const { at: _, ...rest } = out
  return rows === null ? rest : { ...rest, at: rows.slice() }
}
const bornOf = (ledger: Ledger, from: number, to: number): (number | null)[] => {
  const out: (number | null)[] = new Array(to - from)
  for (let e = from; e < to; e++) out[e - from] = short(ledger.born[e] ?? Number.NaN)
  return out
}

/** What a watcher has: rows of the tree, and their statistics as of a tick. */
export interface Place {
  rows: number
  tick: number
}
/** Rows that one message carries at most. */
const most = 20_000

/**
 * Follows one run's tree. A scan compares the columns with what they were at the last one, and notes at which tick each row changed; it is made only when
 * somebody asks. A watcher needs no more memory than its place.
 */
export class Feed {
  /** Places of another feed mean nothing here. */
  readonly tag = randomBytes(6).toString('hex')
  tick = 0
  rows = 0
  /** Milliseconds that the last scan took. */
  cost = 0
  #tree: FlatTree
  #ledger: Ledger
  #time: () => number
  #changed = new Int32Array(0)
  #flags = new Int32Array(0)
  #seen: Float64Array[] = []
  #mark = ''
  #at = 0

  constructor(tree: FlatTree, ledger: Ledger, time: () => number) {
    this.#tree = tree
    this.#ledger = ledger
    this.#time = time
  }
  /** The same run, read anew: rows are the same, there may be more. */
  point(tree: FlatTree, ledger: Ledger, time: () => number): void {
    this.#tree = tree
    this.#ledger = ledger
    this.#time = time
    this.#mark = ''
  }
  get tree(): FlatTree {
    return this.#tree
  }
  get ledger(): Ledger {
    return this.#ledger
  }
  get time(): number {
    return this.#time()
  }
  cursor(at: Place = this): string {
    return `${this.tag}.${at.tick}.${at.rows}`
  }
  /** Where a watcher stood. Of another feed its rows hold, and their statistics are told anew. */
  place(cursor: string | undefined): Place {
    const m = /^([0-9a-f]{12})\.(\d{1,10})\.(\d{1,10})$/.exec(cursor ?? '')
    if (m === null) return { rows: 0, tick: -1 }
    const rows = Math.min(Number(m[3]), this.#tree.size)
    return m[1] === this.tag ? { rows, tick: Math.min(Number(m[2]), this.tick) } : { rows, tick: -1 }
  }

  /** Notes what has changed. @returns whether anything has */
  scan(): boolean {
    const t = this.#tree
    const ledger = this.#ledger
    // Nothing happened: no look at the rows. What a search writes past the tree's own methods follows some such change; now and then it is looked at anyway.
    const mark = `${t.size}.${t.fingerprint}.${ledger.charges}`
    const now = performance.now()
    if (mark === this.#mark && now - this.#at < 1000) return false
    this.#mark = mark
    this.#at = now
    const { size } = t
    this.#reserve(size)
    const tick = this.tick + 1
    const { N, Q, V, R, P } = t as unknown as Record<'N' | 'Q' | 'V' | 'R' | 'P', number[]>
    const [sN, sQ, sV, sR, sP, sCalls, sTokens] = this.#seen
    const { calls, tokens } = ledger
    const changed = this.#changed
    const flags = this.#flags
    let any = size > this.rows
    for (let e = 0; e < size; e++) {
      const c = calls[e] ?? 0
      const k = tokens[e] ?? 0
      if (
        e < this.rows &&
        Object.is(sN[e], N[e]) &&
        Object.is(sQ[e], Q[e]) &&
        flags[e] === t.flags[e] &&
        Object.is(sV[e], V[e]) &&
        Object.is(sR[e], R[e]) &&
        Object.is(sP[e], P[e]) &&
        sCalls[e] === c &&
        sTokens[e] === k
      )
        continue
      any = true
      changed[e] = tick
      flags[e] = t.flags[e]
      sN[e] = N[e]
      sQ[e] = Q[e]
      sV[e] = V[e]
      sR[e] = R[e]
      sP[e] = P[e]
      sCalls[e] = c
      sTokens[e] = k
    }
    if (any) this.tick = tick
    this.rows = size
    this.cost = performance.now() - now
    return any
  }
  #reserve(size: number): void {
    if (size <= this.#changed.length) return
    const room = Math.max(1024, size, this.#changed.length * 2)
    const wider = <T extends Int32Array | Float64Array>(old: T): T => {
      const wide = new (old.constructor as new (n: number) => T)(room)
      wide.set(old)
      return wide
    }
    this.#changed = wider(this.#changed)
    this.#flags = wider(this.#flags)
    this.#seen = this.#seen.length === 0 ? Array.from({ length: 7 }, () => new Float64Array(room)) : this.#seen.map(wider)
  }

  /** All there is, after a scan. */
  columns(run: string): Omit<TreeColumns, 'best'> {
    const t = this.#tree
    const { rows } = this
    return {
      run,
      cursor: this.cursor(),
      size: rows,
      parent: Array.from(t.parentOf.subarray(0, rows)),
      rank: Array.from(t.rank.subarray(0, rows)),
      born: bornOf(this.#ledger, 0, rows),
      ...statsOf(t, this.#ledger, null, rows),
    }
  }
  /** What a watcher lacks, at most `most` rows of it, and its place after it; null: nothing. */
  growth(at: Place): { growth: TreeGrowth; place: Place } | null {
    const { rows, tick } = this
    if (at.tick === -1 && at.rows > 0) {
      // Rows that are known with statistics that are not: these come first, all of them.
      const part = Array.from({ length: at.rows }, (_, e) => e)
      return { growth: this.#message(at.rows, at.rows, part), place: { rows: at.rows, tick } }
    }
    if (at.rows === rows && at.tick >= tick) return null
    const to = Math.min(rows, at.rows + most)
    const part: number[] = []
    const since = at.rows === 0 ? tick : at.tick
    // Older rows wait for the last part, so that each is told once.
    if (to === rows) for (let e = 0; e < at.rows; e++) if (this.#changed[e] > since) part.push(e)
    for (let e = at.rows; e < to; e++) part.push(e)
    if (part.length === 0) return null
    return { growth: this.#message(at.rows, to, part), place: { rows: to, tick: to === rows ? tick : since } }
  }
  #message(from: number, to: number, at: number[]): TreeGrowth {
    const t = this.#tree
    return {
      from,
      parent: Array.from(t.parentOf.subarray(from, to)),
      rank: Array.from(t.rank.subarray(from, to)),
      born: bornOf(this.#ledger, from, to),
      stats: statsOf(t, this.#ledger, at),
      time: this.#time(),
    }
  }
}
