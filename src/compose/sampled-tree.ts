import type { NodeId, Search } from '../contract/index.ts'
import { backup, descend, type Rule, type Score, unless } from '../kernel/index.ts'
import { finish } from './finish.ts'
import { rollout } from './rollout.ts'

/** How a tree of whole samples is grown. */
export interface SampledTree {
  /** Which of a full node's children is next; `draw`: the best, or by exp(score). */
  score: Score
  draw: 'max' | 'softmax'
  /** What a finished sample's reward makes of the values above it. */
  rule: Rule
  /** A node of N visits is full at Ck N^alpha samples of the policy, equal ones counted as often as they came. */
  Ck: number
  alpha: number
  /** Most samples, those that end where an earlier one did included. */
  rollouts: number
  /** Most steps of a sample. */
  steps: number
  untilSolved?: boolean
}

/** So many draws in a row that bring nothing, and a place is given up. */
const patience = 3

/**
 * A tree whose every edge is a sample of the policy (progressive widening over samples; the frame of arXiv:2506.20701).
 *
 * 1. From the root through full nodes by `score`; a child with nothing known of it yet is closed.
 * 2. At the first node that is not full: a rollout by the policy to an end. All of it stays in the tree. A draw that came before goes on from where it
 *    led, and counts once more in M: equal samples are merged, and none is lost.
 * 3. The reward of the end, backed up by `rule`. An end reached again by selection is backed up again, for nothing.
 *
 * A rollout that was cut off or broke down says nothing and is not counted; a place where nothing can be drawn is pruned, at the root that is the end.
 */
export async function sampledTree<S, A, Ans>(s: Search<S, A, Ans>, o: SampledTree): Promise<void> {
  const t = s.tree
  const { N, O, M, Q, R } = t
  const fruitless = t.column('fruitless', 0) // draws in a row that brought nothing
  /** Samples drawn at a node; those of which nothing came do not count. */
  const samples = (n: NodeId): number => {
    let sum = 0
    for (let e = t.first(n); e !== -1; e = t.after(e)) if (O[e] > 0 || !Number.isNaN(Q[e])) sum += M[e]
    return sum
  }
  const full = (n: NodeId): boolean => samples(n) >= o.Ck * Math.max(1, N[n]) ** o.alpha
  const open = unless(o.score, e => t.is(e, 'failed') || Number.isNaN(Q[e]))
  const grow = async (n: NodeId): Promise<NodeId[]> => {
    const edges = await s.propose(n, { n: 1, sampling: { grain: 'step' } })
    const nodes = (await s.step(edges)).filter(c => !t.is(c, 'failed'))
    fruitless[n] = nodes.length > 0 ? 0 : fruitless[n] + 1
    if (fruitless[n] < patience || t.children(n).some(c => !t.is(c, 'failed'))) return nodes
    if (n === t.root) s.stop()
    else s.prune(n)
    return nodes
  }
  await s.workers(
    async sim => {
      const from = sim.hold(descend(t, open, sim.random, { go: full, draw: o.draw }))
      const end = t.is(from, 'end') ? from : sim.hold((await rollout(t, from, grow, () => 0, { steps: o.steps })).at(-1) ?? from)
      if (!t.is(end, 'end')) return
      await finish(s, [end], o)
      if (Number.isNaN(R[end])) return
      Q[end] = R[end]
      backup(t, end, R[end], o.rule)
    },
    { times: o.rollouts },
  )
}
