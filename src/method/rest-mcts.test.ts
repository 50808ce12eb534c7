import { describe, expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import type { NodeId } from '../contract/index.ts'
import { scripted as model } from '../model/index.ts'
import { restMcts } from './rest-mcts.ts'

const abc = () => scripted(() => 'abc')

describe('one iteration', () => {
  const values = { a: 0.2, b: 0.6, c: 0.3, ba: 0.9, baa: 0.4, baaa: 0.1 }
  const once = (knobs: Record<string, number | string | boolean> = {}) => {
    // The rollout draws one step at a time: always an a.
    const { policy } = scripted(at => (at === '' ? 'abc' : 'a'))
    return search(restMcts, { apart: true, length: 9, policy, value: critic(values).value, knobs: { iterations: 1, ...knobs } })
  }
  test('the best child is blended with the highest value of its rollout, and visited once', async () => {
    const { t, at } = await once()
    expect(t.V[at('b')]).toBe(0.6)
    expect(t.Q[at('b')]).toBeCloseTo(0.5 * 0.6 + 0.5 * 0.9, 10)
    expect([t.N[at('a')], t.N[at('b')], t.N[at('c')]]).toEqual([0, 1, 0])
    expect([t.Q[at('a')], t.Q[at('c')]]).toEqual([0.2, 0.3])
  })
  test('alpha weighs the rollout', async () => {
    for (const [alpha, q] of [
      [0, 0.6],
      [1, 0.9],
      [0.25, 0.675],
    ]) {
      const { t, at } = await once({ alpha })
      expect(t.Q[at('b')]).toBeCloseTo(q, 10)
    }
  })
  test('the rollout is as long as it may be, and kept aside', async () => {
    const { t, at, has } = await once({ rollForwardSteps: 2 })
    expect(t.is(at('ba'), 'aside')).toBe(true)
    expect([has('baa'), has('baaa')]).toEqual([true, false])
    expect(t.children(at('b'))).toEqual([])
    expect(t.nodes().map(n => t.state(n))).toEqual(['', 'a', 'b', 'c'])
  })
  test('backup: the mean of the children by their visits; those never visited do not count', async () => {
    const { t } = await once()
    expect(t.Q[t.root]).toBeCloseTo(0.75, 10)
    expect(t.N[t.root]).toBe(1)
  })
  test('the best child so far instead, if so wished', async () => {
    const { t } = await once({ rule: 'max', rollForwardSteps: 0 })
    expect(t.Q[t.root]).toBeCloseTo(0.6, 10)
  })
})

test('an unvisited child is given its value and a bonus, so that a bad one can lose to a visited one', async () => {
  const grown = async (infBonus: number) => {
    const { policy, places } = abc()
    const value = critic(s => ({ a: 0.1, b: 0.9, c: 0.1 })[s[0]]!).value
    await search(restMcts, { apart: true, length: 9, policy, value, knobs: { iterations: 3, rollForwardSteps: 0, infBonus, c: 0.01 } })
    return places()
  }
  expect(await grown(0)).toEqual(['', 'b', expect.stringMatching(/^b.$/)])
  expect((await grown(5)).slice(2)[0]).toMatch(/^[ac]$/)
})
test('a finished state above the gate ends it; data mode goes on', async () => {
  const opinion = { id: 'opinion', reward: async () => ({ value: 0.95 }) }
  const run = (knobs: Record<string, number | boolean>) => {
    const { policy } = abc()
    return search(restMcts, { apart: true, length: 2, policy, value: critic(() => 0.5).value, reward: opinion, knobs })
  }
  expect((await run({})).t.ends().length).toBeLessThan(4)
  expect((await run({ endGate: 0.96 })).t.ends()).toHaveLength(9)
  expect((await run({ data: true })).t.ends()).toHaveLength(9)
})
test('a proof ends it, found in a rollout too', async () => {
  const { policy } = scripted(at => (at === '' ? 'abc' : 'a'))
  const { r, t, at } = await search(restMcts, { apart: true, policy, value: critic({ b: 0.9 }).value, right: 'baa' })
  expect(r.answer).toBe('baa')
  expect(r.ended).toBe('stopped')
  expect(t.is(at('baa'), 'aside')).toBe(true)
})
test('the self-critic: END closes a place, advice goes into the prompt where it is rich', async () => {
  const run = async (critic_: string) => {
    const { policy, asked } = scripted(() => 'ab')
    const said = model(messages => (messages[0].content === 'a' ? 'END' : 'add the letter b'))
    const { t, at } = await search(restMcts, {
      apart: true,
      length: 4,
      policy,
      value: critic(s => (s === 'a' ? 0.9 : 0.3)).value,
      model: said,
      knobs: { iterations: 3, critic: critic_, rollForwardSteps: 0, branch: 2 },
    })
    return { t, at, hints: asked.map(x => x.hint) }
  }
  const rich = await run('rich')
  expect(rich.hints).toContain('add the letter b')
  expect(rich.t.is(rich.at('a'), 'pruned')).toBe(true)
  expect((await run('simple')).hints.every(h => h === undefined)).toBe(true)
  expect((await run('none')).t.is((await run('none')).at('a') as NodeId, 'pruned')).toBe(false)
})
test('widening: exhausted places are drawn at again', async () => {
  const script = { '': ['a', 'b', 'c', 'c'], a: ['a'], b: ['b'], c: ['c'] }
  const run = (widening: number) =>
    search(restMcts, {
      apart: true,
      length: 2,
      ...scripted(script),
      value: critic(() => 0.5).value,
      knobs: { widening, how: 'distinct', rollForwardSteps: 0 },
    })
  expect((await run(0)).t.ends()).toHaveLength(1)
  expect((await run(0.5)).t.ends().length).toBe(3)
})
