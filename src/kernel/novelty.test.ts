import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressedRandom, Counts, cosineDistance, euclidean, joinNovelty, meanNearest, principal } from './index.ts'

const point = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 })

describe('meanNearest', () => {
  test('is the mean of the k least distances', () => {
    fc.assert(
      fc.property(point, fc.array(point, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 6 }), (x, others, k) => {
        const plain = others
          .map(o => euclidean(x, o))
          .sort((a, b) => a - b)
          .slice(0, k)
        expect(meanNearest(x, others, k)).toBeCloseTo(plain.reduce((a, d) => a + d, 0) / plain.length, 9)
      }),
    )
  })
  test('with nothing to compare with it is unknown', () => {
    expect(meanNearest([1], [], 3)).toBeNaN()
    expect(cosineDistance([0, 0], [0, 0])).toBe(0)
    expect(cosineDistance([1, 0], [0, 1])).toBe(1)
  })
})

test('counts give 1 / sqrt of the times seen, the next included', () => {
  const c = new Counts([['a', 3]])
  expect([c.bonus('a'), c.bonus('b')]).toEqual([0.5, 1])
  c.add('b', 8)
  expect(c.bonus('b')).toBeCloseTo(1 / 3)
  expect(new Counts(c.entries()).of('b')).toBe(8)
  c.reset()
  expect([c.size, c.bonus('a')]).toEqual([0, 1])
})

test('a product is nothing where either is nothing, unless the global one has a floor', () => {
  expect(joinNovelty(0.5, 0.5)).toBe(0.25)
  expect(joinNovelty(0, 1)).toBe(0)
  expect(joinNovelty(0, 1, 'product', 0.1)).toBe(0.1)
  expect(joinNovelty(1, 0, 'product', 0.1)).toBe(0)
  expect([joinNovelty(0.2, 1, 'sum'), joinNovelty(0.2, 1, 'global'), joinNovelty(0.2, 1, 'episodic')]).toEqual([1.2, 0.2, 1])
})

describe('principal', () => {
  const rng = () => new AddressedRandom(1, 2, 3, 'pca')
  test('rows in a plane are coded by two numbers without error, and what leaves the plane has one', () => {
    const r = rng()
    const u = [1, 2, 0, -1, 0.5]
    const v = [0, 1, 3, 1, -1]
    const rows = Array.from({ length: 40 }, () => {
      const [a, b] = [r.next() * 4, r.next()]
      return u.map((x, i) => 3 + a * x + b * v[i])
    })
    const code = principal(rows, 2, rng())
    expect(code.encode(rows[0])).toHaveLength(2)
    for (const row of rows) expect(code.error(row)).toBeLessThan(1e-12)
    expect(code.error(rows[0].map((x, i) => x + (i === 4 ? 2 : 0)))).toBeGreaterThan(0.1)
    // Distances within the plane are kept.
    expect(euclidean(code.encode(rows[0]), code.encode(rows[1]))).toBeCloseTo(euclidean(rows[0], rows[1]), 6)
    // More components than directions are not made up.
    expect(principal(rows, 5, rng()).encode(rows[0])).toHaveLength(2)
  })
  test('the first component has the greatest variance; rows all alike have no code', () => {
    const rows = Array.from({ length: 30 }, (_, i) => [i % 2, 10 * (i % 3)])
    const [a, b] = [rows[0], [0, 10]].map(row => principal(rows, 1, rng()).encode(row)[0])
    expect(Math.abs(a - b)).toBeCloseTo(10, 1)
    const alike = principal(
      [
        [1, 1],
        [1, 1],
      ],
      3,
      rng(),
    )
    expect([alike.encode([1, 1]).length, alike.error([1, 1])]).toEqual([0, 0])
    expect(() => principal([], 2, rng())).toThrow('at least one row')
  })
})
