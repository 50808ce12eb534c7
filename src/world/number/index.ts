// Game of 24 and Countdown: one game with two sets of rules.
import type { Random } from '../../contract/index.ts'
import type { WorldEntry } from '../entry.ts'
import { type Action, type Rules, regoal, rules24, rulesCountdown, type State } from './game.ts'
import { grader, item } from './grade.ts'
import { split } from './split.ts'
import { type NumberTask, parseTask, showTask } from './task.ts'
import { tasks24, tasksCountdown, variant } from './tasks.ts'
import { countdown, game24 } from './world.ts'

export { type Checked, checkExpression } from './check.ts'
export { expressionOf } from './expression.ts'
export { type Action, eachMove, finished, type Move, type Rules, reached, rules24, rulesCountdown, type State } from './game.ts'
export type { Place } from './oracle.ts'
export { combine, type Op, type Rational, ratio, show, showAll } from './rational.ts'
export { type Playouts, playouts, solvable, solve } from './solver.ts'
export { split } from './split.ts'
export { type NumberTask, parseTask, showTask, type TaskInput } from './task.ts'
export { type CountdownWish, difficulty, type Ranked, ranked24, tasks24, tasksCountdown } from './tasks.ts'
export { largestToken, tokenText, unsayable } from './tokens.ts'
export { countdown, game24 } from './world.ts'

const shared = (rules: Rules) => ({
  grains: ['step', 'attempt'] as const,
  model: 'seedling',
  parseTask: (input: unknown) => parseTask(input, rules),
  showTask: (t: NumberTask) => showTask(t, rules),
  splitOf: (t: NumberTask) => split(t.numbers),
  variant: (t: NumberTask, r: Random) => variant(t, rules, r),
  regoal: (s: State) => regoal(s, rules),
  item,
  grader: <X extends 'train' | 'dev' | 'test'>(s: X) => grader(s, rules),
})

export const numberWorlds: readonly WorldEntry<State, Action, string, NumberTask>[] = [
  {
    ...shared(rules24),
    world: game24,
    describe: 'Make 24 of four numbers with + - * /, each used once; exact fractions',
    examples: ['4 9 10 13', '3 3 8 8'],
    tasks: tasks24,
  },
  {
    ...shared(rulesCountdown),
    world: countdown,
    describe: 'Reach a target from three to six numbers, each used at most once; positive whole results',
    examples: ['25 50 75 100 -> 431', '3 5 8 9 -> 46'],
    tasks: tasksCountdown,
  },
]
