import type { Answer, NodeId, Tree } from '../contract/index.ts'
import { vote } from '../kernel/index.ts'
import { bestAnswer } from '../runtime/index.ts'
import { ballots } from './ballots.ts'

/** Knob of methods that answer by a vote over what ended. */
export const chooseKnob = {
  default: 'weighted',
  choices: ['weighted', 'best', 'majority'],
  doc: 'vote over the ends, by reward; the best of them; or a vote that counts heads',
} as const

/** The answer of a vote over all ends, one ballot for each time an end was drawn. With a proof there is nothing to vote on: then, and for `best`, the best one. */
export function elected<Ans>(t: Tree<any, any, Ans>, choose: string): NodeId | Answer<Ans> | null {
  const best = bestAnswer(t)
  if (choose === 'best' || best === null || t.is(best, 'solved')) return best
  return vote(
    ballots(t, n => t.R[n]),
    { mode: choose === 'majority' ? 'majority' : 'weighted' },
  )
}
