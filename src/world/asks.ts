// What stands at the end of a world's prompts: where the reply begins, and from what an oracle reads what is wanted.
import type { Wanted } from '../contract/index.ts'

/** What a world may ask for: a step or several, a whole attempt or several, a judgement. */
export type Kind = 'step' | 'list' | 'attempt' | 'attempts' | 'judgement'
/** The line for each; a world that asks for no whole attempts, or for one at a time, has none for them. */
export type Asks<K extends Kind = 'step' | 'list' | 'judgement'> = Readonly<Record<K | 'step' | 'list' | 'judgement', string>>

/** Which of its lines a world asks with. */
export function kindOf<K extends Kind>(asks: Asks<K>, { for: grain, list }: Wanted): K | 'step' | 'list' | 'judgement' {
  if (grain === 'judgement') return grain
  if (grain === 'attempt' && 'attempt' in asks) return (list !== undefined && 'attempts' in asks ? 'attempts' : 'attempt') as K
  return list === undefined ? 'step' : 'list'
}

/** The line for what is wanted: `Next steps: (at most 3)`. */
export function askFor<K extends Kind>(asks: Asks<K>, want: Wanted): string {
  const line = asks[kindOf(asks, want)]
  return want.for !== 'judgement' && want.list !== undefined && Number.isFinite(want.list) ? `${line} (at most ${want.list})` : line
}

/** What a line wants, told from its number; null: it is none of these. */
export function wanted<K extends Kind>(asks: Asks<K>, line: string, most: string | undefined): Wanted | null {
  const kind = (Object.keys(asks) as Kind[]).find(k => (asks as Partial<Record<Kind, string>>)[k] === line)
  const list = most === undefined ? Number.POSITIVE_INFINITY : Number(most)
  if (kind === 'list') return { for: 'step', list }
  if (kind === 'attempts') return { for: 'attempt', list }
  return kind === undefined ? null : { for: kind }
}

/** The same of a whole line. */
export function wantedBy<K extends Kind>(asks: Asks<K>, line: string): Wanted | null {
  const m = /^(.*?:)(?: \(at most (\d+)\))?\s*$/.exec(line)
  return m && wanted(asks, m[1], m[2])
}
