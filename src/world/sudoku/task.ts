// Puzzles as people write them, and puzzles made by seed.
import type { Random, Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { chain, hashText, mix } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish } from '../entry.ts'
import { conflict, type Side, showFill, showGrid } from './game.ts'
import { solve } from './solver.ts'

/** 16 or 81 cells in reading order, 0: empty. */
export interface SudokuTask {
  readonly givens: readonly number[]
}
const example = 'a task looks like "..1. .34. .1.. .43.": 16 or 81 cells, a dot for an empty one'

/** `"..1. .34. .1.. .43."`, `[[1, 0, 0, 4], ...]`, `{ givens }`. @throws Failure (usage), one line */
export function parseTask(input: unknown): SudokuTask {
  const shown = (typeof input === 'string' ? `"${input}"` : (JSON.stringify(input) ?? String(input))).slice(0, 120)
  const wrong = (what: string): Failure => new Failure('usage', `sudoku: ${what} in ${shown}`, example)
  let cells: unknown[]
  if (typeof input === 'string') {
    const bare = input.replace(/[\s|+/,;-]/g, '')
    const odd = /[^\d._*]/.exec(bare)
    if (odd) throw wrong(`expected digits and dots, found "${odd[0]}"`)
    cells = Array.from(bare, c => (/\d/.test(c) ? Number(c) : 0))
  } else if (Array.isArray(input)) cells = input.flat()
  else if (typeof input === 'object' && input !== null && Array.isArray((input as { givens?: unknown }).givens))
    cells = (input as { givens: unknown[] }).givens
  else throw wrong('no grid')
  if (cells.length !== 16 && cells.length !== 81) throw wrong(`expected 16 or 81 cells, found ${cells.length}`)
  const side: Side = cells.length === 16 ? 4 : 9
  const bad = cells.find(c => typeof c !== 'number' || !Number.isInteger(c) || c < 0 || c > side)
  if (bad !== undefined) throw wrong(`digits are 1 to ${side}, found ${JSON.stringify(bad)}`)
  const givens = cells as number[]
  const clash = conflict(givens, side)
  if (clash) throw wrong(`${clash.map(cell => showFill({ cell, digit: givens[cell] }, side)).join(' stands against ')}`)
  return { givens }
}
export const showTask = (t: SudokuTask): string => showGrid(t.givens)

/**
 * Which split a puzzle belongs to: 70 % train, 15 % dev, 15 % test, by a fixed hash of its (first) solution, so that puzzles of one finished grid are
 * never on two sides. Of a puzzle without a solution, of the puzzle. The hash never changes: results and weights depend on it.
 */
export function split(t: SudokuTask): Split {
  const grid = solve(t.givens, t.givens.length === 16 ? 4 : 9).solution ?? t.givens
  const share = mix(hashText(grid.join('')), 0x5d0c) % 100
  return share < 70 ? 'train' : share < 85 ? 'dev' : 'test'
}

export interface SudokuWish extends Wish {
  /** Side of the grid, 4 (default) or 9. */
  readonly size?: number
  /** Cells given; default 6 of 16, 30 of 81. Where so few leave more than one solution, other grids are tried. */
  readonly givens?: number
}

/** A full grid, then cells taken away in random order as long as one solution is left; null where that ends above the wanted number of givens. */
export function draw(side: Side, givens: number, rng: Random): readonly number[] | null {
  const cells = Array.from(solve(new Array<number>(side * side).fill(0), side, 1, rng).solution!)
  let left = cells.length
  for (const c of rng.shuffle(cells.map((_, i) => i))) {
    if (left === givens) break
    const digit = cells[c]
    cells[c] = 0
    if (solve(cells, side, 2).count === 1) left--
    else cells[c] = digit
  }
  return left === givens ? cells : null
}

/** Puzzles of one solution each, the same for the same wish, no two alike. `difficulty`: by how often an exact solver has to guess. */
export function tasks(w: SudokuWish): Named<SudokuTask>[] {
  if (w.size !== undefined && w.size !== 4 && w.size !== 9)
    throw new Failure('usage', `sudoku: expected a size of 4 or 9, found ${w.size}`, 'the size is the side of the grid')
  const side: Side = w.size === 9 ? 9 : 4
  const givens = w.givens ?? (side === 4 ? 6 : 30)
  const { hi, lo } = chain(0, 0, `sudoku ${w.split ?? 'all'} ${side} ${givens}`)
  const rng = new AddressedRandom(w.seed ?? 0, hi, lo, 'tasks')
  const out = new Map<string, SudokuTask>()
  // A wish that cannot be met ends after so many draws without a new one.
  for (let idle = 0; out.size < w.n && idle < 2000; idle++) {
    const cells = draw(side, givens, rng)
    if (!cells) continue
    const task = { givens: cells }
    const key = showTask(task)
    if (out.has(key) || (w.split !== undefined && w.split !== 'all' && split(task) !== w.split)) continue
    out.set(key, task)
    idle = 0
  }
  const all = [...out].map(([key, task]) => ({ id: `sudoku/${key.replaceAll(' ', '-')}`, task }))
  if (w.order === 'difficulty') {
    const guesses = new Map(all.map(t => [t, solve(t.task.givens, side, 2).guesses]))
    all.sort((a, b) => guesses.get(a)! - guesses.get(b)!)
  }
  return all
}
