// Step-level beam search by a value of unfinished solutions.
import { appraiser, distinctStates, finish } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { top } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Beam search against a process reward model (Snell et al. 2024, section 5.2):
 *
 * 1. Sample b1 * b2 first steps.
 * 2. Value every new state: the reward still to be had from it.
 * 3. Keep the b1 best; the others are dropped for good.
 * 4. Sample b2 next steps from each kept one, and go on from 2, until the beam is empty or after `rounds` levels.
 * 5. Answer with the best of the finished ones by their reward.
 *
 * Traps: equal draws are one node and equal states one slot, or the beam fills with copies of one thought. A finished solution gives its slot back,
 * so it does not crowd out what is still open. The beam is myopic: what it drops at a level cannot come back, and with a noisy value a wider beam
 * helps less than its price. The published search is one pass; `passes` above 1 samples the same places anew with what is left of the budget.
 */
export const stepBeam = method({
  id: 'step-beam',
  version: 1,
  paper: { title: 'Scaling LLM Test-Time Compute Optimally can be More Effective than Scaling Model Parameters', id: 'arXiv:2408.03314' },
  knobs: {
    b1: { default: 4, min: 1, max: 1000, doc: 'states kept at a level (the paper: N / M)' },
    b2: { default: 4, min: 1, max: 1000, doc: 'steps sampled from each kept state (the paper: M = 4)' },
    rounds: { default: 40, min: 1, max: 10_000, doc: 'most levels' },
    passes: { default: 1, min: 0, max: 10_000, doc: 'how often the whole search is made, over one tree; 0: until the budget ends' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: finish the pass' },
  },
  presets: { published: { passes: 1, untilSolved: false }, robust: { b1: 2, passes: 0 } },
  promises: ['orderFree'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    const grow = async (n: NodeId, draws: number) => {
      const kids = await s.expand(n, { n: draws })
      await finish(s, kids, k)
      return kids
    }
    for (let pass = 0; pass < (k.passes || Infinity); pass++) {
      let beam: NodeId[] = [t.root]
      let drawn = 0
      for (let d = 0; d < k.rounds && beam.length > 0; d++) {
        const pool = (await Promise.all(beam.map(n => grow(n, d === 0 ? k.b1 * k.b2 : k.b2)))).flat()
        drawn += pool.length
        const fresh = distinctStates(s, pool)
        await appraise(fresh)
        beam = top(fresh, k.b1, n => t.V[n])
      }
      if (drawn === 0) return
    }
  },
})
