// The interpreter: pure, bounded in steps, depth and size, so that no program can hurt.
import { type Definition, type Expr, showCall, type Test } from './language.ts'

/** Most expressions evaluated in one call, calls within calls, and the greatest number (its size without a sign). */
const fuel = 5_000
const deepest = 100
const greatest = 1_000_000_000

/** Thrown out of a call that gives no number. No Error: tracing the stack would cost more than the call. */
class Trouble {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** What a call gives: a number, or in words why it gives none. Division rounds down; `%` has the sign of its right side; conditions are 1 and 0. */
export function evaluate(program: readonly Definition[], name: string, args: readonly number[]): number | string {
  const defined = new Map(program.map(d => [d.name, d]))
  let left = fuel
  const call = (f: string, xs: readonly number[], depth: number): number => {
    if (f === 'min') return Math.min(xs[0], xs[1])
    if (f === 'max') return Math.max(xs[0], xs[1])
    if (f === 'abs') return Math.abs(xs[0])
    const d = defined.get(f)
    if (d === undefined || d.params.length !== xs.length) throw new Trouble(`there is no ${f} of ${xs.length} arguments`)
    if (depth > deepest) throw new Trouble('calls itself without end')
    return value(d.body, d.params, xs, depth)
  }
  const value = (e: Expr, params: readonly string[], xs: readonly number[], depth: number): number => {
    if (--left < 0) throw new Trouble('runs without end')
    switch (e.kind) {
      case 'number':
        return e.value
      case 'name':
        return xs[params.indexOf(e.name)]
      case 'minus':
        return 0 - value(e.of, params, xs, depth)
      case 'if':
        return value(value(e.when, params, xs, depth) !== 0 ? e.yes : e.no, params, xs, depth)
      case 'call':
        return call(
          e.name,
          e.args.map(a => value(a, params, xs, depth)),
          depth + 1,
        )
      case 'op': {
        const a = value(e.left, params, xs, depth)
        if (e.op === 'and' && a === 0) return 0
        if (e.op === 'or' && a !== 0) return 1
        return bounded(operate(e.op, a, value(e.right, params, xs, depth)))
      }
    }
  }
  try {
    return call(name, args, 0)
  } catch (e) {
    if (e instanceof Trouble) return e.message
    throw e
  }
}

function bounded(x: number): number {
  if (Math.abs(x) > greatest) throw new Trouble('grows too large')
  return x === 0 ? 0 : x
}
function operate(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
    case '%': {
      if (b === 0) throw new Trouble('divides by zero')
      const q = Math.floor(a / b)
      return op === '/' ? q : a - q * b
    }
    case '<':
      return a < b ? 1 : 0
    case '<=':
      return a <= b ? 1 : 0
    case '>':
      return a > b ? 1 : 0
    case '>=':
      return a >= b ? 1 : 0
    case '=':
      return a === b ? 1 : 0
    case '!=':
      return a !== b ? 1 : 0
    default:
      return b !== 0 ? 1 : 0
  }
}

export const passes = (program: readonly Definition[], t: Test): boolean => evaluate(program, t.name, t.args) === t.expected
/** `clamp(5, 0, 3) gives 5, expected 3`; null: it passes. */
export function complaint(program: readonly Definition[], t: Test): string | null {
  const got = evaluate(program, t.name, t.args)
  if (got === t.expected) return null
  return `${showCall(t)} ${typeof got === 'number' ? `gives ${got}` : got}, expected ${t.expected}`
}
