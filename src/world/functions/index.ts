// List functions by example: find the chain of operations that does what a few examples show.
import type { PureWorld } from '../../contract/index.ts'
import type { WorldEntry } from '../entry.ts'
import { stepping } from '../stepping.ts'
import { grader, item } from './grade.ts'
import { oracle } from './oracle.ts'
import { parse } from './parse.ts'
import { primitives } from './primitives.ts'
import { render } from './prompt.ts'
import { type Action, finished, outcome, type State, start, stateKey, step, stepAll } from './state.ts'
import { type FunctionTask, parseTask, showProgram, showTask, split, type TaskInput } from './task.ts'
import { tasks } from './tasks.ts'

export { type Primitive, primitives, run as runProgram } from './primitives.ts'
export { shortest as shortestProgram } from './solver.ts'
export type { Action as FunctionAction, State as FunctionState } from './state.ts'
export { trace as traceExample } from './state.ts'
export { type FunctionTask, parseProgram, truthOf as programOf } from './task.ts'

/**
 * Synthesis of list functions from examples. One operation is one step; a program ends as soon as every example comes out right, or at its longest. The
 * reward is the share of the examples that come out right, all of them a proof; a grader tries the program on lists that no search sees.
 */
export const functions: PureWorld<State, Action, string, FunctionTask | TaskInput> = {
  kind: 'pure',
  id: 'functions',
  grains: ['step', 'attempt'],
  start: task => start(parseTask(task)),
  ...stepping('functions', stepAll),
  outcome,
  render: (c, want) => render(c.state, want),
  parse,
  oracle,
  actions: s => (finished(s) ? [] : primitives.flatMap(p => (typeof step(s, p.name) === 'string' ? [] : [[p.name]]))),
  actionKey: showProgram,
  key: stateKey,
  show: showProgram,
  cost: (_s, a) => a.length,
}

export const functionsWorld: WorldEntry<State, Action, string, FunctionTask> = {
  world: functions,
  describe: 'Find the chain of list operations that does what a few examples show',
  grains: ['step', 'attempt'],
  examples: ['[3 1 2] -> [2 4]; [5 7 4] -> [14 8] (at most 2)', '[1 2 3 4] -> [4 16]; [5 2 6] -> [4 36]; [8] -> [64] (at most 2)'],
  parseTask,
  showTask,
  tasks,
  splitOf: split,
  item,
  grader,
}
