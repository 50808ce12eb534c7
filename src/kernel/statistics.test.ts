import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressedRandom } from './random.ts'
import {
  auc,
  average,
  betaPosterior,
  bootstrap,
  holm,
  mcnemar,
  midranks,
  paired,
  passAtK,
  quantile,
  signFlip,
  wilson,
} from './statistics.ts'

const rng = (purpose = 'test') => new AddressedRandom(7, 0, 0, purpose)
const data = [8.2, 9.1, 4.4, 12.7, 6.6, 7.0, 5.1, 10.9, 3.8, 6.2, 15.5, 7.7]
const close = ([low, high]: readonly [number, number], [l, h]: readonly [number, number], digits: number) => {
  expect(low).toBeCloseTo(l, digits)
  expect(high).toBeCloseTo(h, digits)
}

describe('rates', () => {
  test('Wilson against published values, and at its ends', () => {
    close(wilson(7, 20), [0.1811918241010821, 0.5671457233147637], 10)
    close(wilson(81, 263), [0.2552885198782742, 0.36620957698280004], 10)
    expect(wilson(0, 10)[0]).toBe(0)
    expect(wilson(10, 10)[1]).toBe(1)
    expect(wilson(0, 0)).toEqual([0, 1])
  })
  test('Wilson covers the truth about as often as it says', () => {
    const r = rng()
    let covered = 0
    for (let i = 0; i < 2000; i++) {
      let hits = 0
      for (let k = 0; k < 40; k++) if (r.next() < 0.3) hits++
      const [low, high] = wilson(hits, 40)
      if (low <= 0.3 && 0.3 <= high) covered++
    }
    expect(covered / 2000).toBeGreaterThan(0.93)
    expect(covered / 2000).toBeLessThan(0.975)
  })
  test('Beta posterior', () => {
    const { mean, interval } = betaPosterior(0, 10)
    expect(mean).toBeCloseTo(1 / 12, 12)
    expect(interval[0]).toBeCloseTo(0.002298972213814267, 10)
    expect(betaPosterior(7, 10, { alpha: 0.5, beta: 0.5 }).mean).toBeCloseTo(7.5 / 11, 12)
  })
})

describe('bootstrap', () => {
  test('percentile and BCa of a mean against published values', () => {
    close(bootstrap(data, average, rng(), { times: 40_000, kind: 'percentile' }), [6.3333, 10.0833], 1)
    close(bootstrap(data, average, rng(), { times: 40_000 }), [6.5, 10.3417], 1)
  })
  test('same stream, same interval; constant data, no width; no data, unknown', () => {
    expect(bootstrap(data, average, rng())).toEqual(bootstrap(data, average, rng()))
    expect(bootstrap([3, 3, 3], average, rng())).toEqual([3, 3])
    expect(bootstrap([], average, rng())).toEqual([Number.NaN, Number.NaN])
  })
  test('items may be clusters', () => {
    const clusters = [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]
    const rate = (cs: readonly (readonly number[])[]) => average(cs.flat())
    const [low, high] = bootstrap(clusters, rate, rng(), { kind: 'percentile' })
    const [l, h] = bootstrap(clusters.flat(), average, rng(), { kind: 'percentile' })
    expect(high - low).toBeGreaterThan(1.5 * (h - l))
  })
  test('quantiles', () => {
    expect([quantile([1, 2, 3, 4], 0), quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 1), quantile([], 0.5)]).toEqual([
      1,
      2.5,
      4,
      Number.NaN,
    ])
  })
})

