// What a network is tuned on: tokens with who wrote them and what is known of them. No logprobs: those the trainer works out by its own forward pass.
import { createHash } from 'node:crypto'
import { Failure, nearest } from '../../kernel/index.ts'
import type { Shape } from '../../model/seedling/index.ts'
import type { Row, Segment } from '../loss/index.ts'

/** A judgement of the first `at` tokens of a row: the verdict token is asked for there. */
export interface Verdict {
  readonly at: number
  /** How likely it is good, from 0 to 1; absent: only a loss over values looks there. */
  readonly value?: number
  /** Default 1. */
  readonly weight?: number
}
/**
 * A row of n tokens. `segment` has one entry for each; the first is always given. Losses see arrays of length n; what a token knows stands at its own index.
 * Rows of one `unit` (a pair, a list, the responses to one prompt) stand one after another, and come into one batch in that order.
 */
export interface TuneRow extends Pick<Row, 'reward' | 'label' | 'worth' | 'margin' | 'weight' | 'group'> {
  readonly tokens: readonly number[]
  readonly segment: readonly Segment[]
  /** Of each token, or one for all. */
  readonly advantage?: number | readonly number[]
  /** Of each token: rewards, or targets of values. null: unknown. */
  readonly rewards?: readonly (number | null)[]
  readonly verdicts?: readonly Verdict[]
  readonly unit?: string
  /** How easy it is, from 0 to 1, for a training with a curriculum: what is hard counts less at its beginning. Default 1. */
  readonly ease?: number
}

const segments: readonly Segment[] = ['policy', 'prefix', 'demo', 'observation', 'prompt']
const labels = ['chosen', 'rejected', 'fresh', 'desirable', 'undesirable', 'mismatched']
const columns = [
  'tokens',
  'segment',
  'advantage',
  'rewards',
  'verdicts',
  'unit',
  'reward',
  'label',
  'worth',
  'margin',
  'weight',
  'group',
  'ease',
]

/** Columns that a row takes in a pass: its words, and one or two for each verdict. */
export const columnsOf = (r: TuneRow, values: boolean): number =>
  inputsOfRow(r) + (r.verdicts ?? []).reduce((n, v) => n + sidesOf(v, values).length, 0)
/** Words that are read: the last one only where a verdict is over all of them, since nothing is said after it. */
export const inputsOfRow = (r: TuneRow): number => (r.verdicts ?? []).reduce((n, v) => Math.max(n, v.at), r.tokens.length - 1)
/** Which verdict tokens must be read: good, bad or both. */
export const sidesOf = (v: Verdict, values: boolean): readonly ('good' | 'bad')[] =>
  values || v.value === undefined ? ['good', 'bad'] : v.value === 1 ? ['good'] : v.value === 0 ? ['bad'] : ['good', 'bad']

