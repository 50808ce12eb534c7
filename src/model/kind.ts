import type { Oracle, Paper, Price, Provider } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'

/** What a kind of model may need beside its name. Each takes what it knows. */
export interface ModelContext {
  /** The world's truth, and the world's id for messages: for simulated models. */
  oracle?: Oracle<any>
  world?: string
  /** The run's: what a model draws follows from it, unless its own options say otherwise. */
  seed?: number
  /** Where an API is, and the name of the variable that holds its key. */
  baseUrl?: string
  keyFrom?: string
  /** What it costs, where the configuration says so. */
  price?: Price
  /** Folder of trained weights. */
  store?: string
  /** Makes another model by its name: for kinds that are made of others. Set by whoever makes this one. */
  create?(name: string): Promise<Provider>
}
/** A name as written after `--model`, taken apart: `simulated:error=0.1`, `openai:gpt-5`, `seedling@mine`. */
export interface ModelSpec {
  readonly kind: string
  /** What follows `@`, or the part after the colon of kinds that take a name. */
  readonly name: string
  readonly options: Readonly<Record<string, number | string | boolean>>
  /** As written. */
  readonly text: string
}
/** One kind of model: a file that exports one of these, and a line in kinds.ts. */
export interface ModelKind {
  readonly kind: string
  /** One line, for lists. */
  readonly describe: string
  /** How it is written. */
  readonly example: string
  /** Where it comes from; its file is then `src/model/KIND.ts`. */
  readonly paper?: Paper
  /** What stands after the colon: options `k=v,k=v`, a name taken whole, or nothing. */
  readonly rest: 'options' | 'name' | 'none'
  /** What it reads and writes. Default: `text`. */
  readonly dialect?: string
  readonly options?: Readonly<Record<string, Option>>
  create(spec: ModelSpec, context: ModelContext): Provider | Promise<Provider>
}
/** A number within bounds, or one of some words, or yes and no. */
export interface Option {
  readonly type: 'number' | 'text' | 'flag'
  readonly min?: number
  readonly max?: number
  readonly whole?: boolean
  readonly doc: string
}

/** `k=v,k=v`. @throws Failure (usage) that names the key, what it takes and what was found */
export function parseOptions(text: string, known: Readonly<Record<string, Option>>, of: string): Record<string, number | string | boolean> {
  const out: Record<string, number | string | boolean> = {}
  const names = Object.keys(known)
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const at = part.indexOf('=')
    const key = (at < 0 ? part : part.slice(0, at)).trim()
    const value = at < 0 ? undefined : part.slice(at + 1).trim()
    if (!Object.hasOwn(known, key)) {
      const near = nearest(key, names)
      throw new Failure('usage', `${of}: no option "${key}"${near ? `; did you mean ${near}?` : ''}`, `options: ${names.join(', ')}`)
    }
    if (Object.hasOwn(out, key)) throw new Failure('usage', `${of}: option ${key} is given twice`)
    out[key] = parseValue(value, known[key], `${of}: option ${key}`)
  }
  return out
}

function parseValue(value: string | undefined, o: Option, of: string): number | string | boolean {
  if (o.type === 'flag') {
    if (value === undefined || value === 'true' || value === 'yes') return true
    if (value === 'false' || value === 'no') return false
    throw new Failure('usage', `${of} is true or false, found "${value}"`)
  }
  if (value === undefined || value === '') throw new Failure('usage', `${of} has no value`, o.doc)
  if (o.type === 'text') return value
  const n = Number(value)
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = o
  if (!Number.isFinite(n) || (o.whole && !Number.isInteger(n)))
    throw new Failure('usage', `${of} is a ${o.whole ? 'whole ' : ''}number, found "${value}"`, o.doc)
  if (n < min || n > max) {
    const span = max === Number.POSITIVE_INFINITY ? `at least ${min}` : `from ${min} to ${max}`
    throw new Failure('usage', `${of} is ${span}, found ${value}`, o.doc)
  }
  return n
}
