// Step-level preference pairs, read off the tree of a search that commits to one step after the other.
import type { NodeId, Tree } from '../contract/index.ts'

/** A step and a worse one from the same place. `noise`: how likely the label is wrong, min(1/2, 1 / (N(chosen) / N(rejected) + 1)) (section 3.2). */
export interface StepPair {
  at: NodeId
  chosen: NodeId
  rejected: NodeId
  noise: number
}
/**
 * The pairs of a tree of `mcts-dpo`: at every place committed to the child of the greatest Q (of equals that of more visits) against that of the least.
 * What is not known is in no pair.
 */
export function stepPairs(t: Tree<any, any, any>): StepPair[] {
  const committed = t.column('committed', 0)
  return t.nodes().flatMap(at => {
    const known = committed[at] === 1 ? t.children(at).filter(n => t.N[n] > 0 && !Number.isNaN(t.Q[n])) : []
    const [chosen, ...rest] = known.toSorted((a, b) => t.Q[b] - t.Q[a] || t.N[b] - t.N[a])
    const rejected = rest.at(-1)
    if (chosen === undefined || rejected === undefined) return []
    return [{ at, chosen, rejected, noise: Math.min(0.5, 1 / (t.N[chosen] / t.N[rejected] + 1)) }]
  })
}
