import type { NodeId, Tree } from '../contract/index.ts'
import { argmax } from '../kernel/index.ts'

/**
 * An answer read off a finished tree: subtrees without a valid answer are left out, and from the root the walk goes to the child of the greatest score
 * until it stands on an answer with nothing better below (AlphaMath's walk of width 1, arXiv:2405.03553; AlphaLLM's greedy descent).
 * @param score of a child, such as Q or N; NaN never wins, but where nothing is known the first child is taken
 * @returns null where there is no valid answer
 */
export function readOff(t: Tree<any, any, any>, score: (n: NodeId) => number): NodeId | null {
  const valid = t.answers().filter(n => t.outcome(n)?.failed !== true && !t.path(n).some(m => t.is(m, 'aside')))
  const ways = new Set(valid.flatMap(n => t.path(n)))
  if (ways.size === 0) return null
  const here = new Set(valid)
  for (let at: NodeId = t.root; ; ) {
    const on = t.children(at).filter(n => ways.has(n))
    // Below an answer there may be better ones, such as a program that was improved: only a higher score goes on.
    const next = argmax(on, score) ?? on[0]
    if (next === undefined || (here.has(at) && !(score(next) > score(at)))) return at
    at = next
  }
}
