import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Columns } from './columns.ts'
import { grown, growth } from './fixture/grown.ts'

const seen = (c: Columns) => ({
  size: c.size,
  maxDepth: c.maxDepth,
  parent: [...c.parent.subarray(0, c.size)],
  depth: [...c.depth.subarray(0, c.size)],
  Q: [...c.Q.subarray(0, c.size)],
  N: [...c.N.subarray(0, c.size)],
  flags: [...c.flags.subarray(0, c.size)],
})

test('a tree that came in pieces is the tree that came whole, also where pieces overlap', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5000), { minLength: 1, maxLength: 3000 }), fc.array(fc.nat(3000), { maxLength: 6 }), (parents, cuts) => {
      const tree = grown(parents)
      const whole = new Columns()
      whole.load(tree)
      const pieces = new Columns()
      let from = 0
      for (const to of [...cuts.map(c => c % tree.size), tree.size].sort((a, b) => a - b)) {
        // From a little before: a stream that was taken up again repeats itself.
        const again = Math.max(0, from - 3)
        const at = Array.from({ length: to - again }, (_, i) => again + i)
        expect(pieces.grow(growth(tree, again, to, at))).toBe(true)
        from = to
      }
      expect(seen(pieces)).toEqual(seen(whole))
    }),
    { numRuns: 40 },
  )
})

test('rows that are missing in between are noticed', () => {
  const tree = grown([0, 0, 0, 1, 2])
  const c = new Columns()
  expect(c.grow(growth(tree, 0, 3, [0, 1, 2]))).toBe(true)
  expect(c.grow(growth(tree, 4, 6, [4, 5]))).toBe(false)
  expect(c.size).toBe(3)
})

test('statistics that changed are taken over, unknown ones are not numbers', () => {
  const tree = grown([0, 0, 1])
  const c = new Columns()
  c.load(tree)
  tree.Q[2] = null
  tree.N[2] = 40
  expect(c.grow(growth(tree, 4, 4, [2]))).toBe(true)
  expect(c.N[2]).toBe(40)
  expect(c.Q[2]).toBeNaN()
  expect(c.path(3)).toEqual([0, 1, 3])
  expect(c.has(3, 'taken')).toBe(true)
  expect(c.has(3, 'pruned')).toBe(false)
})
