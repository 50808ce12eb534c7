import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bit, Columns } from './columns.ts'
import { grown } from './fixture/grown.ts'
import { childrenOf, layOut } from './layout.ts'

const columns = (parents: readonly number[], flags?: (row: number) => number): Columns => {
  const c = new Columns()
  c.load(grown(parents, flags))
  return c
}
const anyTree = fc.array(fc.nat(5000), { minLength: 1, maxLength: 800 })

describe('layout', () => {
  test('leaves have slots of their own in tree order, inner nodes lie over their children', () => {
    fc.assert(
      fc.property(anyTree, parents => {
        const c = columns(parents)
        const l = layOut(c, 'tidy', 0, 0, 0)
        expect(l.shown).toBe(c.size)
        expect(l.maxDepth).toBe(c.maxDepth)
        for (let r = 0; r < c.size; r++) {
          expect(l.x[r]).toBe(c.depth[r])
          const kids = [...l.kids.subarray(l.first[r], l.first[r + 1])]
          expect(l.y[r]).toBeGreaterThanOrEqual(l.from[r])
          expect(l.y[r]).toBeLessThanOrEqual(l.to[r])
          if (kids.length === 0) {
            expect(l.to[r] - l.from[r]).toBeCloseTo(1)
            continue
          }
          expect(l.y[r]).toBeCloseTo((l.y[kids[0]] + l.y[kids.at(-1)!]) / 2)
          kids.forEach((k, i) => {
            expect(c.rank[k]).toBe(i)
            expect(l.from[k]).toBeGreaterThanOrEqual(l.from[r])
            expect(l.to[k]).toBeLessThanOrEqual(l.to[r] + 1e-9)
            if (i > 0) expect(l.from[k]).toBeGreaterThanOrEqual(l.to[kids[i - 1]] - 1e-9)
          })
        }
      }),
      { numRuns: 30 },
    )
  })

  test('ranks order children, whatever the order of their rows', () => {
    const tree = grown([0, 0, 0])
    tree.rank = [0, 2, 0, 1]
    const c = new Columns()
    c.load(tree)
    const { first, kids } = childrenOf(c)
    expect([...kids.subarray(first[0], first[1])]).toEqual([2, 3, 1])
  })

  test('what is hidden has no place, nor has what hangs below it', () => {
    // 0 - 1 - 3 - 5, 0 - 2 - 4; 1 is pruned, 4 was not taken
    const c = columns([0, 0, 1, 2, 3], r => (r === 1 ? bit.pruned | bit.taken : r === 4 ? 0 : bit.taken))
    const shown = (hidden: number, untaken: number): number[] => {
      const l = layOut(c, 'tidy', 0, hidden, untaken)
      const rows = [...l.x.keys()].filter(r => !Number.isNaN(l.x[r]))
      expect(l.shown).toBe(rows.length)
      return rows
    }
    expect(shown(0, 0)).toEqual([0, 1, 2, 3, 4, 5])
    expect(shown(bit.pruned, 0)).toEqual([0, 2, 4])
    expect(shown(bit.pruned, bit.taken)).toEqual([0, 2])
  })

  test('a subtree is laid out as a tree of its own', () => {
    const c = columns([0, 0, 1, 1, 3, 2])
    const l = layOut(c, 'tidy', 1, 0, 0)
    expect([...l.x.keys()].filter(r => !Number.isNaN(l.x[r]))).toEqual([1, 3, 4, 5])
    expect([l.x[1], l.x[3], l.x[5]]).toEqual([0, 1, 2])
    expect(l.shown).toBe(4)
  })

  test('radial: as far from the middle as they are deep', () => {
    const c = columns([0, 0, 1, 1, 3, 2, 5])
    const l = layOut(c, 'radial', 0, 0, 0)
    for (let r = 0; r < c.size; r++) expect(Math.hypot(l.x[r], l.y[r])).toBeCloseTo(c.depth[r])
  })

  test('a chain of 100,000', () => {
    const c = columns(Array.from({ length: 99_999 }, (_, i) => i))
    const l = layOut(c, 'tidy', 0, 0, 0)
    expect(l.maxDepth).toBe(99_999)
    expect(l.breadth).toBe(1)
    expect(c.path(99_999).length).toBe(100_000)
  })
})
