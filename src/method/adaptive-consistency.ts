// Adaptive-consistency: vote, and stop as soon as the majority is settled.
import { attempts, ballots, tally } from '../compose/index.ts'
import { type MajorityRule, majorityStays, vote, votesToSettle } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Aggarwal et al. 2023, "Let's Sample Step by Step".
 *
 * 1. Sample attempts.
 * 2. After each: the posterior probability that the leading answer stays the majority, from a uniform prior: Beta over the first two answers
 *    (eq. 2), or Dirichlet over all (eq. 1).
 * 3. Stop once it is above the threshold, or after maxSamples; answer with the majority.
 *
 * The paper samples one by one. With `window` 0 as many are drawn at once as the decision needs at the least, so that nothing is drawn in vain, and
 * the tree does not depend on concurrency; above 0 so many are kept in flight, and what is in flight at the decision is cancelled: quicker, and some
 * of it may be paid.
 *
 * Traps: answers must be brought to one form by the world, as for self-consistency. The model can be sure and wrong: the threshold is about the
 * majority, not about truth. Where few samples agree (whole expressions) it saves nothing.
 */
export const adaptiveConsistency = method({
  id: 'adaptive-consistency',
  version: 1,
  paper: { title: "Let's Sample Step by Step: Adaptive-Consistency for Efficient Reasoning and Coding with LLMs", id: 'arXiv:2305.11860' },
  knobs: {
    threshold: { default: 0.95, min: 0.5, max: 1, doc: 'stop when the majority is so sure to stay (C_thresh)' },
    maxSamples: { default: 40, min: 1, max: 100_000, doc: 'most attempts (k)' },
    stopping: { default: 'beta', choices: ['beta', 'dirichlet'], doc: 'posterior over the first two answers, or over all' },
    window: { default: 0, min: 0, max: 10_000, doc: 'attempts kept in flight; 0: in rounds, as many as the decision needs at the least' },
    temperature: { default: 0.7, min: 0, max: 2, doc: 'of the attempts' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where attempts are made of steps' },
  },
  promises: [],
  needs: ['policy'],
  async run(s, k) {
    const rule = k.stopping as MajorityRule
    const draw = { steps: k.steps, sampling: { temperature: k.temperature }, reward: false }
    const votes = () => tally(ballots(s.tree))
    const settled = () => majorityStays(votes(), rule) >= k.threshold
    if (k.window > 0) {
      const one = async () => {
        await attempts(s, 1, draw)
        if (settled()) s.stop({ inFlight: 'cancel' })
      }
      return s.workers(one, { times: k.maxSamples, slots: k.window })
    }
    for (let asked = 0; asked < k.maxSamples && !settled(); ) {
      const least = Math.max(1, votesToSettle(votes(), k.threshold, rule))
      const n = Math.min(least, k.maxSamples - asked)
      await attempts(s, n, draw)
      asked += n
    }
  },
  answer: t => vote(ballots(t), { mode: 'majority' }),
})
