import type { Grader, Key, Reward } from '../contract/index.ts'

/**
 * Pays what a grader says of an answer, against the sealed truth of a train or dev item: for making training data and for choosing prompts. That it cannot
 * be done with a test item is said by the types. A proof.
 */
export function graded<Ans, X extends 'train' | 'dev'>(grader: Grader<Ans, X>, key: Key<X>): Reward<any, any, Ans> {
  return {
    id: `graded:${grader.id}`,
    verifies: true,
    async reward(_at, outcome, io) {
      if (outcome === null) return { value: Number.NaN, verified: false }
      if (outcome.failed) return { value: 0, verified: true }
      const { correct, note } = await grader.grade(outcome.answer, key, io)
      return { value: correct, verified: true, ...(note === undefined ? {} : { feedback: note }) }
    },
  }
}
