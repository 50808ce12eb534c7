import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InFlight } from './in-flight.ts'
import type { Pending } from './request.ts'

test('holds what was added and not deleted, in the order of its numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 600 }), steps => {
      const row = new InFlight()
      const model = new Map<number, Pending>()
      let next = 0
      for (const step of steps) {
        // Two of five end one that is there, the others add.
        if (step % 5 < 2 && model.size > 0) {
          const k = [...model.keys()][step % model.size]
          row.delete(k)
          row.delete(k)
          model.delete(k)
        } else {
          const p = { k: next++ } as Pending
          row.add(p)
          model.set(p.k, p)
        }
        expect(row.size).toBe(model.size)
      }
      expect(row.all()).toEqual([...model.values()])
      for (let k = -1; k <= next; k++) expect(row.get(k)).toBe(model.get(k))
    }),
  )
})

test('a request that never ends does not hide the others, and those that ended make room', () => {
  const row = new InFlight()
  for (let k = 0; k < 10_000; k++) {
    row.add({ k } as Pending)
    if (k >= 4) row.delete(k - 3)
  }
  expect(row.all().map(p => p.k)).toEqual([0, 9997, 9998, 9999])
  row.delete(0)
  expect([row.get(9996), row.get(9997)?.k, row.get(10_000)]).toEqual([undefined, 9997, undefined])
  for (const k of [9997, 9998, 9999]) row.delete(k)
  expect([row.size, row.all()]).toEqual([0, []])
})
