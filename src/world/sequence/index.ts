// Numbers under constraints: instructions that can be checked one by one.
import type { PureWorld } from '../../contract/index.ts'
import type { WorldEntry } from '../entry.ts'
import { marking } from '../marking.ts'
import { stepping } from '../stepping.ts'
import { broken, complaint } from './constraints.ts'
import { oracle } from './oracle.ts'
import { parse } from './parse.ts'
import { render } from './prompt.ts'
import { type Action, outcome, type State, showDraft, start, write } from './state.ts'
import { parseTask, type SequenceTask, showTask, split, tasks } from './task.ts'
import { tokens } from './tokens.ts'

export { largest as largestOfSequence } from './constraints.ts'
export type { Action as SequenceAction, State as SequenceState } from './state.ts'
export { type Drawn as DrawnSequence, drawTask as drawSequence, type SequenceTask, split as splitOfSequence } from './task.ts'
export { critiqueBegins, critiqueTokens } from './tokens.ts'

/**
 * Numbers that meet several constraints at once, each of which anybody can check: how many, their sum, their spread, one that is among them, what they are multiples
 * of. A step writes a whole draft; where the task allows several, one that fails may be mended. Worth the share of the constraints that are met.
 */
export const sequence: PureWorld<State, Action, string, unknown> = {
  kind: 'pure',
  id: 'sequence',
  grains: ['step', 'attempt'],
  start: task => start(parseTask(task)),
  ...stepping('sequence', write),
  outcome,
  render: (c, want) => render(c.state, want),
  parse,
  dialects: { tokens },
  oracle,
  actionKey: showDraft,
  key: s => `${showTask({ ...s.task, drafts: s.task.drafts - s.drafts })}|${s.draft === null ? '' : showDraft(s.draft)}`,
  show: showDraft,
}

/** Marks a draft from its numbers and the sealed task alone. */
function marked(task: SequenceTask, answer: string) {
  const xs = String(answer).trim().split(/\s+/).map(Number)
  const illegal = write(start(task), xs)
  if (typeof illegal === 'string') return illegal
  const bad = broken(task, xs)
  return bad.length === 0 || complaint(bad[0], task[bad[0]], xs)
}

export const sequenceWorld: WorldEntry<State, Action, string, SequenceTask> = {
  world: sequence,
  describe: 'Write numbers that meet several constraints at once; a draft that fails may be mended',
  grains: ['step', 'attempt'],
  examples: ['count=4 sum=31 spread=7 includes=9', 'count=3 sum=30 multiple=5 drafts=4'],
  parseTask,
  showTask,
  tasks,
  splitOf: split,
  ...marking('sequence', marked),
}
