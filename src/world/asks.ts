// What stands at the end of a prompt in worlds that ask for one step, several, or a judgement: where the reply begins, and what an oracle reads.
import type { Wanted } from '../contract/index.ts'

/** The last lines of a prompt. */
export interface Asks {
  readonly step: string
  readonly list: string
  readonly judgement: string
}

/** The line for what is wanted: `Next steps: (at most 3)`. Whole attempts are not asked for. */
export function askFor(asks: Asks, want: Wanted): string {
  if (want.for === 'judgement') return asks.judgement
  if (want.list === undefined) return asks.step
  return Number.isFinite(want.list) ? `${asks.list} (at most ${want.list})` : asks.list
}

/** What a line wants; null: it is none of these. */
export function wantedBy(asks: Asks, line: string): Wanted | null {
  const m = /^(.*?:)(?: \(at most (\d+)\))?\s*$/.exec(line)
  if (m?.[1] === asks.judgement) return { for: 'judgement' }
  if (m?.[1] === asks.step) return { for: 'step' }
  return m?.[1] === asks.list ? { for: 'step', list: m[2] === undefined ? Number.POSITIVE_INFINITY : Number(m[2]) } : null
}
