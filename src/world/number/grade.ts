import type { Grader, Item, Split } from '../../contract/index.ts'
import { grading } from '../marking.ts'
import { seal } from '../seal.ts'
import { checkExpression } from './check.ts'
import type { Rules } from './game.ts'
import type { NumberTask } from './task.ts'

/** A task with its key. */
export const item = <X extends Split>(task: NumberTask, split: X): Item<NumberTask, X> => seal(task, task, split)

/** Marks an expression right or wrong from its text and the sealed task alone. */
export const grader = <X extends Split>(split: X, rules: Rules): Grader<string, X> =>
  grading(rules.id, ({ numbers, target }: NumberTask, answer: string) => {
    const { ok, why } = checkExpression(String(answer), numbers, target, rules)
    return ok || (why ?? 'wrong')
  })(split)
