import { factorial, type Puzzle, permutationIndex } from './puzzle.ts'

/** n pancakes by size, from the top; a move turns the upper k over. */
export function pancake(n: number): Puzzle {
  return {
    name: `pancake-${n}`,
    goal: Array.from({ length: n }, (_, i) => i),
    base: Array.from({ length: n - 1 }, (_, i) => `flip ${i + 2}`),
    apply: (s, m) => [...s.slice(0, m + 2).reverse(), ...s.slice(m + 2)],
    inverse: Array.from({ length: n - 1 }, (_, i) => i),
    /** The gap heuristic (Helmert 2010): neighbours, the plate among them, that are not of neighbouring size. */
    estimate: s => s.reduce((gaps, x, i) => gaps + (Math.abs(x - (s[i + 1] ?? n)) > 1 ? 1 : 0), 0),
    states: factorial(n),
    index: permutationIndex,
    span: factorial(n),
  }
}
