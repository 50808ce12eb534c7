// Which tree: its shape, and how its solutions are planted.
import { Failure } from '../../kernel/failure.ts'
import { nearest } from '../../kernel/nearest.ts'

export interface TreeTask {
  /** Different steps at a place. */
  readonly branching: number
  /** Steps from the root to a leaf; every leaf lies so deep. */
  readonly depth: number
  /** Share of the leaves that are solutions; there is one at least. Not used with pivots. */
  readonly density: number
  /** How evenly solutions lie among siblings (start weight of Polya's urn): small, they stand together; large, by chance alone. */
  readonly spread: number
  /** So many depths, drawn by the seed, at which only `survive` of the steps can still end well; elsewhere all can. 0: by density. */
  readonly pivots: number
  readonly survive: number
  /** Ways of writing each step: other actions of equal quality, with equal noise of a critic. */
  readonly wordings: number
  /** 1: wordings lead to equal states. 0: to states that only are as good. */
  readonly twins: number
  /** Different answers that are right. */
  readonly classes: number
  /** Different answers that are wrong. */
  readonly answers: number
  /** Share of the wrong leaves that give one and the same wrong answer, on top of its share of the others. */
  readonly confuser: number
  /** Greatest reward of a wrong leaf: it grows with how long its way could still have ended well. 0: rewards are 0 or 1. */
  readonly graded: number
  /** Another seed, another tree. */
  readonly seed: number
}
export type TreeTaskInput = string | Partial<TreeTask>

interface Range {
  readonly default: number
  readonly min: number
  readonly max: number
  readonly whole?: boolean
}
const parameters: Readonly<Record<keyof TreeTask, Range>> = {
  branching: { default: 4, min: 1, max: 64, whole: true },
  depth: { default: 8, min: 1, max: 64, whole: true },
  density: { default: 0.02, min: 0, max: 1 },
  spread: { default: 1, min: 1e-3, max: 1e9 },
  pivots: { default: 0, min: 0, max: 64, whole: true },
  survive: { default: 1, min: 1, max: 64, whole: true },
  wordings: { default: 1, min: 1, max: 26, whole: true },
  twins: { default: 1, min: 0, max: 1, whole: true },
  classes: { default: 1, min: 1, max: 1000, whole: true },
  answers: { default: 16, min: 1, max: 10_000, whole: true },
  confuser: { default: 0, min: 0, max: 1 },
  graded: { default: 0, min: 0, max: 0.99 },
  seed: { default: 0, min: 0, max: 2 ** 32 - 1, whole: true },
}
const names = Object.keys(parameters) as (keyof TreeTask)[]
const example = 'a task looks like "branching=4,depth=8,density=0.02,seed=3"'
/** Counts of leaves stay exact. */
const mostLeaves = 2 ** 50
/** Graded rewards are summed over the places that can still end well. */
const mostGraded = 20_000

const parsed = new Map<string, TreeTask>()
/** Tasks made here: they need no second look. */
const whole = new WeakSet<object>()
/**
 * `"branching=4,depth=8,density=0.02,seed=3"`, or an object with these fields; what is left out has its default. An empty text is a tree, too.
 * @throws Failure (usage) that says what was expected and what was found
 */
export function parseTask(input: unknown): TreeTask {
  if (typeof input === 'string') {
    const known = parsed.get(input)
    if (known !== undefined) return known
    const task = /^\s*\{/.test(input) ? fromJson(input) : fromText(input)
    if (parsed.size >= 10_000) parsed.clear()
    parsed.set(input, task)
    return task
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new Failure('usage', `synthetic-tree: expected a text or an object, found ${JSON.stringify(input)?.slice(0, 80)}`, example)
  if (whole.has(input)) return input as TreeTask
  return checked(input as Record<string, unknown>)
}

function fromJson(input: string): TreeTask {
  try {
    return parseTask(JSON.parse(input))
  } catch (e) {
    if (!(e instanceof SyntaxError)) throw e
    throw new Failure('usage', `synthetic-tree: no valid JSON in ${input.slice(0, 80)}`, example)
  }
}
function fromText(input: string): TreeTask {
  const given: Record<string, unknown> = {}
  for (const part of input.split(/[,;\s]+/).filter(x => x !== '')) {
    const [name, value, ...more] = part.split('=')
    if (value === undefined || more.length > 0)
      throw new Failure('usage', `synthetic-tree: expected NAME=VALUE, found "${part.slice(0, 40)}"`, example)
    if (Object.hasOwn(given, name)) throw new Failure('usage', `synthetic-tree: ${name} is given twice`, example)
    given[name] = value
  }
  return checked(given)
}

function checked(given: Record<string, unknown>): TreeTask {
  for (const name of Object.keys(given)) {
    if (names.includes(name as keyof TreeTask)) continue
    const near = nearest(name, names)
    throw new Failure(
      'usage',
      `synthetic-tree: no parameter "${name}"${near ? `; did you mean ${near}?` : ''}`,
      `parameters: ${names.join(', ')}`,
    )
  }
  const task = Object.fromEntries(names.map(name => [name, number(name, given[name])])) as unknown as TreeTask
  const { branching, depth, pivots, survive, density, graded } = task
  const wrong = (what: string) => new Failure('usage', `synthetic-tree: ${what}`, example)
  if (pivots > depth) throw wrong(`expected at most as many pivots as there are depths (${depth}), found ${pivots}`)
  if (survive > branching) throw wrong(`expected at most all ${branching} steps to survive, found ${survive}`)
  if (pivots > 0 && density !== parameters.density.default) throw wrong('solutions are planted by density or by pivots, found both')
  if (pivots === 0 && branching ** depth > mostLeaves)
    throw wrong(`${branching}^${depth} leaves are more than can be counted (2^50): plant by pivots, as in pivots=3`)
  if (pivots === 0 && graded > 0 && density * branching ** depth > mostGraded)
    throw wrong(`expected at most ${mostGraded} solutions where rewards are graded, found ${Math.round(density * branching ** depth)}`)
  whole.add(task)
  return Object.freeze(task)
}

function number(name: keyof TreeTask, value: unknown): number {
  const { default: standard, min, max, whole } = parameters[name]
  if (value === undefined) return standard
  const x = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  if (!(x >= min && x <= max) || (whole && !Number.isInteger(x)))
    throw new Failure(
      'usage',
      `synthetic-tree: expected ${name} as a ${whole ? 'whole ' : ''}number from ${min} to ${max}, found ${JSON.stringify(value)}`,
      example,
    )
  return x
}

/** As one would type it: the shape and the seed, and what is not as usual. */
export const showTask = (t: TreeTask): string =>
  names
    .filter(n => n === 'branching' || n === 'depth' || n === 'seed' || t[n] !== parameters[n].default)
    .map(n => `${n}=${t[n]}`)
    .join(',')
