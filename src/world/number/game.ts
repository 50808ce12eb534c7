// The game both worlds play: numbers on the table, a step takes two of them and puts one back.

import { inTurn } from '../stepping.ts'
import { combine, type Op, order, type Rational, same, show, showAll, whole } from './rational.ts'

/** What tells the two worlds apart. */
export interface Rules {
  readonly id: string
  /** Every number must be used. Otherwise one may stop as soon as the target lies on the table. */
  readonly all: boolean
  /** Every result is a positive integer. Otherwise rationals, negative ones too. */
  readonly positive: boolean
}
/** Game of 24: all four numbers, exact rationals. */
export const rules24: Rules = { id: 'game24', all: true, positive: false }
/** Countdown (the numbers round): each number at most once, positive integers only. */
export const rulesCountdown: Rules = { id: 'countdown', all: false, positive: true }

export interface Move {
  readonly a: Rational
  readonly op: Op
  readonly b: Rational
}
/** A run of moves: one for a step, all that are left for an attempt. */
export type Action = readonly Move[]
export interface State {
  readonly target: number
  /** As the task gave them. */
  readonly numbers: readonly number[]
  /** Ascending. */
  readonly left: readonly Rational[]
  readonly moves: readonly Move[]
}

export const start = (numbers: readonly number[], target: number): State => ({
  target,
  numbers,
  left: numbers.map(whole).sort(order),
  moves: [],
})

/** The result of a move by these rules alone, whatever lies on the table; null: not allowed. */
export function result(m: Move, rules: Rules): Rational | null {
  const c = combine(m.a, m.op, m.b)
  return c === null || (rules.positive && (c[1] !== 1 || c[0] < 1)) ? null : c
}

/** All is said: one number is left, or, where one may stop early, the target lies on the table. */
export const finished = (left: readonly Rational[], target: number, rules: Rules): boolean =>
  left.length === 1 || (!rules.all && reached(left, target, rules))
export const reached = (left: readonly Rational[], target: number, rules: Rules): boolean =>
  rules.all ? left.length === 1 && left[0][1] === 1 && left[0][0] === target : left.some(x => x[1] === 1 && x[0] === target)

/** The table after a move that is known to be legal. */
export function after(left: readonly Rational[], i: number, j: number, c: Rational): Rational[] {
  const out: Rational[] = []
  let placed = false
  for (let k = 0; k < left.length; k++) {
    if (k === i || k === j) continue
    if (!placed && order(c, left[k]) <= 0) {
      out.push(c)
      placed = true
    }
    out.push(left[k])
  }
  if (!placed) out.push(c)
  return out
}

/** Calls `visit` for every legal move: pairs in ascending order, each as x + y, x - y, y - x, x * y, x / y, y / x with x >= y; equal moves once. */
export function eachMove(
  left: readonly Rational[],
  rules: Rules,
  visit: (a: Rational, op: Op, b: Rational, c: Rational, i: number, j: number) => void,
): void {
  for (let i = 0; i < left.length; i++) {
    if (i > 0 && same(left[i], left[i - 1])) continue
    for (let j = i + 1; j < left.length; j++) {
      if (j > i + 1 && same(left[j], left[j - 1])) continue
      const y = left[i]
      const x = left[j]
      const equal = same(x, y)
      const go = (a: Rational, op: Op, b: Rational): void => {
        const c = combine(a, op, b)
        if (c === null || (rules.positive && (c[1] !== 1 || c[0] < 1))) return
        visit(a, op, b, c, i, j)
      }
      go(x, '+', y)
      go(x, '-', y)
      if (!equal && !rules.positive) go(y, '-', x)
      go(x, '*', y)
      go(x, '/', y)
      if (!equal) go(y, '/', x)
    }
  }
}

/** `10 - 4`; a negative second operand in brackets. */
export const showMove = (m: Move): string => `${show(m.a)} ${m.op} ${m.b[0] < 0 ? `(${show(m.b)})` : show(m.b)}`

/** Why this move cannot be made here, or what the table is after it. */
export function move(s: State, m: Move, rules: Rules): State | string {
  if (finished(s.left, s.target, rules))
    return s.left.length === 1 ? `only ${show(s.left[0])} is left: there is nothing to combine` : `${s.target} is reached: no further step`
  const i = s.left.findIndex(x => same(x, m.a))
  if (i < 0) return `${show(m.a)} is not among the numbers left: ${showAll(s.left)}`
  const j = s.left.findIndex((x, k) => k !== i && same(x, m.b))
  if (j < 0)
    return same(m.a, m.b)
      ? `${show(m.b)} is left only once: ${showAll(s.left)}`
      : `${show(m.b)} is not among the numbers left: ${showAll(s.left)}`
  const c = result(m, rules)
  if (c === null) {
    if (m.op === '/' && m.b[0] === 0) return `${showMove(m)} divides by zero`
    const exact = combine(m.a, m.op, m.b)
    return exact === null ? `${showMove(m)} is too large` : `${showMove(m)} is ${show(exact)}: only positive whole numbers are allowed`
  }
  return { target: s.target, numbers: s.numbers, left: after(s.left, Math.min(i, j), Math.max(i, j), c), moves: [...s.moves, m] }
}

/** All moves of an action, one after the other; the reason where one cannot be made. */
export const moveAll = (s: State, a: Action, rules: Rules): State | string => inTurn(s, a, (at, m) => move(at, m, rules))

/** The same for a + b and b + a. */
export const moveKey = (m: Move): string => {
  const [x, y] = (m.op === '+' || m.op === '*') && order(m.a, m.b) < 0 ? [m.b, m.a] : [m.a, m.b]
  return `${show(x)} ${m.op} ${show(y)}`
}
export const actionKey = (a: Action): string => a.map(moveKey).join('; ')
/** The same for states from which the same can be done. */
export const stateKey = (s: { left: readonly Rational[]; target: number }): string => `${s.target}|${showAll(s.left)}`

/** Another target that this state reaches: the number left at the end; where one may stop early, what the last move made. null: none that can be asked for. */
export function regoal(s: State, rules: Rules): { start: State; goal: string } | null {
  const last = s.moves.at(-1)
  const made = last === undefined ? null : result(last, rules)
  if (made === null || made[1] !== 1 || made[0] < 1 || made[0] > 999 || made[0] === s.target || (rules.all && s.left.length > 1))
    return null
  return { start: start(s.numbers, made[0]), goal: String(made[0]) }
}
