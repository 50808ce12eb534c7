import { cellText, grid, readCell, rowsText } from './cells.ts'

/** A square board on which two players put stones on free cells in turn: what such games share. */
export abstract class Square {
  readonly size: number
  readonly maxActions: number
  /** 0 free, 1 and 2 stones of the players. */
  readonly board: Int8Array
  moves = 0
  /** 1 or 2; 0: nobody. */
  winner = 0
  constructor(size: number) {
    this.size = size
    this.maxActions = size * size
    this.board = new Int8Array(size * size)
  }
  abstract over(): boolean
  copyFrom(g: Square): void {
    this.board.set(g.board)
    this.moves = g.moves
    this.winner = g.winner
  }
  /** Puts stones by rows on an empty board. Who has won is not looked for. */
  put(cells: readonly (readonly number[])[]): void {
    this.board.set(cells.flat())
    this.moves = this.board.filter(x => x > 0).length
  }
  player(): number {
    return this.moves & 1
  }
  legal(out: Int32Array): number {
    let n = 0
    for (let i = 0; i < this.maxActions; i++) if (this.board[i] === 0) out[n++] = i
    return n
  }
  moveText(i: number): string {
    return cellText(Math.floor(i / this.size), i % this.size)
  }
  action(text: string): number | string {
    const at = readCell(text)
    if (at === null || at[0] < 0 || at[0] >= this.size || at[1] >= this.size)
      return `a move is a free cell, a1 to ${this.moveText(this.maxActions - 1)}`
    const i = at[0] * this.size + at[1]
    return this.over() ? 'the game is over' : this.board[i] === 0 ? i : `${this.moveText(i)} is taken`
  }
  text(): string {
    return rowsText(this.size, this.size, (r, c) => this.board[r * this.size + c])
  }
  /** @param shift as in `grid` */
  picture(shift = 0): string {
    return grid(this.size, this.size, (r, c) => this.board[r * this.size + c], shift)
  }
}
