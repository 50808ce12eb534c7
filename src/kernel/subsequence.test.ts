import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commonSubsequence, likeness } from './subsequence.ts'

const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 })

/** By all subsequences of the first. */
function brute(a: readonly string[], b: readonly string[]): number {
  let best = 0
  for (let mask = 0; mask < 1 << a.length; mask++) {
    const part = a.filter((_, i) => mask & (1 << i))
    let at = 0
    for (const x of b) if (at < part.length && x === part[at]) at++
    if (at === part.length) best = Math.max(best, part.length)
  }
  return best
}

test('the longest common subsequence is that of trying them all', () => {
  fc.assert(
    fc.property(words, words, (a, b) => {
      expect(commonSubsequence(a, b)).toBe(brute(a, b))
    }),
  )
})
test('likeness: 1 for equal words, 0 for words with nothing in common, the same either way', () => {
  expect(likeness('search_flights', 'Search_Flights')).toBe(1)
  expect(likeness('abc', 'xyz')).toBe(0)
  expect(likeness('a', 'b')).toBe(0)
  expect(likeness('night', 'nacht')).toBeCloseTo(0.25, 12)
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(likeness(a, b)).toBe(likeness(b, a))
      expect(likeness(a, b) >= 0 && likeness(a, b) <= 1).toBe(true)
    }),
  )
})
