import type { Item, Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { grading } from '../marking.ts'
import { seal } from '../seal.ts'
import { sameAnswer } from './answer.ts'
import { finalAnswer } from './extract.ts'
import { type ReasonTask, truthOf, withAnswer } from './task.ts'

/** A question with its sealed answer. @param answer as a task file gives it @throws Failure (usage) where nobody knows the answer */
export function item<X extends Split>(task: ReasonTask, split: X, answer?: unknown): Item<ReasonTask, X> {
  const truth = truthOf(answer === undefined || answer === null ? task : withAnswer(task, answer))
  if (truth === undefined)
    throw new Failure('usage', `no answer is known to "${task.question.slice(0, 60)}"`, 'give one: {"task": "...", "answer": "..."}')
  return seal({ question: task.question }, truth, split)
}

/** Marks a final answer against the sealed one, as `sameAnswer` has it. An expected answer that is a worked solution (`... #### 42`) counts by its end. */
export const grader = grading('reason', (truth: string, answer: string) => {
  const given = String(answer)
  const expected = sameAnswer(given, truth) || !/####|\\boxed|\n/.test(truth) ? truth : (finalAnswer(truth)?.answer ?? truth)
  return sameAnswer(given, expected) || `expected ${expected.slice(0, 80)}, found ${given.slice(0, 80)}`
})
