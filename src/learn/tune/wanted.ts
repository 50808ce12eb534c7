// Which rows a loss of the catalogue wants, of trees and of the field's formats. What neither holds (demonstrations inside a group, fresh samples) is for rows of one's own.
import { Failure, nearest } from '../../kernel/index.ts'
import { encode, idsOf, type Shape } from '../../model/seedling/index.ts'
import {
  type DataRow,
  type Format,
  formats,
  type ImitationOptions,
  type LabelKind,
  labelKinds,
  type PairOptions,
  pairsOf,
  rankingsOf,
  readRows,
  rightByReward,
  unpairedOf,
} from '../data/index.ts'
import { type AdvantageOptions, advantageKinds, advantages, type LossEntry, losses, softValue } from '../loss/index.ts'
import { checkTuneRow, readTuneRows, type TuneRow } from './row.ts'
import { type GroupAdvantage, type GroupTree, groupRows, imitationRows, pairRows, sayable, told, verdictRows } from './trees.ts'

/** What rows are to be: what a policy's loss wants, or `verdict`: labelled states for a value head. */
export type Wanted = 'imitation' | 'graded' | 'pair' | 'preference-model' | 'unpaired' | 'ranking' | 'group' | 'verdict'

/** @throws Failure (usage) on a loss that is unknown, or that rows of trees and of the field's formats do not serve */
export function wantedBy(loss: string): Wanted {
  if (loss === 'verdict') return 'verdict'
  const entry = entryOf(loss)
  const found = servedBy(entry)
  if (found === null)
    throw new Failure(
      'usage',
      `loss ${loss} learns from more than trees hold: ${entry.needs.join(', ') || entry.describe}`,
      'give rows of your own: --data FILE.jsonl, with tokens and segment',
    )
  return found
}
/** @throws Failure (usage) with the nearest */
function entryOf(loss: string): LossEntry {
  const entry = losses.get(loss)
  if (entry !== undefined) return entry
  const near = nearest(loss, ['verdict', ...losses.keys()])
  throw new Failure('usage', `no loss is called '${loss}'`, near ? `did you mean ${near}?` : `there are: ${[...losses.keys()].join(', ')}`)
}
function servedBy({ id, kind, needs }: LossEntry): Wanted | null {
  if (id === 'value-ranking') return 'preference-model'
  // Fresh samples, and demonstrations inside a group, are drawn for the purpose.
  if (['xpo', 'selm', 'hypo', 'luffy', 't-reg', 'srft'].includes(id)) return null
  if (kind === 'pair') return 'pair'
  if (kind === 'list') return 'ranking'
  if (kind === 'policy-gradient') return 'group'
  if (kind === 'single') return id === 'kto' ? 'unpaired' : 'group'
  if (kind === 'imitation') return needs.includes('reward') ? 'graded' : 'imitation'
  return null
}

export interface WantedOptions {
  labels?: LabelKind
  /** What labels 0 and 1 of a verdict are in the labels' own scale. */
  scale?: readonly [bad: number, good: number]
  imitate?: Omit<ImitationOptions, 'right' | 'source'>
  pairs?: Omit<PairOptions, 'labels' | 'right' | 'source'>
  /** Default: the loss's own, else GRPO's. */
  advantage?: GroupAdvantage
}
const advantageOf = (loss: string): AdvantageOptions => (advantageKinds as Record<string, AdvantageOptions>)[loss] ?? advantageKinds.grpo

/** Rows of trees for a loss. @param loss of the catalogue, or `verdict` @throws Failure (usage) as wantedBy */
export function rowsFor(loss: string, trees: readonly GroupTree[], o: WantedOptions = {}): TuneRow[] {
  const wanted = wantedBy(loss)
  const labelled = trees.map(({ teller, name, right = rightByReward(teller.tree) }) => ({
    teller,
    name,
    right,
    labels: labelKinds[o.labels ?? (wanted === 'verdict' ? 'distance' : 'soft')](teller.tree, right),
  }))
  if (wanted === 'imitation') return labelled.flatMap(({ teller, right }) => imitationRows(teller, { ...o.imitate, right }))
  if (wanted === 'verdict')
    return labelled.flatMap(({ teller, labels }) => verdictRows(teller, labels, o.scale === undefined ? {} : { scale: o.scale }))
  if (wanted === 'group') {
    const rows = groupRows(trees, o.advantage ?? advantageOf(loss))
    return loss === 'a-star-po' ? softened(rows) : rows
  }
  if (wanted === 'pair' || wanted === 'preference-model') {
    const rows = labelled.flatMap(({ teller, name, right, labels }) => pairRows(pairsOf(teller, { ...o.pairs, labels, right }), name))
    return wanted === 'pair' ? rows : scored(rows)
  }
  if (wanted === 'ranking')
    return labelled.flatMap(({ teller, name, right, labels }) =>
      rankingsOf(teller, { labels, right, ...(o.pairs?.minVisits === undefined ? {} : { minVisits: o.pairs.minVisits }) }).flatMap((x, i) =>
        ranked(idsOf(x.prompt), x.completions, x.worth, `${name} list ${i}`),
      ),
    )
  const single = labelled.flatMap(({ teller, right }) => unpairedOf(teller, { right }))
  return wanted === 'graded'
    ? single.flatMap(x => responses(idsOf(x.prompt), [x.completion]).map(r => ({ ...r, reward: Number(x.label) })))
    : strangers(
        single.flatMap(x =>
          responses(idsOf(x.prompt), [x.completion]).map((r): TuneRow => ({ ...r, label: x.label ? 'desirable' : 'undesirable' })),
        ),
      )
}

