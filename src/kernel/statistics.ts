import type { Random } from '../contract/index.ts'
import { betaCdf, betaQuantile, normalCdf, normalQuantile } from './special.ts'

export { betaCdf, betaQuantile, lnGamma, normalCdf, normalQuantile } from './special.ts'

export type Interval = readonly [low: number, high: number]

/** Mean of a list; NaN for an empty one. */
export function average(xs: readonly number[]): number {
  let sum = 0
  for (const x of xs) sum += x
  return sum / xs.length
}

/** Wilson score interval of a rate (Wilson 1927). Without trials [0, 1]. @param level confidence, default 0.95 */
export function wilson(successes: number, trials: number, level = 0.95): Interval {
  if (trials === 0) return [0, 1]
  const z = normalQuantile(0.5 + level / 2)
  const p = successes / trials
  const z2 = z * z
  const mid = (p + z2 / (2 * trials)) / (1 + z2 / trials)
  const half = (z * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials * trials))) / (1 + z2 / trials)
  return [successes === 0 ? 0 : Math.max(0, mid - half), successes === trials ? 1 : Math.min(1, mid + half)]
}

/** Posterior of a rate under a Beta(alpha, beta) prior (default uniform): mean and equal-tailed interval. */
export function betaPosterior(
  successes: number,
  trials: number,
  o: { alpha?: number; beta?: number; level?: number } = {},
): { mean: number; interval: Interval } {
  const a = successes + (o.alpha ?? 1)
  const b = trials - successes + (o.beta ?? 1)
  const tail = (1 - (o.level ?? 0.95)) / 2
  return { mean: a / (a + b), interval: [betaQuantile(tail, a, b), betaQuantile(1 - tail, a, b)] }
}

/** The q-quantile of ascending numbers, linear between neighbours (type 7). */
export function quantile(sorted: readonly number[] | Float64Array, q: number): number {
  if (sorted.length === 0) return Number.NaN
  const at = Math.min(1, Math.max(0, q)) * (sorted.length - 1)
  const low = Math.floor(at)
  const x = sorted[low]
  return low + 1 < sorted.length ? x + (at - low) * (sorted[low + 1] - x) : x
}

/**
 * Bootstrap interval of a statistic of a list (Efron 1987).
 *
 * `bca` corrects for bias and for a spread that changes with the value, by the jackknife; where the replicates or the jackknife are all equal it
 * falls back to `percentile`, for there is nothing to correct by. To resample clusters (puzzles, not samples) let the items be clusters.
 * @param rng the same numbers give the same interval @param o.times replicates, default 2000
 */
export function bootstrap<T>(
  xs: readonly T[],
  statistic: (sample: readonly T[]) => number,
  rng: Random,
  o: { times?: number; level?: number; kind?: 'percentile' | 'bca' } = {},
): Interval {
  return bootstraps(xs, statistic, rng, { ...o, levels: [o.level ?? 0.95] })[0]
}
/** The same at several levels, from the same replicates. */
export function bootstraps<T>(
  xs: readonly T[],
  statistic: (sample: readonly T[]) => number,
  rng: Random,
  o: { levels: readonly number[]; times?: number; kind?: 'percentile' | 'bca' },
): Interval[] {
  const n = xs.length
  if (n === 0) return o.levels.map(() => [Number.NaN, Number.NaN])
  const { times = 2000, kind = 'bca' } = o
  const replicates = new Float64Array(times)
  const sample = xs.slice()
  for (let b = 0; b < times; b++) {
    for (let i = 0; i < n; i++) sample[i] = xs[rng.int(n)]
    replicates[b] = statistic(sample)
  }
  replicates.sort()
  let shift = (p: number): number => p
  if (kind === 'bca') {
    const whole = statistic(xs)
    // A replicate equal to the estimate counts half: statistics of few values (rates) tie often.
    const below = replicates.reduce((c, r) => c + (r < whole ? 1 : r === whole ? 0.5 : 0), 0)
    const bias = normalQuantile(below / times)
    const acceleration = accelerationOf(xs, statistic)
    if (Number.isFinite(bias) && Number.isFinite(acceleration))
      shift = p => {
        const z = bias + normalQuantile(p)
        return normalCdf(bias + z / (1 - acceleration * z))
      }
  }
  return o.levels.map(level => [quantile(replicates, shift((1 - level) / 2)), quantile(replicates, shift(1 - (1 - level) / 2))])
}

