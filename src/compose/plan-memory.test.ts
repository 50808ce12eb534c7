import { expect, test } from 'vitest'
import { familiarity, planMemory, relativePosition } from './plan-memory.ts'

const plans = [
  ['search', 'filter', 'book'],
  ['search', 'book'],
  ['login', 'search', 'sort', 'pay'],
]

test('familiarity: the longest common subsequence over the shorter length, of the plan that has most in common', () => {
  expect(familiarity(['search'], plans)).toBe(1)
  expect(familiarity(['search', 'pay'], plans)).toBe(1)
  expect(familiarity(['search', 'walk', 'pay'], plans)).toBeCloseTo(2 / 3, 12)
  expect(familiarity(['walk'], plans)).toBe(0)
  expect(familiarity(['walk'], [])).toBe(0)
  expect(familiarity([], plans)).toBe(0)
})
test('a step stands where it stood in the plans that have it; an unknown one where its likeness does', () => {
  expect(relativePosition('book', plans)).toBe(1)
  expect(relativePosition('search', plans)).toBeCloseTo((1 / 3 + 1 / 2 + 2 / 4) / 3, 12)
  expect(relativePosition('booking', plans)).toBe(1)
  expect(relativePosition('book', [])).toBe(0)
})
test('a memory grows, and keeps no plan twice; what was recalled does not change afterwards', async () => {
  const memory = planMemory([['a', 'b']])
  const live = { signal: new AbortController().signal }
  const [before] = await memory.recall.run([undefined], live)
  await memory.remember.run([['a', 'b'], ['c'], [], ['c']], live)
  expect(memory.plans).toEqual([['a', 'b'], ['c']])
  expect(before).toEqual([['a', 'b']])
  expect(await memory.recall.run([undefined], live)).toEqual([[['a', 'b'], ['c']]])
})
