// Tasks as people write them, and the truth that may come with one.
import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { splitBy } from '../split.ts'
import { greatest, type List, longest, primitive, readList, showList } from './primitives.ts'

export interface Example {
  readonly input: List
  readonly output: List
}
export interface FunctionTask {
  readonly examples: readonly Example[]
  /** Longest program. */
  readonly most: number
}
export type TaskInput =
  | string
  | { readonly examples: readonly (Example | readonly [List, List])[]; readonly most?: number; readonly answer?: unknown }

export const longestProgram = 6
const standardMost = 4
const sample = '"[3 1 2] -> [2 4 6]; [5 4] -> [8 10] (at most 2)"'
// Beside the task and not in it, so that states, prompts and records never hold it.
const truths = new WeakMap<FunctionTask, readonly string[]>()

/** @throws Failure (usage) that says what was expected and what was found */
export function parseTask(input: unknown): FunctionTask {
  const shown = typeof input === 'string' ? `"${input}"` : JSON.stringify(input)
  const wrong = (what: string): Failure =>
    new Failure('usage', `functions: ${what} in ${shown?.slice(0, 120) ?? String(input)}`, `a task looks like ${sample}`)
  if (typeof input === 'string') {
    if (/^\s*\{/.test(input)) {
      try {
        return parseTask(JSON.parse(input))
      } catch (e) {
        throw e instanceof SyntaxError ? wrong('no valid JSON') : e
      }
    }
    const bound = /\(\s*at most (\d+)[^)]*\)\s*$/i.exec(input)
    const pairs = (bound ? input.slice(0, bound.index) : input).split(/[;\n]/).filter(x => x.trim() !== '')
    const examples = pairs.map(pair => {
      const sides = pair.split(/->|=>|\u2192/)
      const [a, b] = sides.map(readList)
      if (sides.length !== 2 || !a || !b) throw wrong(`expected "[..] -> [..]", found "${pair.trim()}",`)
      return { input: a, output: b }
    })
    return checked(examples, bound ? Number(bound[1]) : standardMost, wrong)
  }
  if (typeof input === 'object' && input !== null && truths.has(input as FunctionTask)) return input as FunctionTask
  if (typeof input !== 'object' || input === null || !Array.isArray((input as { examples?: unknown }).examples)) throw wrong('no examples')
  const { examples, most = standardMost, answer } = input as { examples: unknown[]; most?: unknown; answer?: unknown }
  const read = examples.map(x => {
    const [a, b] = Array.isArray(x) ? x : [(x as Example | null)?.input, (x as Example | null)?.output]
    if (!Array.isArray(a) || !Array.isArray(b)) throw wrong('expected pairs of lists')
    return { input: a as number[], output: b as number[] }
  })
  if (typeof most !== 'number') throw wrong(`expected a number as most, found ${JSON.stringify(most)},`)
  const task = checked(read, most, wrong)
  return answer === undefined || answer === null ? task : withAnswer(task, answer)
}

function checked(examples: readonly Example[], most: number, wrong: (what: string) => Failure): FunctionTask {
  if (examples.length === 0) throw wrong('no example')
  if (examples.length > 20) throw wrong(`${examples.length} examples (at most 20)`)
  if (!Number.isInteger(most) || most < 1 || most > longestProgram) throw wrong(`programs have 1 to ${longestProgram} steps, found ${most}`)
  for (const xs of examples.flatMap(x => [x.input, x.output])) {
    if (xs.length > longest) throw wrong(`a list of ${xs.length} elements (at most ${longest})`)
    const bad = xs.find(x => !Number.isInteger(x) || Math.abs(x) > greatest)
    if (bad !== undefined) throw wrong(`elements are whole numbers up to ${greatest}, found ${bad}`)
  }
  return Object.freeze({ examples, most })
}

/** `tail | double`, in any of the ways to write it; a text: why it is no program. */
export function parseProgram(text: string): readonly string[] | string {
  const names = text
    .split(/->|[|\n,;]/)
    .map(x => x.trim().toLowerCase())
    .filter(x => x !== '')
  const unknown = names.find(x => primitive(x) === undefined)
  if (names.length === 0) return 'there is no step in it'
  return unknown === undefined ? names : `there is no operation "${unknown.slice(0, 40)}"`
}
export const showProgram = (names: readonly string[]): string => names.join(' | ')

/** The same task with the program that is meant, which only a grader sees. @throws Failure (usage) where it is none */
export function withAnswer(task: FunctionTask, answer: unknown): FunctionTask {
  const program = parseProgram(Array.isArray(answer) ? answer.join('|') : String(answer))
  if (typeof program === 'string')
    throw new Failure('usage', `functions: ${program}: ${JSON.stringify(answer)}`, 'an answer looks like "tail | double"')
  const copy = Object.freeze({ ...task })
  truths.set(copy, program)
  return copy
}
/** The program that is meant, where it is known. */
export const truthOf = (task: FunctionTask): readonly string[] | undefined => truths.get(task)

/** As one would type it. */
export const showTask = (t: FunctionTask): string =>
  `${t.examples.map(x => `${showList(x.input)} -> ${showList(x.output)}`).join('; ')} (at most ${t.most})`

/** 70 % train, 15 % dev, 15 % test, by a fixed hash of the examples. */
export function split(t: FunctionTask): Split {
  return splitBy(t.examples.map(x => `${showList(x.input)} ${showList(x.output)}`).join(' '))
}
