import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brought, carried, fitted, panned, viewOf, zoomed } from './camera.ts'
import { Columns } from './columns.ts'
import { grown } from './fixture/grown.ts'
import { layOut, type Shape } from './layout.ts'

const frame = { width: 900, height: 600 }
const tree = (n: number): Columns => {
  const c = new Columns()
  c.load(grown(Array.from({ length: n - 1 }, (_, i) => Math.floor(i / 3))))
  return c
}
const shapes: Shape[] = ['tidy', 'radial', 'icicle']

describe('camera', () => {
  test('at first all of it is in the frame', () => {
    for (const shape of shapes)
      for (const n of [1, 2, 40, 20_000]) {
        const l = layOut(tree(n), shape, 0, 0, 0)
        const v = viewOf(fitted(l, frame), l, frame)
        const outside = [...l.x.keys()].filter(r => {
          const x = v.ox + v.kx * l.x[r]
          const y = v.oy + v.ky * l.y[r]
          return !(x >= 0 && x <= frame.width && y >= 0 && y <= frame.height)
        })
        expect([shape, n, outside]).toEqual([shape, n, []])
      }
  })

  test('what is under the pointer stays there while one zooms in', () => {
    const l = layOut(tree(3000), 'tidy', 0, 0, 0)
    fc.assert(
      fc.property(
        fc.double({ min: 1.01, max: 4, noNaN: true }),
        fc.integer({ min: 300, max: 600 }),
        fc.integer({ min: 200, max: 400 }),
        (factor, px, py) => {
          const from = zoomed(fitted(l, frame), l, frame, 3, 450, 300)
          const to = zoomed(from, l, frame, factor, px, py)
          const a = viewOf(from, l, frame)
          const b = viewOf(to, l, frame)
          expect((px - b.ox) / b.kx).toBeCloseTo((px - a.ox) / a.kx, 6)
          expect((py - b.oy) / b.ky).toBeCloseTo((py - a.oy) / a.ky, 6)
          expect(b.ky).toBeGreaterThanOrEqual(a.ky)
        },
      ),
    )
  })

  test('out again as far as one likes ends with all of it', () => {
    for (const shape of shapes) {
      const l = layOut(tree(3000), shape, 0, 0, 0)
      const near = panned(zoomed(fitted(l, frame), l, frame, 50, 100, 100), l, frame, 30, -70)
      expect(zoomed(near, l, frame, 1e-9, 800, 20)).toEqual(fitted(l, frame))
    }
  })

  test('while the tree grows, the anchor stays where it was on the screen and as large', () => {
    const before = layOut(tree(600), 'tidy', 0, 0, 0)
    const after = layOut(tree(900), 'tidy', 0, 0, 0)
    const anchor = 150
    const seen = brought(zoomed(fitted(before, frame), before, frame, 8, 450, 300), before, frame, anchor)
    const kept = carried(seen, before, after, frame, anchor)
    const a = viewOf(seen, before, frame)
    const b = viewOf(kept, after, frame)
    expect(b.ky).toBeCloseTo(a.ky, 6)
    expect(b.oy + b.ky * after.y[anchor]).toBeCloseTo(a.oy + a.ky * before.y[anchor], 4)
  })
})
