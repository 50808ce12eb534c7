import { describe, expect, test } from 'vitest'
import { critic, nim, search } from '../compose/fixture/letters.ts'
import type { Policy, Value } from '../contract/index.ts'
import { run } from '../runtime/index.ts'
import { puct } from './puct.ts'

/** Distinct actions with the priors that are written. */
const prior = (p: Record<string, number>): Policy<string, string, void> => ({
  id: 'prior',
  propose: async () => ({ draws: Object.entries(p).map(([action, prior]) => ({ action, prior })) }),
})

test('with equal values visits follow the priors', async () => {
  const { t, at } = await search(puct, {
    apart: true,
    length: 12,
    policy: prior({ a: 0.6, b: 0.3, c: 0.1 }),
    value: critic(() => 0.5).value,
    knobs: { simulations: 400, cInit: 2, fpu: 'parent' },
  })
  const share = (s: string) => t.N[at(s)] / 400
  expect(share('a')).toBeCloseTo(0.6, 1)
  expect(share('b')).toBeCloseTo(0.3, 1)
  expect(share('c')).toBeCloseTo(0.1, 1)
})
test('a much better value wins over the prior', async () => {
  const { t, at } = await search(puct, {
    apart: true,
    length: 12,
    policy: prior({ a: 0.6, b: 0.3, c: 0.1 }),
    value: critic(s => (s[0] === 'c' ? 0.9 : 0.1)).value,
    knobs: { simulations: 200 },
  })
  expect(t.N[at('c')]).toBeGreaterThan(100)
})
test('one new node a simulation, judged once; actions are drawn only where the search goes on', async () => {
  const { value, judged } = critic(() => 0.5)
  let drawn = 0
  const policy: Policy<string, string, void> = {
    id: 'count',
    async propose() {
      drawn++
      return { draws: [{ action: 'a' }, { action: 'b' }] }
    },
  }
  const { t } = await search(puct, { apart: true, length: 9, policy, value, knobs: { simulations: 10 } })
  expect(t.nodes()).toHaveLength(11)
  expect(judged).toHaveLength(10)
  expect(drawn).toBe(t.nodes().filter(n => t.edges(n).length > 0).length)
  expect(drawn).toBeLessThan(10)
})
test('first-play urgency decides how wide it is', async () => {
  const width = async (fpu: string) => {
    const { t } = await search(puct, {
      apart: true,
      length: 9,
      policy: prior({ a: 0.25, b: 0.25, c: 0.5 }),
      value: critic(() => 0.9).value,
      knobs: { simulations: 6, fpu, cInit: 0.1 },
    })
    return t.children(t.root).length
  }
  expect(await width('zero')).toBe(1)
  expect(await width('first')).toBe(3)
})
describe('Nim with a critic that knows only lost positions', () => {
  const knows: Value<{ left: number }, number> = { id: 'nim', value: async at => ({ value: at.state.left % 4 === 0 ? -1 : 0 }) }
  test.each([1, 8])('finds the winning move, %i in flight', async concurrency => {
    for (const [left, move] of [
      [5, 1],
      [6, 2],
      [7, 3],
    ]) {
      const r = await run({ world: nim, method: puct, value: knows, knobs: { how: 'all', choose: 'move', simulations: 200 } }, left, {
        concurrency,
        strict: true,
      })
      expect(r.actions[0]).toBe(move)
    }
  })
})
