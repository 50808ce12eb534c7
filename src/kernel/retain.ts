import type { NodeId, Tree } from '../contract/index.ts'
import { tell } from './terms.ts'

/** Beyond this many leaves the branch and bound is not tried; the local optimum stands. */
const few = 32
/** Sets that the branch and bound looks at, at most. */
const patience = 200_000

/**
 * Which leaves to keep before a width is shared out (ETS, arXiv:2502.13575, eq. 3): the set S, not empty, of greatest
 *
 *   sum of mass in S  -  cost x price of the nodes on the paths to S / price of those to all leaves  +  cover x clusters in S / clusters
 *
 * Greedily, then by local search (add, drop, exchange one), then, up to 32 leaves, by branch and bound, which ends with the optimum unless it would
 * look at more than 200,000 sets. Among equals the set found first, which keeps more.
 * @param mass share of the width that each leaf would get (not its raw reward, or the cost decides alone); unknown counts 0
 * @param cluster number of the meaning of each leaf's last step
 * @param o.cost lambda_b, 1 in the paper @param o.cover lambda_d, 1.4 to 1.5 there @param o.price of holding a node, default 1 (the number of its
 * tokens, where prefixes are cached)
 */
export function retain(
  t: Tree<any, any, any>,
  leaves: readonly NodeId[],
  mass: readonly number[],
  cluster: readonly number[],
  o: { cost: number; cover: number; price?(n: NodeId): number },
): boolean[] {
  if (leaves.length === 0) return []
  const set = new Kept(t, leaves, mass, cluster, o)
  greedy(set)
  improve(set)
  const kept = leaves.length <= few ? optimum(set) : set.kept
  for (const [i, leaf] of leaves.entries()) {
    tell(t, 'mass', leaf, set.mass[i])
    tell(t, 'kept', leaf, Number(kept[i]))
  }
  return kept
}

/** A set of leaves with its value, and what a change of one leaf would bring. */
class Kept {
  readonly kept: boolean[]
  readonly mass: number[]
  readonly group: number[]
  readonly bonus: number
  readonly groups: number
  /** Of each leaf: indices of the nodes on its path. */
  readonly path: Int32Array[]
  readonly price: number[] = []
  readonly below: Int32Array
  readonly covered: Int32Array
  value = 0
  count = 0

  constructor(
    t: Tree<any, any, any>,
    leaves: readonly NodeId[],
    mass: readonly number[],
    cluster: readonly number[],
    o: { cost: number; cover: number; price?(n: NodeId): number },
  ) {
    const index = new Map<NodeId, number>()
    let total = 0
    this.path = leaves.map(leaf => {
      const path: number[] = []
      for (let n: NodeId | null = leaf; n !== null; n = n === t.root ? null : t.parent(n)) {
        let at = index.get(n)
        if (at === undefined) {
          at = index.size
          index.set(n, at)
          const price = o.price?.(n) ?? 1
          total += price
          this.price.push(price)
        }
        path.push(at)
      }
      return Int32Array.from(path)
    })
    for (let i = 0; i < this.price.length; i++) this.price[i] = total > 0 ? (o.cost * this.price[i]) / total : 0
    const number = new Map<number, number>()
    this.group = cluster.map(c => {
      if (!number.has(c)) number.set(c, number.size)
      return number.get(c)!
    })
    this.groups = number.size
    this.bonus = o.cover / this.groups
    this.mass = mass.map(m => (Number.isNaN(m) ? 0 : m))
    this.kept = leaves.map(() => false)
    this.below = new Int32Array(index.size)
    this.covered = new Int32Array(this.groups)
  }
  /** What the value would change by if leaf i were turned. */
  gain(i: number): number {
    const on = this.kept[i]
    const alone = on ? 1 : 0
    let gain = this.mass[i]
    for (const n of this.path[i]) if (this.below[n] === alone) gain -= this.price[n]
    if (this.covered[this.group[i]] === alone) gain += this.bonus
    return on ? -gain : gain
  }
  turn(i: number, gain = this.gain(i)): void {
    const by = this.kept[i] ? -1 : 1
    this.value += gain
    this.count += by
    this.kept[i] = by === 1
    for (const n of this.path[i]) this.below[n] += by
    this.covered[this.group[i]] += by
  }
}
/** Gains below this are rounding. */
const least = 1e-12

function best(set: Kept, on: boolean): { i: number; gain: number } {
  let i = -1
  let high = Number.NEGATIVE_INFINITY
  for (let k = 0; k < set.kept.length; k++) {
    if (set.kept[k] !== on) continue
    const gain = set.gain(k)
    if (gain > high + least) {
      i = k
      high = gain
    }
  }
  return { i, gain: high }
}

function greedy(set: Kept): void {
  for (;;) {
    const { i, gain } = best(set, false)
    // The first is taken whatever it costs: something must be kept.
    if (i < 0 || (set.count > 0 && gain < -least)) return
    set.turn(i, gain)
  }
}

function improve(set: Kept): void {
  const n = set.kept.length
  for (let changed = true; changed; ) {
    changed = false
    for (let i = 0; i < n; i++) {
      if (set.kept[i] && set.count === 1) continue
      const gain = set.gain(i)
      if (gain > least) {
        set.turn(i, gain)
        changed = true
      }
    }
    for (let i = 0; i < n; i++) {
      if (!set.kept[i]) continue
      const without = set.gain(i)
      set.turn(i, without)
      const { i: j, gain } = best(set, false)
      if (j !== i && without + gain > least) {
        set.turn(j, gain)
        changed = true
      } else set.turn(i)
    }
  }
}

/** Branch and bound: leaves by falling mass are taken or left; what is left can bring at most its mass less what only it would pay for, and new clusters. */
function optimum(set: Kept): boolean[] {
  const n = set.kept.length
  let incumbent = set.kept.slice()
  let high = set.value
  for (let i = 0; i < n; i++) if (set.kept[i]) set.turn(i)
  set.value = 0
  const order = set.mass.map((_, i) => i).sort((i, j) => set.mass[j] - set.mass[i] || i - j)
  const users = new Int32Array(set.below.length)
  for (const path of set.path) for (const p of path) users[p]++
  const alone = set.path.map(path => path.reduce((sum, p) => sum + (users[p] === 1 ? set.price[p] : 0), 0))
  const lastOf = new Int32Array(set.groups)
  order.forEach((i, k) => {
    lastOf[set.group[i]] = k
  })
  // Most that the leaves from k on can bring by mass.
  const rest = new Float64Array(n + 1)
  for (let k = n - 1; k >= 0; k--) rest[k] = rest[k + 1] + Math.max(0, set.mass[order[k]] - alone[order[k]])
  let looked = 0
  const search = (k: number): void => {
    if (++looked > patience) return
    if (set.count > 0 && set.value > high + least) {
      high = set.value
      incumbent = set.kept.slice()
    }
    if (k === n) return
    let clusters = 0
    if (set.bonus > 0) for (let g = 0; g < set.groups; g++) if (set.covered[g] === 0 && lastOf[g] >= k) clusters++
    if (set.value + rest[k] + clusters * set.bonus <= high + least) return
    const i = order[k]
    const before = set.value
    set.turn(i)
    search(k + 1)
    set.turn(i)
    set.value = before
    search(k + 1)
  }
  search(0)
  return incumbent
}