/** Refuses a row that is none, naming it and what is wrong. @param name such as `row 3` @throws Failure (usage) */
export function checkTuneRow(x: unknown, shape: Pick<Shape, 'vocabulary' | 'context'>, name: string): asserts x is TuneRow {
  const bad = (expected: string, found: unknown): never => {
    throw new Failure(
      'usage',
      `${name}: expected ${expected}, found ${typeof found === 'number' ? found : (JSON.stringify(found) ?? 'nothing')}`,
    )
  }
  if (typeof x !== 'object' || x === null || Array.isArray(x)) return bad('a row', x)
  const r = x as Record<string, unknown> & TuneRow
  for (const key of Object.keys(r))
    if (!columns.includes(key)) {
      const near = nearest(key, columns)
      throw new Failure(
        'usage',
        `${name}: no column is called '${key}'`,
        near ? `did you mean ${near}?` : `there are: ${columns.join(', ')}`,
      )
    }
  const finite = (n: unknown): n is number => typeof n === 'number' && Number.isFinite(n)
  if (!Array.isArray(r.tokens) || r.tokens.length < 2) return bad('two tokens at least', r.tokens)
  const n = r.tokens.length
  const wrong = r.tokens.find(t => !Number.isInteger(t) || t < 0 || t >= shape.vocabulary)
  if (wrong !== undefined) bad(`token ids 0 to ${shape.vocabulary - 1}`, wrong)
  if (n > shape.context) bad(`at most ${shape.context} tokens`, n)
  if (!Array.isArray(r.segment) || r.segment.length !== n) return bad(`a segment for each of the ${n} tokens`, r.segment?.length)
  const strange = r.segment.find(s => !segments.includes(s))
  if (strange !== undefined) bad(`segments ${segments.join(', ')}`, strange)
  if (r.segment[0] !== 'prompt' && r.segment[0] !== 'observation') bad('a first token that is given', r.segment[0])
  if (r.advantage !== undefined && !finite(r.advantage)) {
    if (!Array.isArray(r.advantage) || r.advantage.length !== n) bad(`an advantage for each of the ${n} tokens`, r.advantage)
    else if (!r.advantage.every(finite))
      bad(
        'finite advantages',
        r.advantage.find(a => !finite(a)),
      )
  }
  if (r.rewards !== undefined) {
    if (!Array.isArray(r.rewards) || r.rewards.length !== n) bad(`a reward for each of the ${n} tokens`, r.rewards.length)
    if (!r.rewards.every(y => y === null || finite(y)))
      bad(
        'finite rewards, or null',
        r.rewards.find(y => y !== null && !finite(y)),
      )
  }
  if (r.ease !== undefined && !(r.ease >= 0 && r.ease <= 1)) bad('an ease from 0 to 1', r.ease)
  for (const key of ['reward', 'worth', 'margin', 'weight'] as const)
    if (r[key] !== undefined && !finite(r[key])) bad(`a finite ${key}`, r[key])
  for (const key of ['group', 'unit'] as const)
    if (r[key] !== undefined && typeof r[key] !== 'string') bad(`a ${key} that is a text`, r[key])
  if (r.label !== undefined && !labels.includes(r.label)) bad(`labels ${labels.join(', ')}`, r.label)
  for (const v of r.verdicts ?? []) {
    if (!Number.isInteger(v.at) || v.at < 1 || v.at > n || v.at >= shape.context)
      bad(`a verdict after 1 to ${Math.min(n, shape.context - 1)} tokens`, v.at)
    if (v.value !== undefined && !(v.value >= 0 && v.value <= 1)) bad('a verdict from 0 to 1', v.value)
    if (v.weight !== undefined && !(v.weight >= 0 && Number.isFinite(v.weight))) bad('a weight of a verdict', v.weight)
  }
}

/** Rows of JSON Lines. @throws Failure (usage) that names the line */
export function readTuneRows(text: string, shape: Pick<Shape, 'vocabulary' | 'context'>, name: string): TuneRow[] {
  return text.split('\n').flatMap((line, i): TuneRow[] => {
    if (line.trim() === '') return []
    const at = `${name}, line ${i + 1}`
    let row: unknown
    try {
      row = JSON.parse(line)
    } catch {
      throw new Failure(
        'usage',
        `${at}: expected JSON, found ${JSON.stringify(line.slice(0, 60))}`,
        'NaN is no JSON: an unknown number is null',
      )
    }
    checkTuneRow(row, shape, at)
    return [row]
  })
}

/** Indices of the rows of each unit, in order. A row without one is its own. @throws Failure (usage) where a unit is torn apart */
export function unitsOf(rows: readonly TuneRow[]): number[][] {
  const out: number[][] = []
  const seen = new Set<string>()
  let last: string | undefined
  rows.forEach((r, i) => {
    if (r.unit !== undefined && r.unit === last) out.at(-1)!.push(i)
    else {
      if (r.unit !== undefined && seen.has(r.unit))
        throw new Failure('usage', `row ${i}: expected the rows of unit '${r.unit}' one after another, found others between them`)
      out.push([i])
    }
    last = r.unit
    if (r.unit !== undefined) seen.add(r.unit)
  })
  return out
}

/** What two trainings must share to be one. */
export const digestOf = (...parts: unknown[]): string => {
  const hash = createHash('sha256')
  for (const p of parts) hash.update(p instanceof Float32Array ? new Uint8Array(p.buffer, p.byteOffset, p.byteLength) : JSON.stringify(p))
  return hash.digest('hex').slice(0, 24)
}
