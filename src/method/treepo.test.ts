import { expect, test } from 'vitest'
import { letters, scripted, search } from '../compose/fixture/letters.ts'
import type { Policy } from '../contract/index.ts'
import { treepo } from './treepo.ts'

const abc = 'abcdefghijklmnopqrstuvwxyz'
/** Always new letters. */
const fresh = () => {
  const asked: { at: string; n: number }[] = []
  const times = new Map<string, number>()
  const policy: Policy<string, string> = {
    id: 'fresh',
    async propose([at], { n }) {
      asked.push({ at: at.state, n })
      const time = times.get(at.state) ?? 0
      times.set(at.state, time + n)
      return { draws: Array.from({ length: n }, (_, i) => ({ action: abc[(time + i) % 26], text: abc[(time + i) % 26] })) }
    },
  }
  return { policy, asked }
}
const finished = (t: { answers(): never[]; M: number[] }) => t.answers().reduce((sum, n) => sum + t.M[n], 0)

test('W finished paths, from segments that are shared', async () => {
  for (const W of [1, 5, 16]) {
    const { policy, asked } = fresh()
    const { t } = await search(treepo, { apart: true, length: 4, policy, knobs: { W, untilSolved: false } })
    expect(finished(t as never)).toBe(W)
    const segments = asked.reduce((sum, x) => sum + x.n, 0)
    if (W === 16) expect(segments).toBeLessThan(W * 4)
  }
})
test('branches: twice as many as there are paths, W at most, what is over to the last', async () => {
  const { policy, asked } = fresh()
  await search(treepo, { apart: true, length: 4, policy, knobs: { W: 16, d0Least: 3, d0Most: 3, untilSolved: false } })
  const at = (depth: number) => asked.filter(x => x.at.length === depth).map(x => x.n)
  expect(at(0)).toEqual([3])
  expect(at(1)).toEqual([2, 2, 2])
  expect(at(2)).toEqual([2, 2, 2, 2, 2, 2])
  // 12 open, 16 wanted: one each, and four more to the last.
  expect(at(3)).toEqual([...new Array(11).fill(1), 5])
})
test('what early ends set free goes to those that live', async () => {
  const world = {
    ...letters(4),
    key: (s: string) => s,
    outcome: (s: string) => (s === 'a' || s.length === 4 ? { answer: s, reward: 0.5 } : null),
  }
  const { policy, asked } = fresh()
  await search(treepo, { world, policy, knobs: { W: 16, d0Least: 2, d0Most: 2, untilSolved: false } })
  // Of two first segments one is an end: 2 x 1 finished + 2 x 1 open.
  expect(asked.slice(0, 2)).toEqual([
    { at: '', n: 2 },
    { at: 'b', n: 4 },
  ])
})
test('where nothing is open, finished paths are cut and grown again', async () => {
  const { policy, asked } = fresh()
  const { t } = await search(treepo, { apart: true, length: 2, policy, knobs: { W: 20, d0Least: 2, d0Most: 2, untilSolved: false } })
  expect(finished(t as never)).toBe(20)
  expect(asked.filter(x => x.at === '').length + asked.filter(x => x.at.length === 1).length).toBe(asked.length)
  expect(asked.some((x, i) => i > 2 && x.at === '')).toBe(true)
})
test('too deep, or round in circles, is finished without an answer', async () => {
  const { policy } = scripted(() => 'a')
  const deep = await search(treepo, { apart: true, length: 9, policy, knobs: { W: 4, maxDepth: 3, untilSolved: false } })
  expect(deep.t.answers()).toEqual([])
  expect(deep.r.ended).toBe('done')
  const loop: Policy<string, string> = { id: 'loop', propose: async () => ({ draws: [{ action: 'a', text: 'and so on '.repeat(20) }] }) }
  const round = await search(treepo, { apart: true, length: 9, policy: loop, knobs: { W: 2, untilSolved: false } })
  expect(round.has('aa')).toBe(false)
})
test('branches by how likely the segment was', async () => {
  const run = async (split: string) => {
    const asked: { at: string; n: number }[] = []
    const policy: Policy<string, string> = {
      id: 'logs',
      async propose([at], { n }) {
        asked.push({ at: at.state, n })
        return { draws: Array.from({ length: n }, (_, i) => ({ action: abc[i], tokens: [{ id: 0, logprob: i === 0 ? -0.01 : -5 }] })) }
      },
    }
    await search(treepo, {
      apart: true,
      length: 3,
      policy,
      knobs: { W: 8, d0Least: 3, d0Most: 3, divergence: 3, split, untilSolved: false },
    })
    return asked.filter(x => x.at.length === 1).map(x => x.n)
  }
  expect(await run('even')).toEqual([2, 2, 4])
  expect((await run('likely'))[0]).toBeGreaterThan(4)
  expect((await run('unlikely'))[0]).toBe(1)
})
test('a majority over the paths', async () => {
  const world = { ...letters(1), outcome: (s: string) => (s.length < 1 ? null : { answer: s, reward: s === 'b' ? 0.9 : 0.1 }) }
  const policy: Policy<string, string> = {
    id: 'mostly a',
    propose: async (_, { n }) => ({ draws: Array.from({ length: n }, (_, i) => ({ action: i === 1 ? 'b' : 'a' })) }),
  }
  const run = async (choose: string) => (await search(treepo, { world, policy, knobs: { W: 8, d0Least: 8, d0Most: 8, choose } })).r.answer
  expect([await run('best'), await run('majority')]).toEqual(['b', 'a'])
})
