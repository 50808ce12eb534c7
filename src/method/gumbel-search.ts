// Gumbel search: sequential halving at the root over actions drawn without replacement, an improved policy below.
import { appraiser, dive, finish, growth } from '../compose/index.ts'
import type { Drawing, EdgeId, NodeId } from '../contract/index.ts'
import { argmax, backup, completed, gumbelInterior, mean, sequentialHalving, top } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Danihelka et al. 2022, "Policy improvement by planning with Gumbel".
 *
 * 1. At the place to move from: logits are the logarithms of the policy's priors; one Gumbel variable g for each action.
 * 2. The m actions of greatest g + logit: a draw of m without replacement.
 * 3. Sequential halving: n simulations in phases; after each the half of greatest g + logit + sigma(q) goes on.
 * 4. Below, selection is deterministic: greatest pi'(a) - N(a) / (1 + sum N), pi' = softmax(logits + sigma(completed q)).
 * 5. The action of greatest g + logit + sigma(q) is taken, and the search goes on from there, until an end. All in one tree; nothing is thrown away.
 *
 * Traps: g is drawn once for a place and pass, not for each simulation. Values must lie in [0, 1], or `rescale`. With few simulations the prior decides
 * most; from one list of distinct actions all priors are equal, and only g and q speak. In a game set `moves` to 1: the first action is the answer.
 */
export const gumbelSearch = method({
  id: 'gumbel-search',
  version: 1,
  paper: { title: 'Policy improvement by planning with Gumbel', id: 'OpenReview bERaNdoegnO' },
  knobs: {
    n: { default: 16, min: 1, max: 1_000_000, doc: 'simulations for each move' },
    m: { default: 16, min: 1, max: 10_000, doc: 'actions considered at a place' },
    cVisit: { default: 50, min: 0, max: 1e6, doc: 'c_visit' },
    cScale: { default: 1, min: 0, max: 1e6, doc: 'c_scale' },
    rescale: { default: true, doc: 'Q scaled to the range of the siblings' },
    how: {
      default: 'distinct',
      choices: ['distinct', 'iid', 'all'],
      doc: 'actions listed by one call, sampled, or enumerated by the world',
    },
    width: { default: 8, min: 1, max: 1000, doc: 'actions drawn at a node' },
    moves: { default: 0, min: 0, max: 10_000, doc: 'most actions taken in a pass; 0: until an end' },
    passes: {
      default: 1,
      min: 0,
      max: 1_000_000,
      doc: 'how often to begin again at the root, with what is known; 0: until the budget ends',
    },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { passes: 1 }, robust: { passes: 0, n: 8, m: 8 } },
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    const scale = { cVisit: k.cVisit, cScale: k.cScale, rescale: k.rescale }
    const grown = growth(s, { draw: { n: k.width, how: k.how as Drawing }, widening: k.passes === 1 ? 0 : 1e-9 })
    const below = gumbelInterior(t, scale) // 4

    const halve = async (at: NodeId, pass: number): Promise<EdgeId | undefined> => {
      if (grown.wants(at) || (pass > 0 && !t.is(at, 'end'))) await grown.draw(at)
      const g = new Map(t.edges(at).map(e => [e, s.at(e).random('gumbel', pass).gumbel()])) // 1
      const worth = (known: boolean) => {
        const { edges, sigma, logits } = completed(t, at, scale)
        const of = new Map(edges.map((e, i) => [e, (g.get(e) ?? Number.NaN) + logits[i] + (known ? sigma[i] : 0)]))
        return (e: EdgeId) => of.get(e) ?? Number.NaN
      }
      let considered = top(
        t.edges(at).filter(e => !grown.spent(e)),
        k.m,
        worth(false),
      ) // 2
      for (const { width, visits } of sequentialHalving(considered.length, k.n)) {
        // 3
        considered = top(considered, width, worth(true))
        const base = new Map(considered.map(e => [e, t.N[e]]))
        const due = (e: EdgeId) => (grown.spent(e) ? Number.NaN : -Math.min(visits, t.N[e] + t.O[e] - base.get(e)!))
        await s.workers(
          async sim => {
            const through = argmax(considered, e => (due(e) > -visits ? due(e) : Number.NaN))
            const n = await dive(s, sim, below, grown, { through: sim.hold(through) })
            await finish(s, [n], k)
            await appraise([n])
            backup(t, n, t.V[n], mean)
          },
          { times: considered.length * visits },
        )
      }
      return argmax(considered, worth(true)) // 5
    }

    for (let pass = 0; pass < (k.passes || Infinity); pass++) {
      const had = t.size
      let at: NodeId = t.root
      for (let move = 0; move < (k.moves || Infinity) && !t.is(at, 'end'); move++) {
        const best = await halve(at, pass)
        const [next] = best === undefined ? [] : await s.step([best])
        if (next === undefined) break
        at = next
      }
      if (t.size === had) return
    }
  },
  answer: (t, k) =>
    (k.moves === 1 ? argmax(t.children(t.root), n => t.N[n]) : (argmax(t.answers(), n => t.R[n]) ?? t.answers()[0])) ?? null,
})
