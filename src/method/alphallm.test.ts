import { expect, test } from 'vitest'
import { critic, letters, search } from '../compose/fixture/letters.ts'
import type { Policy } from '../contract/index.ts'
import { alphallm } from './alphallm.ts'

/** Draws the letters of `order` one after the other, whatever it is asked. */
const inTurn = (order = 'abc') => {
  const asked: { at: string; temperature: number | undefined }[] = []
  const times = new Map<string, number>()
  const policy: Policy<string, string> = {
    id: 'in turn',
    async propose([at], { n, sampling }) {
      asked.push({ at: at.state, temperature: sampling.temperature })
      const time = times.get(at.state) ?? 0
      times.set(at.state, time + n)
      return {
        draws: Array.from({ length: n }, (_, i) => ({ action: order[(time + i) % order.length], text: order[(time + i) % order.length] })),
      }
    },
  }
  return { policy, asked }
}
const plain = { rollouts: 0, apart: 0, untilSolved: false }

test('one option an iteration, the first of a node at temperature 0', async () => {
  const { policy, asked } = inTurn()
  const { t } = await search(alphallm, {
    apart: true,
    length: 9,
    policy,
    value: critic(() => 0.5).value,
    knobs: { ...plain, root: 3, children: 1, searchTime: 4, minTerminals: 0 },
  })
  expect(asked.slice(0, 3).map(x => x.temperature)).toEqual([0, undefined, undefined])
  expect(t.children(t.root)).toHaveLength(3)
  expect(asked[3]).toEqual({ at: expect.stringMatching(/^[abc]$/), temperature: 0 })
  expect(t.N[t.root]).toBe(4)
})
test('important places are wider: where a child is worth much more, or less, than the place itself', async () => {
  const widths = async (importance: string, deadZone = 0) => {
    const { policy } = inTurn('abcdef')
    // All that follows a is as bad: far from a, and equal among themselves.
    const value = critic(s => (s === '' || s === 'a' ? 0.8 : s[0] === 'a' ? 0 : 0.1)).value
    const knobs = { ...plain, root: 2, children: 2, alpha: 5, cMax: 4, searchTime: 40, minTerminals: 0, importance, deadZone, c: 3 }
    const { t, at } = await search(alphallm, { apart: true, length: 9, policy, value, knobs })
    return [t.children(at('a')).length, t.children(at('b')).length]
  }
  expect(await widths('parent')).toEqual([4, 2])
  expect(await widths('siblings')).toEqual([2, 2])
  expect(await widths('parent', 0.5)).toEqual([2, 2])
})
test('an option like a sibling is drawn again; where all are, the least alike is taken', async () => {
  const words = ['abcdefgh', 'abcdefgx', 'abcdexyz', 'zzzzzzzz']
  const run = async (apart: number, maxRepeat: number) => {
    let time = 0
    const policy: Policy<string, string> = {
      id: 'words',
      propose: async () => ({ draws: [{ action: String(time), text: words[Math.min(time++, words.length - 1)] }] }),
    }
    const { t } = await search(alphallm, {
      apart: true,
      length: 9,
      policy,
      value: critic(() => 0.5).value,
      knobs: { ...plain, root: 2, searchTime: 2, minTerminals: 0, apart, maxRepeat },
    })
    return t.children(t.root).map(n => t.draws(n)[0].text)
  }
  expect((await run(4, 5)).slice(0, 2)).toEqual(['abcdefgh', 'zzzzzzzz'])
  // None of two is far enough: three characters are more than one.
  expect((await run(6, 1)).slice(0, 2)).toEqual(['abcdefgh', 'abcdexyz'])
})
test('an option runs on until it is over; what lies between is nothing to choose at', async () => {
  const { policy, asked } = inTurn('xa')
  const { t, has } = await search(alphallm, {
    apart: true,
    length: 5,
    policy,
    value: critic(() => 0.5).value,
    parts: { terminates: (_: string, action: string) => action === 'a' },
    knobs: { ...plain, root: 1, children: 1, searchTime: 1, minTerminals: 0 },
    budget: { nodes: 3 },
  })
  // x is not over, xx neither: three steps are one option, and its first step alone is the greedy draw.
  expect(has('x')).toBe(true)
  expect(asked.map(x => x.at)).toEqual(['', 'x', 'xx', 'xxx'])
  expect(t.N[t.root]).toBe(0)
})
test('the value blends the critic with what fast rollouts earn; they lie aside', async () => {
  const { policy } = inTurn('ab')
  const { t, at } = await search(alphallm, {
    apart: true,
    length: 2,
    right: 'ab',
    policy,
    value: critic({ a: 0.1 }).value,
    knobs: { ...plain, rollouts: 2, root: 1, vWeight: 1, ormWeight: 3, searchTime: 1, minTerminals: 0 },
    budget: { nodes: 3 },
  })
  expect(t.is(at('ab'), 'aside')).toBe(true)
  expect(t.children(at('a'))).toEqual([])
  // One of two rollouts is right.
  expect(t.Q[at('a')]).toBeCloseTo((0.1 + 3 * 0.5) / 4, 10)
})
test('it goes on until there are enough ends, at most ten times as long', async () => {
  const run = async (minTerminals: number) => {
    const { policy } = inTurn('abc')
    const o = { apart: true, length: 2, policy, value: critic(() => 0.5).value }
    return (await search(alphallm, { ...o, knobs: { ...plain, root: 3, children: 3, searchTime: 4, minTerminals } })).t
  }
  expect((await run(0)).N[0 as never]).toBe(4)
  expect((await run(9)).answers()).toHaveLength(9)
  expect((await run(100)).N[0 as never]).toBe(40)
})
test('descent and vote', async () => {
  const world = {
    ...letters(2),
    key: (s: string) => s,
    outcome: (s: string) => (s.length < 2 ? null : { answer: s[1], reward: s === 'ba' ? 0.9 : s[0] === 'a' ? 0.6 : 0 }),
  }
  const run = async (choose: string) => {
    const { policy } = inTurn('abc')
    return (
      await search(alphallm, {
        world,
        policy,
        value: critic(() => 0.5).value,
        knobs: { ...plain, root: 3, searchTime: 12, minTerminals: 9, choose, c: 100 },
      })
    ).r.nodes.map(n => n)
  }
  const [best, descent] = [await run('best'), await run('descent')]
  expect(best).not.toEqual(descent)
  expect((await run('vote')).length).toBeGreaterThan(1)
})
