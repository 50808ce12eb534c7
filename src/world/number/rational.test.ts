import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { combine, type Op, ops, order, type Rational, ratio, read, show } from './rational.ts'

const small = fc.tuple(fc.integer({ min: -10_000, max: 10_000 }), fc.integer({ min: 1, max: 10_000 })).map(([n, d]) => ratio(n, d)!)
const op = fc.constantFrom<Op>(...ops)

// The same in bigints: n/d not reduced.
function exact([an, ad]: Rational, o: Op, [bn, bd]: Rational): [bigint, bigint] {
  const [p, q, r, s] = [BigInt(an), BigInt(ad), BigInt(bn), BigInt(bd)]
  return o === '+' ? [p * s + r * q, q * s] : o === '-' ? [p * s - r * q, q * s] : o === '*' ? [p * r, q * s] : [p * s, q * r]
}

describe('rationals', () => {
  test('arithmetic is exact and results are reduced with a positive denominator', () => {
    fc.assert(
      fc.property(small, op, small, (a, o, b) => {
        const c = combine(a, o, b)
        if (o === '/' && b[0] === 0) return c === null
        const [n, d] = exact(a, o, b)
        const gcd = (x: number, y: number): number => (y === 0 ? Math.abs(x) : gcd(y, x % y))
        return c !== null && BigInt(c[0]) * d === n * BigInt(c[1]) && c[1] > 0 && gcd(c[0], c[1]) === 1 && !Object.is(c[0], -0)
      }),
    )
  })
  test('what passes beyond the safe integers on the way is still exact; what ends there is refused', () => {
    const big: Rational = [2 ** 40, 1]
    expect(combine([2 ** 40, 3 ** 10], '*', [3 ** 10, 2 ** 40])).toEqual([1, 1])
    expect(combine([2 ** 52, 3], '-', [2 ** 52, 3])).toEqual([0, 1])
    expect(combine(big, '*', big)).toBeNull()
    expect(combine(big, '/', [1, 2 ** 40])).toBeNull()
  })
  test('order agrees with the numbers, also where cross products are not safe', () => {
    fc.assert(fc.property(small, small, (a, b) => Math.sign(order(a, b)) === Math.sign(a[0] / a[1] - b[0] / b[1])))
    expect(order([2 ** 50, 2 ** 40 + 1], [2 ** 50, 2 ** 40 + 3])).toBeGreaterThan(0)
  })
  test('what is shown is read back', () => {
    fc.assert(fc.property(small, a => void expect(read(show(a))).toEqual(a)))
    expect(read('(-2)')).toEqual([-2, 1])
    expect(read('0.5')).toEqual([1, 2])
    expect(read('16/6')).toEqual([8, 3])
    expect(read('2.667')).toEqual([2667, 1000])
    for (const bad of ['', 'x', '1/0', '2 2/3', '1e5', '--2', '8/3/9', '99999999999999999999']) expect(read(bad)).toBeNull()
  })
})
