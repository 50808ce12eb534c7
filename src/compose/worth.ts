import type { NodeId, Search } from '../contract/index.ts'
import { appraiser } from './appraise.ts'
import { finish } from './finish.ts'

/**
 * What a new node is worth to a search: the reward where it is finished or could be answered with, else the critic's value, each state judged once.
 *
 * @param o.untilSolved the search stops once a node is proven; then this never returns
 * @returns a function that gives a number, NaN where nothing is known
 */
export function worthOf<S, A, Ans>(s: Search<S, A, Ans>, o: { untilSolved?: boolean } = {}): (n: NodeId) => Promise<number> {
  const t = s.tree
  const appraise = appraiser(s)
  return async n => {
    await finish(s, [n], o)
    if (!Number.isNaN(t.R[n]) || t.is(n, 'end')) return t.R[n]
    await appraise([n])
    return t.V[n]
  }
}
