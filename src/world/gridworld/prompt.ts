// The map in words, for chat models, and read back from there by the oracle.
import type { Message, Wanted } from '../../contract/index.ts'
import { keeping } from '../../kernel/keeping.ts'
import { type Asks, askFor, wantedBy } from '../asks.ts'
import { cell, type Grid, moves, type State } from './grid.ts'

/** What stands after the place: where the reply begins. */
export const asks: Asks = { step: 'Next move:', list: 'Next moves:', judgement: 'Verdict:' }

const legend =
  'Gridworld. You are @ on a map (north is up). # is a wall, . floor, G the goal, ~ lava, which is the end of you. Small letters are keys, ' +
  'capital letters the locked doors that they open. Reach G before your moves are used up.'
const wish = {
  step: () =>
    `One move is one word: ${moves.join(', ')}. "take" picks up the key under you, "open" opens the doors beside you for which you carry the key. Write the next move.`,
  list: (n: number) =>
    `One move is one word: ${moves.join(', ')}. Write ${Number.isFinite(n) ? `up to ${n}` : 'all possible'} next moves, one on each line, the best first.`,
  judgement: () =>
    'Can the goal still be reached with the moves that are left? Think briefly, then end with one word on a line of its own: sure, likely or impossible.',
}

const letters = (bits: number, of: string): string => (bits === 0 ? 'none' : [...of].filter((_, i) => bits & (1 << i)).join(' '))

/** The map as it is now, north to south; a key that one stands on is told beside it. */
export function drawn(s: State): string[] {
  const { width, cells } = s.grid
  const now = [...cells].map((_, i) => (i === s.at ? '@' : cell(s.grid, i, s)))
  return Array.from({ length: cells.length / width }, (_, y) => now.slice(y * width, (y + 1) * width).join(''))
}

export function render(s: State, want: Wanted): Message[] {
  const kind = want.for === 'judgement' ? 'judgement' : want.list === undefined ? 'step' : 'list'
  const here = cell(s.grid, s.at, s)
  const place = [
    `Moves left: ${s.left}`,
    `Carrying: ${letters(s.keys, 'abcdef')}`,
    `Under you: ${here}`,
    'Map:',
    ...drawn(s),
    askFor(asks, want),
  ]
  return [{ role: 'user', content: `${legend}\n${wish[kind](want.list ?? 1)}\n\nNow\n${place.join('\n')}` }]
}

/** A place as a prompt shows it: opened doors and taken keys are floor there. `nearer`: of a move's end, whether it lies nearer to the goal. */
export interface Place {
  readonly map: string
  readonly at: number
  readonly keys: number
  readonly left: number
  readonly nearer?: boolean
}
const shown = /(?:^|\n)Moves left: (\d+)\nCarrying: ([a-f ]+|none)\nUnder you: (\S)\nMap:\n((?:[#.~@Ga-fA-F]+\n)+)([^\n]+)$/

export function readPrompt(text: string): { place: Place; want: Wanted } | null {
  const m = shown.exec(text)
  const want = m && wantedBy(asks, m[5])
  if (!m || want === null) return null
  const rows = m[4].trimEnd().split('\n')
  const at = rows.join('').indexOf('@')
  if (at < 0 || rows.some(r => r.length !== rows[0].length)) return null
  const map = rows.join('/').replace('@', m[3])
  const keys = m[2] === 'none' ? 0 : m[2].split(' ').reduce((bits, k) => bits | (1 << 'abcdef'.indexOf(k)), 0)
  return { place: { map, at, keys, left: Number(m[1]) }, want }
}

const grids = keeping<Grid>(2000)
/** The map of a place as the rules read it; kept, since the same one is asked about again and again. */
export const gridOfPlace = (p: Place): Grid =>
  grids(p.map, () => {
    const width = p.map.indexOf('/') < 0 ? p.map.length : p.map.indexOf('/')
    return { width, cells: p.map.replaceAll('/', ''), start: p.at, steps: p.left }
  })
