// Generated word problems: a chain of whole-number arithmetic with one right answer, so that judging and search can be shown and tested offline.
import type { Random } from '../../contract/index.ts'

export interface Operation {
  readonly op: '+' | '-' | '*' | '/'
  readonly by: number
}
export interface Chain {
  readonly start: number
  readonly ops: readonly Operation[]
  /** The right value after each operation. */
  readonly truth: readonly number[]
}

const people = ['Mia', 'Omar', 'Lena', 'Kofi', 'Ana', 'Ravi', 'Yuki', 'Tom']
const things = ['apples', 'marbles', 'stamps', 'coins', 'books', 'shells', 'cards', 'pencils']
const say: Readonly<Record<Operation['op'], (who: string, n: number) => string>> = {
  '+': (who, n) => `${who} gets ${n} more.`,
  '-': (who, n) => `${who} gives ${n} away.`,
  '*': (who, n) => `Then ${who} has ${n} times as many.`,
  '/': (who, n) => `${who} keeps one of ${n} equal shares.`,
}
const hear: readonly (readonly [RegExp, Operation['op']])[] = [
  [/^\w+ gets (\d+) more$/, '+'],
  [/^\w+ gives (\d+) away$/, '-'],
  [/^Then \w+ has (\d+) times as many$/, '*'],
  [/^\w+ keeps one of (\d+) equal shares$/, '/'],
]

/** What an operation makes of a value; NaN where it is no whole number. */
export function apply(x: number, { op, by }: Operation): number {
  if (op === '+') return x + by
  if (op === '-') return x - by
  if (op === '*') return x * by
  return x % by === 0 ? x / by : Number.NaN
}

/** The chain that a generated question tells of; null: it is no such question. */
export function chainOf(question: string): Chain | null {
  if (question.length > 4000) return null
  const m = /^(\w+) has (\d+) (\w+)\. (.*) How many \3 does \1 have now\?$/s.exec(question.trim())
  if (!m) return null
  const ops: Operation[] = []
  const truth: number[] = []
  let at = Number(m[2])
  for (const sentence of m[4].split('.').map(x => x.trim())) {
    if (sentence === '') continue
    const found = hear.map(([form, op]) => ({ op, by: Number(form.exec(sentence)?.[1] ?? Number.NaN) })).find(o => !Number.isNaN(o.by))
    if (!found) return null
    at = apply(at, found)
    if (!Number.isSafeInteger(at)) return null
    ops.push(found)
    truth.push(at)
  }
  return ops.length === 0 ? null : { start: Number(m[2]), ops, truth }
}

/** A question of `size` operations on numbers from 1 to 1,000; every value on the way is a positive whole number. */
export function draw(r: Random, size: number): string {
  const who = r.pick(people)
  const what = r.pick(things)
  const start = 3 + r.int(40)
  let at = start
  const said: string[] = []
  while (said.length < size) {
    const op = r.pick(['+', '-', '*', '/'] as const)
    const by = op === '*' || op === '/' ? 2 + r.int(5) : 2 + r.int(30)
    const next = apply(at, { op, by })
    if (!(next >= 1 && next <= 1000)) continue
    said.push(say[op](who, by))
    at = next
  }
  return `${who} has ${start} ${what}. ${said.join(' ')} How many ${what} does ${who} have now?`
}
