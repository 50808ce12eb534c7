import fc from 'fast-check'
import { expect, test } from 'vitest'
import { averageLinkage } from './linkage.ts'
import { cosineDistance } from './novelty.ts'

test('cosine distance: direction alone counts', () => {
  expect(cosineDistance([1, 0], [5, 0])).toBeCloseTo(0, 12)
  expect(cosineDistance([1, 0], [0, 2])).toBeCloseTo(1, 12)
  expect(cosineDistance([1, 1], [-2, -2])).toBeCloseTo(2, 12)
  expect(cosineDistance([0, 0], [1, 2])).toBe(1)
})
test('clusters by mean distance, worked by hand', () => {
  const at = [0, 1, 10, 11, 5]
  const d = (i: number, j: number) => Math.abs(at[i] - at[j])
  expect(averageLinkage(5, d, 0.5)).toEqual([0, 1, 2, 3, 4])
  expect(averageLinkage(5, d, 1)).toEqual([0, 0, 1, 1, 2])
  // 5 is 4.5 from the first pair on average, 5.5 from the second.
  expect(averageLinkage(5, d, 5)).toEqual([0, 0, 1, 1, 0])
  expect(averageLinkage(5, d, 100)).toEqual([0, 0, 0, 0, 0])
  expect(averageLinkage(0, d, 1)).toEqual([])
})
test('equal things share a cluster at any cut, numbers are without gaps in order of appearance', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 20 }), fc.double({ min: 0, max: 3, noNaN: true }), (xs, cut) => {
      const of = averageLinkage(xs.length, (i, j) => Math.abs(xs[i] - xs[j]), cut)
      xs.forEach((x, i) => {
        for (let j = 0; j < i; j++) if (xs[j] === x) expect(of[i]).toBe(of[j])
        expect(of[i]).toBeLessThanOrEqual(Math.max(-1, ...of.slice(0, i)) + 1)
      })
    }),
  )
})
