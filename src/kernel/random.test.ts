import { describe, expect, test } from 'vitest'
import { AddressedRandom } from './random.ts'

const stream = (seed: number, hi = 0, lo = 0, purpose = 'x') => new AddressedRandom(seed, hi, lo, purpose)
const take = (r: AddressedRandom, n: number) => Array.from({ length: n }, () => r.next())
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length

describe('address', () => {
  test('the same numbers always', () => {
    expect(take(stream(1, 2, 3, 'draw'), 3)).toMatchInlineSnapshot(`
      [
        0.27201621437084833,
        0.2707817798166109,
        0.9918283670531836,
      ]
    `)
  })
  test('seed, both halves and purpose each give another stream', () => {
    const firsts = [stream(1), stream(2), stream(1, 1), stream(1, 0, 1), stream(1, 0, 0, 'y'), stream(1, 1, 1)].map(r => r.next())
    expect(new Set(firsts).size).toBe(6)
  })
  test('a stream does not depend on others drawn beside it', () => {
    const alone = take(stream(5, 6, 7), 10)
    const a = stream(5, 6, 7)
    const b = stream(5, 6, 8)
    const beside = Array.from({ length: 10 }, () => {
      b.next()
      return a.next()
    })
    expect(beside).toEqual(alone)
  })
  test('neighbouring addresses are uncorrelated', () => {
    const n = 20_000
    let product = 0
    for (let i = 0; i < n; i++) product += (stream(9, 0, i).next() - 0.5) * (stream(9, 0, i + 1).next() - 0.5)
    // Standard error of the mean product: 1/12/sqrt(n).
    expect(Math.abs(product / n)).toBeLessThan(5 / 12 / Math.sqrt(n))
  })
})

describe('numbers', () => {
  test('uniform: moments, bins, successive pairs', () => {
    const xs = take(stream(3), 64_000)
    expect(Math.min(...xs.slice(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(xs.every(x => x >= 0 && x < 1)).toBe(true)
    expect(mean(xs)).toBeCloseTo(0.5, 2)
    expect(mean(xs.map(x => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 2)
    const bins = new Array(64).fill(0)
    for (let i = 0; i + 1 < xs.length; i += 2) bins[Math.floor(xs[i] * 8) * 8 + Math.floor(xs[i + 1] * 8)]++
    expect(bins.reduce((s, n) => s + (n - 500) ** 2 / 500, 0)).toBeLessThan(120)
  })
  test('int covers its range evenly', () => {
    const r = stream(4)
    const bins = new Array(7).fill(0)
    for (let i = 0; i < 14_000; i++) bins[r.int(7)]++
    for (const n of bins) expect(Math.abs(n - 2000)).toBeLessThan(220)
  })
  test('weighted draws in proportion; NaN and negative never; all zero: evenly; empty: -1', () => {
    const r = stream(5)
    const bins = [0, 0, 0, 0]
    for (let i = 0; i < 20_000; i++) bins[r.weighted([1, Number.NaN, 3, -2])]++
    expect(bins[1] + bins[3]).toBe(0)
    expect(bins[2] / 20_000).toBeCloseTo(0.75, 1)
    const even = [0, 0]
    for (let i = 0; i < 2000; i++) even[r.weighted([0, 0])]++
    expect(Math.min(...even)).toBeGreaterThan(850)
    expect(r.weighted([])).toBe(-1)
  })
  test('sample without replacement follows the weights', () => {
    const r = stream(6)
    let first = 0
    for (let i = 0; i < 5000; i++) {
      const s = r.sample(['a', 'b', 'c', 'd'], 2, x => (x === 'a' ? 2 : x === 'd' ? 0 : 1))
      expect(new Set(s).size).toBe(2)
      expect(s).not.toContain('d')
      if (s[0] === 'a') first++
    }
    expect(first / 5000).toBeCloseTo(0.5, 1)
    expect(r.sample(['a', 'b'], 5, () => 1)).toHaveLength(2)
  })
  test('Gumbel and normal have their moments', () => {
    const r = stream(7)
    const g = Array.from({ length: 40_000 }, () => r.gumbel())
    expect(mean(g)).toBeCloseTo(0.5772, 1)
    const z = Array.from({ length: 40_000 }, () => r.normal())
    expect(mean(z)).toBeCloseTo(0, 1)
    expect(mean(z.map(x => x * x))).toBeCloseTo(1, 1)
  })
  test('shuffle keeps the items and reaches every order', () => {
    const r = stream(8)
    const seen = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const s = r.shuffle([1, 2, 3]).join('')
      seen.set(s, (seen.get(s) ?? 0) + 1)
    }
    expect(seen.size).toBe(6)
    for (const n of seen.values()) expect(Math.abs(n - 1000)).toBeLessThan(180)
  })
})
