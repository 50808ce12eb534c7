// The truth about a grid: can it be finished, how, in one way or more.
import type { Random } from '../../contract/index.ts'
import { keeping } from '../../kernel/keeping.ts'
import { latticeOf, type Side } from './game.ts'

export interface Solved {
  /** The first solution found; null: there is none. */
  readonly solution: readonly number[] | null
  /** Solutions, counted up to the limit. */
  readonly count: number
  /** Cells at which there was more than one digit to choose from, along the whole search: 0 where single candidates alone solve it. */
  readonly guesses: number
}

const bits = (mask: number): number => {
  let n = 0
  for (let m = mask; m !== 0; m &= m - 1) n++
  return n
}

/**
 * Depth-first over the cell of the fewest candidates. Exact.
 * @param limit how many solutions to look for; 2 decides whether it is the only one
 * @param rng draws the order of digits, for random grids; without it ascending
 */
export function solve(cells: readonly number[], side: Side, limit = 1, rng?: Random): Solved {
  const { peers } = latticeOf(side)
  const grid = Int8Array.from(cells)
  const all = (1 << (side + 1)) - 2
  const options = (c: number): number => {
    let taken = 0
    for (const p of peers[c]) taken |= 1 << grid[p]
    return all & ~taken
  }
  let solution: number[] | null = null
  let count = 0
  let guesses = 0
  const search = (): boolean => {
    let cell = -1
    let least = 99
    for (let c = 0; c < grid.length && least > 1; c++) {
      if (grid[c] !== 0) continue
      const n = bits(options(c))
      if (n < least) {
        least = n
        cell = c
      }
    }
    if (cell < 0) {
      solution ??= Array.from(grid)
      return ++count >= limit
    }
    if (least > 1) guesses++
    const open = options(cell)
    const digits = Array.from({ length: side }, (_, i) => i + 1).filter(d => open & (1 << d))
    for (const d of rng ? rng.shuffle(digits) : digits) {
      grid[cell] = d
      if (search()) return true
    }
    grid[cell] = 0
    return false
  }
  search()
  return { solution, count, guesses }
}

// A search asks about the same grids again and again.
const known = keeping<boolean>(200_000)
/** Can this grid, which breaks no rule, be finished? Kept by grid. */
export const solvable = (cells: readonly number[], side: Side): boolean => known(cells.join(''), () => solve(cells, side).solution !== null)
