// A tiny repository to repair: one to a few functions with a planted bug, tests that show it, and tests that no search sees.
import type { PureWorld } from '../../contract/index.ts'
import type { WorldEntry } from '../entry.ts'
import { stepping } from '../stepping.ts'
import { grader, item } from './grade.ts'
import { showDefinition } from './language.ts'
import { edits } from './mutate.ts'
import { oracle } from './oracle.ts'
import { parse } from './parse.ts'
import { render } from './prompt.ts'
import { type Action, editAll, finished, outcome, type State, start, stateKey } from './state.ts'
import { parseTask, program, type RepairTask, showTask, split, type TaskInput } from './task.ts'
import { tasks } from './tasks.ts'

export { hiddenTests } from './grade.ts'
export type { Action as RepairAction, State as RepairState } from './state.ts'
export { type RepairTask, truthOf as soundProgram } from './task.ts'

/**
 * Program repair in a small language of its own, run by an interpreter that cannot be hurt. An edit replaces one function by a new version; after each the
 * tests run, and what they say is in the next prompt. A program once edited is an answer, open until every test passes or the edits are used up. The
 * reward is the share of the shown tests that pass, all of them a proof by these tests only; a grader has others.
 */
export const repair: PureWorld<State, Action, string, RepairTask | TaskInput> = {
  kind: 'pure',
  id: 'repair',
  grains: ['step', 'attempt'],
  start: task => start(parseTask(task)),
  ...stepping('repair', editAll),
  outcome,
  render: (c, want) => render(c.state, want),
  parse,
  oracle,
  actions: s => (finished(s) ? [] : edits(program(s.source)).map(d => [showDefinition(d)])),
  key: stateKey,
  show: a => a.join('\n'),
  cost: (_s, a) => a.length,
}

export const repairWorld: WorldEntry<State, Action, string, RepairTask> = {
  world: repair,
  describe: 'Repair a small program until its tests pass; hidden tests grade it',
  grains: ['step', 'attempt'],
  examples: [
    'larger(a, b) = if a < b then a else b; larger(2, 3) = 3; larger(4, 4) = 4 (at most 2)',
    'sum_to(n) = if n <= 0 then 1 else n + sum_to(n - 1); sum_to(3) = 6; sum_to(0) = 0 (at most 2)',
  ],
  parseTask,
  showTask,
  tasks,
  splitOf: split,
  item,
  grader,
}