/** Responses to a prompt; none, where one of them has no tokens. */
const responses = (prompt: readonly number[], texts: readonly string[]): Pick<TuneRow, 'tokens' | 'segment'>[] =>
  sayable(() => texts.map(text => told(prompt, [['policy', text]]))) ?? []
/** The score of a step is asked for at its end. */
export const scored = (rows: readonly TuneRow[]): TuneRow[] => rows.map(r => ({ ...r, verdicts: [{ at: r.tokens.length }] }))
const ranked = (prompt: readonly number[], texts: readonly string[], worth: readonly number[], unit: string): TuneRow[] =>
  responses(prompt, texts).map((r, i) => ({ ...r, worth: worth[i], unit, group: unit }))
/** V* of A*-PO stands in `margin`: of the rewards of the response's own group. */
const softened = (rows: readonly TuneRow[]): TuneRow[] => {
  const values = new Map([...Map.groupBy(rows, r => r.group)].map(([g, rs]) => [g, softValue(rs.map(r => r.reward!))]))
  return rows.map(r => ({ ...r, margin: values.get(r.group)! }))
}
/** By the columns of its first row. @throws Failure (usage) */
function formatOf(row: DataRow, where: string): Format {
  const known = (Object.keys(formats) as Format[]).filter(f => Object.keys(formats[f]).every(c => c in row))
  // The one that says most: a preference has a prompt too.
  const found = known.sort((a, b) => Object.keys(formats[b]).length - Object.keys(formats[a]).length)[0]
  if (found !== undefined) return found
  throw new Failure(
    'usage',
    `${where}: expected the columns of a format, found ${Object.keys(row).join(', ') || 'none'}`,
    `formats: ${(Object.keys(formats) as Format[]).map(f => `${f} (${Object.keys(formats[f]).join(', ')})`).join('; ')}; or tokens and segment`,
  )
}

/** The formats whose rows are what a loss wants. */
const formatsFor: Readonly<Record<Wanted, readonly Format[]>> = {
  imitation: ['sft', 'language-modeling', 'critique'],
  graded: ['unpaired', 'group'],
  pair: ['preference'],
  'preference-model': ['preference'],
  unpaired: ['unpaired'],
  ranking: ['ranking'],
  group: ['group'],
  verdict: ['stepwise'],
}
/** Rows of another format would be learnt as what they are not: of pairs imitation would take the rejected ones, too. @throws Failure (usage) */
function checkFormat(format: Format, loss: string, where: string): void {
  const wanted = loss === 'verdict' ? 'verdict' : servedBy(entryOf(loss))
  if (wanted === null || formatsFor[wanted].includes(format)) return
  throw new Failure(
    'usage',
    `${where}: loss ${loss} learns of ${formatsFor[wanted].join(' or ')} rows, found ${format} rows`,
    `espalier export --format ${formatsFor[wanted][0]} --dialect tokens, or a loss for ${format} rows`,
  )
}

/** What was said, of a text or of messages. */
const textOf = (x: unknown): string => (typeof x === 'string' ? x : (x as { content: string }[]).map(m => m.content).join(' '))

