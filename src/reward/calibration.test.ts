import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Io, Reward } from '../contract/index.ts'
import { AddressedRandom } from '../kernel/random.ts'
import { applyCalibration, brier, calibrated, ece, isotonic, type Judged, platt, reliability } from './calibration.ts'

/** A judge that is right in its order and too sure of itself: says x, is right with probability `truth(x)`. */
const overconfident = (n: number, seed: number, truth: (x: number) => number): Judged[] => {
  const r = new AddressedRandom(seed, 1, 2, 'judge')
  return Array.from({ length: n }, () => {
    const value = r.next()
    return { value, label: r.next() < truth(value) ? 1 : 0 }
  })
}
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

describe('calibration error', () => {
  test('by hand', () => {
    const xs = [
      { value: 0.95, label: 1 },
      { value: 0.95, label: 0 },
      { value: 0.15, label: 0 },
      { value: 0.12, label: 0 },
    ]
    expect(ece(xs)).toBeCloseTo((2 * 0.45 + 2 * 0.135) / 4)
    expect(brier(xs)).toBeCloseTo((0.05 ** 2 + 0.95 ** 2 + 0.15 ** 2 + 0.12 ** 2) / 4)
    const bins = reliability(xs)
    expect(bins.map(b => b.count)).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 0, 2])
    expect(bins[9]).toEqual({ low: 0.9, high: 1, count: 2, mean: 0.95, label: 0.5 })
    expect(ece([])).toBeNaN()
    expect(ece([...xs, { value: Number.NaN, label: 1 }])).toBeCloseTo(ece(xs))
    expect(
      reliability([
        { value: 1, label: 1 },
        { value: 7, label: 1 },
        { value: -1, label: 0 },
      ]).map(b => b.count),
    ).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 2])
  })
  test.each([1, 2, 3])('a fit on some mends the others (%i)', seed => {
    const truth = (x: number): number => sigmoid(3 * x - 2.4)
    const [train, test] = [overconfident(600, seed, truth), overconfident(2000, seed + 100, truth)]
    const before = ece(test)
    for (const fitted of [platt, isotonic]) {
      const c = JSON.parse(JSON.stringify(fitted(train)))
      const after = test.map(x => ({ ...x, value: applyCalibration(c, x.value) }))
      expect(ece(after)).toBeLessThan(before / 2)
      expect(brier(after)).toBeLessThan(brier(test))
    }
  })
  test('Platt finds the sigmoid it was drawn from', () => {
    const c = platt(overconfident(20_000, 5, x => sigmoid(4 * x - 1)))
    expect(c).toMatchObject({ kind: 'platt' })
    if (c.kind === 'platt') {
      expect(c.a).toBeCloseTo(4, 0)
      expect(c.b).toBeCloseTo(-1, 0)
    }
  })
  const judged = fc.array(fc.record({ value: fc.double({ min: 0, max: 1, noNaN: true }), label: fc.constantFrom(0, 1) }), {
    minLength: 1,
    maxLength: 60,
  })
  test('a fit never turns an order round (isotonic), stays in [0, 1], and leaves unknown values unknown', () => {
    fc.assert(
      fc.property(judged, fc.double({ min: -1, max: 2, noNaN: true }), fc.double({ min: -1, max: 2, noNaN: true }), (xs, p, q) => {
        const c = isotonic(xs)
        const [low, high] = [Math.min(p, q), Math.max(p, q)]
        expect(applyCalibration(c, low)).toBeLessThanOrEqual(applyCalibration(c, high) + 1e-12)
        for (const fit of [c, platt(xs)]) {
          expect(applyCalibration(fit, p)).toBeGreaterThanOrEqual(0)
          expect(applyCalibration(fit, p)).toBeLessThanOrEqual(1)
          expect(applyCalibration(fit, Number.NaN)).toBeNaN()
        }
      }),
    )
  })
  test('isotonic is the least-squares fit: no worse than the mean, and exact where the labels never fall', () => {
    fc.assert(
      fc.property(judged, xs => {
        const c = isotonic(xs)
        const mean = xs.reduce((a, x) => a + x.label, 0) / xs.length
        const after = xs.map(x => ({ ...x, value: applyCalibration(c, x.value) }))
        expect(brier(after)).toBeLessThanOrEqual(brier(xs.map(x => ({ ...x, value: mean }))) + 1e-9)
      }),
    )
    const c = isotonic([
      { value: 0.1, label: 0 },
      { value: 0.2, label: 0 },
      { value: 0.8, label: 1 },
    ])
    expect([0.1, 0.2, 0.5, 0.8, 0.9].map(x => applyCalibration(c, x))).toEqual([0, 0, expect.closeTo(0.5), 1, 1])
  })
})

test('a judge can be mended; what it said is kept; failures and proofs are left alone', async () => {
  const by = (a: object, more: object = {}): Reward => ({ id: 'j', reward: async () => a as never, ...more })
  const ask = (r: Reward) => r.reward({} as Context, null, {} as Io)
  const c = { kind: 'platt', a: 0, b: 0 } as const
  expect(await ask(calibrated(by({ value: 0.9, parts: { calls: 1 } }), c))).toEqual({ value: 0.5, parts: { calls: 1, raw: 0.9 } })
  expect(await ask(calibrated(by({ value: Number.NaN, failed: true }), c))).toEqual({ value: Number.NaN, failed: true })
  expect(calibrated(by({ value: 1 }), c).id).toBe('j~platt')
  expect(() => calibrated(by({ value: 1 }, { verifies: true }), c)).toThrow('nothing to calibrate')
})
