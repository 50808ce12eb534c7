import type { EdgeId, NodeId, Random, Tree } from '../contract/index.ts'
import type { Score } from './select.ts'
import { chosenBy } from './terms.ts'

type AnyTree = Tree<any, any, any>
const none = -1
const bare = -2

/**
 * Walks from the root to the child of best score, ties at random, down to a leaf, or until `go(n)` is false. A NaN score closes a child; a leaf whose
 * first expansion is under way (no open child, N = 0, O > 0) is closed too, and so is a node all of whose children are. The way back from a closed
 * subtree looks at each edge once. O(depth x width), without allocation unless it has to go back.
 * @param o.draw `softmax`: by exp(score) instead of the best (drawn by Gumbel-max)
 * @returns null: everything open is under way
 */
export function descend(
  t: AnyTree,
  score: Score,
  rng: Random,
  o: { go?(n: NodeId): boolean; draw?: 'max' | 'softmax' } = {},
): NodeId | null {
  chosenBy(t, score)
  const soft = o.draw === 'softmax'
  let dead: Set<EdgeId> | null = null
  let n = t.root
  for (;;) {
    if (!(underWay(t, n) && isLeaf(t, n))) {
      if (o.go !== undefined && !o.go(n)) return n
      const next = pick(t, n, score, rng, soft, true, dead)
      if (next === bare) return n
      if (next !== none) {
        n = next as NodeId
        continue
      }
    }
    const up = back(t, n)
    if (up === null) return null
    dead ??= new Set()
    dead.add(n)
    n = up
  }
}

/**
 * The same over all open edges: ends at the first edge not yet taken, or at a node without open edges. An edge that is being taken (not taken,
 * O > 0) is closed.
 * @param o.go where it is false the walk ends at that node, to draw more edges there
 * @param o.meet what is under way is not closed: the walk may end at an edge that is being taken, or at a node that is being evaluated (N = 0, O > 0). Then
 * a simulation can wait for the best there is instead of taking up something worse; only the counts under way lead elsewhere
 */
export function descendEdges(
  t: AnyTree,
  score: Score,
  rng: Random,
  o: { go?(n: NodeId): boolean; draw?: 'max' | 'softmax'; meet?: boolean } = {},
): EdgeId | null {
  chosenBy(t, score)
  const soft = o.draw === 'softmax'
  const meet = o.meet === true
  let dead: Set<EdgeId> | null = null
  let n = t.root
  for (;;) {
    if (o.go !== undefined && !o.go(n) && !(t.first(n) === -1 && underWay(t, n))) return n
    const next = pick(t, n, score, rng, soft, false, dead, meet)
    if (next >= 0) {
      if (!t.taken(next as EdgeId)) return next as EdgeId
      n = next as NodeId
      continue
    }
    if (next === bare && (meet || !underWay(t, n))) return n
    const up = back(t, n)
    if (up === null) return null
    dead ??= new Set()
    dead.add(n)
    n = up
  }
}

const back = (t: AnyTree, n: NodeId): NodeId | null => (n === t.root ? null : t.parent(n))
const underWay = (t: AnyTree, e: EdgeId): boolean => t.N[e] === 0 && t.O[e] > 0
function isLeaf(t: AnyTree, n: EdgeId): boolean {
  for (let k = t.first(n); k !== -1; k = t.after(k)) if (t.taken(k)) return false
  return true
}

/** The best open edge below n; `none`: all are closed; `bare`: there is none. */
function pick(
  t: AnyTree,
  n: NodeId,
  score: Score,
  rng: Random,
  soft: boolean,
  nodes: boolean,
  dead: Set<EdgeId> | null,
  meet = false,
): number {
  let best = bare
  let high = 0
  let ties = 0
  score.scan?.(n)
  for (let k = t.first(n); k !== -1; k = t.after(k)) {
    const isNode = t.taken(k)
    if (nodes && !isNode) continue
    if (best === bare) best = none
    if (dead?.has(k)) continue
    // Seen here, from above, so that the usual case of concurrent search need not go there and back.
    if (!meet && (isNode ? underWay(t, k) && (nodes ? isLeaf(t, k) : t.first(k) === -1) : t.O[k] > 0)) continue
    let s = score(k, n)
    if (Number.isNaN(s)) continue
    if (soft) s += rng.gumbel()
    if (best === none || s > high) {
      best = k
      high = s
      ties = 1
    } else if (s === high && rng.int(++ties) === 0) best = k
  }
  score.scan?.(-1)
  return best
}
