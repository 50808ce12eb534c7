import type { Random } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { readRows } from './cells.ts'
import { randomPosition } from './play.ts'
import type { Position, Rules } from './position.ts'
import { Square } from './square.ts'

const lines = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
] as const
const example = 'x.o/.x./..o'

export class TicTacToe extends Square implements Position<TicTacToe> {
  constructor() {
    super(3)
  }
  clone(): TicTacToe {
    const g = new TicTacToe()
    g.copyFrom(this)
    return g
  }
  apply(i: number): void {
    const p = (this.moves++ & 1) + 1
    const b = this.board
    b[i] = p
    for (const [x, y, z] of lines) if (b[x] === p && b[y] === p && b[z] === p) this.winner = p
  }
  over(): boolean {
    return this.winner !== 0 || this.moves === 9
  }
  value(player: number): number {
    return this.winner === 0 ? 0.5 : this.winner === player + 1 ? 1 : 0
  }
  /** Lines still open to one side only, by the square of the stones in them. */
  estimate(): number {
    let sum = 0
    for (const line of lines) {
      const mine = [0, 0]
      for (const i of line) if (this.board[i] > 0) mine[this.board[i] - 1]++
      if (mine[0] > 0 !== mine[1] > 0) sum += mine[0] ** 2 - mine[1] ** 2
    }
    return Math.tanh((this.player() === 0 ? sum : -sum) / 6)
  }
}

export const ticTacToe: Rules<TicTacToe> = {
  id: 'tic-tac-toe',
  describe: 'Noughts and crosses: find the move; exact by full solution',
  about:
    'Tic-tac-toe on three by three cells. x and o put a stone on a free cell in turn; three in a row, column or diagonal win. ' +
    'Columns are a to c from the left, rows 1 to 3 from the top. A move is a cell, such as b2.',
  players: ['x', 'o'],
  examples: ['xx./oo./...', 'x../.o./..x', 'start'],
  example: { position: 'x.o/.xo/...', move: 'c3' },
  read(text) {
    const g = new TicTacToe()
    if (/^(start|-)$/i.test(text.trim())) return g
    const { cells } = readRows('tic-tac-toe', text, example)
    if (cells.length !== 3 || cells[0].length !== 3)
      throw new Failure(
        'usage',
        `tic-tac-toe: expected 3 rows of 3 cells, found "${text.slice(0, 120)}"`,
        `a position looks like "${example}"`,
      )
    g.put(cells)
    for (const [x, y, z] of lines) if (g.board[x] > 0 && g.board[x] === g.board[y] && g.board[y] === g.board[z]) g.winner = g.board[x]
    return g
  },
  position: (random: Random) => randomPosition(new TicTacToe(), random, 2, 5),
  horizon: () => 9,
  wins: { most: 3, usual: 2 },
}
