import { expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import { mctsDpo } from './mcts-dpo.ts'

test('scores are differences: a new child is V(parent) + r, a visited leaf r, above the mean by max(1, N)', async () => {
  const { policy } = scripted(() => 'ab')
  const { value } = critic({ a: 0.6, b: 0.2, aa: 0.9, ab: 0.5 })
  const { t, at } = await search(mctsDpo, {
    apart: true,
    length: 9,
    policy,
    value,
    knobs: { nIters: 1, rootFactor: 1, depthLimit: 9, penalty: false },
    budget: { nodes: 5 },
  })
  // Down to aa, whose children the budget does not cover: nothing was backed up yet.
  const mark = t.column('mark')
  const gain = t.column('gain')
  expect([mark[at('a')], mark[at('aa')]]).toEqual([0.6, 0.9])
  expect(gain[at('aa')]).toBeCloseTo(0.3, 10)
  expect(t.Q[at('ab')]).toBeCloseTo(-0.1, 10)
  expect(t.N[at('a')]).toBe(0)
})
test('backup over a whole iteration', async () => {
  const { policy } = scripted(() => 'ab')
  const { value } = critic({ a: 0.6, b: 0.2 })
  const { t, at } = await search(mctsDpo, {
    apart: true,
    length: 2,
    right: 'aa',
    policy,
    value,
    knobs: { nIters: 1, rootFactor: 1, untilSolved: false, w: 0 },
  })
  // aa: C 1 and O 1; ab: 0 and -1.
  const worth = t.column('worth')
  expect(t.Q[at('aa')]).toBeCloseTo(2 - 0.6, 10)
  // One iteration from the root, one from a, which was committed to. The unvisited ab and b weigh 1 as well.
  expect(worth[at('a')]).toBeCloseTo((2 * 1.4 - 1.6) / 3, 10)
  expect(t.Q[at('a')]).toBeCloseTo(0.6 + 0.4, 10)
  expect(worth[t.root]).toBeCloseTo((2 * 1 + 0.2) / 3, 10)
})
test('the confidence is divided by the depth beyond 3, unless told otherwise', async () => {
  const run = async (penalty: boolean) => {
    const { policy } = scripted(() => 'a')
    const o = { apart: true, length: 9, policy, value: critic(() => 0.8).value }
    const { t, at } = await search(mctsDpo, { ...o, knobs: { nIters: 1, n1: 1, n2: 1, penalty, depthLimit: 9 } })
    return ['aaa', 'aaaa', 'aaaaa', 'aaaaaa'].map(x => Number(t.column('mark')[at(x)].toFixed(4)))
  }
  expect(await run(true)).toEqual([0.8, 0.8, 0.4, 0.2667])
  expect(await run(false)).toEqual([0.8, 0.8, 0.8, 0.8])
})
test('the last level is written to its end in one go; the search then commits and begins anew from there', async () => {
  const { policy, asked } = scripted(() => 'ab')
  const { value, judged } = critic(s => (s.startsWith('b') ? 0.9 : 0.1))
  const { t, at, r } = await search(mctsDpo, {
    apart: true,
    length: 4,
    policy,
    value,
    knobs: { nIters: 4, depthLimit: 2, choose: 'committed' },
  })
  // What lies between the last level and the ends is not judged, only gone through.
  expect(judged.every(x => x.length <= 3)).toBe(true)
  expect(asked.some(x => x.at.length === 3)).toBe(true)
  const committed = t.nodes().filter(n => t.column('committed')[n] === 1)
  expect(committed.map(n => t.depth(n))).toEqual([0, 1, 2, 3, 4].slice(0, committed.length))
  expect(committed[1]).toBe(at('b'))
  expect(r.nodes[0]).toBe(committed.at(-1))
  expect(t.is(committed.at(-1)!, 'end')).toBe(true)
})
test('a temperature draws the step to commit to; the draw is the same each time', async () => {
  const run = async (seed: number, temperature: number) => {
    const { policy } = scripted(() => 'abc')
    const o = { seed, apart: true, length: 2, right: 'aa', policy, value: critic({ a: 0.6, b: 0.5, c: 0.4 }).value }
    const { t } = await search(mctsDpo, { ...o, knobs: { nIters: 2, n1: 3, n2: 3, temperature, untilSolved: false } })
    return t.state(t.nodes().find(n => t.depth(n) === 1 && t.column('committed')[n] === 1)!)
  }
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8]
  const warm = await Promise.all(seeds.map(s => run(s, 10)))
  expect(new Set(warm).size).toBeGreaterThan(1)
  expect(await Promise.all(seeds.map(s => run(s, 10)))).toEqual(warm)
  expect(new Set(await Promise.all(seeds.map(s => run(s, 0))))).toEqual(new Set(['a']))
})
test('an unreadable critic: the state is worth what its parent is', async () => {
  const { policy } = scripted(() => 'a')
  const value = { id: 'mute', value: async (at: { state: string }) => ({ value: at.state === 'aa' ? Number.NaN : 0.7 }) }
  const { t, at } = await search(mctsDpo, { apart: true, length: 5, policy, value, knobs: { nIters: 1, n1: 1, n2: 1, penalty: false } })
  expect(t.column('mark')[at('aa')]).toBe(0.7)
  expect(t.column('gain')[at('aa')]).toBe(0)
})
test('several at once expand no node twice', async () => {
  const { policy, places } = scripted(() => 'ab')
  await search(mctsDpo, { world: letters(5) as never, policy, value: critic().value, concurrency: 8, knobs: { nIters: 30, depthLimit: 9 } })
  expect(new Set(places()).size).toBe(places().length)
})
