import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dominates, Elites, gridCell, paretoFront } from './index.ts'

const axes = [
  { low: 0, high: 1, bins: 4 },
  { low: -2, high: 2, bins: 2 },
]

describe('gridCell', () => {
  test('bins are half open; what lies outside is clipped to the border', () => {
    expect(gridCell([0, -2], axes)).toBe('0,0')
    expect(gridCell([0.2499, 0], axes)).toBe('0,1')
    expect(gridCell([0.25, -0.001], axes)).toBe('1,0')
    expect(gridCell([1, 2], axes)).toBe('3,1')
    expect(gridCell([7, Number.NEGATIVE_INFINITY], axes)).toBe('3,0')
  })
  test('an unknown feature has no cell; the number of features is the number of axes', () => {
    expect(gridCell([Number.NaN, 0], axes)).toBeNull()
    expect(() => gridCell([1], axes)).toThrow('expected 2 features, found 1')
  })
})

describe('Elites', () => {
  const item = fc.record({ cell: fc.integer({ min: 0, max: 5 }), f: fc.integer({ min: 0, max: 9 }) })
  test('holds the first of the best of every cell', () => {
    fc.assert(
      fc.property(fc.array(item), xs => {
        const map = new Elites<(typeof xs)[number]>({ cell: x => `${x.cell}`, better: (x, held) => x.f > held.f })
        for (const x of xs) {
          const before = map.rival(x)
          const kept = map.admit(x)
          expect(kept).toBe(before === undefined ? 'new' : x.f > before.f ? 'better' : null)
        }
        const cells = [...new Set(xs.map(x => x.cell))]
        expect(map.cells()).toEqual(cells.map(String))
        expect(map.all()).toEqual(
          cells.map(c => {
            const here = xs.filter(x => x.cell === c)
            const best = Math.max(...here.map(x => x.f))
            return here.find(x => x.f === best)
          }),
        )
      }),
    )
  })
  test('what has no cell is not kept; a dropped cell is empty', () => {
    const map = new Elites<number>({ cell: x => (x < 0 ? null : 'a'), better: (x, y) => x > y })
    expect(map.admit(-1)).toBeNull()
    map.admit(1)
    expect([map.has('a'), map.get('a')]).toEqual([true, 1])
    expect(map.drop('a')).toBe(true)
    expect(map.size).toBe(0)
  })
})

describe('fronts', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { maxLength: 12 })
  test('on the Pareto front is what nothing dominates, and everything else is dominated by something on it', () => {
    fc.assert(
      fc.property(rows, xs => {
        const front = paretoFront(xs, x => x)
        for (const x of xs) {
          const beaten = xs.some(y => y[0] >= x[0] && y[1] >= x[1] && (y[0] > x[0] || y[1] > x[1]))
          expect(front.includes(x)).toBe(!beaten)
          if (beaten) expect(front.some(y => dominates(y, x))).toBe(true)
        }
      }),
    )
  })
  test('an unknown number neither beats nor saves', () => {
    expect(dominates([1, Number.NaN], [0, 0])).toBe(false)
    expect(dominates([1, 0], [1, Number.NaN])).toBe(true)
    expect(dominates([Number.NaN], [Number.NaN])).toBe(false)
  })
})