/** Skewness of the jackknife over 6; NaN where the jackknife does not vary. */
function accelerationOf<T>(xs: readonly T[], statistic: (sample: readonly T[]) => number): number {
  if (xs.length < 2) return Number.NaN
  const left = xs.map((_, i) => statistic(xs.toSpliced(i, 1)))
  const centre = average(left)
  let squares = 0
  let cubes = 0
  for (const l of left) {
    squares += (centre - l) ** 2
    cubes += (centre - l) ** 3
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : Number.NaN
}

/**
 * Paired comparison of two methods on the same items: mean difference a - b with its bootstrap interval, and the p value of the sign-flip test.
 * @param a @param b one score per item, same order
 */
export function paired(
  a: readonly number[],
  b: readonly number[],
  rng: Random,
  o: { times?: number; level?: number } = {},
): { difference: number; interval: Interval; p: number } {
  if (a.length !== b.length) throw new RangeError(`paired: expected scores of the same items, found ${a.length} and ${b.length}`)
  const d = a.map((x, i) => x - b[i])
  return { difference: average(d), interval: bootstrap(d, average, rng, o), p: signFlip(d, rng, o) }
}

/**
 * Two-sided permutation test that differences are symmetric around 0: p value of the mean under random signs. Exact (all sign patterns) for up to
 * 14 non-zero differences, else from `times` random ones, as (1 + hits) / (1 + times) (Phipson and Smyth 2010).
 */
export function signFlip(differences: readonly number[], rng: Random, o: { times?: number } = {}): number {
  const d = differences.filter(x => x !== 0)
  const n = d.length
  if (n === 0) return 1
  const size = d.reduce((s, x) => s + Math.abs(x), 0)
  const seen = Math.abs(d.reduce((s, x) => s + x, 0)) - 1e-12 * size
  if (n <= 14) {
    let hits = 0
    const patterns = 2 ** n
    for (let bits = 0; bits < patterns; bits++) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += (bits >> i) & 1 ? d[i] : -d[i]
      if (Math.abs(sum) >= seen) hits++
    }
    return hits / patterns
  }
  const times = o.times ?? 2000
  let hits = 0
  for (let k = 0; k < times; k++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += rng.next() < 0.5 ? d[i] : -d[i]
    if (Math.abs(sum) >= seen) hits++
  }
  return (1 + hits) / (1 + times)
}

/** McNemar's exact test: two-sided binomial p value of pairs that differ. @param onlyA items that only a solved @param onlyB that only b solved */
export function mcnemar(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB
  const k = Math.min(onlyA, onlyB)
  if (n === 0) return 1
  // P(X <= k) for X ~ Binomial(n, 1/2).
  return n - 2 * k <= 1 ? 1 : Math.min(1, 2 * betaCdf(0.5, n - k, k + 1))
}

/** Unbiased pass@k from n samples of which c are correct: 1 - C(n - c, k) / C(n, k), as a product (Chen et al. 2021, arXiv:2107.03374). */
export function passAtK(n: number, c: number, k: number): number {
  if (!(c >= 0 && c <= n && k >= 1 && k <= n))
    throw new RangeError(`passAtK: expected 0 <= c <= n and 1 <= k <= n, found n ${n}, c ${c}, k ${k}`)
  if (n - c < k) return 1
  let none = 1
  for (let i = n - c + 1; i <= n; i++) none *= 1 - k / i
  return 1 - none
}

/** Holm's step-down correction of p values (Holm 1979), in their order: family-wise error at most that of a single test. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((i, j) => ps[i] - ps[j])
  const out = new Array<number>(ps.length)
  let floor = 0
  order.forEach((i, rank) => {
    floor = Math.max(floor, Math.min(1, (ps.length - rank) * ps[i]))
    out[i] = floor
  })
  return out
}

/**
 * Area under the ROC curve, P(score of a positive > score of a negative) + half the ties, with DeLong's interval (DeLong et al. 1988), taken on the
 * logit scale so that it stays in [0, 1]. NaN without both kinds; at 0 and 1, where the logit ends, it is the Wilson interval over the number of the rarer kind.
 */
export function auc(positives: readonly number[], negatives: readonly number[], level = 0.95): { auc: number; interval: Interval } {
  const m = positives.length
  const n = negatives.length
  if (m === 0 || n === 0) return { auc: Number.NaN, interval: [Number.NaN, Number.NaN] }
  const all = [...positives, ...negatives]
  const overall = midranks(all)
  const ownP = midranks(positives)
  const ownN = midranks(negatives)
  // Structural components: share of the other kind that an item beats, from ranks among all less ranks among its own (Sun and Xu 2014).
  const v10 = positives.map((_, i) => (overall[i] - ownP[i]) / n)
  const v01 = negatives.map((_, j) => 1 - (overall[m + j] - ownN[j]) / m)
  const area = average(v10)
  const se = Math.sqrt(varianceOf(v10) / m + varianceOf(v01) / n)
  if (area === 0 || area === 1) {
    const k = Math.min(m, n)
    const [low, high] = wilson(area * k, k, level)
    return { auc: area, interval: [low, high] }
  }
  const z = normalQuantile(0.5 + level / 2)
  const logit = Math.log(area / (1 - area))
  const half = (z * se) / (area * (1 - area))
  return { auc: area, interval: [1 / (1 + Math.exp(half - logit)), 1 / (1 + Math.exp(-half - logit))] }
}

const varianceOf = (xs: readonly number[]): number => {
  const centre = average(xs)
  return xs.length < 2 ? 0 : xs.reduce((s, x) => s + (x - centre) ** 2, 0) / (xs.length - 1)
}

/** Ranks from 1; equals share their mean rank. */
export function midranks(xs: readonly number[]): number[] {
  const order = xs.map((_, i) => i).sort((i, j) => xs[i] - xs[j])
  const out = new Array<number>(xs.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && xs[order[to]] === xs[order[from]]) to++
    for (let k = from; k < to; k++) out[order[k]] = (from + 1 + to) / 2
    from = to
  }
  return out
}
