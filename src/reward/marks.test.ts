import { expect, test } from 'vitest'
import { scripted as policyOf, search } from '../compose/fixture/letters.ts'
import { bestFirst } from '../method/index.ts'
import { scripted } from '../model/index.ts'
import { marks } from './marks.ts'

const judged = async (replies: readonly string[], o: Parameters<typeof marks>[0] = {}) => {
  const { policy } = policyOf({ '': ['a'] })
  const { t, at } = await search(bestFirst, { policy, value: marks(o), model: scripted(replies), knobs: { expansions: 1 } })
  return t.judged(at('a'))
}

test('the last number in range counts; several judgements are averaged', async () => {
  expect((await judged(['I say 12 of 20, so 0.6']))?.value).toBe(0.6)
  expect((await judged(['0.25 impossible']))?.value).toBe(0.25)
  const three = await judged(['0.2', 'no idea', '0.6'], { samples: 3 })
  expect(three?.value).toBeCloseTo(0.4, 12)
  expect(three?.parts).toEqual({ marks: 2 })
  expect(three?.sd).toBeCloseTo(Math.SQRT2 * 0.2, 12)
})
test('marks on another scale are brought to [0, 1]', async () => {
  expect((await judged(['7'], { span: [1, 10] }))?.value).toBeCloseTo(2 / 3, 12)
})
test('without a number the judgement failed, and is no 0', async () => {
  const a = await judged(['It looks fine.'])
  expect(a?.failed).toBe(true)
  expect(a?.value).toBeNaN()
  expect(a?.feedback).toMatch(/expected a number from 0 to 1, found "It looks fine."/)
})
