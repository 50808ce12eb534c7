// Sudoku: a deep search in which mistakes are seen late.
import type { WorldEntry } from '../entry.ts'
import { type Mark, marking } from '../marking.ts'
import { type Action, conflict, full, type State } from './game.ts'
import { parseTask, type SudokuTask, showTask, split, tasks } from './task.ts'
import { sudoku } from './world.ts'

export type { Action as SudokuAction, Order as SudokuOrder, State as SudokuState } from './game.ts'
export { type Solved as SolvedSudoku, solve as solveSudoku } from './solver.ts'
export { parseTask as parseSudoku, type SudokuTask, type SudokuWish, split as splitOfSudoku, tasks as sudokuTasks } from './task.ts'
export { fillTokens as sudokuTokens } from './tokens.ts'
export { sudoku } from './world.ts'

/** Marks a finished grid from its digits and the sealed puzzle alone. */
function marked({ givens }: SudokuTask, answer: string): Mark {
  const cells = Array.from(String(answer).replace(/\s/g, ''), c => (/\d/.test(c) ? Number(c) : 0))
  if (cells.length !== givens.length) return `expected ${givens.length} cells, found ${cells.length}`
  if (!full(cells)) return 'the grid has empty cells'
  if (givens.some((d, i) => d !== 0 && cells[i] !== d)) return 'a given digit was changed'
  return !conflict(cells, givens.length === 16 ? 4 : 9) || 'a digit stands twice in a row, a column or a box'
}

export const sudokuWorld: WorldEntry<State, Action, string, SudokuTask> = {
  world: sudoku(),
  describe: 'Sudoku, 4 x 4 or 9 x 9: fill the grid so that rows, columns and boxes hold each digit once',
  grains: ['step', 'attempt'],
  examples: ['..1. .34. .1.. .43.', '53..7.... 6..195... .98....6. 8...6...3 4..8.3..1 7...2...6 .6....28. ...419..5 ....8..79'],
  parseTask,
  showTask,
  tasks,
  splitOf: split,
  ...marking('sudoku', marked),
}
