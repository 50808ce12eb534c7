import type { Random } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { readRows, rowsText, stones } from './cells.ts'
import { legalOf, type Position, type Rules } from './position.ts'

/** Columns of 8 with a border of 3s: index (column + 1) * 8 + row, rows from 1 at the bottom. So the scan for four in a row needs no bounds. */
export function emptyBoard(columns: number, rows: number): Int8Array {
  const board = new Int8Array((columns + 2) * 8).fill(3)
  for (let c = 0; c < columns; c++) for (let r = 1; r <= rows; r++) board[(c + 1) * 8 + r] = 0
  return board
}

/** Does the stone of player p (1 or 2) just put at i make four? */
export function four(board: Int8Array, i: number, p: number): boolean {
  if (board[i - 1] === p && board[i - 2] === p && board[i - 3] === p) return true
  for (let d = 7; d <= 9; d++) {
    let n = 1
    for (let j = i + d; board[j] === p; j += d) n++
    for (let j = i - d; board[j] === p; j -= d) n++
    if (n >= 4) return true
  }
  return false
}

const standard = emptyBoard(7, 6)
const steps = [1, 7, 8, 9]
const example = '......./......./......./......./...o.../...x...'

/** Connect Four on a board of 4 to 7 columns and 4 to 6 rows; 7 by 6 unless said otherwise. */
export class ConnectFour implements Position<ConnectFour> {
  readonly columns: number
  readonly rows: number
  readonly cells: number
  readonly maxActions: number
  readonly board: Int8Array
  readonly height: Int8Array
  turn = 1
  moves = 0
  winner = 0
  constructor(columns = 7, rows = 6) {
    this.columns = columns
    this.rows = rows
    this.cells = columns * rows
    this.maxActions = columns
    this.board = columns === 7 && rows === 6 ? standard.slice() : emptyBoard(columns, rows)
    this.height = new Int8Array(columns)
  }
  clone(): ConnectFour {
    const g = new ConnectFour(this.columns, this.rows)
    g.copyFrom(this)
    return g
  }
  copyFrom(g: ConnectFour): void {
    this.board.set(g.board)
    this.height.set(g.height)
    this.turn = g.turn
    this.moves = g.moves
    this.winner = g.winner
  }
  player(): number {
    return this.turn - 1
  }
  legal(out: Int32Array): number {
    const { height, columns, rows } = this
    let n = 0
    for (let c = 0; c < columns; c++) if (height[c] < rows) out[n++] = c
    return n
  }
  apply(c: number): void {
    const i = (c + 1) * 8 + ++this.height[c]
    const p = this.turn
    this.board[i] = p
    this.moves++
    if (four(this.board, i, p)) this.winner = p
    this.turn = 3 - p
  }
  over(): boolean {
    return this.winner !== 0 || this.moves === this.cells
  }
  value(player: number): number {
    return this.winner === 0 ? 0.5 : this.winner === player + 1 ? 1 : 0
  }
  playout(random: (n: number) => number): number {
    const { height, columns, rows, cells } = this
    while (this.winner === 0 && this.moves < cells) {
      let c = random(columns)
      while (height[c] === rows) c = random(columns)
      this.apply(c)
    }
    return this.value(0)
  }
  moveText(c: number): string {
    return String(c + 1)
  }
  action(text: string): number | string {
    const m = /(?<![\w.])(\d+)(?![\w])/.exec(text)
    const c = m === null ? 0 : Number(m[1])
    if (c < 1 || c > this.columns) return `a move is a column, 1 to ${this.columns}`
    return this.over() ? 'the game is over' : this.height[c - 1] < this.rows ? c - 1 : `column ${c} is full`
  }
  text(): string {
    return rowsText(this.rows, this.columns, this.#stone)
  }
  picture(): string {
    const head = Array.from({ length: this.columns }, (_, c) => c + 1).join(' ')
    const line = (r: number): string => Array.from({ length: this.columns }, (_, c) => stones[this.#stone(r, c)]).join(' ')
    return [head, ...Array.from({ length: this.rows }, (_, r) => line(r))].join('\n')
  }
  readonly #stone = (r: number, c: number): number => this.board[(c + 1) * 8 + this.rows - r]
  /** Fours still open to one side only, by the square of the stones in them. */
  estimate(): number {
    const { board } = this
    let sum = 0
    for (let c = 1; c <= this.columns; c++)
      for (let r = 1; r <= this.rows; r++)
        for (const d of steps) {
          let mine = 0
          let theirs = 0
          let k = 0
          for (let j = c * 8 + r; k < 4; k++, j += d) {
            const s = board[j]
            if (s === 1) mine++
            else if (s === 2) theirs++
            else if (s === 3 || s === undefined) break
          }
          if (k === 4 && mine > 0 !== theirs > 0) sum += mine * mine - theirs * theirs
        }
    return Math.tanh((this.turn === 1 ? sum : -sum) / 30)
  }
}

/** The game after these columns, written one after the other: `4453`. */
function played(text: string): ConnectFour {
  const g = new ConnectFour()
  for (const ch of text) {
    const a = g.action(ch)
    if (typeof a === 'string')
      throw new Failure('usage', `connect-four: ${a} in "${text.slice(0, 60)}"`, 'columns from the left, as in "4453"')
    g.apply(a)
  }
  return g
}

export const connectFour: Rules<ConnectFour> = {
  id: 'connect-four',
  describe: 'Connect Four, 7 by 6 or smaller: find the move',
  about:
    'Connect Four. x and o drop a stone into a column in turn; it falls to the lowest free cell. Four in a row, column or diagonal win. ' +
    'Columns are 1, 2, 3 and so on from the left. A move is a column, such as 4.',
  players: ['x', 'o'],
  examples: ['445353', '..../..../xo../xo..', 'start'],
  example: { position: '......./......./......./......./..oo.../..xxx..', move: '6' },
  read(text) {
    const t = text.trim()
    if (/^(start|-)$/i.test(t)) return new ConnectFour()
    if (/^\d+$/.test(t)) return played(t)
    const { cells, turn } = readRows('connect-four', t, example)
    const wrong = (what: string): Failure =>
      new Failure('usage', `connect-four: ${what} in "${t.slice(0, 120)}"`, `a position looks like "${example}"`)
    const rows = cells.length
    const columns = cells[0].length
    if (rows < 4 || rows > 6 || columns < 4 || columns > 7)
      throw wrong(`expected 4 to 6 rows of 4 to 7 columns, found ${rows} of ${columns}`)
    const g = new ConnectFour(columns, rows)
    for (let c = 0; c < columns; c++)
      for (let r = rows - 1; r >= 0; r--) {
        const stone = cells[r][c]
        if (stone === 0) continue
        if (r < rows - 1 && cells[r + 1][c] === 0) throw wrong(`a stone that hangs in the air in column ${c + 1}`)
        const i = (c + 1) * 8 + ++g.height[c]
        g.board[i] = stone
        g.moves++
      }
    for (let i = 0; i < g.board.length; i++)
      if ((g.board[i] === 1 || g.board[i] === 2) && four(g.board, i, g.board[i])) g.winner = g.board[i]
    g.turn = turn + 1
    return g
  },
  position(random: Random) {
    // Evenly random games end early and are lopsided; near the middle and with wins not overlooked they look like games.
    for (;;) {
      const g = new ConnectFour()
      const plies = 8 + random.int(17)
      while (g.moves < plies && !g.over()) {
        const legal = legalOf(g)
        const winning = legal.find(c => {
          const next = g.clone()
          next.apply(c)
          return next.winner !== 0
        })
        g.apply(winning ?? legal[random.weighted(legal.map(c => 4 - Math.abs(c - 3)))])
      }
      if (!g.over()) return g
    }
  },
  horizon: g => (g.cells - g.moves <= 12 ? g.cells - g.moves : 7),
  wins: { most: 4, usual: 2 },
}
