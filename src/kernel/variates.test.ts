import { expect, test } from 'vitest'
import { AddressedRandom } from './random.ts'
import { betaCdf } from './special.ts'
import { betaVariate, dirichlet, gammaVariate, normalVariate } from './variates.ts'

const rng = () => new AddressedRandom(2, 0, 0, 'variates')
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length
const draws = (n: number, f: () => number) => Array.from({ length: n }, f)

test('normal', () => {
  const r = rng()
  const z = draws(20_000, () => normalVariate(r))
  expect(Math.abs(mean(z))).toBeLessThan(0.03)
  expect(Math.abs(mean(z.map(x => x * x)) - 1)).toBeLessThan(0.05)
})
test('gamma has mean and variance of its shape', () => {
  for (const shape of [0.3, 1, 7.5]) {
    const r = rng()
    const xs = draws(20_000, () => gammaVariate(r, shape))
    expect(Math.abs(mean(xs) - shape) / Math.sqrt(shape)).toBeLessThan(0.035)
    expect(Math.abs(mean(xs.map(x => (x - shape) ** 2)) / shape - 1)).toBeLessThan(0.12)
  }
  expect(() => gammaVariate(rng(), 0)).toThrow(/shape/)
})
test('beta follows its distribution', () => {
  for (const [a, b] of [
    [2, 5],
    [0.5, 0.5],
    [30, 3],
  ]) {
    const r = rng()
    const xs = draws(4000, () => betaVariate(r, a, b)).sort((p, q) => p - q)
    // Kolmogorov-Smirnov: beyond 1.95 / sqrt(n) once in a thousand.
    const distance = Math.max(...xs.map((x, i) => Math.abs(betaCdf(x, a, b) - (i + 0.5) / xs.length)))
    expect(distance).toBeLessThan(1.95 / Math.sqrt(xs.length))
  }
  const r = rng()
  const tiny = draws(400, () => betaVariate(r, 1e-300, 1e-300))
  expect(tiny.every(x => x === 0 || x === 1)).toBe(true)
})
test('Dirichlet sums to 1; small concentrations are sparse', () => {
  const r = rng()
  for (const alpha of [0.03, 0.3, 3]) expect(mean(draws(100, () => dirichlet(r, alpha, 5).reduce((a, b) => a + b, 0)))).toBeCloseTo(1, 12)
  const peak = (alpha: number) => mean(draws(500, () => Math.max(...dirichlet(r, alpha, 5))))
  expect(peak(0.03)).toBeGreaterThan(0.85)
  expect(peak(30)).toBeLessThan(0.35)
  expect(dirichlet(r, 1e-320, 3).reduce((a, b) => a + b, 0)).toBe(1)
})
