import type { NodeId, Tree } from '../contract/index.ts'
import { argmax } from '../kernel/index.ts'

/**
 * Walks down from a node, one level at a time: `grow` gives the children of where the walk stands (drawn, taken and judged by the caller),
 * and the best of them by `score` is next (NaN never wins; of equals the first). It ends at a finished state, after `steps` levels, where
 * `stop` says so, or where there is no child to go to.
 *
 * @param from where the walk begins; it is not asked to `stop`, and not part of the result
 * @param o.steps most levels to go down (default: no limit); at most 0: none
 * @returns the nodes passed, nearest first
 */
export async function rollout(
  t: Pick<Tree<any, any, any>, 'is'>,
  from: NodeId,
  grow: (n: NodeId) => Promise<readonly NodeId[]>,
  score: (n: NodeId) => number,
  o: { steps?: number; stop?(n: NodeId): boolean } = {},
): Promise<NodeId[]> {
  const path: NodeId[] = []
  const { steps = Infinity, stop } = o
  for (let at = from; path.length < steps && !t.is(at, 'end'); ) {
    const next = argmax(await grow(at), score)
    if (next === undefined) break
    path.push(next)
    if (stop?.(next)) break
    at = next
  }
  return path
}
