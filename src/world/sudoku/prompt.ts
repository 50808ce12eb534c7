// Sudoku in words, for chat models of any size. Examples are of grids that are easy to check by eye.
import type { Message, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, type Kind, kindOf } from '../asks.ts'
import { type State, showGrid } from './game.ts'

type Asked = Exclude<Kind, 'attempts'>
export const asks: Asks<Asked> = {
  step: 'Next cell:',
  list: 'Next cells:',
  attempt: 'Cells and answer:',
  judgement: 'Verdict:',
}
const upTo = (n: number | undefined): string =>
  n === Number.POSITIVE_INFINITY ? 'all digits that are possible there' : `up to ${n} possibilities`
const wish: Record<Asked, (most: number | undefined) => string> = {
  step: () => 'Fill one empty cell: the one with the fewest possibilities. Write it on one line, as in the example.',
  list: most => `Take the empty cell with the fewest possibilities and write ${upTo(most)}, one on each line, as in the example.`,
  attempt: () => 'Fill all empty cells, one on each line, and then write the whole grid as the answer, as in the example.',
  judgement: () =>
    'Can this grid still be finished? Try a little, then end with one word on a line of its own: sure, likely or impossible.',
}
const grid = (cells: readonly number[]): string =>
  showGrid(cells)
    .split(' ')
    .map(row => row.split('').join(' '))
    .join('\n')
const shown = 'Grid:\n1 2 3 4\n3 . 1 2\n2 1 4 3\n4 3 2 .'
const examples: Record<Asked, string> = {
  step: `${shown}\nNext cell:\nr2c2 = 4`,
  list: `Grid:\n1 2 3 4\n3 4 . .\n2 1 4 3\n4 3 2 1\nNext cells:\nr2c3 = 1\nr2c3 = 2`,
  attempt: `${shown}\nCells and answer:\nr2c2 = 4\nr4c4 = 1\nAnswer: 1234 3412 2143 4321`,
  judgement:
    `${shown}\nVerdict:\nr2c2 can be 4, r4c4 can be 1\nsure\n\n` +
    'Grid:\n1 2 3 .\n. . . 4\n. . . .\n. . . .\nVerdict:\nr1c4 can be neither 1, 2, 3 nor 4\nimpossible',
}

/** One user message. It shows the grid alone, so that equal grids are asked about with one prompt. */
export function render(s: State, want: Wanted): Message[] {
  const kind = kindOf(asks, want)
  const box = Math.sqrt(s.side)
  const rules =
    `Sudoku, ${s.side} x ${s.side}. Every row, every column and every ${box} x ${box} box holds each digit from 1 to ${s.side} once. ` +
    'r1c2 is the cell of row 1 and column 2; a dot is an empty cell.'
  const example = `Example${kind === 'judgement' ? 's' : ''} (4 x 4)\n${examples[kind]}`
  return [
    { role: 'user', content: `${rules}\n${wish[kind](want.list)}\n\n${example}\n\nNow\nGrid:\n${grid(s.cells)}\n${askFor(asks, want)}` },
  ]
}