describe('tests', () => {
  test('McNemar, exact', () => {
    expect(mcnemar(2, 10)).toBeCloseTo(0.03857421875, 12)
    expect(mcnemar(25, 10)).toBeCloseTo(0.016673847800120715, 12)
    expect(mcnemar(0, 6)).toBeCloseTo(0.03125, 12)
    expect([mcnemar(5, 5), mcnemar(0, 0), mcnemar(3, 4)]).toEqual([1, 1, 1])
  })
  test('sign flips: exact when few, near to it when many', () => {
    const d = [1.2, -0.4, 0.8, 2.1, 0.3, -0.1, 1.7, 0.9]
    expect(signFlip(d, rng())).toBeCloseTo(0.046875, 12)
    expect(signFlip([...d, 0, 0], rng())).toBeCloseTo(0.046875, 12)
    expect(signFlip([0, 0], rng())).toBe(1)
    expect(signFlip(new Array(20).fill(1), rng(), { times: 999 })).toBe(0.001)
  })
  test('sign flips reject a true null at their level', () => {
    const r = rng('null')
    let rejected = 0
    for (let i = 0; i < 400; i++)
      if (
        signFlip(
          Array.from({ length: 12 }, () => r.normal()),
          r,
        ) <= 0.05
      )
        rejected++
    expect(rejected / 400).toBeLessThan(0.08)
    expect(rejected / 400).toBeGreaterThan(0.02)
  })
  test('paired comparison', () => {
    const a = data.map(x => x + 1)
    const { difference, interval, p } = paired(a, data, rng())
    expect(difference).toBeCloseTo(1, 12)
    close(interval, [1, 1], 9)
    expect(p).toBeLessThan(0.001)
    expect(() => paired([1], [1, 2], rng())).toThrow(/same items/)
  })
  test('Holm', () => {
    const ps = holm([0.01, 0.04, 0.03, 0.005])
    ;[0.03, 0.06, 0.06, 0.02].forEach((p, i) => {
      expect(ps[i]).toBeCloseTo(p, 12)
    })
    expect(holm([0.9, 0.8])).toEqual([1, 1])
  })
})

describe('pass@k', () => {
  test('against the quotient of binomials', () => {
    expect(passAtK(10, 3, 1)).toBeCloseTo(0.3, 12)
    expect(passAtK(10, 3, 5)).toBeCloseTo(0.9166666666666666, 12)
    expect(passAtK(200, 7, 100)).toBeCloseTo(0.9929911172418123, 12)
    expect(passAtK(5, 4, 2)).toBe(1)
    expect(passAtK(100_000, 50_000, 1)).toBeCloseTo(0.5, 9)
    expect(() => passAtK(3, 4, 1)).toThrow(/passAtK/)
  })
  test('is the mean over all subsets of k', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.integer({ min: 1, max: 9 }), (n, c, k) => {
        fc.pre(c <= n && k <= n)
        let sets = 0
        let solved = 0
        for (let bits = 0; bits < 2 ** n; bits++) {
          const size = bits.toString(2).replaceAll('0', '').length
          if (size !== k) continue
          sets++
          if ((bits & (2 ** c - 1)) !== 0) solved++
        }
        expect(passAtK(n, c, k)).toBeCloseTo(solved / sets, 10)
      }),
    )
  })
})

describe('ranking', () => {
  test('midranks', () => expect(midranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]))
  test('area under the curve is the share of pairs in order, its error that of the pairwise components', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 2, maxLength: 12 })
    const psi = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0)
    const variance = (xs: number[]) => xs.reduce((s, x) => s + (x - average(xs)) ** 2, 0) / (xs.length - 1)
    fc.assert(
      fc.property(scores, scores, (ps, ns) => {
        const v10 = ps.map(p => average(ns.map(n => psi(p, n))))
        const v01 = ns.map(n => average(ps.map(p => psi(p, n))))
        const area = average(v10)
        const found = auc(ps, ns)
        expect(found.auc).toBeCloseTo(area, 12)
        const [low, high] = found.interval
        expect(low).toBeLessThanOrEqual(area + 1e-12)
        expect(high).toBeGreaterThanOrEqual(area - 1e-12)
        if (area === 0 || area === 1) return
        const se = Math.sqrt(variance(v10) / ps.length + variance(v01) / ns.length)
        const logit = (x: number) => Math.log(x / (1 - x))
        expect((logit(high) - logit(low)) / 2).toBeCloseTo((1.959963984540054 * se) / (area * (1 - area)), 6)
      }),
    )
    expect(auc([2, 3], [0, 1]).interval[1]).toBe(1)
    expect(auc([2, 3], [0, 1]).interval[0]).toBeGreaterThan(0.2)
    expect(auc([], [1]).auc).toBeNaN()
  })
})
