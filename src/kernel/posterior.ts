// What is believed of a quantity after some observations: conjugate posteriors, and a mixed model of grouped observations. Drawn from, not fitted.
import type { Random } from '../contract/index.ts'
import { normalQuantile } from './special.ts'
import { betaVariate, gammaVariate, normalVariate } from './variates.ts'

/** Observations of a quantity, as their count, sum and sum of squares. */
export interface Seen {
  n: number
  sum: number
  squares: number
}
export const unseen = (): Seen => ({ n: 0, sum: 0, squares: 0 })
/** Counts an observation. */
export function observe(s: Seen, x: number): void {
  s.n += 1
  s.sum += x
  s.squares += x * x
}
/** Sum of the squared distances from the mean. */
const scatter = (s: Seen): number => (s.n === 0 ? 0 : Math.max(0, s.squares - (s.sum * s.sum) / s.n))

/** Prior of a normal law of unknown mean and variance: guess of the mean, worth `kappa` observations; guess of the variance, worth `nu`. */
export interface GaussianPrior {
  mean: number
  kappa: number
  nu: number
  tauSquare: number
}

/**
 * A draw of the mean of a normal law, its variance unknown, from the posterior under a normal-inverse-chi-squared prior (Murphy 2023, Probabilistic
 * Machine Learning: Advanced Topics, 3.4.3.3).
 */
export function gaussianDraw(rng: Random, s: Seen, prior: GaussianPrior): number {
  const { kappa, nu } = prior
  const m = s.n === 0 ? prior.mean : s.sum / s.n
  const kappaN = kappa + s.n
  const nuN = nu + s.n
  const meanN = (kappa * prior.mean + s.sum) / kappaN
  const spread = nu * prior.tauSquare + scatter(s) + ((s.n * kappa) / kappaN) * (prior.mean - m) ** 2
  const variance = spread / (2 * Math.max(1e-300, gammaVariate(rng, nuN / 2)))
  return meanN + Math.sqrt(variance / kappaN) * normalVariate(rng)
}

/** A draw of the mean of observations in [0, 1] from a Beta posterior; each counts as its share of a success. What lies outside is cut to the range. */
export function betaDraw(rng: Random, s: Seen, prior: { alpha: number; beta: number }): number {
  const won = Math.min(s.n, Math.max(0, s.sum))
  return betaVariate(rng, prior.alpha + won, prior.beta + s.n - won)
}

/** Scales of the mixed model: the overall mean is normal (mean, meanSd); the spreads between and within groups are half-normal. */
export interface MixedPrior {
  mean: number
  meanSd: number
  groupSd: number
  noiseSd: number
  /** Points of the grid over each spread; default 8. */
  grid?: number
}

/**
 * One observation more of every group, and of a group not seen yet, drawn from the posterior of a mixed model: y = a(group) + noise, a(group) normal about
 * an overall mean (AB-MCTS-M, arXiv:2503.04412, section 3.2).
 *
 * Given the two spreads everything is normal and in closed form: the overall mean, each a(group), and the likelihood of the observations. Only the spreads
 * need more: they are taken from a grid of equally likely points of their priors, weighted by that likelihood. So no Markov chain is run; the result differs
 * from the exact posterior by the grid alone. All draws of a call share one set of spreads and one overall mean.
 */
export function mixedDraw(rng: Random, groups: readonly Seen[], o: MixedPrior): { groups: number[]; fresh: number } {
  const size = o.grid ?? 8
  const points = Array.from({ length: size }, (_, i) => normalQuantile(0.5 + (i + 0.5) / (2 * size)))
  const known = groups.filter(g => g.n > 0)
  const cells: { a: number; y: number; mean: number; precision: number; weight: number }[] = []
  for (const pa of points) {
    for (const py of points) {
      const a = (o.groupSd * pa) ** 2
      const y = (o.noiseSd * py) ** 2
      let precision = 1 / o.meanSd ** 2
      let pull = o.mean * precision
      let constant = o.mean * o.mean * precision
      let weight = 0
      for (const g of known) {
        const v = a + y / g.n
        const m = g.sum / g.n
        precision += 1 / v
        pull += m / v
        constant += (m * m) / v
        weight -= 0.5 * (Math.log(v) + (g.n - 1) * Math.log(y) + scatter(g) / y)
      }
      weight -= 0.5 * (Math.log(precision) + constant - (pull * pull) / precision)
      cells.push({ a, y, mean: pull / precision, precision, weight })
    }
  }
  const high = Math.max(...cells.map(c => c.weight))
  const c = cells[rng.weighted(cells.map(x => Math.exp(x.weight - high)))]
  const mean = c.mean + normalVariate(rng) / Math.sqrt(c.precision)
  const draw = (s: Seen): number => {
    const precision = 1 / c.a + s.n / c.y
    const centre = (mean / c.a + s.sum / c.y) / precision
    return centre + Math.sqrt(1 / precision + c.y) * normalVariate(rng)
  }
  return { groups: groups.map(draw), fresh: draw(unseen()) }
}
