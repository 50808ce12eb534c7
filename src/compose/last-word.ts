import type { Column, NodeId, Ranker, Search } from '../contract/index.ts'

/**
 * Once the search has ended, a ranker has the last word among its best answers: its marks go to a column, for `answer` to read. What that costs is held back
 * from the beginning, up to a quarter of the budget of calls. Nothing is asked where there is no choice, or where an answer is proven.
 *
 * @param slate the answers in question, when it comes to that @param o.calls what the ranker needs
 */
export function lastWord<S, A, Ans>(
  s: Search<S, A, Ans>,
  slate: () => readonly NodeId[],
  by: Ranker<S, A>,
  o: { calls: number; into: Column },
): void {
  const held = Math.min(o.calls, Math.floor((s.budget.limits.calls ?? Number.POSITIVE_INFINITY) / 4))
  if (held <= 0) return
  s.lastly({ calls: held }, async () => {
    const all = slate()
    if (all.length < 2 || all.some(n => s.tree.is(n, 'solved'))) return
    const marks = await s.rank(all, { by })
    for (const [i, a] of marks.entries()) if (!Number.isNaN(a.value)) o.into[all[i]] = a.value
  })
}
