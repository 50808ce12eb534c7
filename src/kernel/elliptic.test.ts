import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { centred, Elliptic, ellipticOrder } from './elliptic.ts'

/** h' A^-1 h by Gauss-Jordan elimination on the whole matrix. */
function byInverse(seen: number[][], h: number[], lambda: number): number {
  const d = h.length
  const a = h.map((x, i) => [...h.map((_, j) => (i === j ? lambda : 0) + seen.reduce((s, v) => s + v[i] * v[j], 0)), x])
  for (let c = 0; c < d; c++) {
    const p = a[c][c]
    for (let j = c; j <= d; j++) a[c][j] /= p
    for (let i = 0; i < d; i++) {
      if (i === c) continue
      const f = a[i][c]
      for (let j = c; j <= d; j++) a[i][j] -= f * a[c][j]
    }
  }
  return a.reduce((s, row, i) => s + row[d] * h[i], 0)
}
const vector = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 })
const lambda = fc.double({ min: 0.05, max: 5, noNaN: true })

describe('the elliptic bonus', () => {
  test('is h times the inverse times h', () => {
    fc.assert(
      fc.property(fc.array(vector, { maxLength: 7 }), vector, lambda, (seen, h, l) => {
        const e = new Elliptic(l)
        for (const v of seen) e.add(v)
        expect(e.score(h)).toBeCloseTo(byInverse(seen, h, l), 6)
      }),
    )
  })
  test('what was left behind by an earlier score saves work, not truth', () => {
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 6 }), vector, (seen, h) => {
        const e = new Elliptic(0.7)
        const known: number[] = []
        for (const v of seen) {
          e.add(v)
          expect(e.score(h, known)).toBeCloseTo(e.score(h), 9)
        }
        expect(known).toHaveLength(seen.length)
      }),
    )
  })
  test('with itself counted it lies in [0, 1], and what was seen twice is worth less', () => {
    fc.assert(
      fc.property(fc.array(vector, { maxLength: 5 }), vector, lambda, (seen, h, l) => {
        const e = new Elliptic(l)
        for (const v of seen) e.add(v)
        const before = e.score(h)
        e.add(h)
        const once = e.score(h)
        expect(once).toBeLessThanOrEqual(1 + 1e-9)
        expect(once).toBeCloseTo(before / (1 + before), 6)
        e.add(h)
        expect(e.score(h)).toBeLessThanOrEqual(once + 1e-9)
      }),
    )
  })
  test('lambda is above 0', () => expect(() => new Elliptic(0)).toThrow(/above 0/))
})

describe('the order', () => {
  test('goes to every cluster before it comes back to one', () => {
    const cluster = (c: number, i: number) => Array.from({ length: 5 }, (_, j) => (j === c ? 1 : 0) + 0.01 * i * (j === 4 ? 1 : 0))
    // Strategy 0 is drawn ten times, 1 five times, 2 and 3 once.
    const features = [10, 5, 1, 1].flatMap((n, c) => Array.from({ length: n }, (_, i) => cluster(c, i)))
    const of = (i: number) => (i < 10 ? 0 : i < 15 ? 1 : i - 13)
    const order = ellipticOrder(features, { first: 3 })
    expect(order[0]).toBe(3)
    expect(new Set(order.slice(0, 4).map(of))).toEqual(new Set([0, 1, 2, 3]))
    expect([...order].sort((a, b) => a - b)).toEqual(features.map((_, i) => i))
  })
  test('is greedy: each is of greatest bonus given those before it', () => {
    fc.assert(
      fc.property(fc.array(vector, { minLength: 2, maxLength: 7 }), features => {
        const order = ellipticOrder(features, { first: 0, lambda: 0.5 })
        for (let i = 1; i < order.length; i++) {
          const e = new Elliptic(0.5)
          for (const j of order.slice(0, i)) e.add(features[j])
          const rest = order.slice(i).map(j => e.score(features[j]))
          expect(rest[0]).toBeGreaterThanOrEqual(Math.max(...rest) - 1e-9)
        }
      }),
    )
  })
  test('only k', () => expect(ellipticOrder([[1], [2], [3]], { first: 1, k: 2 })).toEqual([1, 2]))
})

test('centred: no common direction is left, and all lengths are 1', () => {
  const xs = centred([
    [5, 1, 0],
    [5, 0, 1],
    [5, 3, 3],
  ])
  for (const x of xs) {
    expect(x[0]).toBe(0)
    expect(Math.hypot(...x)).toBeCloseTo(1, 10)
  }
  expect([...centred([[2, 2]])[0]]).toEqual([0, 0])
  expect(centred([])).toEqual([])
})
