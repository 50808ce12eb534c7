import { expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import type { Reward } from '../contract/index.ts'
import { bestOfN } from './best-of-n.ts'

const opinion = (worth: Record<string, number>): Reward => ({ id: 'opinion', reward: async (_, o) => ({ value: worth[o!.answer] ?? 0 }) })
/** Attempts of one step: the i-th draw is the i-th letter. */
const letter = (text: string) => scripted((_at, time) => text.slice(time === 0 ? 0 : 2 ** (time - 1)))

test('n attempts, and the one of highest reward', async () => {
  const { policy, asked } = letter('abcabcab')
  const { r, t } = await search(bestOfN, { length: 1, policy, knobs: { n: 8 }, reward: opinion({ a: 0.2, b: 0.7, c: 0.5 }) })
  expect(r.answer).toBe('b')
  expect(r.score).toBe(0.7)
  expect(t.ends().map(n => t.M[n])).toEqual([3, 3, 2])
  expect(asked.map(x => x.n)).toEqual([1, 1, 2, 4])
})
test('of equals the one that stands first in the tree', async () => {
  const { r } = await search(bestOfN, { length: 1, ...letter('cba'), knobs: { n: 3 }, reward: opinion({ a: 0.5, b: 0.5, c: 0.1 }) })
  expect(r.answer).toBe('b')
})
test('an opinion never stops it, a proof does', async () => {
  const sure = { id: 'sure', reward: async () => ({ value: 1 }) }
  const { t } = await search(bestOfN, { length: 1, ...letter('aaaaaaaa'), knobs: { n: 8 }, reward: sure })
  expect(t.ends().map(n => t.M[n])).toEqual([8])
  const proven = await search(bestOfN, { length: 1, ...letter('bcaaaaaa'), knobs: { n: 8 }, right: 'c' })
  expect(proven.t.ends().map(n => proven.t.M[n])).toEqual([1, 1])
  expect(proven.r.ended).toBe('stopped')
  const on = await search(bestOfN, { length: 1, ...letter('bcaaaaaa'), knobs: { n: 8, untilSolved: false }, right: 'c' })
  expect(on.t.ends().reduce((sum, n) => sum + on.t.M[n], 0)).toBe(8)
  expect(on.r.answer).toBe('c')
})
