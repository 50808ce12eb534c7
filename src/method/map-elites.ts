// MAP-Elites: a map of the best solution of every kind.
import { behaviour, type Varied, variation } from '../compose/index.ts'
import type { NodeId, Policy } from '../contract/index.ts'
import { Elites } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/** So many variations in a row that brought no new answer, and there will be no more. */
const patience = 100

/**
 * Mouret and Clune 2015. Every solution is a node, its parents are its lineage, and the map is an index over nodes.
 *
 * 1. Features b(x): what a solution does; performance f(x): its reward.
 * 2. G solutions at random, each placed (rule 4).
 * 3. An occupied cell drawn evenly, varied (with `crossover`, together with a second one).
 * 4. Placed where its cell is empty or holds a worse one; of equals the elder stays, or (`ties: replace`) the younger.
 * 5. So on to the end of the budget; the whole map is the result, the answer its best.
 *
 * Traps: cells are drawn, not solutions. Features must not be functions of f. A noisy f keeps a lucky elite for good: with `reevaluate` the holder is
 * judged again whenever it is challenged, and its reward is the mean of all its judgements.
 * The world's `design` gives features and operators; in others (see `variation`, `behaviour`) answers are rewritten or grown anew by the policy.
 */
export const mapElites = method({
  id: 'map-elites',
  version: 1,
  paper: { title: 'Illuminating search spaces by mapping elites', id: 'arXiv:1504.04909', dossier: 'map-elites' },
  slot: 'search',
  knobs: {
    G: { default: 100, min: 1, max: 1_000_000, doc: 'solutions made at random before any is varied' },
    share: { default: 0.25, min: 0, max: 1, doc: 'the first G end where so much of the budget is gone; 1: all G' },
    evaluations: { default: 0, min: 0, max: 100_000_000, doc: 'most solutions in all, the first G included; 0: until the budget ends' },
    bins: { default: 0, min: 0, max: 100_000, doc: 'bins of every feature; 0: as many as the world says' },
    crossover: { default: false, doc: 'a second elite, drawn evenly too, is crossed with the first' },
    scale: { default: 1, min: 0, max: 1000, doc: "mutation scale, in units of the operator's own" },
    ties: { default: 'keep', choices: ['keep', 'replace'], doc: 'of equal performance: the elder stays, or the younger takes its cell' },
    reevaluate: { default: false, doc: 'judge the holder of a cell again when it is challenged: for rewards that differ each time' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where solutions are made of steps' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: fill the map' },
  },
  presets: { published: { untilSolved: false, share: 1 } },
  parts: {
    create: undefined as Policy<any, any, Varied> | undefined,
    vary: undefined as Policy<any, any, Varied> | undefined,
    /** Instead of the features' cell: equal texts, equal cell; null: no place for it. */
    cell: undefined as ((state: any) => string | null) | undefined,
  },
  needs: ['policy', 'reward'],
  async run(s, k, { create, vary, cell }) {
    const t = s.tree
    const { R } = t
    const bred = variation(s, { create, vary, steps: k.steps, untilSolved: k.untilSolved })
    const kind = behaviour(s, { bins: k.bins })
    const map = new Elites<NodeId>({
      cell: n => (cell === undefined ? kind.cell(n) : cell(t.state(n))), // 1
      better: (n, held) => R[n] > R[held] || (k.ties === 'replace' && R[n] === R[held]),
    })
    const judgements = t.column('judgements', 0)
    const again = async (n: NodeId) => {
      const [mean, count] = [R[n], Math.max(1, judgements[n])]
      await s.reward([n])
      R[n] = Number.isNaN(R[n]) ? mean : (mean * count + R[n]) / (count + 1)
      judgements[n] = count + 1
    }
    const place = async (ns: readonly NodeId[]) => {
      for (const n of ns) {
        if (Number.isNaN(R[n]) || t.is(n, 'failed')) continue
        const rival = map.rival(n)
        if (k.reevaluate && rival !== undefined && rival !== n && R[n] >= R[rival]) await again(rival)
        map.admit(n) // 4
      }
    }
    const left = k.evaluations > 0 ? k.evaluations - k.G : Infinity
    await place(await bred.create(Math.min(k.G, k.G + left), s.random('create'), k.share)) // 2
    if (left > 0)
      await s.workers(
        async sim => {
          const elites = map.all()
          const first = sim.hold(elites.length > 0 ? sim.random.pick(elites) : null) // 3
          const parents = k.crossover ? [first, sim.random.pick(elites)] : [first]
          await place(await bred.vary(parents, sim.random, k.scale))
          if (bred.fruitless >= patience) s.stop()
        },
        left < Infinity ? { times: left } : {},
      )
  },
})
