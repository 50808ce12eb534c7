// Tasks as people write them.
import { Failure } from '../../kernel/failure.ts'
import type { Rules } from './game.ts'

export interface NumberTask {
  readonly numbers: readonly number[]
  readonly target: number
}
/** `"4 9 10 13"`, `"25 50 75 100 -> 431"`, `[4, 9, 10, 13]`, `{ numbers, target }`. */
export type TaskInput = string | readonly number[] | { readonly numbers: readonly number[]; readonly target?: number }

const limits = {
  game24: { counts: [4, 4], largest: 100, targets: [24, 24], example: '"4 9 10 13"' },
  countdown: { counts: [3, 6], largest: 100, targets: [1, 999], example: '"25 50 75 100 -> 431"' },
} as const

/** @throws Failure (usage) that says what was expected and what was found */
export function parseTask(input: unknown, rules: Rules): NumberTask {
  const id = rules.all ? 'game24' : 'countdown'
  const { counts, largest, targets, example } = limits[id]
  const shown = typeof input === 'string' ? `"${input}"` : JSON.stringify(input)
  const wrong = (what: string): Failure =>
    new Failure('usage', `${id}: ${what} in ${shown?.slice(0, 120) ?? String(input)}`, `a task looks like ${example}`)
  if (typeof input === 'string' && /^\s*[[{]/.test(input)) {
    try {
      return parseTask(JSON.parse(input), rules)
    } catch (e) {
      throw e instanceof SyntaxError ? wrong('no valid JSON') : e
    }
  }
  let listed: unknown[]
  let target: unknown
  if (typeof input === 'string') {
    const [left, right, ...more] = input.split(/->|=>|\u2192|=/)
    if (more.length > 0) throw wrong('more than one target')
    listed = left.split(/[\s,;]+/).filter(w => w !== '')
    target = right?.trim()
  } else if (Array.isArray(input)) listed = input
  else if (typeof input === 'object' && input !== null && Array.isArray((input as { numbers?: unknown }).numbers)) {
    listed = (input as { numbers: unknown[] }).numbers
    target = (input as { target?: unknown }).target
  } else throw wrong('no numbers')
  const number = (x: unknown): number => {
    const n = typeof x === 'number' ? x : typeof x === 'string' && /^[+-]?\d+(\.\d+)?$/.test(x) ? Number(x) : Number.NaN
    if (Number.isNaN(n)) throw wrong(`${JSON.stringify(x)} is not a number`)
    if (!Number.isInteger(n)) throw wrong(`${x} is not a whole number`)
    return n
  }
  const numbers = listed.map(number)
  const [fewest, most] = counts
  if (numbers.length < fewest || numbers.length > most)
    throw wrong(`expected ${fewest === most ? fewest : `${fewest} to ${most}`} numbers, found ${numbers.length}`)
  const bad = numbers.find(n => n < 1 || n > largest)
  if (bad !== undefined) throw wrong(`numbers are 1 to ${largest}, found ${bad}`)
  if (target === undefined && !rules.all) throw wrong('no target')
  const goal = target === undefined ? 24 : number(target)
  const [least, greatest] = targets
  if (goal < least || goal > greatest)
    throw wrong(rules.all ? `the target is 24, found ${goal} (countdown takes any)` : `targets are ${least} to ${greatest}, found ${goal}`)
  return { numbers, target: goal }
}

/** As one would type it. */
export const showTask = (t: NumberTask, rules: Rules): string => (rules.all ? t.numbers.join(' ') : `${t.numbers.join(' ')} -> ${t.target}`)
