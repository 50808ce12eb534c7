import type { Random } from '../contract/index.ts'
import { softmax } from './rank.ts'

/** How a width is shared out. */
export type Sharing = 'rebase' | 'topk' | 'even' | 'particle' | 'dvts'

/**
 * How many children each leaf gets out of a width. The shares sum to `width` wherever one score is known; a leaf of unknown score (NaN) gets 0.
 *
 * | rule | share |
 * |---|---|
 * | rebase | balanced softmax: best first, ceil(what is left x exp(s/T) / what is left of the sum) (REBASE, arXiv:2408.00724, eq. 2) |
 * | topk | the k best share it evenly: a beam |
 * | even | all share it evenly; what is over goes to the best |
 * | particle | multinomial draws by softmax(s/T) (arXiv:2502.01618) |
 * | dvts | the best of each group gets the group's even share (diverse verifier tree search) |
 *
 * @param width whole, at least 0 @param o.temperature T of rebase and particle, default 1; 0.2 in REBASE for scores in [0, 1]
 * @param o.k of topk, default ceil(sqrt(width)) @param o.group number of the subtree of each leaf, for dvts @param o.rng for particle
 */
export function allocate(
  scores: readonly number[],
  width: number,
  o: { rule: Sharing; temperature?: number; k?: number; group?: readonly number[]; rng?: Random },
): number[] {
  const shares = new Array<number>(scores.length).fill(0)
  const ranked = scores.map((_, i) => i).filter(i => !Number.isNaN(scores[i]))
  ranked.sort((i, j) => (scores[i] > scores[j] ? -1 : scores[i] < scores[j] ? 1 : i - j))
  if (ranked.length === 0 || width <= 0) return shares
  if (o.rule === 'rebase') rebase(scores, ranked, width, o.temperature ?? 1, shares)
  else if (o.rule === 'particle') {
    if (o.rng === undefined) throw new TypeError("allocate: the rule 'particle' draws, and needs rng")
    for (const i of resample(softmax(scores, o.temperature), width, o.rng, 'multinomial')) shares[i]++
  } else evenly(chosen(ranked, width, o), width, shares)
  return shares
}

function rebase(scores: readonly number[], ranked: number[], width: number, temperature: number, shares: number[]): void {
  const e = softmax(scores, temperature)
  // Sums from the smallest up, not by subtraction: so the last leaf of any weight takes exactly what is left.
  const sums = new Array<number>(ranked.length)
  for (let k = ranked.length - 1, sum = 0; k >= 0; k--) sums[k] = sum += e[ranked[k]]
  let left = width
  for (let k = 0; k < ranked.length && sums[k] > 0; k++) {
    const i = ranked[k]
    // The slack keeps a whole share whole: rounding would give eight equal leaves 17 of 16.
    shares[i] = Math.min(left, Math.max(0, Math.ceil((left * e[i]) / sums[k] - 1e-9)))
    left -= shares[i]
    if (left === 0) return
  }
}

function chosen(ranked: number[], width: number, o: { rule: Sharing; k?: number; group?: readonly number[] }): number[] {
  if (o.rule === 'topk') return ranked.slice(0, Math.max(1, o.k ?? Math.ceil(Math.sqrt(width))))
  if (o.rule === 'even') return ranked
  const group = o.group
  if (group === undefined) throw new TypeError("allocate: the rule 'dvts' needs the group of each leaf")
  const seen = new Set<number>()
  return ranked.filter(i => !seen.has(group[i]) && seen.add(group[i]))
}

function evenly(order: number[], width: number, shares: number[]): void {
  const each = Math.floor(width / order.length)
  const over = width - each * order.length
  order.forEach((i, rank) => {
    shares[i] = each + (rank < over ? 1 : 0)
  })
}

/**
 * Indices of survivors, with repeats, drawn in proportion to the weights (need not sum to 1; NaN and negative count 0; all 0: evenly).
 * @param rule `multinomial`: independent draws; `systematic`: one draw, n equal steps (less variance; each index comes floor or ceil of its
 * expectation), in ascending order
 */
export function resample(weights: readonly number[], n: number, rng: Random, rule: 'multinomial' | 'systematic' = 'multinomial'): number[] {
  if (weights.length === 0 || n <= 0) return []
  const sums = new Float64Array(weights.length)
  let total = 0
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] > 0) total += weights[i]
    sums[i] = total
  }
  if (!(total > 0)) for (let i = 0; i < sums.length; i++) sums[i] = total = i + 1
  let last = sums.length - 1
  while (last > 0 && sums[last - 1] === total) last--
  const out: number[] = []
  if (rule === 'multinomial') for (let k = 0; k < n; k++) out.push(at(sums, rng.next() * total))
  else {
    const start = rng.next()
    for (let k = 0, i = 0; k < n; k++) {
      const u = ((start + k) / n) * total
      while (i < last && sums[i] <= u) i++
      out.push(i)
    }
  }
  return out
}

/** First index whose running sum is above u; never one of weight 0. */
function at(sums: Float64Array, u: number): number {
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const mid = (low + high) >> 1
    if (sums[mid] > u) high = mid
    else low = mid + 1
  }
  return low
}

/** Effective sample size of weights, (sum w)^2 / sum w^2: from 1 (all on one) to their number (even). 0 where none is positive. */
export function effectiveSampleSize(weights: readonly number[]): number {
  let sum = 0
  let squares = 0
  for (const w of weights) {
    if (!(w > 0)) continue
    sum += w
    squares += w * w
  }
  return squares > 0 ? (sum * sum) / squares : 0
}
