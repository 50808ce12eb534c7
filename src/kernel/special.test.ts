import fc from 'fast-check'
import { expect, test } from 'vitest'
import { betaCdf, betaQuantile, lnGamma, normalCdf, normalQuantile } from './special.ts'

const near = (found: number, expected: number, relative = 1e-11): void =>
  expect(Math.abs(found - expected), `${found} for ${expected}`).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-300))

test('lnGamma against published values', () => {
  for (const [x, y] of [
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247],
    [2.5, 0.2846828704729192],
    [10, 12.801827480081469],
    [1000.5, 5908.674175848678],
  ])
    near(lnGamma(x), y, 1e-12)
  expect(Math.abs(lnGamma(1))).toBeLessThan(1e-13)
})
test('incomplete beta against published values', () => {
  for (const [x, a, b, y] of [
    [0.5, 2, 3, 0.6875],
    [0.1, 0.5, 0.5, 0.20483276469913345],
    [0.9, 10, 2, 0.6973568802],
    [0.3, 300, 700, 0.5036711828607681],
    [1e-5, 0.5, 20, 0.015857272684664293],
    [0.31, 30000, 70000, 0.9999999999965334],
  ])
    near(betaCdf(x, a, b), y, 1e-9)
  expect([betaCdf(0, 2, 2), betaCdf(1, 2, 2)]).toEqual([0, 1])
})
test('beta quantile against published values, and inverse to the distribution', () => {
  near(betaQuantile(0.025, 1, 11), 0.002298972213814267)
  near(betaQuantile(0.975, 8, 4), 0.8907365561809019)
  near(betaQuantile(0.025, 101, 901), 0.08293639849581784)
  const shape = fc.double({ min: 0.5, max: 200, noNaN: true })
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), shape, shape, (p, a, b) => {
      expect(Math.abs(betaCdf(betaQuantile(p, a, b), a, b) - p)).toBeLessThan(1e-9)
    }),
  )
})
test('normal distribution and its quantiles against published values', () => {
  for (const [z, y] of [
    [-8, 6.22096057427174e-16],
    [-3, 0.0013498980316300933],
    [-1.96, 0.024997895148220435],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [2.9, 0.998134186699616],
    [3, 0.9986501019683699],
  ])
    near(normalCdf(z), y)
  for (const [p, z] of [
    [1e-12, -7.034483825301131],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.975, 1.959963984540054],
    [0.9999, 3.719016485455709],
  ])
    near(normalQuantile(p), z, 1e-10)
  expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1), normalQuantile(2)]).toEqual([-Infinity, 0, Infinity, Number.NaN])
})
