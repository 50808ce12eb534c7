import type { Random } from '../contract/index.ts'

/** Standard normal (Box-Muller). */
export const normalVariate = (rng: Random): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())

/** Gamma of a shape > 0 and scale 1 (Marsaglia and Tsang 2000). */
export function gammaVariate(rng: Random, shape: number): number {
  if (!(shape > 0)) throw new RangeError(`gammaVariate: expected a shape above 0, found ${shape}`)
  // Below 1: a draw of shape + 1 times U^(1/shape).
  if (shape < 1) return gammaVariate(rng, shape + 1) * (1 - rng.next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const z = normalVariate(rng)
    const v = (1 + c * z) ** 3
    if (v > 0 && Math.log(1 - rng.next()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Beta(a, b), a, b > 0. */
export function betaVariate(rng: Random, a: number, b: number): number {
  const x = gammaVariate(rng, a)
  const y = gammaVariate(rng, b)
  // Both may underflow for tiny shapes: then the law is a coin of weight a : b.
  return x + y > 0 ? x / (x + y) : rng.next() * (a + b) < a ? 1 : 0
}

/** Dirichlet with all `n` concentrations `alpha` > 0: non-negative, sum 1. */
export function dirichlet(rng: Random, alpha: number, n: number): number[] {
  const xs = Array.from({ length: n }, () => gammaVariate(rng, alpha))
  const sum = xs.reduce((s, x) => s + x, 0)
  if (sum > 0) return xs.map(x => x / sum)
  const one = rng.int(n)
  return xs.map((_, i) => (i === one ? 1 : 0))
}
