import { describe, expect, test } from 'vitest'
import { letters, scripted, search } from '../compose/fixture/letters.ts'
import type { Outcome } from '../contract/index.ts'
import { scripted as model } from '../model/index.ts'
import { rethinkMcts } from './rethink-mcts.ts'

/** Thoughts are letters; a program is what they spell, worth the share of its letters that are right, and says which is wrong. */
const spelling = (right: string) => ({
  ...letters(right.length, right),
  key: (s: string) => s,
  grains: ['step', 'attempt'] as const,
  outcome: (s: string): Outcome<string> | null => {
    if (s.length < right.length) return null
    const wrong = [...s].findIndex((x, i) => x !== right[i])
    const good = [...s].filter((x, i) => x === right[i]).length
    return { answer: s, reward: good / right.length, ...(wrong < 0 ? {} : { feedback: `letter ${wrong + 1} is wrong` }) }
  },
})
/** Lists what is written for a place, completes any place with `c`s, and rewrites a thought as told. */
const writer = (lists: Record<string, string>, rewrite: (at: string) => string) => {
  const { policy, asked } = scripted(() => '')
  return {
    asked,
    policy: {
      ...policy,
      async propose(from: any, o: any, io: any) {
        await policy.propose(from, o, io)
        const at = from[0].state as string
        if (o.sampling.grain === 'attempt') return { draws: [{ action: 'c'.repeat(3 - at.length), text: 'c' }] }
        if (o.how === 'distinct') return { draws: [...(lists[at] ?? '')].map(action => ({ action, text: action })) }
        return { draws: [{ action: rewrite(at), text: rewrite(at) }] }
      },
    },
  }
}
const quiet = { analysis: false }

test('the root is expanded at once, and a node is judged by a program that follows from it, kept aside', async () => {
  const { policy } = writer({ '': 'ab' }, () => 'b')
  const { t, at } = await search(rethinkMcts, { world: spelling('ccc'), policy, knobs: { ...quiet, rollouts: 1, maxThinkTimes: 1 } })
  const n = t.children(t.root).find(x => t.N[x] > 0)!
  expect(t.Q[n]).toBeCloseTo(2 / 3, 10)
  expect(t.is(at(`${t.state(n)}cc`), 'aside')).toBe(true)
  expect(t.children(t.root)).toHaveLength(2)
})
describe('rethink', () => {
  const run = (knobs = {}) => {
    const w = writer({ '': 'a' }, () => 'b')
    return search(rethinkMcts, { world: spelling('bcc'), policy: w.policy, knobs: { ...quiet, rollouts: 1, ...knobs } }).then(r => ({
      ...r,
      asked: w.asked,
    }))
  }
  test('a thought whose program fails is replaced, told what running it said', async () => {
    const { t, at, asked, r } = await run()
    expect(t.is(at('a'), 'replaced')).toBe(true)
    expect(t.children(t.root).map(n => t.state(n))).toEqual(['b'])
    expect([t.N[at('a')], t.N[at('b')]]).toEqual([0, 1])
    const hint = asked.find(x => x.how === 'iid' && x.sampling.grain !== 'attempt')!.hint!
    expect(hint).toContain('- a\n')
    expect(hint).toContain('letter 1 is wrong')
    expect(r.answer).toBe('bcc')
  })
  test('not with one version only', async () => {
    const { t, at } = await run({ maxThinkTimes: 1 })
    expect(t.is(at('a'), 'replaced')).toBe(false)
  })
  test('the analysis of the block goes with it', async () => {
    const w = writer({ '': 'a' }, () => 'b')
    const critic = model(() => 'the first letter')
    await search(rethinkMcts, { world: spelling('bcc'), policy: w.policy, model: critic, knobs: { rollouts: 1 } })
    expect(w.asked.find(x => x.hint?.includes('Write another version'))!.hint).toContain('the first letter')
  })
})
test('children of a failed node are proposed with the feedback, those of a good one without', async () => {
  const w = writer({ '': 'a', a: 'b' }, () => 'a')
  await search(rethinkMcts, { world: spelling('bcc'), policy: w.policy, knobs: { ...quiet, rollouts: 1, maxThinkTimes: 1 } })
  expect(w.asked.at(-1)).toMatchObject({ at: 'a', how: 'distinct', hint: 'letter 1 is wrong' })
  const good = writer({ '': 'b', b: 'c' }, () => 'a')
  await search(rethinkMcts, { world: spelling('bcc'), policy: good.policy, knobs: { ...quiet, rollouts: 1, maxThinkTimes: 1 } })
  expect(good.asked.at(-1)!.hint).toBeUndefined()
})
test('a return is discounted a level at a time, and the greatest counts', async () => {
  const { policy } = writer({ '': 'b', b: 'ac' }, () => 'b')
  const { t, at } = await search(rethinkMcts, { world: spelling('bcc'), policy, knobs: { ...quiet, rollouts: 3, maxThinkTimes: 1 } })
  expect(t.Q[at('b')]).toBe(1)
  expect(t.Q[t.root]).toBeCloseTo(0.9, 10)
  expect(t.Q[at('ba')]).toBeCloseTo(2 / 3, 10)
})
test('an opinion on unseen cases enters after a full pass only', async () => {
  const judge = { id: 'opinion', value: async () => ({ value: 0.25 }) }
  const { policy } = writer({ '': 'ab' }, () => 'b')
  const { t, at } = await search(rethinkMcts, {
    world: spelling('bcc'),
    policy,
    parts: { judge },
    knobs: { ...quiet, rollouts: 2, maxThinkTimes: 1 },
  })
  expect(t.Q[at('b')]).toBeCloseTo(0.8 + 0.2 * -0.5, 10)
  expect(t.Q[at('a')]).toBeCloseTo(2 / 3, 10)
})
