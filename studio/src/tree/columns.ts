// The tree as columns: one entry a row, rows in order of issue, 0 the root, parents before their children. Grown by doubling, never by row objects:
// 100,000 rows take some seven megabytes.
import { flagNames, type TreeColumns, type TreeGrowth, type TreeStats } from '../../../src/serve/api/wire.ts'

export type Flag = (typeof flagNames)[number]
/** The bit of each flag. */
export const bit = Object.fromEntries(flagNames.map((name, i) => [name, 1 << i])) as Record<Flag, number>

type Column = Int32Array | Float32Array | Float64Array | Uint16Array
const doubled = <A extends Column>(a: A, to: number): A => {
  const out = new (a.constructor as new (n: number) => A)(to)
  out.set(a as never)
  return out
}
const maybe = (x: number | null | undefined): number => x ?? Number.NaN

export class Columns {
  size = 0
  /** Deepest row. */
  maxDepth = 0
  /** Grows with every change of what `structure` says: rows. */
  structure = 0
  /** Grows with every change at all. */
  version = 0
  /** Seconds of the run at the last change that is known. */
  time = 0
  parent = new Int32Array(1024)
  rank = new Int32Array(1024)
  depth = new Int32Array(1024)
  born = new Float64Array(1024)
  flags = new Uint16Array(1024)
  N = new Int32Array(1024)
  Q = new Float32Array(1024)
  V = new Float32Array(1024)
  R = new Float32Array(1024)
  P = new Float32Array(1024)
  se = new Float32Array(1024)
  calls = new Int32Array(1024)
  tokens = new Float64Array(1024)
  usd = new Float64Array(1024)

  private reserve(rows: number): void {
    if (rows <= this.parent.length) return
    let to = this.parent.length
    while (to < rows) to *= 2
    this.parent = doubled(this.parent, to)
    this.rank = doubled(this.rank, to)
    this.depth = doubled(this.depth, to)
    this.born = doubled(this.born, to)
    this.flags = doubled(this.flags, to)
    this.N = doubled(this.N, to)
    this.Q = doubled(this.Q, to)
    this.V = doubled(this.V, to)
    this.R = doubled(this.R, to)
    this.P = doubled(this.P, to)
    this.se = doubled(this.se, to)
    this.calls = doubled(this.calls, to)
    this.tokens = doubled(this.tokens, to)
    this.usd = doubled(this.usd, to)
  }

  private rows(from: number, parent: readonly number[], rank: readonly number[], born: readonly (number | null)[]): void {
    const n = from + parent.length
    this.reserve(n)
    for (let row = this.size; row < n; row++) {
      const i = row - from
      const p = row === 0 ? -1 : parent[i]
      this.parent[row] = p
      this.rank[row] = rank[i]
      this.born[row] = maybe(born[i])
      const depth = p < 0 ? 0 : this.depth[p] + 1
      this.depth[row] = depth
      if (depth > this.maxDepth) this.maxDepth = depth
      this.Q[row] = this.V[row] = this.R[row] = this.P[row] = this.se[row] = this.usd[row] = Number.NaN
    }
    if (n > this.size) {
      this.size = n
      this.structure++
    }
  }
  private stats(s: TreeStats): void {
    const { at } = s
    const n = at?.length ?? s.flags.length
    for (let i = 0; i < n; i++) {
      const row = at === undefined ? i : at[i]
      if (row >= this.size) continue
      this.flags[row] = s.flags[i]
      this.N[row] = s.N[i]
      this.Q[row] = maybe(s.Q[i])
      this.V[row] = maybe(s.V[i])
      this.R[row] = maybe(s.R[i])
      this.P[row] = maybe(s.P[i])
      this.se[row] = maybe(s.se[i])
      this.calls[row] = s.calls[i]
      this.tokens[row] = s.tokens[i]
      this.usd[row] = maybe(s.usd[i])
    }
  }

  /** A whole tree, in the place of what was here. */
  load(tree: TreeColumns): void {
    this.size = 0
    this.maxDepth = 0
    this.rows(0, tree.parent, tree.rank, tree.born)
    this.stats(tree)
    this.structure++
    this.version++
  }
  /** New rows and changed statistics; false: rows are missing between what is here and these, so the tree must be asked for again. */
  grow(g: TreeGrowth): boolean {
    if (g.from > this.size) return false
    this.rows(g.from, g.parent, g.rank, g.born)
    this.stats(g.stats)
    this.time = g.time
    this.version++
    return true
  }

  /** From the root to a row. */
  path(row: number): number[] {
    const out: number[] = []
    for (let r = row; r >= 0; r = this.parent[r]) out.push(r)
    return out.reverse()
  }
  has(row: number, flag: Flag): boolean {
    return (this.flags[row] & bit[flag]) !== 0
  }
}
