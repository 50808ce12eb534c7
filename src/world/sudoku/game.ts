// The grid and its rules: every row, column and box holds each digit once. 4 x 4 with digits 1 to 4, or 9 x 9.
import { inTurn } from '../stepping.ts'

export type Side = 4 | 9
/** A cell (0 is the upper left, in reading order) and its digit. */
export interface Fill {
  readonly cell: number
  readonly digit: number
}
/** A run of fills: one for a step, all that are left for an attempt. */
export type Action = readonly Fill[]
export interface State {
  readonly side: Side
  /** As the task gave them, 0: empty. */
  readonly givens: readonly number[]
  /** Now. */
  readonly cells: readonly number[]
  readonly fills: readonly Fill[]
}

/** A row, a column or a box in which each digit stands once. */
interface Lattice {
  /** Cells that share a row, a column or a box with each cell, without itself. */
  readonly peers: readonly (readonly number[])[]
}
const lattices = new Map<Side, Lattice>()
export function latticeOf(side: Side): Lattice {
  let made = lattices.get(side)
  if (!made) {
    const box = Math.sqrt(side)
    const [row, column] = [(c: number) => Math.floor(c / side), (c: number) => c % side]
    const boxOf = (c: number) => Math.floor(row(c) / box) * box + Math.floor(column(c) / box)
    const all = Array.from({ length: side * side }, (_, c) => c)
    made = { peers: all.map(c => all.filter(d => d !== c && (row(d) === row(c) || column(d) === column(c) || boxOf(d) === boxOf(c)))) }
    lattices.set(side, made)
  }
  return made
}

export const start = (givens: readonly number[]): State => ({ side: givens.length === 16 ? 4 : 9, givens, cells: givens, fills: [] })

/** Digits that no peer of the cell has, ascending. */
export function candidates(cells: readonly number[], side: Side, cell: number): number[] {
  let taken = 0
  for (const p of latticeOf(side).peers[cell]) taken |= 1 << cells[p]
  const out: number[] = []
  for (let d = 1; d <= side; d++) if (!(taken & (1 << d))) out.push(d)
  return out
}

/** The first two equal digits that see each other; null: the grid breaks no rule. */
export function conflict(cells: readonly number[], side: Side): [number, number] | null {
  const { peers } = latticeOf(side)
  for (let c = 0; c < cells.length; c++) {
    if (cells[c] === 0) continue
    const p = peers[c].find(q => cells[q] === cells[c])
    if (p !== undefined) return [Math.min(c, p), Math.max(c, p)]
  }
  return null
}

/** An empty cell for which no digit is left, the first; null: there is none. */
function deadCell(cells: readonly number[], side: Side): number | null {
  const c = cells.findIndex((x, i) => x === 0 && candidates(cells, side, i).length === 0)
  return c < 0 ? null : c
}
export const full = (cells: readonly number[]): boolean => !cells.includes(0)
/** Full, or one cell has no digit left. */
export const over = (s: Pick<State, 'cells' | 'side'>): boolean => full(s.cells) || deadCell(s.cells, s.side) !== null

/** Which empty cell is filled next where moves are listed: that of the fewest candidates, or the first in reading order. */
export type Order = 'fewest' | 'reading'
function nextCell(cells: readonly number[], side: Side, order: Order): number | null {
  if (order === 'reading') {
    const c = cells.indexOf(0)
    return c < 0 ? null : c
  }
  let best: number | null = null
  let least = Number.POSITIVE_INFINITY
  for (let c = 0; c < cells.length; c++) {
    if (cells[c] !== 0) continue
    const n = candidates(cells, side, c).length
    if (n < least) {
      best = c
      least = n
    }
  }
  return best
}
/** Fills of the next cell. Complete for a search: some digit stands there in every solution. */
export function moves(cells: readonly number[], side: Side, order: Order): Fill[] {
  if (over({ cells, side })) return []
  const cell = nextCell(cells, side, order)
  return cell === null ? [] : candidates(cells, side, cell).map(digit => ({ cell, digit }))
}

/** `r1c2`. */
export const cellName = (cell: number, side: Side): string => `r${Math.floor(cell / side) + 1}c${(cell % side) + 1}`
/** `r1c2 = 3`. */
export const showFill = (f: Fill, side: Side): string => `${cellName(f.cell, side)} = ${f.digit}`

/** Why this fill cannot be made here, or the state after it. */
export function fill(s: State, f: Fill): State | string {
  const { side, cells } = s
  if (f.cell < 0 || f.cell >= cells.length || f.digit < 1 || f.digit > side)
    return `expected a cell r1c1 to r${side}c${side} and a digit 1 to ${side}`
  if (full(cells)) return 'the grid is full'
  const dead = deadCell(cells, side)
  if (dead !== null) return `${cellName(dead, side)} has no digit left: this grid cannot be finished`
  if (cells[f.cell] !== 0) return `${cellName(f.cell, side)} holds ${cells[f.cell]} already`
  const by = latticeOf(side).peers[f.cell].find(p => cells[p] === f.digit)
  if (by !== undefined) return `${showFill(f, side)} stands against ${showFill({ cell: by, digit: f.digit }, side)}`
  return { ...s, cells: cells.with(f.cell, f.digit), fills: [...s.fills, f] }
}
/** All fills of an action, one after the other; the reason where one cannot be made. */
export const fillAll = (s: State, a: Action): State | string => inTurn(s, a, fill)

/** `..1. .34. .1.. .43.`: rows with spaces between. */
export function showGrid(cells: readonly number[]): string {
  const side = Math.sqrt(cells.length)
  const rows = Array.from({ length: side }, (_, r) => cells.slice(r * side, (r + 1) * side))
  return rows.map(row => row.map(d => (d === 0 ? '.' : String(d))).join('')).join(' ')
}
