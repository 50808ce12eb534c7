// Principal components: the best linear autoencoder.
import type { Random } from '../contract/index.ts'

/** A linear code learned from rows. */
export interface Code {
  /** The row in as many numbers as there are components. */
  encode(row: ArrayLike<number>): Float64Array
  /** Mean squared error of the row when it is put together again from its code: how little it looks like what was learned from. */
  error(row: ArrayLike<number>): number
}

/**
 * The d directions of greatest variance, by orthogonal iteration. A linear autoencoder with a bottleneck of d and squared error has its least error here
 * (Baldi and Hornik 1989), so this is one, trained to the end, without a learning rate. O(rounds n d m) for n rows of m numbers.
 *
 * @param rows at least one, all of one length @param d components; fewer where the rows have less @param rng where the iteration begins
 */
export function principal(rows: readonly ArrayLike<number>[], d: number, rng: Random, o: { rounds?: number } = {}): Code {
  const n = rows.length
  if (n === 0) throw new RangeError('principal: expected at least one row')
  const m = rows[0].length
  const mean = new Float64Array(m)
  for (const r of rows) for (let j = 0; j < m; j++) mean[j] += r[j] / n
  const centred = rows.map(r => Float64Array.from({ length: m }, (_, j) => r[j] - mean[j]))
  let axes = orthonormal(Array.from({ length: Math.min(d, m) }, () => Float64Array.from({ length: m }, () => rng.next() - 0.5)))
  for (let round = 0; round < (o.rounds ?? 30) && axes.length > 0; round++) {
    axes = orthonormal(
      axes.map(a => {
        const out = new Float64Array(m)
        for (const r of centred) {
          const w = dot(r, a)
          if (w !== 0) for (let j = 0; j < m; j++) out[j] += w * r[j]
        }
        return out
      }),
    )
  }
  // Greatest variance first: the iteration brings them near that order, and the code should not depend on how near.
  const spread = (a: Float64Array): number => centred.reduce((s, r) => s + dot(r, a) ** 2, 0)
  axes = axes
    .map(a => ({ a, v: spread(a) }))
    .sort((x, y) => y.v - x.v)
    .map(x => x.a)
  const less = (row: ArrayLike<number>): Float64Array => Float64Array.from({ length: m }, (_, j) => row[j] - mean[j])
  return {
    encode(row) {
      const r = less(row)
      return Float64Array.from(axes, a => dot(r, a))
    },
    error(row) {
      const r = less(row)
      const code = axes.map(a => dot(r, a))
      let sum = 0
      for (let j = 0; j < m; j++) {
        let x = r[j]
        for (let i = 0; i < axes.length; i++) x -= code[i] * axes[i][j]
        sum += x * x
      }
      return sum / m
    },
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

/** Gram and Schmidt, twice for accuracy; vectors that lie in the span of those before them are dropped. */
function orthonormal(xs: readonly Float64Array[]): Float64Array[] {
  const out: Float64Array[] = []
  for (const x of xs) {
    const before = Math.sqrt(dot(x, x))
    for (let pass = 0; pass < 2; pass++)
      for (const a of out) {
        const w = dot(x, a)
        for (let j = 0; j < x.length; j++) x[j] -= w * a[j]
      }
    const length = Math.sqrt(dot(x, x))
    if (length > 1e-9 * Math.max(before, 1e-9) && length > 1e-12) out.push(x.map(v => v / length))
  }
  return out
}
