import { expect, test } from 'vitest'
import { fitted, viewOf } from './camera.ts'
import { cells, fill, icicleAt, nearest } from './cells.ts'
import { colour } from './colouring.ts'
import { Columns } from './columns.ts'
import { grown } from './fixture/grown.ts'
import { layOut } from './layout.ts'

const frame = { width: 400, height: 300 }
const tree = (n: number, fan: number): Columns => {
  const c = new Columns()
  c.load(grown(Array.from({ length: n - 1 }, (_, i) => Math.floor(i / fan))))
  return c
}

test('of rows on one pixel the highest on the scale is kept, and found again under the pointer', () => {
  const c = tree(20_000, 8)
  const l = layOut(c, 'tidy', 0, 0, 0)
  const v = viewOf(fitted(l, frame), l, frame)
  const by = colour(c, 'value')
  const all = cells(frame.width, frame.height)
  fill(all, l, v, by, c.size)
  expect(all.shown).toBe(c.size)
  expect(all.count).toBeLessThan(c.size)
  const best = new Map<string, number>()
  for (let r = 0; r < c.size; r++) {
    const key = `${Math.round(v.ox + v.kx * l.x[r])} ${Math.floor(v.oy + v.ky * l.y[r])}`
    best.set(key, Math.max(best.get(key) ?? -1, Number.isNaN(by.share[r]) ? -1 : by.share[r]))
  }
  expect(all.count).toBe(best.size)
  for (const [key, share] of best) {
    const [x, y] = key.split(' ').map(Number)
    const row = nearest(all, x, y, 0)
    expect(Number.isNaN(by.share[row]) ? -1 : by.share[row]).toBe(share)
  }
})

test('the slider lets through only the rows before it', () => {
  const c = tree(500, 4)
  const l = layOut(c, 'tidy', 0, 0, 0)
  const all = cells(frame.width, frame.height)
  fill(all, l, viewOf(fitted(l, frame), l, frame), colour(c, 'value'), 120)
  expect(all.shown).toBe(120)
  fill(all, l, viewOf(fitted(l, frame), l, frame), colour(c, 'value'), 60)
  expect([...all.owner].filter(r => r >= 60)).toEqual([])
})

test('the rectangle of an icicle under a point is the row it was drawn for', () => {
  const c = tree(400, 3)
  const l = layOut(c, 'icicle', 0, 0, 0)
  const v = viewOf(fitted(l, frame), l, frame)
  for (let r = 0; r < c.size; r++) {
    const x = v.ox + v.kx * (l.x[r] + 0.5)
    const y = v.oy + v.ky * ((l.from[r] + l.to[r]) / 2)
    expect(icicleAt(l, v, x, y, c.size)).toBe(r)
    expect(icicleAt(l, v, x, y, r)).not.toBe(r)
  }
  expect(icicleAt(l, v, v.ox - 5, 10, c.size)).toBe(-1)
})

test('scales: unknown is no colour, infinite no end, a log scale begins at nought', () => {
  const c = tree(10, 3)
  c.Q[4] = Number.POSITIVE_INFINITY
  const value = colour(c, 'value')
  expect(value.share[3]).toBeNaN()
  expect(value.share[4]).toBe(1)
  expect(value.high).toBeCloseTo(0.9)
  expect(colour(c, 'visits').low).toBe(0)
  expect(colour(c, 'visits').share[0]).toBeCloseTo(1)
  // No dollars were spent: tokens stand for the cost.
  expect(colour(c, 'cost').unit).toBe('tokens')
  expect(colour(c, 'age').unit).toBe('seconds')
  expect(value.instead).toBe(false)
  c.Q.fill(Number.NaN)
  expect(colour(c, 'value')).toMatchObject({ instead: true, low: 0.5 })
})
