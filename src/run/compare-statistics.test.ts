import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holm, mcnemar, wilson } from '../kernel/index.ts'
import { type Cell, checkpoints, clusteredRate, gradeAt, meanUsage, rows, unitOf } from './compare-statistics.ts'
import { record, usage } from './fixture/comparison.ts'

/** Grades by method, then item, then seed; null: the cell failed. */
const cellsOf = (grades: readonly (readonly (readonly (number | null)[])[])[]): Cell[] =>
  grades.flatMap((items, method) =>
    items.flatMap((seeds, item) => seeds.map((g, seed): Cell => ({ method, item, seed, record: g === null ? null : record(g) }))),
  )
const options = (methods: string[], items: number) => ({ methods, items, baseline: 0, budget: { calls: 20 }, times: 500 })

describe('a rate from clustered trials', () => {
  test('one seed: Wilson', () => {
    const c = clusteredRate([[1], [0], [1], [1]])
    expect(c.rate).toBe(0.75)
    expect(c.interval[0]).toBeCloseTo(wilson(3, 4)[0], 12)
    expect(c.interval[1]).toBeCloseTo(wilson(3, 4)[1], 12)
  })
  test('seeds that always agree say no more than one', () => {
    const once = clusteredRate(Array.from({ length: 40 }, (_, i) => [i % 2]))
    const thrice = clusteredRate(Array.from({ length: 40 }, (_, i) => [i % 2, i % 2, i % 2]))
    expect(thrice.interval[0]).toBeCloseTo(once.interval[0], 6)
    expect(thrice.interval[1]).toBeCloseTo(once.interval[1], 6)
  })
  test('seeds that know nothing of each other count in full', () => {
    const c = clusteredRate(Array.from({ length: 60 }, (_, i) => [(i >> 0) & 1, (i >> 1) & 1, (i >> 2) & 1]))
    const whole = wilson(90, 180)
    expect(c.interval[1] - c.interval[0]).toBeLessThan(1.2 * (whole[1] - whole[0]))
  })
  test('holds the rate, lies in [0, 1], is never narrower than all trials taken as independent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 30 }),
        xs => {
          const { rate, interval } = clusteredRate(xs)
          expect(interval[0]).toBeLessThanOrEqual(rate + 1e-12)
          expect(interval[1]).toBeGreaterThanOrEqual(rate - 1e-12)
          expect(interval[0]).toBeGreaterThanOrEqual(0)
          expect(interval[1]).toBeLessThanOrEqual(1)
          const all = xs.flat().length
          const free = wilson(rate * all, all)
          expect(interval[1] - interval[0]).toBeGreaterThanOrEqual(free[1] - free[0] - 1e-9)
        },
      ),
    )
  })
  test('nothing known: anything', () => expect(clusteredRate([[], []])).toEqual({ rate: Number.NaN, interval: [0, 1] }))
})

