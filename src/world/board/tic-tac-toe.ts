import type { Random } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { cellText, grid, readCell, readRows, rowsText } from './cells.ts'
import { randomPosition } from './play.ts'
import type { Position, Rules } from './position.ts'

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

export class TicTacToe implements Position<TicTacToe> {
  readonly maxActions = 9
  readonly board = new Int8Array(9)
  moves = 0
  winner = 0
  clone(): TicTacToe {
    const g = new TicTacToe()
    g.copyFrom(this)
    return g
  }
  copyFrom(g: TicTacToe): void {
    this.board.set(g.board)
    this.moves = g.moves
    this.winner = g.winner
  }
  player(): number {
    return this.moves & 1
  }
  legal(out: Int32Array): number {
    let n = 0
    for (let i = 0; i < 9; i++) if (this.board[i] === 0) out[n++] = i
    return n
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
  moveText(i: number): string {
    return cellText(Math.floor(i / 3), i % 3)
  }
  action(text: string): number | string {
    const at = readCell(text)
    if (at === null || at[0] < 0 || at[0] > 2 || at[1] > 2) return 'a move is a free cell, a1 to c3'
    const i = at[0] * 3 + at[1]
    return this.over() ? 'the game is over' : this.board[i] === 0 ? i : `${this.moveText(i)} is taken`
  }
  text(): string {
    return rowsText(3, 3, (r, c) => this.board[r * 3 + c])
  }
  picture(): string {
    return grid(3, 3, (r, c) => this.board[r * 3 + c])
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
    g.board.set(cells.flat())
    g.moves = g.board.filter(x => x > 0).length
    for (const [x, y, z] of lines) if (g.board[x] > 0 && g.board[x] === g.board[y] && g.board[y] === g.board[z]) g.winner = g.board[x]
    return g
  },
  position: (random: Random) => randomPosition(new TicTacToe(), random, 2, 5),
  horizon: () => 9,
  wins: { most: 3, usual: 2 },
}
