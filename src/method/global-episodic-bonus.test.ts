import { describe, expect, test } from 'vitest'
import type { Frame, PureWorld } from '../contract/index.ts'
import { Counts } from '../kernel/index.ts'
import { run } from '../runtime/index.ts'
import { globalEpisodicBonus } from './index.ts'

/** A line from 0 to `length`, both ways; the prize lies at its far end. Where one stands is the state, however one came there. */
const corridor = (length: number): PureWorld<{ at: number; left: number }, string, string, void> => ({
  kind: 'pure',
  id: 'corridor',
  start: () => ({ at: 0, left: 60 }),
  step: (s, a) => ({ at: s.at + (a === 'on' ? 1 : -1), left: s.left - 1 }),
  outcome: s => (s.at === length ? { answer: 'there', reward: 1 } : s.left === 0 ? { answer: 'late', reward: 0, failed: true } : null),
  render: () => [{ role: 'user', content: 'where to?' }],
  parse: t => t,
  actions: s => (s.at === length || s.left === 0 ? [] : s.at === 0 ? ['on'] : ['back', 'on']),
  key: s => `${s.at}`,
})
const frame = (knobs: Frame<any, any>['knobs'], more: object = {}): Frame<any, any, any, any> => ({
  world: corridor(20),
  method: globalEpisodicBonus,
  knobs: { how: 'all', ...knobs },
  ...more,
})
const go = (f: Frame<any, any, any, any>, seed = 1) => run(f, undefined, { seed, concurrency: 1 })
const steps = async (knobs: Frame<any, any>['knobs']) => {
  let sum = 0
  for (let seed = 1; seed <= 20; seed++) sum += (await go(frame(knobs, { budget: { steps: 600 } }), seed)).spent.steps
  return sum / 20
}

describe('global-episodic-bonus', () => {
  test('an episode does not turn back once it knows where that leads; without a bonus it wanders', async () => {
    for (const combine of ['episodic', 'global', 'product']) {
      const needed = await steps({ combine, horizon: 60 })
      expect([combine, needed < 60]).toEqual([combine, true])
    }
    expect(await steps({ beta: 0, horizon: 60 })).toBeGreaterThan(450)
  })
  test('without looking first, what an action leads to is learned once for a state, and not once for every way there', async () => {
    const needed = await steps({ look: false, episodic: 'count', horizon: 60 })
    expect(needed).toBeGreaterThan(39)
    expect(needed).toBeLessThan(120)
  })
  test('what is found by looking is rewarded, and ends it', async () => {
    const r = await go(frame({ horizon: 60 }, { world: corridor(1) }))
    expect([r.solved, r.spent.steps]).toEqual([true, 1])
  })
  test('what former tasks visited is avoided globally, and does not matter episodically', async () => {
    const first = async (combine: string, memory: Counts) => {
      const r = await go(frame({ combine, episodes: 12, horizon: 1, untilSolved: false }, { parts: { memory }, world: fork }))
      return r.tree.children(r.tree.root).map(n => [r.tree.action(n), r.tree.N[n]])
    }
    const memory = new Counts([['left', 500]])
    const seen = Object.fromEntries(await first('global', memory))
    expect(seen.right).toBeGreaterThan(seen.left ?? 0)
    expect(memory.entries()).toEqual([['left', 500]])
    const episodic = Object.fromEntries(await first('episodic', memory))
    expect(Math.abs(episodic.left - episodic.right)).toBeLessThan(8)
  })
  test('the key says what is the same state', async () => {
    // All places alike: after the first step nothing is new any more, and the product stands still at its floor.
    const blind = await go(frame({ floor: 0, horizon: 60, episodic: 'count' }, { parts: { key: () => 'same' }, budget: { steps: 120 } }), 5)
    const seeing = await go(frame({ floor: 0, horizon: 60, episodic: 'count' }, { budget: { steps: 120 } }), 5)
    expect(blind.solved).not.toBe(true)
    expect(seeing.solved).toBe(true)
  })
  test('elliptic bonuses take the features given', async () => {
    const features = (s: { at: number }) => Array.from({ length: 21 }, (_, i) => (i === s.at ? 1 : 0))
    const r = await go(frame({ episodic: 'elliptic', horizon: 60 }, { parts: { features }, budget: { steps: 120 } }))
    expect(r.solved).toBe(true)
  })
})

/** Left or right, and on from there, for ever. */
const fork: PureWorld<string, string, string, void> = {
  kind: 'pure',
  id: 'fork',
  start: () => '',
  step: (s, a) => (s === '' ? a : `${s}.`),
  outcome: () => null,
  render: () => [{ role: 'user', content: 'where to?' }],
  parse: t => t,
  actions: s => (s === '' ? ['left', 'right'] : ['on']),
  key: s => s,
}
