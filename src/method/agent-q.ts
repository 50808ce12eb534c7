// Agent Q, the search: Monte-Carlo tree search over real actions with a critic that ranks them.
import { dive, finish, growth, paced, paceKnob, rankByElimination, rollout } from '../compose/index.ts'
import type { EdgeId, NodeId } from '../contract/index.ts'
import { backup, type Score, withPrior } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Putta et al. 2024, the search half (its pairs for preference learning are read off this tree).
 *
 * 1. Expansion: K actions sampled. The critic, the same model under another prompt, picks the most useful one, then of the rest the most useful one, until
 *    all are ranked: Qhat = 1 / rank.
 * 2. Selection: the action of the greatest Q + c sqrt(ln N(h) / (1 + N(h'))), with Q = alpha Qtilde + (1 - alpha) Qhat. Actions not yet taken have
 *    Qtilde 0, the same as failed ones; what tells them apart is the critic.
 * 3. Rollout: the action is taken, then the policy acts until success, an end, or the step limit.
 * 4. Backup: Qtilde is the mean of the returns, 1 for success and 0 otherwise.
 *
 * Traps: each iteration goes its way from the start, by reset and replay where the world needs it; a place that has drifted is left. Actions that the
 * world marks as destructive are never taken. Ranking costs K - 1 calls at a node, K where the critic reads tokens. Unverified: the paper's c, iterations and map from rank to score.
 */
export const agentQ = method({
  id: 'agent-q',
  version: 2,
  slot: 'agent',
  paper: {
    title: 'Agent Q: Advanced Reasoning and Learning for Autonomous AI Agents',
    id: 'arXiv:2408.07199',
    dossier: 'agent-q',
  },
  knobs: {
    K: { default: 5, min: 1, max: 1000, doc: 'actions sampled at a state' },
    alpha: { default: 0.5, min: 0, max: 1, doc: 'weight of the empirical value against the rank by the critic' },
    c: { default: 1, min: 0, max: 1000, doc: 'exploration, in units of the return' },
    iterations: { default: 0, min: 0, max: 10_000_000, doc: 'most iterations; 0: until the budget ends' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an episode' },
    widening: { default: 0, min: 0, max: 1, doc: 'a state of N visits is sampled at N^widening times; 0: once' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { alpha: 0.5 } },
  parts: { rank: rankByElimination },
  needs: ['policy', 'reward'],
  async run(s, k, { rank }) {
    const t = s.tree
    const { F, N, O, Q, R } = t
    const draws = growth(s, { draw: { n: k.K, tries: 3 }, widening: k.widening })
    const grown = {
      ...draws,
      async draw(n: NodeId): Promise<EdgeId[]> {
        const fresh = await draws.draw(n)
        await rank(s, fresh) // 1
        for (const e of fresh) Q[e] = (1 - k.alpha) * (Number.isNaN(F[e]) ? 0 : F[e])
        return fresh
      },
      spent: (e: EdgeId): boolean => draws.spent(e) || forbidden(e),
    }
    const score: Score = (e, p) => Q[e] + k.c * Math.sqrt(Math.log(Math.max(1, N[p] + O[p])) / (1 + N[e] + O[e])) // 2
    const ahead = async (n: NodeId): Promise<NodeId[]> => {
      const edges = await s.propose(n, { n: 1, tries: 3, aside: true })
      return s.step(edges.filter(e => !forbidden(e)))
    }
    await s.workers(
      paced(s, k.pace, async sim => {
        const n = await dive(s, sim, score, grown)
        const end = (await rollout(t, n, ahead, () => 0, { steps: k.steps - t.depth(n) })).at(-1) ?? n // 3
        await finish(s, [end], k)
        const r = t.is(end, 'end') ? R[end] : 0
        backup(t, n, r, withPrior(F, { share: 1 - k.alpha })) // 4
      }),
      k.iterations > 0 ? { times: k.iterations } : {},
    )
    function forbidden(e: EdgeId): boolean {
      return s.world.effect?.(t.action(e), t.state(t.parent(e) as NodeId)) === 'destructive'
    }
  },
})
