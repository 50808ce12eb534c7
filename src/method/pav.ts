// PAV: a beam led by progress under a prover, not by promise alone.
import { appraiser, beam } from '../compose/index.ts'
import type { NodeId, Value } from '../contract/index.ts'
import { bestOfK, effectiveReward } from '../reward/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Setlur et al. 2024, "Rewarding Progress". A step is judged by the change it makes to the chance of success, as another policy, the prover, would have it.
 *
 * 1. Q(s, a): the critic's value of the state after the step, as the chance that the searched policy succeeds from there.
 * 2. A(s, a) = the prover's value after the step less its value before. Prover: best-of-K of the same policy, 1 - (1 - Q)^K, in closed form and for
 *    nothing; or a critic of its own, the part `prover`, at a price of its own.
 * 3. Beam search by the effective reward Q + alpha A: keep B, draw C next steps from each.
 * 4. Answer with the best of what ended by its reward: Q again, not a sum of advantages.
 *
 * Traps: what is gained is signal over noise: with exact values the order among the children of one node does not change, only that between nodes. A
 * best-of-K prover magnifies what the critic gets wrong at low values by about K. Too weak a prover finds every step hopeless, too strong a one every
 * step fine. A alone, without Q, rewards climbing out of a pit one dug.
 */
export const pav = method({
  id: 'pav',
  version: 1,
  slot: 'reward',
  paper: {
    title: 'Rewarding Progress: Scaling Automated Process Verifiers for LLM Reasoning',
    id: 'arXiv:2410.08146',
    dossier: 'pav',
  },
  knobs: {
    B: { default: 4, min: 1, max: 1000, doc: 'states kept at a level (the paper: up to 128)' },
    C: { default: 3, min: 1, max: 1000, doc: 'steps drawn from each' },
    alpha: { default: 0.5, min: 0, max: 1000, doc: "weight of the prover's advantage" },
    K: { default: 4, min: 1, max: 1000, doc: 'prover: best of K of the searched policy; not used where a prover is given' },
    rounds: { default: 40, min: 1, max: 10_000, doc: 'most levels' },
    passes: { default: 1, min: 0, max: 10_000, doc: 'how often the whole search is made, over one tree; 0: until the budget ends' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: finish the pass' },
  },
  presets: { published: { untilSolved: false }, robust: { B: 2, C: 4, passes: 0 } },
  parts: {
    /** A critic of another policy, where the prover is not best-of-K. */
    prover: null as Value | null,
  },
  promises: ['orderFree', 'anytime'],
  needs: ['policy', 'value'],
  async run(s, k, { prover }) {
    const t = s.tree
    const appraise = appraiser(s)
    const proven = t.column('prover')
    const effective = t.column('effective')
    const judge = async (nodes: readonly NodeId[]) => {
      await appraise(nodes) // 1
      const due = nodes.filter(n => Number.isNaN(proven[n]))
      if (prover !== null) await s.value(due, { by: prover, into: proven })
      else for (const n of due) proven[n] = bestOfK(t.V[n], k.K)
      for (const n of nodes) {
        const parent = t.parent(n)
        if (parent !== null) effective[n] = effectiveReward({ q: t.V[n], prover: proven[n], before: proven[parent] }, k.alpha) // 2
      }
    }
    await judge([t.root])
    for (let pass = 0; pass < (k.passes || Infinity); pass++)
      if ((await beam(s, { ...k, b1: k.B, b2: k.C, judge, score: n => effective[n] })) === 0) return // 3
  },
})
