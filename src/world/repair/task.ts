// Tasks as people write them, and the truth that may come with one.
import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { splitBy } from '../split.ts'
import { type Definition, readDefinition, readTest, showDefinition, showTest, type Test, unsound } from './language.ts'

export interface RepairTask {
  /** One definition a line, in the form in which the world writes them. */
  readonly source: readonly string[]
  readonly tests: readonly string[]
  /** Most edits. */
  readonly most: number
}
export type TaskInput =
  | string
  | { readonly source: string | readonly string[]; readonly tests: readonly string[]; readonly most?: number; readonly answer?: unknown }

const mostEdits = 12
const standardMost = 3
const sample = '"larger(a, b) = if a < b then a else b; larger(2, 3) = 3; larger(4, 4) = 4 (at most 2)"'
// Beside the task and not in it, so that states, prompts and records never hold it.
const truths = new WeakMap<RepairTask, readonly string[]>()

const lines = (text: string): string[] =>
  text
    .split(/[;\n]/)
    .map(x => x.trim())
    .filter(x => x !== '')

/** The definitions of a source. Texts that were checked once. */
export const program = (source: readonly string[]): Definition[] => source.map(x => readDefinition(x) as Definition)
export const testsOf = (t: RepairTask): Test[] => t.tests.map(x => readTest(x)!)

/** @throws Failure (usage) that says what was expected and what was found */
export function parseTask(input: unknown): RepairTask {
  const shown = typeof input === 'string' ? `"${input}"` : JSON.stringify(input)
  const wrong = (what: string): Failure =>
    new Failure('usage', `repair: ${what} in ${shown?.slice(0, 160) ?? String(input)}`, `a task looks like ${sample}`)
  if (typeof input === 'string') {
    if (/^\s*\{/.test(input)) {
      try {
        return parseTask(JSON.parse(input))
      } catch (e) {
        throw e instanceof SyntaxError ? wrong('no valid JSON') : e
      }
    }
    const bound = /\(\s*at most (\d+)[^)]*\)\s*$/i.exec(input)
    const all = lines(bound ? input.slice(0, bound.index) : input)
    return checked(
      all.filter(x => readTest(x) === null),
      all.filter(x => readTest(x) !== null),
      bound ? Number(bound[1]) : standardMost,
      wrong,
    )
  }
  if (typeof input === 'object' && input !== null && truths.has(input as RepairTask)) return input as RepairTask
  const {
    source,
    tests,
    most = standardMost,
    answer,
  } = (input ?? {}) as { source?: unknown; tests?: unknown; most?: unknown; answer?: unknown }
  if ((typeof source !== 'string' && !Array.isArray(source)) || !Array.isArray(tests)) throw wrong('no source and tests')
  if (typeof most !== 'number') throw wrong(`expected a number as most, found ${JSON.stringify(most)},`)
  const task = checked(Array.isArray(source) ? source.map(String) : lines(source), tests.map(String), most, wrong)
  return answer === undefined || answer === null ? task : withAnswer(task, answer)
}

/** Definitions that are sound together, in the form in which the world writes them; a text: why they are none. */
export function readSource(texts: readonly string[]): string[] | string {
  const read = texts.map(readDefinition)
  const at = read.findIndex(x => typeof x === 'string')
  if (at >= 0) return `"${texts[at].slice(0, 60)}": ${read[at]}`
  const why = unsound(read as Definition[])
  return why ?? (read as Definition[]).map(showDefinition)
}

function checked(source: readonly string[], tests: readonly string[], most: number, wrong: (what: string) => Failure): RepairTask {
  if (source.length === 0) throw wrong('no function')
  if (source.length > 8) throw wrong(`${source.length} functions (at most 8)`)
  if (tests.length === 0) throw wrong('no test')
  if (tests.length > 40) throw wrong(`${tests.length} tests (at most 40)`)
  if (!Number.isInteger(most) || most < 1 || most > mostEdits) throw wrong(`1 to ${mostEdits} edits are allowed, found ${most}`)
  const clean = readSource(source)
  if (typeof clean === 'string') throw wrong(clean)
  const arity = new Map(program(clean).map(d => [d.name, d.params.length]))
  const good = tests.map(text => {
    const t = readTest(text)
    if (t === null) throw wrong(`expected a test such as "f(1, 2) = 3", found "${text}",`)
    if (arity.get(t.name) !== t.args.length) throw wrong(`no ${t.name} of ${t.args.length} arguments for the test "${text}"`)
    return showTest(t)
  })
  return Object.freeze({ source: clean, tests: good, most })
}

/** The same task with the program that is meant, which only a grader sees. @throws Failure (usage) where it is none */
export function withAnswer(task: RepairTask, answer: unknown): RepairTask {
  const source = readSource(Array.isArray(answer) ? answer.map(String) : lines(String(answer)))
  if (typeof source === 'string')
    throw new Failure('usage', `repair: the expected answer is no program: ${source}`, 'write it as the source of the task')
  const copy = Object.freeze({ ...task })
  truths.set(copy, source)
  return copy
}
/** The program that is meant, where it is known. */
export const truthOf = (task: RepairTask): readonly string[] | undefined => truths.get(task)

/** As one would type it. */
export const showTask = (t: RepairTask): string => `${[...t.source, ...t.tests].join('; ')} (at most ${t.most})`

/** 70 % train, 15 % dev, 15 % test, by a fixed hash of the broken program. */
export function split(t: RepairTask): Split {
  return splitBy(t.source.join('\n'))
}
