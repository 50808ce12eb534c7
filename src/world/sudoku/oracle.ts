// The truth that a simulated model errs about: it reads the grid back from the world's own prompts.
import type { Message, Oracle, Wanted } from '../../contract/index.ts'
import { wanted } from '../asks.ts'
import { moves, type Order, type Side, showFill, showGrid } from './game.ts'
import { asks } from './prompt.ts'
import { solvable } from './solver.ts'

/** The grid as rows with spaces between. */
export interface Place {
  readonly grid: string
}
const cellsOf = (p: Place): number[] => Array.from(p.grid.replaceAll(' ', ''), c => (c === '.' ? 0 : Number(c)))
const sideOf = (cells: readonly number[]): Side => (cells.length === 16 ? 4 : 9)

function readPrompt(text: string): { place: Place; want: Wanted } | null {
  const at = [...text.matchAll(/^Grid:\n((?:[.\d](?: [.\d])+\n)+)([A-Z][a-z ]+:)(?: \(at most (\d+)\))?/gm)].at(-1)
  if (!at) return null
  const cells = Array.from(at[1].replace(/\s/g, ''), c => (c === '.' ? 0 : Number(c)))
  if (cells.length !== 16 && cells.length !== 81) return null
  const place = { grid: showGrid(cells) }
  const want = wanted(asks, at[2], at[3])
  return want && { place, want }
}

export const oracle = (order: Order): Oracle<Place> => ({
  read(messages: readonly Message[]) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? readPrompt(last.content) : null
    return found && { ...found, key: found.place.grid }
  },
  moves(p) {
    const cells = cellsOf(p)
    const side = sideOf(cells)
    return moves(cells, side, order).map(f => ({ text: showFill(f, side), to: { grid: showGrid(cells.with(f.cell, f.digit)) } }))
  },
  promising: p => solvable(cellsOf(p), sideOf(cellsOf(p))),
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  // The fills alone say all of it: an answer grid would need the givens, which the steps do not name.
  attempt: texts => texts.join('\n'),
})
