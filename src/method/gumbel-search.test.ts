import { describe, expect, test } from 'vitest'
import { critic, nim, search } from '../compose/fixture/letters.ts'
import type { Policy, Value } from '../contract/index.ts'
import { run } from '../runtime/index.ts'
import { gumbelSearch } from './gumbel-search.ts'

const prior = (p: Record<string, number>): Policy<string, string, void> => ({
  id: 'prior',
  propose: async () => ({ draws: Object.entries(p).map(([action, prior]) => ({ action, prior })) }),
})
const eight = Object.fromEntries([...'abcdefgh'].map(a => [a, 1 / 8]))
const base = { apart: true, length: 12, policy: prior(eight) }

test('sequential halving: the visits of the first place follow the schedule', async () => {
  const { t } = await search(gumbelSearch, { ...base, value: critic(s => s.charCodeAt(0) / 200).value, knobs: { n: 16, m: 8, moves: 1 } })
  // Eight once, four a second time; two of them shared the rest: 8 + 4 + 4.
  expect(
    t
      .children(t.root)
      .map(n => t.N[n])
      .sort(),
  ).toEqual([1, 1, 1, 1, 2, 2, 4, 4])
  expect(t.N[t.root]).toBe(16)
})
test('the same with eight in flight: a round waits for the one before', async () => {
  const visits = async (concurrency: number) => {
    const { t } = await search(gumbelSearch, {
      ...base,
      value: critic(s => s.charCodeAt(0) / 200).value,
      knobs: { n: 16, m: 8, moves: 1 },
      concurrency,
    })
    return t.children(t.root).map(n => [t.state(n), t.N[n]])
  }
  expect(await visits(8)).toEqual(await visits(1))
})
test('the better half goes on, where values speak louder than noise', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { t, at } = await search(gumbelSearch, {
      ...base,
      seed,
      value: critic(s => s.charCodeAt(0) / 200).value,
      knobs: { n: 16, m: 8, moves: 1, choose: 'move', cScale: 10 },
    })
    expect([t.N[at('h')], t.N[at('g')], t.N[at('f')], t.N[at('e')]]).toEqual([4, 4, 2, 2])
  }
})
test('one simulation: the action is a draw from the prior', async () => {
  const taken = new Map<string, number>()
  for (let seed = 1; seed <= 400; seed++) {
    const { t } = await search(gumbelSearch, {
      ...base,
      seed,
      policy: prior({ a: 0.7, b: 0.2, c: 0.1 }),
      value: critic(() => 0.5).value,
      knobs: { n: 1, m: 3, moves: 1 },
    })
    const [n] = t.children(t.root)
    taken.set(t.state(n), (taken.get(t.state(n)) ?? 0) + 1)
  }
  for (const [a, p] of [
    ['a', 0.7],
    ['b', 0.2],
    ['c', 0.1],
  ] as const)
    expect(Math.abs((taken.get(a) ?? 0) / 400 - p)).toBeLessThan(0.07)
})
test('moves until an end; passes begin again with what is known', async () => {
  const one = await search(gumbelSearch, { ...base, length: 3, value: critic(s => s.charCodeAt(0) / 200).value, knobs: { n: 4, m: 4 } })
  expect(one.t.ends().length).toBeGreaterThan(0)
  const more = await search(gumbelSearch, { ...base, length: 3, value: critic(() => 0.5).value, knobs: { n: 4, m: 4, passes: 3 } })
  expect(more.t.size).toBeGreaterThan(one.t.size)
  const all = await search(gumbelSearch, {
    ...base,
    length: 2,
    policy: prior({ a: 0.5, b: 0.5 }),
    value: critic(() => 0.5).value,
    knobs: { n: 2, passes: 0 },
  })
  expect(all.r.ended).toBe('done')
})
describe('Nim', () => {
  const knows: Value<{ left: number }, number> = { id: 'nim', value: async at => ({ value: at.state.left % 4 === 0 ? -1 : 0 }) }
  test('the most visited first move wins', async () => {
    for (const [left, move] of [
      [5, 1],
      [6, 2],
      [7, 3],
    ]) {
      const r = await run(
        { world: nim, method: gumbelSearch, value: knows, knobs: { how: 'all', choose: 'move', moves: 1, n: 60 } },
        left,
        { strict: true },
      )
      expect(r.actions[0]).toBe(move)
    }
  })
})
