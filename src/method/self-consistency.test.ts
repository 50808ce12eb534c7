import { expect, test } from 'vitest'
import { letters, scripted, search } from '../compose/fixture/letters.ts'
import type { Policy } from '../contract/index.ts'
import { selfConsistency } from './self-consistency.ts'

const drawn = (text: string) => scripted((_at, time) => text.slice(time === 0 ? 0 : 2 ** (time - 1)))

test('what most attempts say, though another is rewarded more', async () => {
  const { r, t } = await search(selfConsistency, { length: 1, ...drawn('abbcbab'), knobs: { n: 7 }, right: 'c' })
  expect(r.answer).toBe('b')
  expect(r.score).toBe(4)
  expect(r.nodes.map(n => t.state(n))).toEqual(['b'])
  expect(r.solved).toBe(false)
})
test('a tie goes to the answer met first', async () => {
  expect((await search(selfConsistency, { length: 1, ...drawn('cabbac'), knobs: { n: 6 } })).r.answer).toBe('c')
})
test('weighted by reward', async () => {
  const reward = { id: 'r', reward: async (_: unknown, o: { answer: string } | null) => ({ value: o!.answer === 'c' ? 0.9 : 0.2 }) }
  const { r } = await search(selfConsistency, { length: 1, ...drawn('abbcbab'), knobs: { n: 7, weights: 'reward' }, reward })
  expect(r.answer).toBe('c')
  expect(r.score).toBeCloseTo(0.9, 10)
})
test('weighted by the mean token probability of each attempt', async () => {
  const logprobs: Record<string, number[]> = { a: [-0.1, -0.3], b: [-3, -3, -3], c: [-1] }
  const inner = drawn('abbcb').policy
  const policy: Policy<string, string, void> = {
    ...inner,
    async propose(from, o, io) {
      expect(o.sampling.logprobs).toBe(true)
      const { draws } = await inner.propose(from, o, io)
      return { draws: draws.map(d => ({ ...d, tokens: logprobs[d.action].map((logprob, id) => ({ id, logprob })) })) }
    },
  }
  const { r } = await search(selfConsistency, { length: 1, policy, knobs: { n: 5, weights: 'probability' } })
  expect(r.answer).toBe('a')
  expect(r.score).toBeCloseTo(Math.exp(-0.2), 10)
})
test('equal answers on different ways are one group', async () => {
  const same = { ...letters(2), outcome: (s: string) => (s.length < 2 ? null : { answer: [...s].sort().join('') }) }
  const { r } = await search(selfConsistency, {
    world: same as never,
    policy: scripted((at, time) => (at === '' ? 'abc'.slice(time === 0 ? 0 : 2 ** (time - 1)) : at === 'a' ? 'b' : at === 'b' ? 'a' : 'c'))
      .policy,
    knobs: { n: 3 },
  })
  expect(r.answer).toBe('ab')
  expect(r.nodes).toHaveLength(2)
})
