import type { NodeId, Search } from '../contract/index.ts'

/**
 * Rewards what is finished, or could be answered with, among new nodes, and nothing else: that is what proves an answer, where the reward can.
 * Called as soon as nodes are there, so that an answer reached with the last of the budget is not lost.
 *
 * A node that is finished gets its reward as its value V too: then siblings of which only some are finished compare.
 *
 * @param o.untilSolved the search stops once one of them is proven; then this never returns
 * @returns is one of them proven?
 */
export async function finish<S, A, Ans>(
  s: Search<S, A, Ans>,
  nodes: readonly NodeId[],
  o: { untilSolved?: boolean } = {},
): Promise<boolean> {
  const t = s.tree
  const due = [...new Set(nodes)].filter(n => (t.is(n, 'end') || t.outcome(n) !== null) && Number.isNaN(t.R[n]))
  if (due.length > 0) {
    await s.reward(due)
    for (const n of due) if (t.is(n, 'end')) t.V[n] = t.R[n]
  }
  const solved = nodes.some(n => t.is(n, 'solved'))
  if (solved && o.untilSolved) {
    s.stop()
    // As an effect after stop: what waits for it is let go. A policy that costs nothing would go on otherwise.
    await new Promise<never>(() => {})
  }
  return solved
}
