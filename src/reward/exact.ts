import type { Reward } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'

/**
 * The world's own rule, as a proof: 1 for a right answer, 0 for a wrong one, or what the rule says in between. Unknown (NaN) while there is no answer.
 * A state that ended without one is worth 0.
 */
export const exact = (world: { readonly id: string }): Reward => ({
  id: 'exact',
  verifies: true,
  async reward(_at, outcome) {
    if (outcome === null) return { value: Number.NaN, verified: false }
    const said = outcome.feedback === undefined ? {} : { feedback: outcome.feedback }
    if (outcome.reward !== undefined) return { value: outcome.reward, verified: true, ...said }
    if (outcome.failed) return { value: 0, verified: true, ...said }
    throw new Failure(
      'usage',
      `world ${world.id} has no rule that rewards an answer`,
      'take --reward critic, judge, votes or verify:COMMAND',
    )
  },
})
