import type { Grader, Item, Split } from '../../contract/index.ts'
import { seal, unseal } from '../seal.ts'
import { checkExpression } from './check.ts'
import type { Rules } from './game.ts'
import type { NumberTask } from './task.ts'

/** A task with its key. */
export const item = <X extends Split>(task: NumberTask, split: X): Item<NumberTask, X> => seal(task, task, split)

/** Marks an expression right or wrong from its text and the sealed task alone; it trusts no reward and no state of a search. */
export const grader = <X extends Split>(split: X, rules: Rules): Grader<string, X> => ({
  id: `${rules.id}/${split}`,
  async grade(answer, key) {
    const task = unseal(key, split) as NumberTask
    if (answer === undefined) return { correct: 0, note: 'no answer' }
    const { ok, why } = checkExpression(String(answer), task.numbers, task.target, rules)
    return ok ? { correct: 1 } : { correct: 0, note: why }
  },
})
