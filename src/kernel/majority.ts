import { betaCdf, lnGamma } from './special.ts'

/** How sure it is that the leading answer stays the majority: `beta` looks at the first two, `dirichlet` at all that were seen. */
export type MajorityRule = 'beta' | 'dirichlet'

/**
 * Probability, after these votes, that the answer with the most of them is the likeliest one (adaptive-consistency, arXiv:2305.11860, section 3).
 *
 * - beta: P(p1 > p2) for (p1, 1 - p1) ~ Beta(v1 + 1, v2 + 1), eq. 2: the upper half of the Beta distribution
 * - dirichlet: P(p1 > all others) for p ~ Dirichlet(v + 1), eq. 1, over the answers seen
 * @param votes how often each answer came, in any order @returns 0 without votes
 */
export function majorityStays(votes: readonly number[], rule: MajorityRule = 'beta'): number {
  const v = votes.filter(x => x > 0).sort((a, b) => b - a)
  if (v.length === 0) return 0
  return rule === 'beta' || v.length <= 2 ? 1 - betaCdf(0.5, v[0] + 1, (v[1] ?? 0) + 1) : largest(v)
}

/** The fewest further votes that could make it so sure: as many, all for the leader. What is drawn up to there is never in vain. */
export function votesToSettle(votes: readonly number[], threshold: number, rule: MajorityRule = 'beta'): number {
  if (!(threshold < 1)) return Number.POSITIVE_INFINITY
  const v = votes.filter(x => x > 0).sort((a, b) => b - a)
  const [first = 0, ...others] = v
  let low = 0
  let high = 1
  const sure = (more: number): boolean => majorityStays([first + more, ...others], rule) >= threshold
  while (!sure(high)) {
    low = high
    high *= 2
    if (high > 1e6) return Number.POSITIVE_INFINITY
  }
  if (first > 0 && sure(0)) return 0
  while (high - low > 1) {
    const mid = (low + high) >> 1
    if (sure(mid)) high = mid
    else low = mid
  }
  return high
}

/**
 * P(X1 > X2, ..., Xk) for independent X_i ~ Gamma(v_i + 1, 1), which normalised are the Dirichlet: the integral of the density of the first times
 * the distributions of the others, by Simpson's rule.
 */
function largest(v: readonly number[]): number {
  const a = v[0] + 1
  const to = a + 12 * Math.sqrt(a) + 20
  const steps = 2000
  const h = to / steps
  let sum = 0
  for (let i = 1; i <= steps; i++) {
    const x = i * h
    let f = Math.exp((a - 1) * Math.log(x) - x - lnGamma(a))
    for (let j = 1; j < v.length && f > 0; j++) f *= gammaCdf(x, v[j] + 1)
    sum += f * (i === steps ? 1 : i % 2 === 1 ? 4 : 2)
  }
  return Math.min(1, (sum * h) / 3)
}

/** P(X <= x) for X ~ Gamma(a, 1), a whole: one less the first a terms of a Poisson distribution. */
function gammaCdf(x: number, a: number): number {
  let term = Math.exp(-x)
  let sum = term
  for (let k = 1; k < a; k++) {
    term *= x / k
    sum += term
  }
  return Math.max(0, 1 - sum)
}
