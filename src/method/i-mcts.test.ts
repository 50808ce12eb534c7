import { describe, expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import type { NodeId, Outcome } from '../contract/index.ts'
import { iMcts } from './i-mcts.ts'

/** Plans: every text is one, worth what is written; finished at three letters. */
const plans = (worth: (s: string) => number) => ({
  ...letters(3),
  key: (s: string) => s,
  outcome: (s: string): Outcome<string> => ({ answer: s, reward: worth(s), feedback: `ran ${s}`, ...(s.length < 3 ? { open: true } : {}) }),
})
const worth = (s: string) => [...s].reduce((a, x) => a + (x === 'b' ? 0.3 : 0.1), 0)

test('the root is run first, then expanded; the best-judged child is run next', async () => {
  const { policy } = scripted(() => 'abc')
  const { t, at } = await search(iMcts, {
    world: plans(worth),
    policy,
    value: critic({ a: 0.2, b: 0.9, c: 0.4, ba: 0.7 }).value,
    knobs: { rollouts: 2 },
  })
  expect(t.N[t.root]).toBe(2)
  expect([t.N[at('a')], t.N[at('b')], t.N[at('c')]]).toEqual([0, 1, 0])
})
test('a node that was run is expanded before it is run again, told how that went', async () => {
  const { policy, asked } = scripted(() => 'abc')
  await search(iMcts, { world: plans(worth), policy, value: critic(s => (s[0] === 'b' ? 0.9 : 0.1)).value, knobs: { rollouts: 4, c: 0 } })
  expect(asked[0]).toMatchObject({ at: '', how: 'sequential', hint: 'ran ' })
  expect(asked.find(x => x.at === 'b')!.hint).toBe('ran b')
})
test('without introspection nothing is told', async () => {
  const { policy, asked } = scripted(() => 'abc')
  await search(iMcts, { world: plans(worth), policy, value: critic().value, knobs: { rollouts: 4, introspect: false } })
  expect(asked.every(x => x.hint === undefined && x.how === 'iid')).toBe(true)
})
describe('the hybrid score', () => {
  /** Which child is run second, where the first was run once and came out at 0.3. */
  const second = async (cV: number, other: number) => {
    const { policy } = scripted(at => (at === '' ? 'ab' : ''))
    const { t, at } = await search(iMcts, {
      world: {
        ...plans(s => (s === 'b' ? 0.3 : 0.2)),
        outcome: (s: string) => ({ answer: s, reward: s === 'b' ? 0.3 : 0.2, ...(s === '' ? { open: true } : {}) }),
      },
      policy,
      value: critic({ a: other, b: 0.8 }).value,
      knobs: { rollouts: 3, c: 0, cV, again: true },
    })
    return t.N[at('b')] === 2 ? 'b' : 'a'
  }
  test('runs outweigh the judgement as they come', async () => {
    // With cV = 0.2 one run leaves the judge a sixth: 0.8 / 6 + 0.3 x 5 / 6 = 0.383.
    expect(await second(0.2, 0.37)).toBe('b')
    expect(await second(0.2, 0.4)).toBe('a')
    expect(await second(1e-6, 0.35)).toBe('a')
    expect(await second(1e6, 0.7)).toBe('b')
  })
})
test('finished plans are run once, unless told otherwise', async () => {
  const run = async (again: boolean) => {
    const { policy } = scripted(() => 'ab')
    const { t } = await search(iMcts, { world: plans(worth), policy, value: critic().value, knobs: { rollouts: 60, again, c: 0.1 } })
    return Math.max(...t.ends().map((n: NodeId) => t.N[n]))
  }
  expect(await run(false)).toBe(1)
  expect(await run(true)).toBeGreaterThan(1)
})
test('the answer is the best run', async () => {
  const { policy } = scripted(() => 'abc')
  const { r } = await search(iMcts, { world: plans(worth), policy, value: critic(s => worth(s)).value, knobs: { rollouts: 12, c: 0.1 } })
  expect(r.answer).toBe('bbb')
})
test('a proven plan is the answer, and ends it', async () => {
  const { policy } = scripted(() => 'abc')
  const verified = { id: 'proof', verifies: true, reward: async (at: any) => ({ value: at.state === 'b' ? 1 : 0.5 }) }
  const { r } = await search(iMcts, {
    world: plans(worth),
    policy,
    reward: verified,
    value: critic({ a: 0.9, b: 0.8, c: 0.1 }).value,
    knobs: { rollouts: 9, c: 0.1 },
  })
  expect([r.answer, r.solved, r.ended]).toEqual(['b', true, 'stopped'])
})
