import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allocate, effectiveSampleSize, resample } from './allocate.ts'
import { AddressedRandom } from './random.ts'

const rng = () => new AddressedRandom(3, 0, 0, 'allocate')
const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0)
const rebase = { rule: 'rebase', temperature: 0.2 } as const

describe('allocate', () => {
  test('REBASE by hand', () => {
    expect(allocate([0.9, 0.85, 0.5, 0.1], 16, rebase)).toEqual([9, 6, 1, 0])
    expect(allocate([0.1, 0.5, 0.85, 0.9], 16, rebase)).toEqual([0, 1, 6, 9])
    expect(allocate([0.99, 0.2, 0.2, 0.2], 16, rebase)).toEqual([16, 0, 0, 0])
    expect(allocate(new Array(8).fill(0.37), 16, rebase)).toEqual(new Array(8).fill(2))
    expect(allocate([0.5, 0.5, 0.5], 16, rebase)).toEqual([6, 5, 5])
  })
  test('top, even, dvts by hand', () => {
    expect(allocate([1, 5, 3, 4, 2], 9, { rule: 'topk' })).toEqual([0, 3, 3, 3, 0])
    expect(allocate([1, 5, 3, 4, 2], 7, { rule: 'topk', k: 2 })).toEqual([0, 4, 0, 3, 0])
    expect(allocate([1, 5, 3], 7, { rule: 'even' })).toEqual([2, 3, 2])
    expect(allocate([1, 5, 3], 2, { rule: 'even' })).toEqual([0, 1, 1])
    expect(allocate([1, 5, 3, 4], 8, { rule: 'dvts', group: [0, 0, 1, 1] })).toEqual([0, 4, 0, 4])
    expect(() => allocate([1], 8, { rule: 'dvts' })).toThrow(/group/)
    expect(() => allocate([1], 8, { rule: 'particle' })).toThrow(/rng/)
  })
  test('particles follow the softmax', () => {
    const shares = allocate([0, Math.log(3)], 8000, { rule: 'particle', rng: rng() })
    expect(shares[1] / 8000).toBeCloseTo(0.75, 1)
  })
  test('every rule gives the whole width, nothing to the unknown, and no less to a better leaf', () => {
    const score = fc.oneof(fc.double({ min: -50, max: 50, noNaN: true }), fc.constantFrom(Number.NaN, 0.5, Infinity, -Infinity))
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 1, maxLength: 12 }),
        fc.nat(300),
        fc.constantFrom(0, 0.05, 1, Infinity),
        (scores, width, temperature) => {
          const group = scores.map((_, i) => i % 3)
          for (const rule of ['rebase', 'topk', 'even', 'particle', 'dvts'] as const) {
            const shares = allocate(scores, width, { rule, temperature, group, rng: rng() })
            const known = scores.some(s => !Number.isNaN(s))
            expect(sum(shares), rule).toBe(known ? width : 0)
            expect(shares.every(n => Number.isInteger(n) && n >= 0)).toBe(true)
            scores.forEach((s, i) => {
              if (Number.isNaN(s)) expect(shares[i]).toBe(0)
            })
            if (rule === 'rebase' || rule === 'even')
              scores.forEach((s, i) => {
                scores.forEach((z, j) => {
                  if (s > z) expect(shares[i]).toBeGreaterThanOrEqual(shares[j] - (rule === 'rebase' ? 1 : 0))
                })
              })
          }
        },
      ),
    )
  })
})

describe('resample', () => {
  test('systematic: each comes floor or ceil of its expectation', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 40 }), fc.nat(1000), (w, n, seed) => {
        fc.pre(sum(w) > 0)
        const got = resample(w, n, new AddressedRandom(seed, 0, 0, 's'), 'systematic')
        expect(got).toHaveLength(n)
        w.forEach((x, i) => {
          const expected = (n * x) / sum(w)
          const count = got.filter(j => j === i).length
          expect(count).toBeGreaterThanOrEqual(Math.floor(expected - 1e-9))
          expect(count).toBeLessThanOrEqual(Math.ceil(expected + 1e-9))
        })
      }),
    )
  })
  test('both rules are unbiased', () => {
    for (const rule of ['multinomial', 'systematic'] as const) {
      const r = rng()
      const bins = [0, 0, 0]
      for (let i = 0; i < 4000; i++) for (const j of resample([1, Number.NaN, 2.5], 3, r, rule)) bins[j]++
      expect(bins[1]).toBe(0)
      expect(bins[2] / sum(bins)).toBeCloseTo(2.5 / 3.5, 1)
    }
  })
  test('all zero: evenly; nothing to draw from: nothing', () => {
    const bins = [0, 0]
    for (const j of resample([0, 0], 2000, rng())) bins[j]++
    expect(Math.min(...bins)).toBeGreaterThan(850)
    expect(resample([], 3, rng())).toEqual([])
    expect(resample([1], 0, rng())).toEqual([])
  })
  test('effective sample size', () => {
    expect(effectiveSampleSize([1, 1, 1, 1])).toBeCloseTo(4, 12)
    expect(effectiveSampleSize([0, 5, Number.NaN])).toBe(1)
    expect(effectiveSampleSize([1, 3])).toBeCloseTo(16 / 10, 12)
    expect(effectiveSampleSize([])).toBe(0)
  })
})
