// Rows laid out for a pass of the network, and what it said handed back to each row.
import { token } from '../../model/seedling/index.ts'
import type { Rows } from '../seedling/index.ts'
import { columnsOf, inputsOfRow, sidesOf, type TuneRow } from './row.ts'

/** Where a number belongs: token `t` of a row, or a side of one of its verdicts. */
interface Place {
  readonly column: number
  readonly row: number
  readonly token: number
  readonly verdict: number
  readonly side: 'good' | 'bad'
}
export interface Pass {
  readonly rows: Rows
  readonly places: readonly Place[]
}
/** Lengths of passes: few, since each pair of rows and length is compiled once. */
const bucket = 16

/**
 * Passes of at most `micro` rows, rows of like length together. Words fill a row from the left, each seeing those before it; a judgement stands in a column of
 * its own on the right, at the position right after its prefix, and sees nothing else: so it says what it would say if the prefix ended there.
 * @param at indices into `rows` @param values read both sides of every verdict
 */
export function passesOf(rows: readonly TuneRow[], at: readonly number[], micro: number, values: boolean): Pass[] {
  const lengths = new Map(at.map(i => [i, Math.ceil(columnsOf(rows[i], values) / bucket) * bucket]))
  const order = [...at].sort((a, b) => lengths.get(a)! - lengths.get(b)! || a - b)
  const out: Pass[] = []
  for (let i = 0; i < order.length; ) {
    const L = lengths.get(order[i])!
    const together = order.slice(i, i + micro).filter(k => lengths.get(k) === L)
    out.push(layOut(rows, together, micro, L, values))
    i += together.length
  }
  return out
}

/** Rows of a pass are always `micro`: what is over is empty, so that nothing is compiled anew. */
function layOut(all: readonly TuneRow[], at: readonly number[], micro: number, L: number, values: boolean): Pass {
  const rows: Rows = {
    rows: micro,
    length: L,
    tokens: new Int32Array(micro * L).fill(token.pad),
    targets: new Int32Array(micro * L).fill(token.pad),
    positions: new Int32Array(micro * L),
    sees: new Uint8Array(micro * L * L),
  }
  const places: Place[] = []
  for (let b = 0; b < micro; b++) {
    const base = b * L
    for (let t = 0; t < L; t++) rows.sees[(base + t) * L + t] = 1
    if (b >= at.length) continue
    const row = all[at[b]]
    const words = inputsOfRow(row)
    for (let t = 0; t < words; t++) {
      rows.tokens[base + t] = row.tokens[t]
      rows.positions[base + t] = t
      rows.sees.fill(1, (base + t) * L, (base + t) * L + t + 1)
      if (t + 1 === row.tokens.length) continue
      rows.targets[base + t] = row.tokens[t + 1]
      places.push({ column: base + t, row: at[b], token: t + 1, verdict: -1, side: 'good' })
    }
    let column = base + words
    for (const [v, verdict] of (row.verdicts ?? []).entries())
      for (const side of sidesOf(verdict, values)) {
        const see = column * L
        rows.tokens[column] = token.judge
        rows.targets[column] = side === 'good' ? token.good : token.bad
        rows.positions[column] = verdict.at
        rows.sees.fill(1, see, see + verdict.at)
        places.push({ column, row: at[b], token: -1, verdict: v, side })
        column++
      }
  }
  return { rows, places }
}
