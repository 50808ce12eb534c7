import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressedRandom } from './random.ts'
import { argmax, powerTilt, softmax, top } from './rank.ts'

const id = (x: number) => x
const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0)

describe('argmax', () => {
  test('unknown never wins, -Infinity may', () => {
    expect(argmax([Number.NaN, 1, 3, Number.NaN, 2], id)).toBe(3)
    expect(argmax([Number.NaN, -Infinity], id)).toBe(-Infinity)
    expect(argmax([Number.NaN], id)).toBeUndefined()
    expect(argmax([], id)).toBeUndefined()
  })
  test('the first of equals, or one at random, each as often', () => {
    const xs = ['a', 'b', 'c', 'd']
    const f = (x: string) => (x === 'c' ? 0 : 1)
    expect(argmax(xs, f)).toBe('a')
    const rng = new AddressedRandom(1, 0, 0, 'ties')
    const seen: Record<string, number> = { a: 0, b: 0, c: 0, d: 0 }
    for (let i = 0; i < 3000; i++) seen[argmax(xs, f, rng)!]++
    expect(seen.c).toBe(0)
    for (const x of ['a', 'b', 'd']) expect(Math.abs(seen[x] - 1000)).toBeLessThan(150)
  })
})

test('top: best first, stable, unknown left out', () => {
  const xs = [
    { n: 'a', v: 1 },
    { n: 'b', v: 2 },
    { n: 'c', v: Number.NaN },
    { n: 'd', v: 2 },
    { n: 'e', v: Infinity },
    { n: 'f', v: Infinity },
  ]
  const names = (k: number) =>
    top(xs, k, x => x.v)
      .map(x => x.n)
      .join('')
  expect([names(3), names(9), names(0), names(-1)]).toEqual(['efb', 'efbda', '', ''])
})

describe('softmax', () => {
  test('sums to 1, ratios are exponentials of differences', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -300, max: 300, noNaN: true }), { minLength: 1, maxLength: 8 }), xs => {
        const p = softmax(xs, 2)
        expect(sum(p)).toBeCloseTo(1, 12)
        const high = xs.indexOf(Math.max(...xs))
        xs.forEach((x, i) => {
          expect(p[i] / p[high]).toBeCloseTo(Math.exp((x - xs[high]) / 2), 12)
        })
      }),
    )
  })
  test('ends: temperature 0 and Infinity, infinite and unknown scores', () => {
    expect(softmax([1, 3, 3], 0)).toEqual([0, 0.5, 0.5])
    expect(softmax([1, 3, 3, Number.NaN], Infinity)).toEqual([1 / 3, 1 / 3, 1 / 3, 0])
    expect(softmax([1, Infinity, Number.NaN])).toEqual([0, 1, 0])
    expect(softmax([-Infinity, -Infinity])).toEqual([0.5, 0.5])
    expect(softmax([Number.NaN])).toEqual([0])
    expect(() => softmax([1], -1)).toThrow(/temperature/)
  })
})

describe('powerTilt', () => {
  test('powers of the values', () => {
    const [a, b] = powerTilt([0.2, 0.4], 2)
    expect(b / a).toBeCloseTo(4, 12)
    expect(a + b).toBeCloseTo(1, 12)
  })
  test('from even to greedy, without underflow', () => {
    expect(powerTilt([0.2, 0.4], 0)).toEqual([0.5, 0.5])
    expect(powerTilt([0.2, 0.4], Infinity)).toEqual([0, 1])
    expect(powerTilt([1e-9, 1e-10], 50)[0]).toBeCloseTo(1, 9)
  })
  test('unknown and non-positive values get nothing, unless a floor lifts them', () => {
    expect(powerTilt([Number.NaN, 0, -1, 0.5], 1)).toEqual([0, 0, 0, 1])
    const [none, low, half] = powerTilt([Number.NaN, -1, 0.5], 1, { floor: 0.1 })
    expect(none).toBe(0)
    expect(half / low).toBeCloseTo(5, 12)
    expect(powerTilt([0, 0], 1)).toEqual([0, 0])
    expect(() => powerTilt([1], -1)).toThrow(/exponent/)
  })
})
