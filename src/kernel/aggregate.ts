/**
 * One number for a path from the rewards of its steps. There is no sum: it would reward padding.
 * @param xs rewards, first step first @returns NaN where there are none, or where one that counts is unknown
 */
export function aggregate(xs: readonly number[], how: 'product' | 'min' | 'last' | 'mean'): number {
  if (xs.length === 0) return Number.NaN
  if (how === 'last') return xs[xs.length - 1]
  let product = 1
  let min = Number.POSITIVE_INFINITY
  let sum = 0
  for (const x of xs) {
    product *= x
    min = Math.min(min, x)
    sum += x
  }
  return how === 'product' ? product : how === 'min' ? min : sum / xs.length
}

/**
 * Weighted mean of several opinions about one thing, such as critics on one scale. What is unknown (NaN) or weighs nothing does not count.
 * @param terms weight, at least 0, and value @returns NaN where nothing is known
 */
export function blend(terms: readonly (readonly [weight: number, value: number])[]): number {
  let sum = 0
  let all = 0
  for (const [w, x] of terms) {
    if (!(w > 0) || Number.isNaN(x)) continue
    sum += w * x
    all += w
  }
  return sum / all
}
