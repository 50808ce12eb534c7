// Rewards that ask nobody: from what the policy wrote and from the answers there are. They cost nothing, and none of them is a proof.
import type { Reward } from '../contract/index.ts'
import { certainty, meanLogprob } from '../kernel/certainty.ts'
import { canonical } from '../kernel/hash.ts'

/** The greatest of the known ones; NaN: none is known. */
const best = (xs: readonly number[]): number => xs.reduce((a, x) => (x > a || Number.isNaN(a) ? x : a), Number.NaN)

/**
 * Self-certainty (arXiv:2502.18581, eq. 8): mean over a draw's tokens of KL(uniform || p); of a place's draws the greatest. In nats, from 0 up; comparable
 * only for one model and one task. Unknown (NaN) where the model gave no laws: draw with `logprobs`. Repetition loops have great certainty.
 */
export const selfCertainty = (): Reward => ({
  id: 'certainty',
  async reward(at, outcome) {
    if (outcome?.failed) return { value: 0 }
    return { value: best(at.draws.map(certainty)) }
  },
})

/** exp of the mean log-probability of a draw's tokens, in [0, 1]; of a place's draws the greatest. Unknown (NaN) without log-probabilities. */
export const likelihood = (): Reward => ({
  id: 'likelihood',
  async reward(at, outcome) {
    if (outcome?.failed) return { value: 0 }
    return { value: Math.exp(best(at.draws.map(d => meanLogprob(d)))) }
  },
})

/**
 * How many other answers in the tree so far agree with this one, as others / (others + 1): 0 alone, 0.5 with one other, towards 1. Not the share: that of
 * the first answer would be 1 for ever, while a number only grows, so that the greatest reward is the most frequent answer's. It is what was known when the
 * reward was asked for; to decide between answers at the end, vote. The share at that time is in `parts`.
 */
export const votes = (): Reward => ({
  id: 'votes',
  async reward(at, outcome) {
    if (outcome === null) return { value: Number.NaN }
    if (outcome.failed) return { value: 0 }
    const key = outcome.key ?? canonical(outcome.answer)
    const all = at.answers.filter(x => !x.failed)
    const agreeing = all.filter(x => (x.key ?? canonical(x.answer)) === key).length
    const others = Math.max(0, agreeing - 1)
    return { value: others / (others + 1), parts: { agreeing, answers: all.length, share: all.length === 0 ? 1 : agreeing / all.length } }
  },
})
