import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axisTicks, scale, spread, ticks } from './axis.ts'
import { csvOf } from './save.ts'

describe('axes', () => {
  test('ticks are round, in order, and within', () => {
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticks(0, 142, 4)).toEqual([0, 50, 100])
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (a, d, n) => {
          const all = ticks(a, a + d, n)
          expect(all.length).toBeLessThanOrEqual(n + 2)
          for (let i = 1; i < all.length; i++) expect(all[i]).toBeGreaterThan(all[i - 1])
        },
      ),
    )
  })

  test('a scale keeps the order; its ticks keep their distance', () => {
    fc.assert(
      fc.property(fc.constantFrom('linear' as const, 'sqrt' as const), fc.integer({ min: 1, max: 1_000_000 }), (kind, to) => {
        const s = scale(kind, [0, to], [0, 400])
        const at = axisTicks(s, 44).map(s.at)
        for (let i = 1; i < at.length; i++) expect(at[i] - at[i - 1]).toBeGreaterThanOrEqual(kind === 'linear' ? 39 : 43.99)
        expect([s.at(0), s.at(to)]).toEqual([0, 400])
      }),
    )
  })

  test('labels are moved apart and stay in order', () => {
    expect(spread([10, 11, 50], 14)).toEqual([3.5, 17.5, 50])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 12 }), xs => {
        const out = spread(xs, 14, 0, 300)
        const order = xs.map((_, i) => i).sort((a, b) => xs[a] - xs[b] || a - b)
        for (let i = 1; i < order.length; i++) expect(out[order[i]] - out[order[i - 1]]).toBeGreaterThanOrEqual(14 - 1e-6)
        expect(Math.min(...out)).toBeGreaterThanOrEqual(-1e-6)
        expect(Math.max(...out)).toBeLessThanOrEqual(300 + 1e-6)
      }),
    )
  })
})

describe('a plot as a table', () => {
  test('one line a point; texts that need it are quoted', () => {
    const csv = csvOf('calls', [
      { name: 'a, "b"', points: [{ x: 1, y: 0.5, low: 0.25, high: 0.75 }] },
      { name: 'c', points: [{ x: 2, y: null }] },
    ])
    expect(csv).toBe('series,calls,value,low,high\r\n"a, ""b""",1,0.5,0.25,0.75\r\nc,2,,,\r\n')
  })
})
