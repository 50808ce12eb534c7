// Particle Gibbs, and parallel tempering: particle filters around a kept path, one after the other.
import { logit, particles } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'
import { filterKnobs, note, weightiest } from './particle-its.ts'

/**
 * Puri et al. 2025, around the particle filter:
 *
 * 1. First iteration: a particle filter. Pick a reference path from its final particles by their weights.
 * 2. Each further iteration: N - 1 fresh particles and the reference. At every step the reference's prefix takes part in the weights and may be forked,
 *    but its own slot is never overwritten (conditional SMC). Pick the next reference from the final particles.
 * 3. Several chains at temperatures T_1 > T_2 > ...: after each iteration neighbours exchange their references with probability
 *    min(1, exp((w(x_k+1) - w(x_k)) (1 / T_k - 1 / T_k+1))), w the logit of the value (parallel tempering).
 * 4. The finals of all iterations and chains are pooled for the answer.
 *
 * Traps: the reference's slot must also be a possible ancestor. Chains take turns, so that what they draw at the nodes they share does not depend on
 * concurrency. In the paper more particles beat more iterations at equal cost, and tempering helps with large budgets.
 */
export const particleItsGibbs = method({
  id: 'particle-its-gibbs',
  version: 1,
  paper: {
    title: 'A Probabilistic Inference Approach to Inference-Time Scaling of LLMs using Particle-Based Monte Carlo Methods',
    id: 'arXiv:2502.01618',
    dossier: 'particle-its',
  },
  knobs: {
    ...filterKnobs,
    N: { ...filterKnobs.N, default: 8 },
    T: { default: [1], doc: 'temperature of each chain, in logits; one chain: particle Gibbs, several, falling: parallel tempering' },
    iterations: { default: 4, min: 0, max: 10_000, doc: 'of each chain; 0: until the budget ends' },
  },
  presets: { published: { untilSolved: false }, tempering: { T: [2, 1.4, 1] } },
  promises: ['orderFree', 'anytime'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    if (k.T.length === 0 || k.T.some(T => !(T > 0)))
      throw new Failure(
        'usage',
        `particle-its-gibbs: expected temperatures above 0, one a chain, found ${JSON.stringify(k.T)}`,
        'as in T=[2,1.4,1]',
      )
    const w = (path: readonly NodeId[]) => logit(t.V[path[path.length - 1]], k.clip)
    const references: NodeId[][] = []
    for (let it = 0; it < (k.iterations || Infinity); it++) {
      let moved = 0
      for (const [c, T] of k.T.entries()) {
        const reference = references[c] === undefined ? {} : { reference: references[c] }
        const p = await particles(s, {
          ...k,
          ...reference,
          n: k.N,
          temperature: () => T,
          rule: k.resample as 'multinomial',
          key: [it, c],
        }) // 1, 2
        note(t, p, p.evidence)
        moved += p.moved
        const at = s.random('reference', it, c).weighted(p.weights)
        if (at >= 0) references[c] = t.path(p.nodes[at])
      }
      if (moved === 0) return
      for (let c = 0; c + 1 < references.length; c++) {
        const [hot, cold] = [references[c], references[c + 1]]
        if (hot === undefined || cold === undefined) continue
        const accept = Math.exp((w(cold) - w(hot)) * (1 / k.T[c] - 1 / k.T[c + 1]))
        if (s.random('exchange', it, c).next() < accept) [references[c], references[c + 1]] = [cold, hot] // 3
      }
    }
  },
  answer: (t, k) => weightiest(t, k.choose), // 4
})
