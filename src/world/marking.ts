// How worlds mark answers against what is sealed.
import type { Grader, Split } from '../contract/index.ts'
import type { WorldEntry } from './entry.ts'
import { seal, unseal } from './seal.ts'

/** true: right. A text: wrong, and why. */
export type Mark = true | string | { readonly correct: number; readonly note?: string }

/** A grader that marks an answer by the sealed truth alone; it trusts no reward and no state of a search. No answer is wrong. */
export const grading =
  <K, Ans>(id: string, mark: (truth: K, answer: Ans) => Mark) =>
  <X extends Split>(split: X): Grader<Ans, X> => ({
    id: `${id}/${split}`,
    async grade(answer, key) {
      const truth = unseal(key, split) as K
      const m = answer === undefined ? 'no answer' : mark(truth, answer)
      return m === true ? { correct: 1 } : typeof m === 'string' ? { correct: 0, note: m } : m
    },
  })

/** Items and graders of a world in which the task says what is right. */
export const marking = <T, Ans>(
  id: string,
  mark: (task: T, answer: Ans) => Mark,
): Required<Pick<WorldEntry<any, any, Ans, T>, 'item' | 'grader'>> => ({
  item: (task, split) => seal(task, task, split),
  grader: grading(id, mark),
})

/** The same where the truth is a text, and an answer has to be equal to it. */
export const equalling = <T>(
  id: string,
  truth: (task: T) => string,
): Required<Pick<WorldEntry<any, any, string, T>, 'item' | 'grader'>> => ({
  item: (task, split) => seal(task, truth(task), split),
  grader: grading(id, (expected: string, answer: string) => (answer === '' ? 'no answer' : answer === expected || `expected ${expected}`)),
})
