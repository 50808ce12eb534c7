import fc from 'fast-check'
import { expect, test } from 'vitest'
import { majorityStays, votesToSettle } from './majority.ts'
import { AddressedRandom } from './random.ts'

test('beta: values that can be worked out by hand', () => {
  // Beta(v + 1, 1) above one half: 1 - 2^-(v + 1).
  for (const v of [1, 2, 3, 4, 9]) expect(majorityStays([v])).toBeCloseTo(1 - 0.5 ** (v + 1), 12)
  expect(majorityStays([3, 3])).toBeCloseTo(0.5, 12)
  // P(Bin(5, 1/2) <= 3) - as Beta(4, 2): 1 - 6/32.
  expect(majorityStays([3, 1])).toBeCloseTo(26 / 32, 12)
  expect(majorityStays([])).toBe(0)
  expect(majorityStays([0, 0])).toBe(0)
})
test('dirichlet: two answers are beta; equal counts share evenly; more rivals, less sure', () => {
  expect(majorityStays([5, 2], 'dirichlet')).toBeCloseTo(majorityStays([5, 2]), 12)
  expect(majorityStays([2, 2, 2], 'dirichlet')).toBeCloseTo(1 / 3, 6)
  expect(majorityStays([4, 4, 4, 4], 'dirichlet')).toBeCloseTo(1 / 4, 6)
  expect(majorityStays([5, 2, 2], 'dirichlet')).toBeLessThan(majorityStays([5, 2], 'dirichlet'))
  expect(majorityStays([5, 2, 2], 'beta')).toBe(majorityStays([5, 2], 'beta'))
})
test('dirichlet: as sampling has it', () => {
  const rng = new AddressedRandom(1, 2, 3, 'majority')
  const gamma = (a: number): number => {
    let x = 0
    for (let i = 0; i < a; i++) x -= Math.log(1 - rng.next())
    return x
  }
  let hits = 0
  const times = 40_000
  for (let i = 0; i < times; i++) {
    const [a, b, c] = [gamma(7), gamma(4), gamma(3)]
    if (a > b && a > c) hits++
  }
  expect(majorityStays([6, 3, 2], 'dirichlet')).toBeCloseTo(hits / times, 2)
})
test('the order of the votes does not matter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(12), { minLength: 1, maxLength: 5 }),
      fc.constantFrom('beta' as const, 'dirichlet' as const),
      (votes, rule) => {
        const p = majorityStays(votes, rule)
        expect(majorityStays([...votes].reverse(), rule)).toBeCloseTo(p, 12)
        expect(p).toBeGreaterThanOrEqual(0)
        expect(p).toBeLessThanOrEqual(1)
      },
    ),
  )
})
test('the fewest votes that settle it do, and one less does not', () => {
  expect(votesToSettle([], 0.95)).toBe(4)
  expect(votesToSettle([4], 0.95)).toBe(0)
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 4 }), fc.constantFrom(0.6, 0.9, 0.95, 0.99), (votes, threshold) => {
      const m = votesToSettle(votes, threshold)
      const [first = 0, ...rest] = votes.filter(x => x > 0).sort((a, b) => b - a)
      expect(majorityStays([first + m, ...rest])).toBeGreaterThanOrEqual(threshold)
      if (m > 1) expect(majorityStays([first + m - 1, ...rest])).toBeLessThan(threshold)
    }),
  )
})
