import type { PureWorld } from '../../contract/index.ts'
import { stepping } from '../stepping.ts'
import { begin, ended, legal, type Move, moves, type State, spelled, step } from './grid.ts'
import { oracle } from './oracle.ts'
import { render } from './prompt.ts'
import { type GridTask, gridOf, parseTask } from './task.ts'

const word = new RegExp(`\\b(${moves.join('|')})\\b`, 'i')

/**
 * Rooms, keys, locked doors and lava in text (in the manner of BabyAI, arXiv:1810.08272): reach the goal within so many moves. The whole map is seen. The
 * answer is the list of moves. Its key leaves out the moves that are left: the same place, carrying the same, is the same state however late.
 */
export const gridworld: PureWorld<State, Move, string, unknown> = {
  kind: 'pure',
  id: 'gridworld',
  grains: ['step'],
  start: task => begin(gridOf(parseTask(task))),
  ...stepping('gridworld', step),
  outcome(s) {
    const over = ended(s)
    if (over === null) return null
    const answer = spelled(s.path).join(' ')
    return over === 'goal' ? { answer, reward: 1 } : { answer, reward: 0, failed: true }
  },
  render: (c, want) => render(c.state, want),
  parse(text) {
    const line = text.split('\n').find(l => word.test(l))
    if (line !== undefined) return word.exec(line)![1].toLowerCase() as Move
    return { reject: text.trim() === '' ? 'the reply is empty' : `no move (${moves.join(', ')}) in "${text.trim().slice(0, 60)}"` }
  },
  oracle,
  actions: legal,
  actionKey: m => m,
  key: s => `${s.at},${s.keys},${s.open}`,
  show: m => m,
}

/** Do these moves lead from the start to the goal? Decided from the task and the text alone. */
export function checkMoves(task: GridTask, text: string): true | string {
  let s = begin(gridOf(task))
  for (const w of text.trim().split(/[\s,;]+/)) {
    const m = moves.find(x => x === w.toLowerCase())
    if (m === undefined) return `"${w}" is no move`
    const next = step(s, m)
    if (typeof next === 'string') return next
    s = next
  }
  return ended(s) === 'goal' ? true : 'the goal is not reached'
}
