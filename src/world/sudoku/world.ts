import type { PureWorld } from '../../contract/index.ts'
import { stepping } from '../stepping.ts'
import { type Action, fillAll, full, moves, type Order, over, type State, showFill, showGrid, start } from './game.ts'
import { oracle } from './oracle.ts'
import { parseAttempt, parseStep } from './parse.ts'
import { render } from './prompt.ts'
import { parseTask } from './task.ts'
import { tokens } from './tokens.ts'

/**
 * Sudoku, 4 x 4 or 9 x 9. A step fills one cell, any empty one; an attempt fills all that are left. A grid in which some cell has no digit left is a dead end,
 * seen at once; most lost grids are lost before that.
 * @param o.order which cell the listed moves (`actions`, and those of a simulated model) fill: that of the fewest candidates, which makes most steps
 *   forced, or the first in reading order, which makes a search deep and its mistakes late to be seen
 */
export const sudoku = (o: { order?: Order } = {}): PureWorld<State, Action, string, unknown> => {
  const { order = 'fewest' } = o
  return {
    kind: 'pure',
    id: 'sudoku',
    grains: ['step', 'attempt'],
    start: task => start(parseTask(task).givens),
    ...stepping('sudoku', fillAll),
    outcome(s) {
      if (!over(s)) return null
      const answer = showGrid(s.cells)
      return full(s.cells) ? { answer, reward: 1 } : { answer, reward: 0, failed: true }
    },
    render: (c, want) => render(c.state, want),
    parse(text, s, want) {
      if (want.for === 'judgement') return { reject: 'a judgement is no step' }
      return want.for === 'attempt' ? parseAttempt(text, s) : parseStep(text, s)
    },
    dialects: { tokens },
    oracle: oracle(order),
    actions: s => moves(s.cells, s.side, order).map(f => [f]),
    actionKey: (a, s) => a.map(f => showFill(f, s.side)).join('; '),
    key: s => showGrid(s.cells),
    show: (a, s) => a.map(f => showFill(f, s.side)).join('; '),
    cost: (_s, a) => a.length,
  }
}
