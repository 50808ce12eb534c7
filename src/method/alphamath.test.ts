import { expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import type { Policy } from '../contract/index.ts'
import { alphamath } from './alphamath.ts'

const abc = () => scripted(() => 'abc')

test('the node expanded is valued and backed up, in [-1, 1]; its children wait', async () => {
  const { value, judged } = critic({ '': 0.75, a: 0.2 })
  const { t, at } = await search(alphamath, { apart: true, ...abc(), value, knobs: { simulations: 2, n: 1, c: 1 } })
  expect(judged).toEqual(['', 'a'])
  expect([t.N[t.root], t.N[at('a')]]).toEqual([2, 1])
  expect(t.Q[at('a')]).toBeCloseTo(2 * 0.2 - 1, 10)
  expect(t.Q[t.root]).toBeCloseTo((0.5 - 0.6) / 2, 10)
})
test('or every new child is', async () => {
  const { value, judged } = critic({ a: 0.9, b: 0.5, c: 0.1 })
  const { t, at } = await search(alphamath, {
    apart: true,
    ...abc(),
    value,
    knobs: { simulations: 1, n: 3, updateLeafValue: true },
  })
  expect(judged).toEqual(['a', 'b', 'c'])
  expect([t.Q[at('a')], t.Q[at('c')]].map(q => Number(q.toFixed(6)))).toEqual([0.8, -0.8])
  expect(t.N[t.root]).toBe(3)
})
test('an unvisited child scores 0 and its prior: one of Q below 0 loses to it', async () => {
  const { policy, places } = abc()
  const value = critic(s => (s === 'a' ? 0.1 : 0.5)).value
  await search(alphamath, { apart: true, length: 9, policy, value, knobs: { simulations: 4, n: 3, c: 0.01 } })
  // All three first steps before a second one below any: the first visited are not above 0.
  expect(places().slice(0, 4)).toEqual(['', ...['a', 'b', 'c'].sort((x, y) => places().indexOf(x) - places().indexOf(y))])
})
test('the prior is the length-normalised probability, and does not sum to 1', async () => {
  const draws = { a: [-0.1, -0.3], b: [-1], c: [-2, -2, -2] }
  const policy: Policy<string, string> = {
    id: 'logs',
    propose: async () => ({
      draws: Object.entries(draws).map(([action, logs]) => ({ action, tokens: logs.map(logprob => ({ id: 0, logprob })) })),
    }),
  }
  const { t, at } = await search(alphamath, { apart: true, policy, value: critic().value, knobs: { simulations: 1, n: 3 } })
  for (const [a, log] of Object.entries({ a: -0.2, b: -1, c: -2 })) expect(t.P[at(a)]).toBeCloseTo(Math.exp(log), 10)
})
test('ends are backed up at once and never visited: their value is in the parents all the same', async () => {
  const { policy } = scripted(at => (at.length === 2 ? 'abc' : 'a'))
  const { value } = critic(() => 0.5)
  const { t, at, r } = await search(alphamath, {
    apart: true,
    policy,
    value,
    right: 'aab',
    knobs: { simulations: 30, n: 3, untilSolved: false },
  })
  // Three simulations make the chain, the third its three ends: +1 once, -1 twice, and 0 for itself.
  expect([t.N[at('aaa')], t.N[at('aab')], t.N[at('aac')]]).toEqual([1, 1, 1])
  expect(t.N[at('aa')]).toBe(4)
  expect(t.Q[at('aa')]).toBeCloseTo(-1 / 4, 10)
  expect(r.answer).toBe('aab')
})
test('what is too deep has failed', async () => {
  const { policy, places } = scripted(() => 'ab')
  const { t, at } = await search(alphamath, {
    apart: true,
    length: 9,
    policy,
    value: critic(() => 0.5).value,
    knobs: { simulations: 0, n: 2, maxDepth: 2 },
  })
  expect(places().sort()).toEqual(['', 'a', 'b'])
  expect(t.Q[at('ab')]).toBe(-1)
  expect(t.Q[at('a')]).toBeCloseTo(-2 / 3, 10)
})
test('the answer may be read off the tree by Q', async () => {
  const { policy } = scripted(at => (at.length === 1 ? 'abc' : 'ab'))
  const run = (choose: string) =>
    search(alphamath, {
      apart: true,
      length: 2,
      policy,
      value: critic({ a: 0.9, b: 0.1 }).value,
      reward: { id: 'opinion', reward: async at => ({ value: ({ aa: 0.6, ab: 0.5, ac: 0.6, ba: 0.9, bb: 0, bc: 0 } as any)[at.state] }) },
      knobs: { simulations: 0, n: 3, choose },
    })
  expect((await run('best')).r.answer).toBe('ba')
  expect((await run('walk')).r.answer).toBe('aa')
})
