import type { PureWorld } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { oracle } from './oracle.ts'
import { parse, render, type State, wayText } from './prompt.ts'
import { parseTask, showTask, type TreeTaskInput } from './task.ts'
import { truthOf } from './truth.ts'

/** One step, or all steps to the end (an attempt). */
export type Action = readonly number[]

const valid = (a: Action, { task, path }: State): true | string => {
  const most = task.branching * task.wordings
  if (a.length === 0) return 'no step was given'
  if (a.some(x => !Number.isInteger(x) || x < 0 || x >= most)) return `expected steps from 0 to ${most - 1}, found ${a.join(' ')}`
  if (path.length + a.length > task.depth) return `expected at most ${task.depth - path.length} more steps, found ${a.length}`
  return true
}

/**
 * A reasoning tree of a known optimum, for tests of search methods and claims about them. It has a shape (branching, depth) and planted solutions, by
 * density or at pivotal depths; every place's chance of success is known exactly, and nothing is laid out. A leaf answers with a class, so that ways
 * can agree: right ones on the right answers, wrong ones on others. See `TreeTask` for the parameters and `treeModel` for who walks in it.
 */
export const syntheticTree: PureWorld<State, Action, string, TreeTaskInput> = {
  kind: 'pure',
  id: 'synthetic-tree',
  grains: ['step', 'attempt'],
  start: task => ({ task: parseTask(task), path: [] }),
  step(s, a) {
    const ok = valid(a, s)
    if (ok !== true) throw new Failure('world', `synthetic-tree: ${ok}`, 'ask valid(action, state) before taking a step')
    return { task: s.task, path: [...s.path, ...a] }
  },
  outcome({ task, path }) {
    if (path.length < task.depth) return null
    const truth = truthOf(task)
    return { answer: truth.answer(path), reward: truth.best(path) }
  },
  render: (c, want) => render(c.state, want),
  parse,
  oracle,
  valid,
  actions: ({ task, path }) => (path.length >= task.depth ? [] : Array.from({ length: task.branching * task.wordings }, (_, i) => [i])),
  actionKey: a => a.join('.'),
  key({ task, path }) {
    const of = task.twins === 1 ? truthOf(task).ideas(path) : path
    return `${showTask(task)} ${of.join('.')}`
  },
  show: (a, { task }) => wayText(a, task),
  cost: (_s, a) => a.length,
}
