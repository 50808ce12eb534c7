import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bestOfK, effectiveReward } from './advantage.ts'

test('best-of-K, the sizes of its advantages worked by hand', () => {
  const step = (from: number, to: number, k: number) => bestOfK(to, k) - bestOfK(from, k)
  expect([1, 4, 8, 32].map(k => step(0.1, 0.2, k).toFixed(3))).toEqual(['0.100', '0.247', '0.263', '0.034'])
  expect(step(0.7, 0.9, 4)).toBeCloseTo(0.008, 3)
  expect(bestOfK(Number.NaN, 4)).toBeNaN()
  expect([0, 1].map(q => bestOfK(q, 32))).toEqual([0, 1])
})
test('rises with q and with k, stays in [0, 1]', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(unit, unit, fc.integer({ min: 1, max: 64 }), (p, q, k) => {
      const [low, high] = p < q ? [p, q] : [q, p]
      expect(bestOfK(high, k)).toBeGreaterThanOrEqual(bestOfK(low, k))
      expect(bestOfK(q, k + 1)).toBeGreaterThanOrEqual(bestOfK(q, k))
      expect(bestOfK(q, k)).toBeLessThanOrEqual(1)
    }),
  )
})
test('the effective reward is Q and a share of the advantage', () => {
  expect(effectiveReward({ q: 0.4, prover: 0.9, before: 0.5 }, 0.5)).toBeCloseTo(0.6, 12)
  expect(effectiveReward({ q: 0.4, prover: 0.9, before: 0.5 }, 0)).toBe(0.4)
})
