import type { NodeId, Search, Tree } from '../contract/index.ts'
import { allocate, tell } from '../kernel/index.ts'
import { advance, counted } from './advance.ts'
import { appraiser } from './appraise.ts'

/**
 * One pass down the tree at a fixed width: so many first steps are drawn; then, level by level, what is left of the width is shared out among the live
 * nodes, and each draws its share. A path that ends takes its slot with it, for good.
 *
 * @param o.share how many draws each live node gets. `live` has a node as often as it was drawn @param o.depth most levels
 * @param o.untilSolved stop the search once an end is proven
 * @returns how many draws led somewhere; 0: nothing can be done
 */
export async function widthSearch<S, A, Ans>(
  s: Search<S, A, Ans>,
  o: {
    width: number
    depth: number
    untilSolved?: boolean
    share(live: readonly NodeId[], left: number): ReadonlyMap<NodeId, number> | Promise<ReadonlyMap<NodeId, number>>
  },
): Promise<number> {
  const t = s.tree
  const appraise = appraiser(s)
  let left = o.width
  let drawn = 0
  let standing: ReadonlyMap<NodeId, number> = new Map([[t.root, left]])
  for (let d = 0; d < o.depth; d++) {
    const here = (await advance(s, standing, o)).flat()
    drawn += here.length
    left -= here.filter(n => t.is(n, 'end')).length
    const live = here.filter(n => !t.is(n, 'end') && !t.is(n, 'failed'))
    if (left <= 0 || live.length === 0) return drawn
    await appraise(live)
    standing = await o.share(live, left)
  }
  return drawn
}

/** REBASE's shares of a width by the nodes' values V (see `allocate`); nodes without a share are left out. @param live repeats count */
export function rebaseShares(t: Tree<any, any, any>, live: readonly NodeId[], left: number, temperature: number): Map<NodeId, number> {
  const each = allocate(
    live.map(n => t.V[n]),
    left,
    { rule: 'rebase', temperature },
  )
  const shares = counted(live.flatMap((n, i) => new Array<NodeId>(each[i]).fill(n)))
  for (const n of live) tell(t, 'share', n, shares.get(n) ?? 0)
  return shares
}
