// What colour means: a number of each row, and where it lies on the scale.
import type { Columns } from './columns.ts'

export const colourings = {
  value: { label: 'Value', about: 'Q: the backed-up value' },
  critic: { label: 'Critic', about: "V: the critic's value of the state" },
  visits: { label: 'Visits', about: 'N: how often the search came through, on a logarithmic scale' },
  cost: { label: 'Cost', about: 'what was spent at the node itself' },
  uncertainty: { label: 'Uncertainty', about: 'the standard error of Q' },
  age: { label: 'Age', about: 'when it was made: early to late' },
} as const
export type Colouring = keyof typeof colourings
export const isColouring = (x: string | null): x is Colouring => x !== null && x in colourings

export interface Coloured {
  by: Colouring
  /** What is measured, with its unit. */
  unit: 'value' | 'visits' | 'usd' | 'tokens' | 'calls' | 'seconds' | 'order'
  low: number
  high: number
  log: boolean
  /** Share of the scale, 0 to 1, by row; NaN: unknown. */
  share: Float32Array
  /** The number itself. */
  of(row: number): number
  /** Nothing is backed up in this tree (a method without Q): the critic's values stand for it. */
  instead: boolean
}
/** Dollars where they are known and not all nought, else tokens, else calls. */
function costs(c: Columns): { column: Float64Array | Int32Array; unit: 'usd' | 'tokens' | 'calls' } {
  for (let r = 0; r < c.size; r++) if (c.usd[r] > 0) return { column: c.usd, unit: 'usd' }
  for (let r = 0; r < c.size; r++) if (c.tokens[r] > 0) return { column: c.tokens, unit: 'tokens' }
  return { column: c.calls, unit: 'calls' }
}
function anyOf(column: Float32Array, n: number): boolean {
  for (let r = 0; r < n; r++) if (!Number.isNaN(column[r])) return true
  return false
}
export function colour(c: Columns, by: Colouring, into?: Float32Array): Coloured {
  const n = c.size
  let unit: Coloured['unit'] = 'value'
  let column: Float32Array | Float64Array | Int32Array = c.Q
  let log = false
  const instead = by === 'value' && !anyOf(c.Q, n) && anyOf(c.V, n)
  if (by === 'critic' || instead) column = c.V
  else if (by === 'uncertainty') column = c.se
  else if (by === 'visits') {
    column = c.N
    unit = 'visits'
    log = true
  } else if (by === 'cost') {
    const cost = costs(c)
    column = cost.column
    unit = cost.unit
    log = true
  } else if (by === 'age') {
    column = c.born
    unit = n > 0 && Number.isNaN(c.born[n - 1]) ? 'order' : 'seconds'
  }
  const order = unit === 'order'
  const of = (row: number): number => (order ? row : column[row])
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  if (order) {
    low = 0
    high = Math.max(1, n - 1)
  } else
    for (let r = 0; r < n; r++) {
      const v = column[r]
      // Infinite is worse or better than any, and no end of a scale.
      if (v < low && v !== Number.NEGATIVE_INFINITY) low = v
      if (v > high && v !== Number.POSITIVE_INFINITY) high = v
    }
  if (low > high) low = high = Number.NaN
  if (log) low = Math.min(low, 0)
  const share = into !== undefined && into.length >= n ? into : new Float32Array(Math.max(1024, 2 ** Math.ceil(Math.log2(n + 1))))
  const flat = !(high > low)
  const scale = flat ? 0 : log ? 1 / Math.log1p(high - low) : 1 / (high - low)
  for (let r = 0; r < n; r++) {
    const v = order ? r : column[r]
    let s = flat ? (Number.isNaN(v) ? Number.NaN : 0.6) : log ? Math.log1p(v - low) * scale : (v - low) * scale
    if (s < 0) s = 0
    else if (s > 1) s = 1
    share[r] = s
  }
  return { by, unit, low, high, log, share, of, instead }
}
