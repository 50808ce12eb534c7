// The number game as the seedling's vocabulary can say it: every number on the table, and so every result, is a whole number from 0 to 99.
// Narrower than the worlds' rules (no fractions, no negative results); small and fast, since making a batch asks it some ten thousand questions.
import { numbers, token } from '../../model/seedling/index.ts'

/** A legal step: a op b = c, with `rest` on the table after it, ascending. `op` is a token id. The larger operand stands first. */
export interface Step {
  a: number
  op: number
  b: number
  c: number
  rest: number[]
}

/** a op b where the result can be said; -1 elsewhere. */
export function apply(a: number, op: number, b: number): number {
  if (op === token.plus) return a + b < numbers ? a + b : -1
  if (op === token.minus) return a >= b ? a - b : -1
  if (op === token.times) return a * b < numbers ? a * b : -1
  return b !== 0 && a % b === 0 ? a / b : -1
}

const operators = [token.plus, token.minus, token.times, token.over]

/** Calls `visit` for each distinct legal step. @param left ascending @returns true as soon as `visit` does */
function some(left: readonly number[], visit: (a: number, op: number, b: number, c: number, i: number, j: number) => boolean): boolean {
  for (let i = 0; i < left.length; i++) {
    if (i > 0 && left[i] === left[i - 1]) continue
    for (let j = i + 1; j < left.length; j++) {
      if (j > i + 1 && left[j] === left[j - 1]) continue
      for (const op of operators) {
        const c = apply(left[j], op, left[i])
        if (c >= 0 && visit(left[j], op, left[i], c, i, j)) return true
      }
      // The smaller over the larger is whole only for 0.
      if (left[i] === 0 && left[j] !== 0 && visit(0, token.over, left[j], 0, i, j)) return true
    }
  }
  return false
}

const without = (left: readonly number[], i: number, j: number, c: number): number[] => {
  const out: number[] = []
  for (let k = 0; k < left.length; k++) if (k !== i && k !== j) out.push(left[k])
  let at = out.length
  while (at > 0 && out[at - 1] > c) at--
  out.splice(at, 0, c)
  return out
}

/** All distinct legal steps. @param left ascending */
export function steps(left: readonly number[]): Step[] {
  const out: Step[] = []
  some(left, (a, op, b, c, i, j) => {
    out.push({ a, op, b, c, rest: without(left, i, j, c) })
    return false
  })
  return out
}

/** Can the target still be made, using every number? @param left ascending */
export function solvable(left: readonly number[], target: number): boolean {
  if (left.length === 1) return left[0] === target
  if (left.length === 2) return some(left, (_a, _op, _b, c) => c === target)
  return some(left, (_a, _op, _b, c, i, j) => solvable(without(left, i, j, c), target))
}

/** Every distinct solution, as steps. @param left ascending */
export function solutions(left: readonly number[], target: number): Step[][] {
  if (left.length === 1) return left[0] === target ? [[]] : []
  return steps(left).flatMap(s => solutions(s.rest, target).map(rest => [s, ...rest]))
}

/** A step that leaves a number as it was: x * 1, x / 1, x + 0, x - 0. */
export const trivial = (s: Step): boolean => (s.op === token.times || s.op === token.over ? s.b === 1 : s.b === 0)

export const ascending = (xs: readonly number[]): number[] => [...xs].sort((a, b) => a - b)

/** Tokens of a prompt: target : n n n ; with the numbers as given. */
export const promptTokens = (given: readonly number[], target: number): number[] => [target, token.colon, ...given, token.semicolon]

/** Tokens of a step: a op b = c : rest ; and, for the last one, a op b = c $. */
export const stepTokens = (s: Step): number[] => [
  s.a,
  s.op,
  s.b,
  token.equals,
  s.c,
  ...(s.rest.length > 1 ? [token.colon, ...s.rest, token.semicolon] : [token.end]),
]
