import { expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import type { KnobValue, Policy } from '../contract/index.ts'
import { run } from '../runtime/index.ts'
import { worlds } from '../world/index.ts'
import { selfCertainty } from './self-certainty.ts'

/** Attempts of one letter: the i-th draw is the i-th letter, as sure as is written for it. */
const drawn = (text: string, sure: Record<string, number[]>) => {
  const inner = scripted((_at, time) => text.slice(time === 0 ? 0 : 2 ** (time - 1))).policy
  const policy: Policy<string, string, void> = {
    ...inner,
    async propose(from, o, io) {
      expect(o.sampling).toMatchObject({ logprobs: true, temperature: 0.6, topP: 0.9 })
      const { draws } = await inner.propose(from, o, io)
      return {
        draws: draws.map(d => ({ ...d, tokens: (sure[d.action] ?? []).map((certainty, id) => ({ id, logprob: -certainty, certainty })) })),
      }
    },
  }
  return policy
}
/** The letters tests have a policy and no model: the need of a model with certainty is met by one that is never asked. */
const model = { id: 'laws', dialect: 'text', can: ['logprobs'], max: () => ({}), sample: async () => ({ samples: [], usage: {} }) } as never
const go = async (text: string, sure: Record<string, number[]>, knobs: Record<string, KnobValue> = {}) =>
  (await search(selfCertainty, { length: 1, model, policy: drawn(text, sure), knobs: { N: text.length, ...knobs } })).r

test('best: greatest mean over its tokens, whatever the length', async () => {
  expect((await go('abbc', { a: [2], b: [1, 1], c: [5, 1, 1.5] }, { select: 'best' })).answer).toBe('c')
  expect((await go('abbc', { a: [2], b: [1, 1], c: [1, 1, 1] }, { select: 'best' })).answer).toBe('a')
})
test('borda: (N - r + 1)^p votes by rank; p turns a majority into the best one', async () => {
  const sure = { a: [3], b: [1] }
  expect((await go('abb', sure, { p: 0 })).answer).toBe('b')
  // a has 3^p; the two b share ranks 2 and 3, and have 2 * 1.5^p.
  const r = await go('abb', sure, { p: 2 })
  expect(r.answer).toBe('a')
  expect(r.score).toBeCloseTo(9, 10)
  expect((await go('abb', sure, { p: 0.5 })).answer).toBe('b')
})
test('unknown certainty: a plain majority', async () => {
  expect((await go('abbc', {}, { select: 'best' })).answer).toBe('b')
  expect((await go('abbc', {}, { p: 1.2 })).answer).toBe('b')
})
test('a mean log-probability instead', async () => {
  expect((await go('abb', { a: [3], b: [1] }, { select: 'best', score: 'logprob' })).answer).toBe('b')
})
test('a model without laws is refused before anything is spent', () => {
  const { world } = worlds.game24
  expect(() => run({ world, method: selfCertainty, model: { ...(model as object), can: ['n'] } as never }, '4 9 10 13')).toThrow(
    /self-certainty needs certainty/,
  )
})
