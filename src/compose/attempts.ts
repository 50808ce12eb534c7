import type { NodeId, Policy, Sampling, Search } from '../contract/index.ts'
import { blend } from '../kernel/index.ts'
import { advance, counted } from './advance.ts'

/** How attempts are drawn. */
export interface Attempting<S, A> {
  /** Where they begin; default: the root. */
  from?: NodeId
  /** Kept and paid for, but not searched: playouts of a search that goes on elsewhere. */
  aside?: boolean
  /** Most steps of an attempt (default 64); one that is longer is left unfinished. */
  steps?: number
  /** Its `grain` says how they are made; default: whole attempts where the world can read them. */
  sampling?: Sampling
  /** Who draws; default: the frame's policy. */
  by?: Policy<S, A, void> | undefined
  /** Words at the end of every prompt, where the model reads words. */
  hint?: string
  /** false: the ends are not rewarded. */
  reward?: boolean
  /** Stop the search once an attempt is proven. */
  untilSolved?: boolean
}

/**
 * n whole attempts at the task, independent of each other: each one sample where the world can read a whole solution, else steps to an end. Equal beginnings are one path, drawn on for as many attempts as go that way, so the tree is the same at any concurrency: every request
 * follows from its place and from how many attempts stand there, none from an order of arrival. The multiplicity M of an end counts its attempts.
 *
 * @param n how many; fewer where the budget covers fewer
 * @returns the ends, each once, in the order in which the attempts stand in the tree
 */
export async function attempts<S, A, Ans>(s: Search<S, A, Ans>, n: number, o: Attempting<S, A> = {}): Promise<NodeId[]> {
  const t = s.tree
  const grain = o.sampling?.grain ?? (s.world.grains?.includes('attempt') ? 'attempt' : 'step')
  const draw = { ...o, tries: grain === 'step' ? 3 : 1, sampling: { ...o.sampling, grain } as const }
  const ends: NodeId[] = []
  let standing = new Map<NodeId, number>([[o.from ?? t.root, n]])
  for (let d = grain === 'attempt' ? 1 : (o.steps ?? 64); d > 0 && standing.size > 0; d--) {
    const reached = counted((await advance(s, standing, draw)).flat())
    standing = new Map()
    for (const [to, count] of reached) {
      if (t.is(to, 'end')) ends.push(to)
      else if (!t.is(to, 'failed')) standing.set(to, count)
    }
  }
  return ends
}

/**
 * Mean reward of n attempts from a node, kept aside: what a playout says of it, as often as wished. Attempts that do not end do not count.
 * @param o as for `attempts` @returns NaN where none ended with a known reward, or n is 0
 */
export async function playouts<S, A, Ans>(
  s: Search<S, A, Ans>,
  from: NodeId,
  n: number,
  o: { by?: Policy<S, A, void> | undefined; steps?: number; untilSolved?: boolean } = {},
): Promise<number> {
  const { M, R } = s.tree
  const ends = n > 0 ? await attempts(s, n, { ...o, from, aside: true }) : []
  return blend(ends.map(e => [M[e], R[e]]))
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
