import fc from 'fast-check'
import { expect, test } from 'vitest'
import { importance, widthFor } from './importance.ts'

test('the greatest distance from the place, or from the mean of the children', () => {
  expect(importance(0.5, [0.4, 0.9, Number.NaN])).toBeCloseTo(0.4, 12)
  expect(importance(0.8, [0.1, 0.1])).toBeCloseTo(0.7, 12)
  // All equally bad: the siblings see nothing.
  expect(importance(0.8, [0.1, 0.1], { rule: 'siblings' })).toBe(0)
  expect(importance(0.8, [0.1, 0.5], { rule: 'siblings' })).toBeCloseTo(0.2, 12)
})
test('a dead zone is taken off; what is not known is not important', () => {
  expect(importance(0.5, [0.9], { deadZone: 0.3 })).toBeCloseTo(0.1, 12)
  expect(importance(0.5, [0.6], { deadZone: 0.3 })).toBe(0)
  expect(importance(Number.NaN, [0.6])).toBe(0)
  expect(importance(0.5, [Number.NaN])).toBe(0)
  expect(importance(0.5, [], { rule: 'siblings' })).toBe(0)
})
test('widths stay in their bounds and grow with importance', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 5, noNaN: true }),
      fc.nat(5),
      fc.nat(9),
      (a, b, least, more) => {
        const o = { alpha: 4, least, most: least + more }
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map(i => widthFor(i, o))
        expect(low).toBeLessThanOrEqual(high)
        expect(low).toBeGreaterThanOrEqual(least)
        expect(high).toBeLessThanOrEqual(least + more)
      },
    ),
  )
  expect(widthFor(0.75, { alpha: 4, least: 1, most: 9 })).toBe(3)
  expect(widthFor(0.1 + 0.2, { alpha: 10, least: 1, most: 9 })).toBe(3)
})
