import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DepthGate } from './depth-gate.ts'

test('those at or above the mean of their depth pass', () => {
  const told: string[] = []
  const gate = new DepthGate<string>((item, passes) => told.push(`${item}${passes ? '+' : '-'}`))
  gate.set('a', 1, 0.2)
  expect(gate.passes('a')).toBe(true)
  gate.set('b', 1, 0.8)
  expect([gate.passes('a'), gate.passes('b')]).toEqual([false, true])
  gate.set('c', 2, 0.1)
  expect(gate.passes('c')).toBe(true)
  // What is used up leaves, and its depth is measured by the others.
  gate.set('b', 1, Number.NaN)
  expect([gate.passes('a'), gate.passes('b')]).toEqual([true, false])
  expect(told).toEqual(['a+', 'a-', 'b+', 'c+', 'b-', 'a+'])
})
test('what never came, or is unknown, does not pass', () => {
  const gate = new DepthGate<string>()
  gate.set('a', 0, Number.NaN)
  expect([gate.passes('a'), gate.passes('b')]).toEqual([false, false])
})
test('always the same as counting anew, and what was told adds up to it', () => {
  const moves = fc.array(fc.tuple(fc.nat(12), fc.nat(2), fc.option(fc.double({ min: -1, max: 1, noNaN: true }))), { maxLength: 60 })
  fc.assert(
    fc.property(moves, steps => {
      const now = new Set<number>()
      const gate = new DepthGate<number>((item, passes) => (passes ? now.add(item) : now.delete(item)))
      const here = new Map<number, { depth: number; p: number }>()
      for (const [item, depth, p] of steps) {
        const had = here.get(item)
        // An item has one depth.
        gate.set(item, had?.depth ?? depth, p ?? Number.NaN)
        if (p === null) here.delete(item)
        else if (had === undefined) here.set(item, { depth, p })
      }
      for (const [item, { depth, p }] of here) {
        const level = [...here.values()].filter(x => x.depth === depth).map(x => x.p)
        const mean = level.reduce((a, x) => a + x, 0) / level.length
        if (Math.abs(p - mean) > 1e-6) expect(gate.passes(item)).toBe(p > mean)
        expect(now.has(item)).toBe(gate.passes(item))
      }
      for (const item of now) expect(here.has(item)).toBe(true)
    }),
  )
})
