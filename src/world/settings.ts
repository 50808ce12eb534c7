// Tasks that are made from a few numbers: `hops=3 relations=4 seed=7`.
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'

/** One number of a task. Whole unless `real`. */
export interface Setting {
  readonly default: number
  readonly min: number
  readonly max: number
  readonly real?: boolean
}
export type Settings<K extends string> = Readonly<Record<K, number>>

const looksLike = <K extends string>(known: Readonly<Record<K, Setting>>): string =>
  `a task looks like "${(Object.entries(known) as [K, Setting][]).map(([k, s]) => `${k}=${s.default}`).join(' ')}"; what is left out has its default`

/**
 * Reads `name=number` pairs from a text, or the fields of an object; what is left out has its default.
 * @throws Failure (usage), one line, on a name that is not known, a number that is none, or one out of range
 */
export function readSettings<K extends string>(world: string, input: unknown, known: Readonly<Record<K, Setting>>): Settings<K> {
  const wrong = (what: string): Failure => new Failure('usage', `${world}: ${what}`, looksLike(known))
  const given = pairs(input)
  if (given === null) throw wrong(`expected name=number pairs, found ${JSON.stringify(input)?.slice(0, 80) ?? String(input)}`)
  const out = Object.fromEntries(Object.entries<Setting>(known).map(([k, s]) => [k, s.default])) as Record<K, number>
  for (const [name, value] of given) {
    if (!Object.hasOwn(known, name)) {
      const near = nearest(name, Object.keys(known))
      throw wrong(`no setting "${name}"${near ? `; did you mean ${near}?` : ''}`)
    }
    const { min, max, real } = known[name as K]
    const x = typeof value === 'number' ? value : /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(String(value)) ? Number(value) : Number.NaN
    if (!(x >= min && x <= max) || (!real && !Number.isInteger(x)))
      throw wrong(`expected ${name} as a ${real ? '' : 'whole '}number from ${min} to ${max}, found ${JSON.stringify(value)}`)
    out[name as K] = x
  }
  return out
}

function pairs(input: unknown): [string, unknown][] | null {
  if (typeof input === 'string') {
    const text = input.trim()
    if (text.startsWith('{')) {
      try {
        return pairs(JSON.parse(text))
      } catch {
        return null
      }
    }
    const words = text.split(/[\s,;]+/).filter(w => w !== '')
    const read = words.map(w => /^([A-Za-z]\w*)[=:](.+)$/.exec(w))
    return words.length === 0 || read.some(m => m === null) ? null : read.map(m => [m![1], m![2]])
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return null
  return Object.entries(input)
}

/** As one would type it: every setting that is not at its default, and the last one (the seed) always. */
export function showSettings<K extends string>(values: Settings<K>, known: Readonly<Record<K, Setting>>): string {
  const names = Object.keys(known) as K[]
  return names
    .filter((k, i) => i === names.length - 1 || values[k] !== known[k].default)
    .map(k => `${k}=${values[k]}`)
    .join(' ')
}
