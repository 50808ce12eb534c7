// What is in a data file, where it came from and what it cost: written beside it, so that nobody has to guess later.
import type { Usage } from '../../contract/index.ts'
import { average } from '../../kernel/index.ts'
import type { Example } from './example.ts'
import type { Format } from './formats.ts'

export interface DataCard {
  readonly format: Format | 'tree'
  readonly rows: number
  readonly runs: readonly string[]
  readonly worlds: readonly string[]
  readonly models: readonly string[]
  readonly methods: readonly string[]
  /** What the runs spent. */
  readonly spend: Partial<Usage>
  /** Settings of the selection, as given. */
  readonly filters: Readonly<Record<string, unknown>>
  /** Lengths in words. */
  readonly length: { readonly mean: number; readonly longest: number }
  /** Of formats with labels, rewards, margins or values. */
  readonly figures: Readonly<Record<string, number>>
}
const words = (s: string): number => s.split(/\s+/).filter(Boolean).length
const textsOf = (x: Example): readonly string[] =>
  x.kind === 'preference' ? [x.chosen, x.rejected] : 'completions' in x ? x.completions : [x.completion]

/** Figures of the examples: to be seen before a file is written. */
export function figuresOf(examples: readonly Example[]): Pick<DataCard, 'rows' | 'length' | 'figures'> {
  const lengths = examples.flatMap(x => textsOf(x).map(words))
  const figures: Record<string, number> = {}
  const mean = (name: string, xs: readonly number[]): void => {
    if (xs.length > 0) figures[name] = average(xs)
  }
  const of = <K extends Example['kind']>(kind: K) => examples.filter((x): x is Extract<Example, { kind: K }> => x.kind === kind)
  const pairs = of('preference')
  mean(
    'margin',
    pairs.map(x => x.margin),
  )
  // Nothing is said of people where none had a say.
  const persons = pairs.filter(x => x.by === 'person').length
  if (persons > 0) figures.byPeople = persons
  mean(
    'lengthChosen',
    pairs.map(x => words(x.chosen)),
  )
  mean(
    'lengthRejected',
    pairs.map(x => words(x.rejected)),
  )
  mean('shareRight', [...of('unpaired').map(x => Number(x.label)), ...of('stepwise').flatMap(x => x.labels.map(Number))])
  mean(
    'reward',
    of('group').flatMap(x => x.rewards),
  )
  mean(
    'groupSize',
    of('group').map(x => x.completions.length),
  )
  mean(
    'groupsThatDiffer',
    of('group').map(x => Number(new Set(x.rewards).size > 1)),
  )
  mean(
    'score',
    of('sft')
      .map(x => x.score)
      .filter(x => !Number.isNaN(x)),
  )
  return { rows: examples.length, length: { mean: lengths.length > 0 ? average(lengths) : 0, longest: Math.max(0, ...lengths) }, figures }
}

/** Names of the figures, for people. */
const figureNames: Readonly<Record<string, string>> = {
  margin: 'margin, on average',
  byPeople: 'pairs by people',
  lengthChosen: 'words of the chosen, on average',
  lengthRejected: 'words of the rejected, on average',
  shareRight: 'share of right labels',
  reward: 'reward, on average',
  groupSize: 'answers a group, on average',
  groupsThatDiffer: 'share of groups whose rewards differ',
  score: 'score, on average',
}
/** `inputTokens` as `input tokens`. */
const unit = (key: string): string => (key === 'usd' ? 'US dollars' : key.replace(/[A-Z]/g, c => ` ${c.toLowerCase()}`))
const number = (x: number): string => (Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(3))))
/** As a page. */
export function dataCardText(c: DataCard): string {
  const line = (name: string, text: string): string => `- ${name}: ${text}`
  return [
    `# Data: ${c.format}`,
    '',
    line(c.format === 'tree' ? 'trees' : 'rows', String(c.rows)),
    // A tree has no completions.
    ...(c.format === 'tree' ? [] : [line('words a completion', `${number(c.length.mean)} on average, ${c.length.longest} at most`)]),
    ...Object.entries(c.figures).map(([k, x]) => line(figureNames[k] ?? k, number(x))),
    line('runs', `${c.runs.length}: ${c.runs.slice(0, 20).join(', ')}${c.runs.length > 20 ? ', ...' : ''}`),
    line('worlds', c.worlds.join(', ')),
    line('methods', c.methods.join(', ')),
    line('models', c.models.join(', ')),
    line(
      'spent on the runs',
      Object.entries(c.spend)
        .filter(([, x]) => x !== 0)
        .map(([k, x]) => `${x === null ? 'unknown' : number(x)} ${unit(k)}`)
        .join(', '),
    ),
    line('selection', JSON.stringify(c.filters)),
    '',
  ].join('\n')
}
