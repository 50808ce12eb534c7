// Any question in words.
import type { WorldEntry } from '../entry.ts'
import { grader, item } from './grade.ts'
import type { State } from './prompt.ts'
import { parseTask, type ReasonTask, showTask, split } from './task.ts'
import { tasks } from './tasks.ts'
import { reason } from './world.ts'

export { answerKey, type Form, formOf, sameAnswer, tidy } from './answer.ts'
export type { Example } from './examples.ts'
export { choicesIn, type Found, finalAnswer, markedAnswer } from './extract.ts'
export type { Place as ReasonPlace } from './oracle.ts'
export { firstStep } from './parse.ts'
export type { State as ReasonState } from './prompt.ts'
export { parseTask as parseQuestion, type ReasonTask, withAnswer } from './task.ts'
export { type ReasonOptions, reason } from './world.ts'

export const reasonWorld: WorldEntry<State, string, string, ReasonTask> = {
  world: reason(),
  describe: 'Any question in words, by steps or whole attempts; answers are compared by what they mean',
  grains: ['step', 'attempt'],
  exact: false,
  examples: ['A train covers 180 km in 2.5 hours. What is its average speed in km/h?', 'How many positive divisors does 360 have?'],
  parseTask,
  showTask,
  tasks,
  splitOf: split,
  item,
  grader,
}
