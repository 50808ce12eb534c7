import type { NodeId, Search } from '../contract/index.ts'
import { telling, top } from '../kernel/index.ts'
import { distinctStates } from './appraise.ts'
import { finish } from './finish.ts'

/**
 * One pass of a beam down the tree: b1 x b2 first steps are drawn, the new states are judged, the `b1` of the highest score are kept, and `b2` steps
 * drawn from each; until the beam is empty or after `rounds` levels. Equal states take one slot, and finished ones none: they are rewarded and left.
 *
 * @param o.judge called with the new states of a level, before they are scored @param o.score NaN: never kept
 * @param o.untilSolved stop the search once an end is proven
 * @returns how many nodes were drawn; 0: nothing can be done
 */
export async function beam<S, A, Ans>(
  s: Search<S, A, Ans>,
  o: {
    b1: number
    b2: number
    rounds: number
    judge(nodes: readonly NodeId[]): Promise<void>
    score(n: NodeId): number
    untilSolved?: boolean
  },
): Promise<number> {
  const grow = async (n: NodeId, draws: number) => {
    const kids = await s.expand(n, { n: draws })
    await finish(s, kids, o)
    return kids
  }
  let kept: NodeId[] = [s.tree.root]
  let drawn = 0
  for (let d = 0; d < o.rounds && kept.length > 0; d++) {
    const pool = (await Promise.all(kept.map(n => grow(n, d === 0 ? o.b1 * o.b2 : o.b2)))).flat()
    drawn += pool.length
    const fresh = distinctStates(s, pool)
    await o.judge(fresh)
    kept = top(fresh, o.b1, telling(s.tree, 'score', o.score))
  }
  return drawn
}