/** A row of a format as an example told in tokens. */
function rowsOfData(row: DataRow, format: Format, loss: string, unit: string): TuneRow[] {
  const prompt = format === 'language-modeling' ? [] : encode(textOf(row.prompt))
  const texts = (row.completions as unknown[] | undefined)?.map(textOf)
  const one = (text: unknown, more: Partial<TuneRow> = {}): TuneRow => ({ ...told(prompt, [['policy', textOf(text)]]), ...more })
  switch (format) {
    case 'language-modeling': {
      const { tokens, segment } = told([], [['policy', textOf(row.text ?? row.messages)]])
      return [{ tokens, segment: segment.with(0, 'prompt') }]
    }
    case 'sft':
    case 'critique':
      return [one(row.completion)]
    case 'preference': {
      const margin = typeof row.margin === 'number' ? { margin: row.margin } : {}
      const rows = [one(row.chosen, { ...margin, unit, label: 'chosen' }), one(row.rejected, { ...margin, unit, label: 'rejected' })]
      return wantedBy(loss) === 'preference-model' ? scored(rows) : rows
    }
    case 'unpaired':
      return wantedBy(loss) === 'graded'
        ? [one(row.completion, { reward: Number(row.label) })]
        : [one(row.completion, { label: row.label ? 'desirable' : 'undesirable' })]
    case 'group': {
      const rewards = row.rewards as number[]
      const values = advantages(
        rewards,
        rewards.map(() => unit),
        advantageOf(loss),
      )
      const rows = texts!.map((t, i) => one(t, { reward: rewards[i], advantage: values[i], group: unit, unit }))
      return loss === 'a-star-po' ? softened(rows) : rows
    }
    case 'ranking':
      return texts!.map((t, i) => one(t, { worth: (row.worth as number[])[i], group: unit, unit }))
    case 'stepwise': {
      const { tokens } = told(prompt, [['policy', texts!.join(' ')]])
      const values = (row.values as (number | null)[] | undefined) ?? (row.labels as boolean[]).map(Number)
      let at = prompt.length
      const verdicts = texts!.flatMap((t, i) => {
        at += encode(t).length
        const value = values[i]
        return value === null ? [] : [{ at, value: Math.min(1, Math.max(0, value)) }]
      })
      return [{ tokens, segment: tokens.map(() => 'prompt'), verdicts }]
    }
  }
}

/**
 * A data file for a loss: rows of tokens, or of one of the field's formats whose texts are in the dialect of tokens (`espalier export --dialect tokens`).
 * @param name of the file, for what is said of it @throws Failure (usage) that names the line
 */
export function readData(text: string, loss: string, shape: Pick<Shape, 'vocabulary' | 'context'>, name: string): TuneRow[] {
  const first = text.split('\n').find(l => l.trim() !== '')
  if (first === undefined) throw new Failure('usage', `${name}: expected rows, found none`)
  if (first.startsWith('PAR1'))
    throw new Failure(
      'usage',
      `${name}: expected JSON Lines, found Parquet`,
      'espalier export --out NAME.jsonl writes the same rows as JSON Lines',
    )
  if (/^\s*\{\s*"(tokens|segment)"/.test(first)) return readTuneRows(text, shape, name)
  const lines = text.split('\n')
  const at = lines.indexOf(first)
  let row: unknown
  let why = ''
  try {
    row = JSON.parse(first)
  } catch (e) {
    row = null
    why = (e as Error).message
  }
  if (row === null || typeof row !== 'object' || Array.isArray(row))
    throw new Failure('usage', `${name}, line ${at + 1}: expected a row of JSON Lines, found ${JSON.stringify(first.slice(0, 60))}`, why)
  const format = formatOf(row as DataRow, `${name}, line ${at + 1}`)
  checkFormat(format, loss, `${name}, line ${at + 1}`)
  const numbers = lines.flatMap((line, i) => (line.trim() === '' ? [] : [i + 1]))
  const out = readRows(text, format, name).flatMap((x, i): TuneRow[] => {
    const where = `${name}, line ${numbers[i]}`
    let rows: TuneRow[]
    try {
      rows = rowsOfData(x, format, loss, where)
    } catch (e) {
      if (!(e instanceof Failure)) throw e
      throw new Failure(
        'usage',
        `${where}: ${e.message}`,
        'texts are in the dialect of tokens (espalier export --dialect tokens): the numbers 0 to 99, + - * / = : ; $ and the reserved words, separated by spaces',
        { cause: e },
      )
    }
    for (const r of rows) checkTuneRow(r, shape, where)
    return rows
  })
  return format === 'unpaired' && loss === 'kto' ? strangers(out) : out
}
/** KTO's zero: after the first of each prompt a row with the response to another one, whose drift it is taken from. */
function strangers(rows: readonly TuneRow[]): TuneRow[] {
  const said = (r: TuneRow, segment: 'prompt' | 'policy') => r.tokens.filter((_, t) => r.segment[t] === segment)
  return rows.flatMap((r, i) => {
    const own = said(r, 'prompt')
    const first = i === 0 || said(rows[i - 1], 'prompt').join() !== own.join()
    const other = first ? rows.slice(i + 1).find(x => said(x, 'prompt').join() !== own.join()) : undefined
    if (other === undefined) return [r]
    const text = said(other, 'policy')
    const segment = [...own.map(() => 'prompt' as const), ...text.map(() => 'policy' as const)]
    return [r, { tokens: [...own, ...text], segment, label: 'mismatched' as const }]
  })
}
