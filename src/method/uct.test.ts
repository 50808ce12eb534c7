import { describe, expect, test } from 'vitest'
import { critic, nim, scripted, search } from '../compose/fixture/letters.ts'
import { run } from '../runtime/index.ts'
import { uct } from './uct.ts'

describe('Nim by playouts', () => {
  // The player to move wins unless a multiple of four is left.
  test.each([1, 8])('finds the winning move, %i in flight', async concurrency => {
    for (const [left, move] of [
      [5, 1],
      [6, 2],
      [7, 3],
      [9, 1],
    ]) {
      const knobs = { how: 'all', simulate: 'playout', choose: 'move', simulations: 600 }
      const r = await run({ world: nim, method: uct, knobs }, left, { concurrency, strict: true })
      expect(r.actions[0]).toBe(move)
    }
  })
  test('every simulation counts once, also at finished nodes', async () => {
    const r = await run({ world: nim, method: uct, knobs: { how: 'all', simulate: 'playout', simulations: 300 } }, 3, {})
    expect(r.tree.N[r.tree.root]).toBe(300)
    expect(r.tree.children(r.tree.root).reduce((sum, n) => sum + r.tree.N[n], 0)).toBe(300)
  })
})

test('playouts are kept aside: paid for, shown, not searched', async () => {
  const { policy } = scripted(() => 'a')
  const { t } = await search(uct, { length: 4, policy, knobs: { how: 'iid', width: 1, simulate: 'playout', simulations: 1 } })
  expect(t.nodes().map(n => t.state(n))).toEqual(['', 'a'])
  expect(t.ends().map(n => [t.state(n), t.is(n, 'end')])).toEqual([['aaaa', true]])
  expect(t.Q[t.root]).toBe(0)
  expect(t.N[t.root]).toBe(1)
})
test('unvisited children first, then the better ones more often', async () => {
  const { policy } = scripted(() => 'abc')
  const { value } = critic(s => ({ a: 0.9, b: 0.1, c: 0.1 })[s[0]]!)
  const { t, at } = await search(uct, { apart: true, length: 9, policy, value, knobs: { simulations: 120, c: 0.5 } })
  expect(t.N[at('a')]).toBeGreaterThan(4 * t.N[at('b')])
  expect(t.N[at('b')]).toBeGreaterThan(1)
  expect(t.Q[at('a')]).toBeCloseTo(0.9, 10)
  const early = await search(uct, { apart: true, length: 9, policy: scripted(() => 'abc').policy, value, knobs: { simulations: 3 } })
  expect(early.t.children(early.t.root)).toHaveLength(3)
})
test('first-play urgency: a good child is gone on with before the others are seen', async () => {
  const { policy } = scripted(() => 'abc')
  const { t } = await search(uct, {
    apart: true,
    length: 9,
    policy,
    value: critic(() => 0.9).value,
    knobs: { simulations: 5, fpu: 0.5, c: 0.01 },
  })
  expect(Math.max(...t.nodes().map(n => t.depth(n)))).toBe(5)
})
test('Q is the mean of the returns, or leans to the greatest', async () => {
  const value = critic({ a: 0.2, aa: 0.8, aaa: 0.5 }).value
  const knobs = { simulations: 3, how: 'iid', width: 1 }
  const plain = await search(uct, { length: 9, policy: scripted(() => 'a').policy, value, knobs })
  expect(plain.t.Q[plain.at('a')]).toBeCloseTo(0.5, 10)
  const max = await search(uct, { length: 9, policy: scripted(() => 'a').policy, value, knobs: { ...knobs, meanShare: 0 } })
  expect(max.t.Q[max.at('a')]).toBeCloseTo(0.8, 10)
})
test('a world that is small enough is searched to the end, and then it stops by itself', async () => {
  const { r, t } = await search(uct, { apart: true, value: critic().value, knobs: { how: 'all', simulations: 0 }, right: 'ccc' })
  expect(r.answer).toBe('ccc')
  expect(t.ends().length).toBeLessThanOrEqual(27)
  const all = await search(uct, { apart: true, value: critic().value, knobs: { how: 'all', simulations: 0 } })
  expect(all.r.ended).toBe('done')
  expect(all.t.ends()).toHaveLength(27)
})
