import { describe, expect, test } from 'vitest'
import { letters } from '../compose/fixture/letters.ts'
import type { ActionValue, KnobValue, Policy } from '../contract/index.ts'
import { AddressedRandom, hashText } from '../kernel/index.ts'
import { run } from '../runtime/index.ts'
import { type PathState, permutation, scrambled } from '../world/index.ts'
import { qStarSearch } from './q-star-search.ts'

const { domain, world } = permutation
const random = (seed: number) => new AddressedRandom(seed, 0, 0, 'test')

/** Minus the cost of a step and of the shortest way after it, with an error of up to `noise` for each state reached. */
const knows = (noise = 0): ActionValue<PathState, readonly string[]> & { calls: number } => ({
  id: 'knows',
  calls: 0,
  async forecast(at, actions) {
    this.calls++
    const s = domain.read(at.state.place)
    return actions.map(([move]) => {
      const to = domain.apply(s, move) as typeof s
      const h = domain.distance(to)
      const off = h === 0 ? 0 : noise * (hashText(domain.text(to)) / 2 ** 31 - 1)
      return { value: -(domain.cost!(move) + Math.max(0, h + off)) }
    })
  },
})
const solve = async (place: string, o: { noise?: number; knobs?: Record<string, KnobValue>; concurrency?: number } = {}) => {
  const actionValue = knows(o.noise)
  const r = await run(
    { world, method: qStarSearch, actionValue, knobs: { how: 'all', ...o.knobs } },
    { place, within: 1000 },
    { concurrency: o.concurrency ?? 1, strict: true },
  )
  const cost = r.actions.reduce((sum, [m]) => sum + domain.cost!(m), 0)
  return { r, cost, steps: r.spent.steps, calls: actionValue.calls }
}

describe('with a perfect forecast', () => {
  test.each([6, 33, 153])('the shortest way, one step made for each step of it, with %i actions', async actions => {
    for (let seed = 0; seed < 3; seed++) {
      const place = scrambled('cube', 7, actions, random(seed))
      const { r, cost, steps, calls } = await solve(place)
      expect(cost).toBe(domain.distance(domain.read(place)))
      // Step 4: the end is where a goal has been made and nothing cheaper is open.
      expect(steps).toBeLessThanOrEqual(r.actions.length + 1)
      // Step 1: one call for all actions of a state.
      expect(calls).toBeLessThanOrEqual(steps)
    }
  })
})

test('an estimate that is never too great gives a shortest way', async () => {
  const low: typeof knows = () => {
    const k = knows()
    return { ...k, forecast: async (at, actions, io) => (await k.forecast(at, actions, io)).map(x => ({ value: x.value / 2 })) }
  }
  for (let seed = 0; seed < 5; seed++) {
    const place = `pancake ${random(seed).shuffle([1, 2, 3, 4, 5, 6]).join(' ')}`
    if (domain.there(domain.read(place))) continue
    const r = await run({ world, method: qStarSearch, actionValue: low(), knobs: { how: 'all' } }, { place, within: 1000 })
    expect(r.actions).toHaveLength(domain.distance(domain.read(place)))
  }
})

test('batches, random pops and greed find a way, too; a batch looks at the first of those popped before it ends', async () => {
  for (let seed = 0; seed < 4; seed++) {
    const place = scrambled('cube', 6, 33, random(seed))
    const far = domain.distance(domain.read(place))
    for (const knobs of [{ B: 16 }, { eps: 0.3 }, { w: 0.3 }, { w: 0.5, B: 8, eps: 0.1 }] as Record<string, KnobValue>[]) {
      const { r, cost } = await solve(place, { knobs, concurrency: 4 })
      expect(r.solved).toBe(true)
      expect(cost).toBeGreaterThanOrEqual(far)
    }
    expect((await solve(place, { knobs: { B: 16 } })).cost).toBe(far)
  }
})

test('in batches the first goal may be found before the end, and is never cheaper than the last', async () => {
  let sooner = 0
  for (let seed = 0; seed < 8; seed++) {
    const place = scrambled('cube', 8, 33, random(seed))
    const first = await solve(place, { noise: 3, knobs: { firstGoal: true, B: 12 } })
    const last = await solve(place, { noise: 3, knobs: { B: 12 } })
    expect(first.r.ended).toBe('stopped')
    expect(first.cost).toBeGreaterThanOrEqual(last.cost)
    expect(first.steps).toBeLessThanOrEqual(last.steps)
    if (first.steps < last.steps) sooner++
  }
  expect(sooner).toBeGreaterThan(0)
})

test('a cheaper way to a known state opens it again, a dearer one is dropped', async () => {
  // ab and ba are one state. The way by b is thought better at first, and is dearer.
  const costs: Record<string, number> = { a: 1, b: 5, ab: 1, ba: 1 }
  const graph = { ...letters(3, 'abc'), cost: (s: string, a: string) => costs[s + a] ?? 1 }
  const guess: Record<string, number> = { a: 9, b: 6, ba: 2, ab: 3, bac: 40, abc: 2 }
  const actionValue: ActionValue<string, string> = {
    id: 'written',
    forecast: async (at, actions) => actions.map(a => ({ value: -(guess[at.state + a] ?? 50) })),
  }
  const r = await run({ world: graph, method: qStarSearch, actionValue, knobs: { how: 'all', iterations: 60 } }, '')
  expect(r.answer).toBe('abc')
  const t = r.tree
  const all = t.nodes().map(n => t.state(n))
  expect(all).toContain('ba')
  expect(all).toContain('ab')
})

test('what is not known is popped last; chances of success are costs by their logarithm', async () => {
  const order: string[] = []
  const watched = { ...letters(1, 'b'), step: (s: string, a: string) => s + order[order.push(a) - 1], key: (s: string) => s }
  const actionValue: ActionValue<string, string> = {
    id: 'some',
    forecast: async (_, actions) => actions.map(a => ({ value: ({ a: Number.NaN, b: 0.2, c: 0.7 } as Record<string, number>)[a] })),
  }
  await run({ world: watched, method: qStarSearch, actionValue, knobs: { how: 'all', q: 'chance' } }, '')
  expect(order[0]).toBe('c')
  expect(order).toEqual(['c', 'b'])
})

test('forecasts that come with the draws are not asked for again', async () => {
  const policy: Policy<string, string, void> = {
    id: 'both',
    propose: async () => ({ draws: ['a', 'b', 'c'].map((action, i) => ({ action, forecast: -i })) }),
  }
  let asked = 0
  const actionValue: ActionValue<string, string> = {
    id: 'never',
    async forecast(_, actions) {
      asked++
      return actions.map(() => ({ value: 0 }))
    },
  }
  const r = await run({ world: letters(2, 'aa'), method: qStarSearch, policy, actionValue }, '')
  expect(r.answer).toBe('aa')
  expect(asked).toBe(0)
})
