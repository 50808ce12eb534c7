import { factorial, type Puzzle, permutationIndex } from './puzzle.ts'

/** Tiles 1 .. side^2 - 1 and a gap (0), row by row; the gap moves. The goal has the gap last. */
export function sliding(side: number): Puzzle {
  const n = side * side
  const to = (i: number, m: number): number => {
    const r = Math.floor(i / side) + [-1, 1, 0, 0][m]
    const c = (i % side) + [0, 0, -1, 1][m]
    return r < 0 || c < 0 || r >= side || c >= side ? -1 : r * side + c
  }
  return {
    name: `${n - 1}-puzzle`,
    goal: [...Array.from({ length: n - 1 }, (_, i) => i + 1), 0],
    base: ['up', 'down', 'left', 'right'],
    apply(s, m) {
      const from = s.indexOf(0)
      const i = to(from, m)
      if (i < 0) return null
      const out = s.slice()
      out[from] = out[i]
      out[i] = 0
      return out
    },
    inverse: [1, 0, 3, 2],
    /** Manhattan distance of the tiles. */
    estimate: s =>
      s.reduce((sum, x, i) => {
        if (x === 0) return sum
        return sum + Math.abs(Math.floor(i / side) - Math.floor((x - 1) / side)) + Math.abs((i % side) - ((x - 1) % side))
      }, 0),
    states: factorial(n) / 2,
    index: permutationIndex,
    span: factorial(n),
  }
}

/** Can it be solved? The permutation's parity and the gap's distance go together. */
export function solvableSliding(s: readonly number[], side: number): boolean {
  let odd = 0
  const tiles = s.filter(x => x > 0)
  for (let i = 0; i < tiles.length; i++) for (let j = i + 1; j < tiles.length; j++) if (tiles[j] < tiles[i]) odd ^= 1
  const rows = side - 1 - Math.floor(s.indexOf(0) / side)
  return side % 2 === 1 ? odd === 0 : odd === rows % 2
}
