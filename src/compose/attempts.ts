import type { Grain, NodeId, Policy, Sampling, Search } from '../contract/index.ts'
import { finish } from './finish.ts'

/** How attempts are drawn. */
export interface Attempting<S, A> {
  /** Most steps of an attempt (default 64); one that is longer is left unfinished. */
  steps?: number
  sampling?: Sampling
  /** Default: whole attempts where the world can read them. */
  grain?: Grain
  /** Who draws; default: the frame's policy. */
  by?: Policy<S, A, void>
  /** Words at the end of every prompt, where the model reads words. */
  hint?: string
  /** false: the ends are not rewarded. */
  reward?: boolean
  /** Stop the search once an attempt is proven. */
  untilSolved?: boolean
}

/**
 * n whole attempts at the task, independent of each other: each one sample where the world can read a whole solution, else steps from the root to
 * an end. Equal beginnings are one path, drawn on for as many attempts as go that way, so the tree is the same at any concurrency: every request
 * follows from its place and from how many attempts stand there, none from an order of arrival. The multiplicity M of an end counts its attempts.
 *
 * @param n how many; fewer where the budget covers fewer
 * @returns the ends, each once, in the order in which the attempts stand in the tree
 */
export async function attempts<S, A, Ans>(s: Search<S, A, Ans>, n: number, o: Attempting<S, A> = {}): Promise<NodeId[]> {
  const t = s.tree
  const grain = o.grain ?? (s.world.grains?.includes('attempt') ? 'attempt' : 'step')
  const more = { ...(o.by === undefined ? {} : { by: o.by }), ...(o.hint === undefined ? {} : { hint: o.hint }) }
  const ends: NodeId[] = []
  let standing = new Map<NodeId, number>([[t.root, n]])
  for (let d = grain === 'attempt' ? 1 : (o.steps ?? 64); d > 0 && standing.size > 0; d--) {
    const moved = await Promise.all(
      [...standing].map(async ([from, count]) => {
        const edges = await s.propose(from, { ...more, n: count, tries: grain === 'step' ? 3 : 1, sampling: { ...o.sampling, grain } })
        const nodes = await s.step([...new Set(edges)])
        if (o.reward !== false) await finish(s, nodes, o)
        return nodes.map(to => [to, edges.filter(e => e === to).length] as const)
      }),
    )
    standing = new Map()
    for (const [to, count] of moved.flat()) {
      if (t.is(to, 'end')) ends.push(to)
      else if (!t.is(to, 'failed')) standing.set(to, count)
    }
  }
  return ends
}

/** So many attempts in a row of which nothing could be read, and there will be no more. */
const patience = 16

/**
 * Attempts in rounds, each as large as all before it together (1, 1, 2, 4, ...): an answer that is proven early costs at most twice what it had to,
 * and a round is never begun that the budget does not cover whole, judged by what an attempt cost so far. Rounds do not depend on concurrency.
 *
 * @param o.n how many attempts; 0: as many as the budget covers, `unlimited` where it limits nothing that they use
 */
export async function attemptRounds<S, A, Ans>(
  s: Search<S, A, Ans>,
  o: Attempting<S, A> & { n: number; unlimited: number },
): Promise<void> {
  const before = s.budget.ratio()
  const drawn = () => s.tree.edges(s.tree.root).reduce((sum, e) => sum + s.tree.M[e], 0)
  let limit = o.n || Infinity
  let fruitless = 0
  for (let asked = 0, size = 1; size > 0; ) {
    const had = drawn()
    await attempts(s, size, o)
    asked += size
    const made = drawn()
    fruitless = made > had ? 0 : fruitless + size
    if (fruitless >= patience) return
    const share = (before - s.budget.ratio()) / Math.max(1, made)
    if (o.n === 0 && share <= 0) limit = o.unlimited
    const covered = share > 0 ? Math.max(1, Math.floor(s.budget.ratio() / share + 1e-9)) : Infinity
    size = Math.min(Math.max(1, made, fruitless), limit - asked, covered)
  }
}
