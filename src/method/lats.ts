// LATS: language agent tree search.
import { appraiser, finish, growth, paced, paceKnob, reflection, reflector, rollout } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { backup, descend, uct, unless, withPrior } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Zhou et al. 2024: Monte-Carlo tree search over real transitions, in which one model is policy, value function and critic.
 *
 * 1. Selection by V + w sqrt(ln N(parent) / N); a child never visited goes first, of several the one of the greatest V. What is exhausted is closed.
 * 2. Expansion: n actions sampled, equal ones merged and counted, each of them taken.
 * 3. Evaluation: V = lambda LM + (1 - lambda) SC. LM: the critic's value of the state, after the observation. SC: the share of the n samples that said
 *    this action, counted before merging.
 * 4. Simulation: from there on greedily by V, expanding on the way, to an end or the depth limit.
 * 5. Backpropagation of the end's reward: N += 1, V the mean of the returns.
 * 6. Reflection: a failed end is asked what went wrong; that enters all later prompts, the critic's too.
 * 7. It stops at a reward of 1, or after k trajectories; the answer is the end of the greatest reward.
 *
 * Traps: the first return overwrites the evaluation; `anchor` keeps it as so many returns. A reflection changes what the critic would say, so places
 * that come again are judged anew after it. The published runs stop by the true reward; where it is not to be had, give the frame a judge.
 * The public code differs: sqrt(2 ln N), no SC (lambda 1), value alone for a child never visited, and -1 for a failed end.
 */
export const lats = method({
  id: 'lats',
  version: 1,
  paper: {
    title: 'Language Agent Tree Search Unifies Reasoning, Acting, and Planning in Language Models',
    id: 'arXiv:2310.04406',
    dossier: 'lats',
  },
  knobs: {
    w: { default: 1, min: 0, max: 1000, doc: 'exploration, in units of the reward' },
    n: { default: 5, min: 1, max: 1000, doc: 'actions sampled at a node' },
    k: { default: 50, min: 0, max: 1_000_000, doc: 'most trajectories; 0: until the budget ends' },
    depth: { default: 7, min: 1, max: 10_000, doc: 'depth limit' },
    lambda: { default: 0.5, min: 0, max: 1, doc: "weight of the critic's value against self-consistency" },
    reflections: { default: 4, min: 0, max: 1000, doc: 'most reflections that are kept' },
    cut: { default: 0, min: -1e9, max: 1e9, doc: 'return of a simulation that ended at the depth limit (public code: -1)' },
    first: { default: 'always', choices: ['always', 'value'], doc: 'a child never visited goes before all others, or by its value alone' },
    anchor: { default: 0, min: 0, max: 1e6, doc: 'the evaluation of a node counts as so many returns' },
    widening: { default: 0, min: 0, max: 1, doc: 'a node of N visits is drawn at N^widening times; 0: once' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { anchor: 0, first: 'always' }, robust: { anchor: 1, first: 'value', k: 0 } },
  parts: { reflect: reflection },
  needs: ['policy', 'value', 'reward'],
  async run(s, k, { reflect }) {
    const t = s.tree
    const { M, Q, R, V } = t
    const worth = t.column('worth')
    let appraise = appraiser(s)
    const reflected = reflector(s, { most: k.reflections, ask: reflect })
    const grown = growth(s, { draw: { n: k.n }, widening: k.widening })
    const wants = (n: NodeId) => t.depth(n) < k.depth && grown.wants(n)
    const score = uct(t, { c: k.w, unvisited: e => (k.first === 'always' ? 1e6 : 0) + (Number.isNaN(worth[e]) ? 0 : worth[e]) })
    const open = unless(score, e => grown.spent(e) || (t.depth(e) >= k.depth && t.N[e] > 0))

    const expand = async (n: NodeId): Promise<NodeId[]> => {
      const before = new Map(t.edges(n).map(e => [e, M[e]]))
      const kids = await s.step(await grown.draw(n)) // 2
      await finish(s, kids, k)
      if (k.lambda > 0) await appraise(kids)
      const said = (e: NodeId): number => M[e] - (before.get(e) ?? 0)
      const drawn = t.edges(n).reduce((sum, e) => sum + M[e] - (before.get(e) ?? 0), 0)
      for (const c of kids) worth[c] = Q[c] = (k.lambda > 0 ? k.lambda * V[c] : 0) + ((1 - k.lambda) * said(c)) / drawn // 3
      return kids
    }
    await s.workers(
      paced(s, k.pace, async sim => {
        const leaf = sim.hold(descend(t, open, sim.random, { go: n => !wants(n) })) // 1
        const path = await rollout(
          t,
          leaf,
          n => (wants(n) ? expand(sim.hold(n)) : Promise.resolve([])),
          n => worth[n],
          {
            steps: Math.max(0, k.depth - t.depth(leaf)),
          },
        ) // 4
        const end = sim.hold(path.at(-1) ?? leaf)
        const over = t.is(end, 'end')
        const r = over ? R[end] : t.depth(end) >= k.depth ? k.cut : Number.NaN
        backup(t, end, r, withPrior(worth, { visits: k.anchor })) // 5
        if (over && (await reflected(end))) appraise = appraiser(s) // 6
      }),
      k.k > 0 ? { times: k.k } : {},
    )
  },
})
