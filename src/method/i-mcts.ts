// I-MCTS: children are written one after another by a model that looks back at the runs of their parent; a cheap judgement stands in until real runs exist.
import { complete } from '../compose/index.ts'
import type { EdgeId, NodeId } from '../contract/index.ts'
import { argmax, backup, chosenBy, mean, terms } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Liang et al. 2025, over the experimenter of SELA. A node changes one stage of a plan; what it leaves open is filled in by whoever completes it.
 *
 * 1. The root's plan is run first.
 * 2. Introspective expansion of a node that was run: `children` proposals one after another, each told the siblings so far and how the newest run here went.
 * 3. Before any run, the critic rates each child's plan: llm = V.
 * 4. Hybrid score of a child with n runs and mean return V/n: n > 0: Q = w llm + (1 - w) V/n, w = cV / (n + cV); n = 0: Q = llm, and n counts as cV.
 *    U = Q + c sqrt(ln(N(parent)) / n).
 * 5. Selection is global: the node of greatest U, wherever it stands. One that was run is expanded first.
 * 6. Simulation: from there to the child of greatest llm, down to a leaf; its plan is completed and run. A run that failed returns 0.
 * 7. Backup: to every node up to the root; what the run said goes with it.
 * 8. The answer is the run of best reward.
 *
 * Traps: c = 2 drowns the judge where scores lie close together: the bonus of an unvisited child has cV below the root; `robust` has it below the spread.
 * The judge's marks and the rewards must be on one scale. Nodes of all depths compete, each with its own parent's count. A finished node is run once,
 * unless `again` (runs with noise). Reward and report on different data.
 */
export const iMcts = method({
  id: 'i-mcts',
  version: 1,
  paper: { title: 'I-MCTS: Enhancing Agentic AutoML via Introspective Monte Carlo Tree Search', id: 'arXiv:2502.14693', dossier: 'i-mcts' },
  slot: 'search',
  knobs: {
    rollouts: { default: 5, min: 0, max: 10_000_000, doc: 'runs, that of the root included; 0: until the budget ends' },
    children: { default: 5, min: 1, max: 1000, doc: 'proposals of an expansion' },
    c: { default: 2, min: 0, max: 1000, doc: 'exploration, in units of the reward' },
    cV: { default: 0.2, min: 1e-6, max: 1e6, doc: 'runs that the judgement of a plan is worth' },
    retries: { default: 3, min: 1, max: 100, doc: 'how often a proposal is asked for that the world can take' },
    judged: { default: true, doc: 'false: no judgement of plans; unvisited ones come first' },
    introspect: { default: true, doc: 'false: proposals are drawn independently, and not told of runs or siblings' },
    again: { default: false, doc: 'finished nodes may be run again: for rewards with noise' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of a run, where it is made of steps' },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { untilSolved: false }, robust: { c: 0.05, rollouts: 0 } },
  needs: ['policy', 'value', 'reward'],
  async run(s, k) {
    const t = s.tree
    const { N, O, V, W } = t
    const best = t.column('best')
    const told = new Map<NodeId, string>() // what the newest run at or below a node said
    const exploit = (n: EdgeId): number => {
      const llm = k.judged && !Number.isNaN(V[n]) ? V[n] : N[n] > 0 ? W[n] / N[n] : k.judged ? 0.5 : 1e6
      const w = k.judged ? k.cV / (N[n] + k.cV) : 0
      return N[n] > 0 ? w * llm + (1 - w) * (W[n] / N[n]) : llm // 4
    }
    const explore = (n: EdgeId, p: NodeId): number => {
      const runs = N[n] + O[n] > 0 ? N[n] + O[n] : k.cV
      return k.c * Math.sqrt(Math.max(0, Math.log(N[p] + O[p] + 1e-6)) / runs)
    }
    const hybrid = terms(t, { exploit, explore })
    chosenBy(t, hybrid)
    const closed = (n: NodeId): boolean =>
      t.is(n, 'failed') ||
      (t.is(n, 'end') ? O[n] > 0 || (N[n] > 0 && !k.again) : (t.is(n, 'closed') && !k.again) || (O[n] > 0 && t.first(n) === -1))
    const expand = async (n: NodeId): Promise<NodeId[]> => {
      const hint = told.get(n)
      const kids = await s.expand(n, {
        n: k.children,
        how: k.introspect ? 'sequential' : 'iid',
        tries: k.retries,
        ...(hint === undefined || !k.introspect ? {} : { hint }),
      }) // 2
      if (k.judged) await s.value(kids.filter(c => Number.isNaN(V[c]))) // 3
      if (kids.length === 0) n === t.root ? s.stop() : s.prune(n)
      return kids
    }
    const simulate = async (from: NodeId): Promise<void> => {
      const end = await complete(s, from, { steps: k.steps })
      if (end !== undefined) {
        const [a] = await s.reward([end])
        const r = t.is(end, 'failed') ? 0 : a.value
        if (!(r <= best[end])) best[end] = r
        if (k.untilSolved && t.is(end, 'solved')) return s.stop()
        if (a.feedback !== undefined) for (const m of t.path(from)) told.set(m, a.feedback)
        backup(t, from, r, mean) // 7
      }
      if (N[from] === 0 && from !== t.root) s.prune(from)
    }
    const run = async (sim: { hold(n: NodeId): NodeId }, n: NodeId): Promise<void> => {
      for (let kids = t.children(n); kids.length > 0; kids = t.children(n)) {
        const next = argmax(
          kids.filter(c => !closed(c)),
          c => (Number.isNaN(V[c]) ? 0 : V[c]),
        )
        if (next === undefined) break
        n = next // 6
      }
      await simulate(sim.hold(n))
    }
    await simulate(t.root) // 1
    const seeds = await expand(t.root)
    if (seeds.length === 0) return
    const left = Math.max(0, k.rollouts - 1)
    await s.workers(
      async sim => {
        const all = t.nodes().filter(n => n !== t.root && !closed(n))
        const n = sim.hold(argmax(all, x => hybrid(x, t.parent(x)!), sim.random)) // 5
        if (N[n] > 0 && t.first(n) === -1 && !t.is(n, 'end') && (await expand(n)).length === 0) return
        await run(sim, n)
      },
      k.rollouts > 0 ? { times: left } : {},
    )
  },
  answer: t => argmax(t.answers(), n => t.column('best')[n]) ?? argmax(t.answers(), n => t.R[n]) ?? null, // 8
})
