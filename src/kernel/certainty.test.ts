import { expect, test } from 'vitest'
import { certainty, meanLogprob } from './certainty.ts'

const draw = (...tokens: { id: number; logprob: number; certainty?: number }[]) => ({ action: 'a', tokens })

test('means over tokens', () => {
  const d = draw({ id: 1, logprob: -0.5, certainty: 4 }, { id: 2, logprob: -1.5, certainty: 1 })
  expect([certainty(d), meanLogprob(d)]).toEqual([2.5, -1])
})
test('unknown without tokens, or where one is not known', () => {
  expect([certainty({ action: 'a' }), meanLogprob(draw())]).toEqual([Number.NaN, Number.NaN])
  expect(certainty(draw({ id: 1, logprob: -1, certainty: 3 }, { id: 2, logprob: -1 }))).toBeNaN()
})
