// Step-level beam search by a value of unfinished solutions.
import { appraiser, beam } from '../compose/index.ts'
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
  promises: ['orderFree', 'anytime'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const appraise = appraiser(s)
    for (let pass = 0; pass < (k.passes || Infinity); pass++)
      if ((await beam(s, { ...k, judge: appraise, score: n => s.tree.V[n] })) === 0) return
  },
})
