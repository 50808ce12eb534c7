// The shapes that the field's trainers read (TRL's dataset formats), and a check that a row has one of them.
import { Failure } from '../../kernel/index.ts'
import type { Example } from './example.ts'

/** Formats by name, and their columns as TRL documents them; `group` and `ranking` follow its naming. */
export const formats = {
  'language-modeling': { text: 'text' },
  sft: { prompt: 'text', completion: 'text' },
  preference: { prompt: 'text', chosen: 'text', rejected: 'text' },
  unpaired: { prompt: 'text', completion: 'text', label: 'truth' },
  stepwise: { prompt: 'text', completions: 'texts', labels: 'truths' },
  group: { prompt: 'text', completions: 'texts', rewards: 'numbers' },
  ranking: { prompt: 'text', completions: 'texts', worth: 'numbers' },
  critique: { prompt: 'text', completion: 'text', value: 'number' },
} as const satisfies Record<string, Record<string, Column>>
export type Format = keyof typeof formats
type Column = 'text' | 'texts' | 'truth' | 'truths' | 'number' | 'numbers'
export type Row = Record<string, unknown>

/** What a format is made of. */
export const kindOf: Readonly<Record<Format, Example['kind']>> = {
  'language-modeling': 'sft',
  sft: 'sft',
  preference: 'preference',
  unpaired: 'unpaired',
  stepwise: 'stepwise',
  group: 'group',
  ranking: 'ranking',
  critique: 'critique',
}

export interface RowOptions {
  /** Messages in place of texts (TRL's conversational form). Not for `stepwise`, which has none. */
  chat?: boolean
  /** Columns beside the documented ones: margin, score, values, advantages, segments, token ids, logprobs, and where a row comes from. */
  more?: boolean
}

/** An example as a row of a format. */
export function rowOf(x: Example, format: Format, o: RowOptions = {}): Row {
  const chat = o.chat === true && format !== 'stepwise'
  // Trainers join the two texts as they stand: the line ends before what follows begins.
  const prompt = chat ? x.prompt : `${x.prompt.map(m => m.content).join('\n\n')}\n`
  const said = (text: string): unknown => (chat ? [{ role: 'assistant', content: text }] : text)
  const row: Row = {}
  if (format === 'language-modeling') {
    const { completion } = x as Extract<Example, { kind: 'sft' }>
    if (chat) row.messages = [...x.prompt, { role: 'assistant', content: completion }]
    else row.text = `${prompt}${completion}`
  } else {
    row.prompt = prompt
    for (const name of ['completion', 'chosen', 'rejected'] as const)
      if (name in x) row[name] = said((x as never as Record<string, string>)[name])
    if ('completions' in x) row.completions = x.completions.map(said)
    if (x.kind === 'unpaired') row.label = x.label
    if (x.kind === 'stepwise') row.labels = x.labels
    if (x.kind === 'group') row.rewards = x.rewards
    if (x.kind === 'ranking') row.worth = x.worth
    if (x.kind === 'critique') row.value = x.value
  }
  if (o.more) Object.assign(row, extras(x))
  return row
}
function extras(x: Example): Row {
  const out: Row = {}
  if (x.kind === 'preference') {
    out.margin = x.margin
    out.by = x.by ?? 'tree'
    if (x.why !== undefined) out.why = x.why
  }
  if (x.kind === 'sft') {
    out.score = known(x.score)
    out.spans = x.spans
  }
  if (x.kind === 'stepwise') out.values = x.values.map(known)
  if (x.kind === 'group') {
    out.advantages = x.advantages.map(a => a.map(known))
    out.spans = x.spans
  }
  out.source = x.source
  return out
}
const known = (v: number): number | null => (Number.isNaN(v) ? null : v)

const messages = (x: unknown): boolean =>
  Array.isArray(x) && x.length > 0 && x.every(m => typeof m?.role === 'string' && typeof m?.content === 'string')
const text = (x: unknown): boolean => typeof x === 'string' || messages(x)
const list = (x: unknown, of: (y: unknown) => boolean): boolean => Array.isArray(x) && x.length > 0 && x.every(of)
const finite = (x: unknown): boolean => typeof x === 'number' && Number.isFinite(x)
const truth = (x: unknown): boolean => typeof x === 'boolean'
const tests: Readonly<Record<Column, readonly [is: (x: unknown) => boolean, expected: string]>> = {
  text: [text, 'a text or messages'],
  texts: [x => list(x, text), 'a list of texts'],
  truth: [truth, 'true or false'],
  truths: [x => list(x, truth), 'a list of true and false'],
  number: [finite, 'a finite number'],
  numbers: [x => list(x, finite), 'a list of finite numbers'],
}
const shown = (x: unknown): string => (x === undefined ? 'nothing' : (JSON.stringify(x)?.slice(0, 60) ?? String(x)))

/** Holds a row to its format. @param where such as `data.jsonl, line 3` @throws Failure (usage), one line that names the column, what was expected and found */
export function checkRow(row: Row, format: Format, where: string): void {
  const bad = (what: string): never => {
    throw new Failure('usage', `${where}: ${what}`, `${format} has the columns ${Object.keys(formats[format]).join(', ')}`)
  }
  if (format === 'language-modeling' && messages(row.messages)) return
  for (const [name, kind] of Object.entries(formats[format])) {
    const [is, expected] = tests[kind as Column]
    if (!is(row[name])) bad(`column ${name}: expected ${expected}, found ${shown(row[name])}`)
  }
  const lists = Object.entries(formats[format]).filter(([, kind]) => kind.endsWith('s') && kind !== 'texts')
  for (const [name] of lists)
    if ((row[name] as unknown[]).length !== (row.completions as unknown[]).length)
      bad(
        `column ${name}: expected one for each of ${(row.completions as unknown[]).length} completions, found ${(row[name] as unknown[]).length}`,
      )
}

/** Rows of JSON Lines, each held to the format. @throws Failure (usage) that names the line */
export function readRows(content: string, format: Format, file = 'data'): Row[] {
  return content.split('\n').flatMap((line, i): Row[] => {
    if (line.trim() === '') return []
    let row: unknown
    try {
      row = JSON.parse(line)
    } catch {
      throw new Failure('usage', `${file}, line ${i + 1}: expected JSON, found ${shown(line)}`, 'a row is one JSON object on one line')
    }
    if (row === null || typeof row !== 'object' || Array.isArray(row))
      throw new Failure('usage', `${file}, line ${i + 1}: expected an object, found ${shown(row)}`)
    checkRow(row as Row, format, `${file}, line ${i + 1}`)
    return [row as Row]
  })
}
