import type { Random } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { readRows } from './cells.ts'
import { randomPosition } from './play.ts'
import type { Position, Rules } from './position.ts'
import { Square } from './square.ts'

const largest = 11
const usual = 4
const example = '.../.x./o..'

/** Hex without the swap rule: x joins top and bottom, o left and right. Somebody always wins. */
export class Hex extends Square implements Position<Hex> {
  constructor(size = usual) {
    super(size)
  }
  clone(): Hex {
    const g = new Hex(this.size)
    g.copyFrom(this)
    return g
  }
  apply(i: number): void {
    const p = (this.moves++ & 1) + 1
    this.board[i] = p
    if (this.#joins(i, p)) this.winner = p
  }
  over(): boolean {
    return this.winner !== 0
  }
  value(player: number): number {
    return this.winner === player + 1 ? 1 : 0
  }
  override picture(): string {
    return super.picture(1)
  }
  /** Fewest stones that each side still needs to join its sides, compared. */
  estimate(): number {
    const x = this.#needs(1)
    const o = this.#needs(2)
    return Math.tanh((this.player() === 0 ? o - x + 0.5 : x - o + 0.5) / 2)
  }

  /** The cells around one. */
  #around(i: number): number[] {
    const n = this.size
    const r = Math.floor(i / n)
    const c = i % n
    const out: number[] = []
    if (r > 0) out.push(i - n)
    if (r > 0 && c < n - 1) out.push(i - n + 1)
    if (c > 0) out.push(i - 1)
    if (c < n - 1) out.push(i + 1)
    if (r < n - 1 && c > 0) out.push(i + n - 1)
    if (r < n - 1) out.push(i + n)
    return out
  }
  /** How far along its way a cell lies: row for x, column for o. */
  #along(i: number, p: number): number {
    return p === 1 ? Math.floor(i / this.size) : i % this.size
  }
  /** Does the chain of this stone touch both sides of its player? */
  #joins(from: number, p: number): boolean {
    const seen = new Set([from])
    const stack = [from]
    let first = false
    let last = false
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      first ||= this.#along(i, p) === 0
      last ||= this.#along(i, p) === this.size - 1
      for (const j of this.#around(i))
        if (this.board[j] === p && !seen.has(j)) {
          seen.add(j)
          stack.push(j)
        }
    }
    return first && last
  }
  /** Is the game won, as it stands? 0: not yet. */
  settle(): void {
    for (let i = 0; i < this.maxActions; i++)
      if (this.board[i] > 0 && this.#along(i, this.board[i]) === 0 && this.#joins(i, this.board[i])) this.winner = this.board[i]
  }
  /** Breadth first, over own stones for nothing and free cells for one. */
  #needs(p: number): number {
    const cost = new Int16Array(this.maxActions).fill(32_000)
    let level: number[] = []
    for (let i = 0; i < this.maxActions; i++)
      if (this.#along(i, p) === 0 && this.board[i] !== 3 - p) {
        cost[i] = this.board[i] === p ? 0 : 1
        level.push(i)
      }
    while (level.length > 0) {
      const next: number[] = []
      for (const i of level)
        for (const j of this.#around(i)) {
          if (this.board[j] === 3 - p) continue
          const d = cost[i] + (this.board[j] === p ? 0 : 1)
          if (d < cost[j]) {
            cost[j] = d
            next.push(j)
          }
        }
      level = next
    }
    let least = 32_000
    for (let i = 0; i < this.maxActions; i++) if (this.#along(i, p) === this.size - 1) least = Math.min(least, cost[i])
    return Math.min(least, this.size + 1)
  }
}

export const hex: Rules<Hex> = {
  id: 'hex',
  describe: 'Hex on 2 by 2 to 11 by 11 cells (4 by 4 unless said otherwise): find the move',
  about:
    'Hex. x and o put a stone on a free cell in turn. x wins by a chain from the top row to the bottom row, o by one from the left column to the ' +
    'right column. A cell touches those beside it in its row, those above and above to the right, and those below and below to the left. ' +
    'Columns are a, b, c from the left, rows 1, 2, 3 from the top. A move is a cell, such as b2.',
  players: ['x', 'o'],
  examples: ['.../.x./o..', '..../.ox./.x../....', 'start'],
  example: { position: '.x./.xo/..o', move: 'a3' },
  read(text) {
    if (/^(start|-)$/i.test(text.trim())) return new Hex()
    const { cells } = readRows('hex', text, example)
    const n = cells.length
    if (n < 2 || n > largest || cells[0].length !== n)
      throw new Failure(
        'usage',
        `hex: expected as many rows as columns, 2 to ${largest}, found "${text.slice(0, 160)}"`,
        `a position looks like "${example}"`,
      )
    const g = new Hex(n)
    g.put(cells)
    g.settle()
    return g
  },
  position: (random: Random) => randomPosition(new Hex(usual), random, 2, 8),
  horizon: g => (g.maxActions - g.moves <= 14 ? 14 : 4),
  wins: { most: 3, usual: 2 },
}
