// Sampling without replacement by Gumbel perturbation: from one law, and from the leaves of a tree without listing them.
import type { Random } from '../contract/index.ts'
import { gumbels, gumbelTopK } from './halving.ts'

/** ln(1 - e^x), x < 0; -Infinity at 0. Two branches: each loses the digits that the other keeps (Maechler 2012). */
export const log1mexp = (x: number): number => (x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x)))
/** ln(1 + e^x), without overflow. */
export const log1pexp = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))

/** A place in a tree of laws: the log-probability of the way to it, and its perturbed value, the greatest of all below it. */
export interface Perturbed {
  readonly phi: number
  readonly gumbel: number
}
export interface GumbelDraw extends Perturbed {
  readonly index: number
}

const descending = (a: Perturbed, b: Perturbed): number => b.gumbel - a.gumbel

/**
 * k indices without replacement, in order of draw (Gumbel-top-k; Vieira 2014, Kool et al. 2019), with their perturbed values.
 * @param logp log-probabilities, -Infinity where there is none @returns fewer than k where fewer have a probability
 */
export function perturbedTopK(logp: ArrayLike<number>, k: number, rng: Random): GumbelDraw[] {
  const phi = Array.from(logp)
  const noise = gumbels(rng, phi.length)
  return gumbelTopK(phi, noise, k)
    .filter(i => phi[i] > Number.NEGATIVE_INFINITY)
    .map(index => ({ index, phi: phi[index], gumbel: phi[index] + noise[index] }))
}

/**
 * Perturbed values of the children of a place whose own is known: Gumbels of locations `phi` on condition that their maximum is `max` (Kool et al. 2019,
 * eq. 12-14 and appendix B.3). The best child gets exactly `max`.
 * @param phi log-probabilities of the ways to the children, -Infinity where there is none
 */
export function conditionedGumbels(phi: ArrayLike<number>, max: number, rng: Random): Float64Array {
  const raw = Float64Array.from(phi, x => x + rng.gumbel())
  let z = Number.NEGATIVE_INFINITY
  for (const u of raw) if (u > z) z = u
  return raw.map(u => {
    if (!(u > Number.NEGATIVE_INFINITY)) return Number.NEGATIVE_INFINITY
    const v = max - u + log1mexp(u - z)
    return max - Math.max(0, v) - log1pexp(-Math.abs(v))
  })
}

export interface BeamDraw extends GumbelDraw {
  /** Which of the parents it continues. */
  readonly parent: number
}

/**
 * One level of stochastic beam search (Kool et al. 2019, algorithm 1): of all children of all parents the `width` of the greatest perturbed value, best
 * first. From the root (phi 0, a standard Gumbel) down to the leaves it gives `width` leaves without replacement, in order of draw.
 * @param parents with the log-law of what comes next
 */
export function stochasticBeam(
  parents: readonly (Perturbed & { readonly law: ArrayLike<number> })[],
  width: number,
  rng: Random,
): BeamDraw[] {
  const all: BeamDraw[] = []
  parents.forEach((p, parent) => {
    const phi = Float64Array.from(p.law, x => p.phi + x)
    conditionedGumbels(phi, p.gumbel, rng).forEach((gumbel, index) => {
      if (gumbel > Number.NEGATIVE_INFINITY) all.push({ parent, index, phi: phi[index], gumbel })
    })
  })
  return all.sort(descending).slice(0, Math.max(0, width))
}

/** P(G > kappa) for a Gumbel of location phi: the chance that a leaf is among those drawn, given the threshold (the k + 1st greatest perturbed value). */
export const inclusion = (phi: number, kappa: number): number => -Math.expm1(-Math.exp(phi - kappa))

/**
 * Unbiased estimate of the mean of f under the law, from draws without replacement (Kool et al. 2019, eq. 15): each draw above the threshold weighs
 * p / P(G > kappa). The last draw is the threshold and weighs nothing; with `all` drawn there is nothing left to be, and the mean is exact.
 * @param draws best first, with f of each @param all whether these are all leaves that there are
 */
export function meanWithoutReplacement(draws: readonly (Perturbed & { readonly value: number })[], all = false): number {
  if (draws.length === 0) return Number.NaN
  if (all) return draws.reduce((sum, d) => sum + Math.exp(d.phi) * d.value, 0)
  const kappa = draws[draws.length - 1].gumbel
  return draws.slice(0, -1).reduce((sum, d) => sum + (Math.exp(d.phi) / inclusion(d.phi, kappa)) * d.value, 0)
}