describe('rows', () => {
  test('difference, exact McNemar, Holm over the methods', () => {
    const base = Array.from({ length: 20 }, (_, i) => [i < 8 ? 1 : 0])
    const good = Array.from({ length: 20 }, (_, i) => [i < 18 ? 1 : 0])
    const same = base
    const some = Array.from({ length: 20 }, (_, i) => [i >= 1 && i < 11 ? 1 : 0])
    const r = rows(cellsOf([base, good, same, some]), options(['best-of-n', 'good', 'same', 'some'], 20))
    expect(r.map(x => x.rate)).toEqual([0.4, 0.9, 0.4, 0.5])
    expect(r[0].versusBestOfN).toBeNull()
    expect(r[1].versusBestOfN).toMatchObject({ better: 10, worse: 0, pAlone: mcnemar(10, 0) })
    expect(r[1].versusBestOfN!.difference).toBeCloseTo(0.5)
    expect(r[3].versusBestOfN).toMatchObject({ better: 3, worse: 1, pAlone: mcnemar(3, 1) })
    expect(r[2].versusBestOfN).toMatchObject({ difference: 0, pAlone: 1, p: 1 })
    expect(r.slice(1).map(x => x.versusBestOfN!.p)).toEqual(holm(r.slice(1).map(x => x.versusBestOfN!.pAlone)))
    const [low, high] = r[1].versusBestOfN!.intervalAlone
    expect(low).toBeGreaterThan(0.2)
    expect(high).toBeLessThan(0.75)
  })
  test('intervals hold for all methods together: wider with their number, and each by itself as before', { timeout: 300_000 }, () => {
    const grades = (shift: number) => Array.from({ length: 60 }, (_, i) => [(i * 7 + shift) % 60 < 20 + shift ? 1 : 0])
    const few = rows(cellsOf([grades(0), grades(9)]), options(['best-of-n', 'x'], 60))
    const all = Array.from({ length: 12 }, (_, i) => grades(i))
    const many = rows(cellsOf([grades(0), grades(9), ...all]), {
      ...options(['best-of-n', 'x', ...all.map((_, i) => `m${i}`)], 60),
      times: 20_000,
    })
    const width = (x: readonly [number, number]) => x[1] - x[0]
    expect(few[1].versusBestOfN!.interval).toEqual(few[1].versusBestOfN!.intervalAlone)
    expect(width(many[1].versusBestOfN!.interval)).toBeGreaterThan(1.2 * width(many[1].versusBestOfN!.intervalAlone))
    expect(many[1].intervalAlone).toEqual(few[1].intervalAlone)
    expect(few[1].interval).toEqual(clusteredRate(grades(9), 0.975).interval)
    expect(many[1].interval).toEqual(clusteredRate(grades(9), 1 - 0.05 / 14).interval)
  })
  test('equal results leave room for a difference that was not seen', () => {
    const r = rows(
      cellsOf([
        [[1], [0], [1]],
        [[1], [0], [1]],
      ]),
      options(['best-of-n', 'x'], 3),
    )
    expect(r[1].versusBestOfN!.interval).toEqual([-1, 1])
    const far = rows(cellsOf([Array(30).fill([0]), Array(30).fill([1])]), options(['best-of-n', 'x'], 30))
    expect(far[1].versusBestOfN!.interval).toEqual([0.9, 1])
  })
  test('several seeds: an item counts once, by its mean', () => {
    // Six items, three seeds each, all to the advantage of x: by item 6 differences, not 18.
    const r = rows(cellsOf([Array(6).fill([0, 0, 1]), Array(6).fill([1, 1, 1])]), options(['best-of-n', 'x'], 6))
    expect(r[1].versusBestOfN!.difference).toBeCloseTo(2 / 3)
    expect(r[1].versusBestOfN!.pAlone).toBeCloseTo(2 / 2 ** 6)
  })
  test('cells that failed are counted, and paired ones only are compared', () => {
    const r = rows(
      cellsOf([
        [[1], [null], [0], [1]],
        [[1], [1], [null], [0]],
      ]),
      options(['best-of-n', 'x'], 4),
    )
    expect(r.map(x => [x.cells, x.errors])).toEqual([
      [3, 1],
      [3, 1],
    ])
    expect(r[1].versusBestOfN).toMatchObject({ difference: -0.5, better: 0, worse: 1 })
  })
  test('a method without any result', () => {
    const r = rows(
      cellsOf([
        [[1], [0]],
        [[null], [null]],
      ]),
      options(['best-of-n', 'x'], 2),
    )
    expect(r[1]).toMatchObject({ rate: Number.NaN, interval: [0, 1], cells: 0, errors: 2, curve: [] })
    expect(r[1].versusBestOfN).toMatchObject({ p: 1 })
  })
  test('what went over the budget is counted', () => {
    const cells: Cell[] = [{ method: 0, item: 0, seed: 0, record: record(1, 21) }]
    expect(rows(cells, options(['best-of-n'], 1))[0].over).toBe(1)
    expect(rows([{ ...cells[0], record: record(1, 20) }], options(['best-of-n'], 1))[0].over).toBe(0)
  })
  test('the same cells give the same rows', () => {
    const cells = cellsOf([Array.from({ length: 30 }, (_, i) => [i % 3 ? 0 : 1, 0]), Array.from({ length: 30 }, (_, i) => [i % 2, 1])])
    expect(rows(cells, options(['best-of-n', 'x'], 30))).toEqual(rows([...cells].reverse(), options(['best-of-n', 'x'], 30)))
  })
})

test('quality at a spend is that of the best answer by then', () => {
  const r = {
    curve: [
      [5, 0],
      [10, 1],
      [20, 0],
    ] as const,
  }
  expect([0, 4, 5, 9, 10, 19, 20, 99].map(x => gradeAt(r, x))).toEqual([0, 0, 0, 0, 1, 1, 0, 0])
  const cells: Cell[] = [
    { method: 0, item: 0, seed: 0, record: record(1, 8) },
    { method: 0, item: 1, seed: 0, record: record(1, 16) },
  ]
  const { curve } = rows(cells, options(['best-of-n'], 2))[0]
  expect(curve[0]).toMatchObject({ spent: 0, rate: 0 })
  expect(curve.find(p => p.spent >= 8)!.rate).toBe(0.5)
  expect(curve.at(-1)).toMatchObject({ spent: 20, rate: 1 })
})
test('checkpoints go from nothing to the limit', () => {
  for (const limit of [1, 3, 142, 5000]) {
    const xs = checkpoints(limit, true)
    expect([xs[0], xs.at(-1)]).toEqual([0, limit])
    expect([...xs].sort((a, b) => a - b)).toEqual(xs)
  }
  expect(checkpoints(0.5, false).at(-1)).toBe(0.5)
})
test('means, and unknown prices', () => {
  expect(meanUsage([usage(1), usage(3)])).toMatchObject({ calls: 2, usd: 0 })
  expect(meanUsage([usage(1), usage(3, { usd: null })]).usd).toBeNull()
  expect(unitOf({ usd: 1, seconds: 3 })).toBe('usd')
  expect(unitOf({})).toBeUndefined()
})
