// Self-consistency: sample many solutions, answer with what most of them say.

import { attemptRounds, ballots, writtenBallots } from '../compose/index.ts'
import type { Tree } from '../contract/index.ts'
import { type Ballot, meanLogprob, vote } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Wang et al. 2022. The reasoning paths are marginalised out: only final answers are compared, equal where the world says so (the outcome's key, else JSON).
 *
 * 1. Sample n attempts at a temperature (the paper: 40, at 0.5 to 0.7).
 * 2. Majority over their answers; the weighted variants sum a weight instead of counting: the mean token probability of the attempt
 *    (`probability`, the paper's normalised weighted sum, table 1) or the frame's reward (`reward`).
 *
 * Traps: answers that are texts must be brought to one form by the world, or every one is its own group. Where answers are whole expressions
 * (Game of 24) few agree, and a vote is little more than a draw. `probability` needs log-probabilities; attempts without them weigh nothing.
 * No attempt is rewarded, unless votes weigh their reward.
 */
export const selfConsistency = method({
  id: 'self-consistency',
  version: 1,
  paper: { title: 'Self-Consistency Improves Chain of Thought Reasoning in Language Models', id: 'arXiv:2203.11171' },
  knobs: {
    n: { default: 40, min: 0, max: 100_000, doc: 'attempts; 0: as many as the budget covers (40 where it limits nothing that they use)' },
    weights: { default: 'none', choices: ['none', 'probability', 'reward'], doc: 'what a vote weighs' },
    temperature: { default: 0.7, min: 0, max: 2, doc: 'of the attempts' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where attempts are made of steps' },
  },
  promises: ['orderFree', 'anytime', 'unbiased'],
  needs: ['policy'],
  async run(s, k) {
    const sampling = { temperature: k.temperature, ...(k.weights === 'probability' ? { logprobs: true } : {}) }
    await attemptRounds(s, { n: k.n, unlimited: 40, steps: k.steps, sampling, reward: k.weights === 'reward' })
  },
  answer: (t, k) => elect(t, k.weights),
})

/** One ballot for each attempt: an end that m attempts reached has m. */
function elect<Ans>(t: Tree<any, any, Ans>, weights: string) {
  const weigh: Record<string, () => Ballot<Ans>[]> = {
    probability: () => writtenBallots(t, d => Math.exp(meanLogprob(d))),
    reward: () => ballots(t, n => t.R[n]),
    none: () => ballots(t),
  }
  return vote(weigh[weights](), { mode: weights === 'none' ? 'majority' : 'weighted' })
}
