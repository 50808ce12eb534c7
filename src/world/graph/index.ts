// Finding one's way in a graph: how far ahead one must look is a setting.
import type { PureWorld } from '../../contract/index.ts'
import type { WorldEntry } from '../entry.ts'
import { type Mark, marking } from '../marking.ts'
import { stepping } from '../stepping.ts'
import { type Action, arrived, begin, type GraphTask, go, here, known, onward, over, reachable, type State } from './game.ts'
import { parse, render, tokens } from './language.ts'
import { oracle } from './oracle.ts'
import { parseTask, showTask, split, tasks } from './task.ts'

export { type Action as GraphAction, type GraphTask, lookahead, type State as GraphState } from './game.ts'
export { type GraphWish, parseTask as parseGraph, tasks as graphTasks } from './task.ts'

const denial = 'no path'
const show = (a: Action): string => (a === 'none' ? 'none' : a.join(' -> '))

/**
 * Is there a path from start to goal, and which? A step is the next vertex, an attempt the whole rest; at the start one may say that there is none. A walk that
 * can go nowhere is a dead end; that it cannot reach the goal any more may have been so for long (Saparov et al. 2024, arXiv:2412.04703).
 */
export const graph: PureWorld<State, Action, string, unknown> = {
  kind: 'pure',
  id: 'graph',
  grains: ['step', 'attempt'],
  start: task => begin(parseTask(task)),
  ...stepping('graph', go),
  outcome(s) {
    if (s.denied) return reachable(s.task, s.path) ? { answer: denial, reward: 0, failed: true } : { answer: denial, reward: 1 }
    if (arrived(s)) return { answer: s.path.join(' -> '), reward: 1 }
    // At the start of a graph that leads nowhere it can still be said that there is no path.
    if (s.path.length === 1) return null
    return over(s) ? { answer: s.path.join(' -> '), reward: 0, failed: true } : null
  },
  render: (c, want) => render(c.state, want),
  parse,
  dialects: { tokens },
  oracle,
  actions(s) {
    if (s.denied || arrived(s)) return []
    const ways: Action[] = onward(s.task, s.path).map(v => [v])
    return s.path.length === 1 ? [...ways, 'none'] : ways
  },
  actionKey: show,
  key: s =>
    s.denied
      ? 'none'
      : known(s.task).acyclic && s.path.length > 1
        ? String(here(s))
        : [...s.path.slice(0, -1)].sort((a, b) => a - b).join(' ') + `>${here(s)}`,
  show,
  cost: (_s, a) => (a === 'none' ? 1 : a.length),
}

function marked(task: GraphTask, answer: string): Mark {
  const at = begin(task)
  if (String(answer).trim() === denial) return !reachable(task, at.path) || 'there is a path'
  const path = (String(answer).match(/\d+/g) ?? []).map(Number)
  if (path[0] !== task.start) return `it does not begin at ${task.start}`
  const end = path.length > 1 ? go(at, path.slice(1)) : 'it has no step'
  if (typeof end === 'string') return end
  return arrived(end) || `it ends at ${here(end)}, not ${task.goal}`
}

export const graphWorld: WorldEntry<State, Action, string, GraphTask> = {
  world: graph,
  describe: 'Find a path in a directed graph, or say that there is none; how far one must look ahead is a setting',
  grains: ['step', 'attempt'],
  examples: ['1>2 1>5 2>3 5>6: 1 -> 3', '4>9 9>7 4>1 1>8 8>2 7>3 3>6: 4 -> 6'],
  parseTask,
  showTask,
  tasks,
  splitOf: split,
  ...marking('graph', marked),
}
