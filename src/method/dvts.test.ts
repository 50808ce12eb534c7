import { describe, expect, test } from 'vitest'
import type { PureWorld, Value } from '../contract/index.ts'
import { scripted, simulated } from '../model/index.ts'
import { labels } from '../reward/index.ts'
import { run } from '../runtime/index.ts'
import { game24 } from '../world/index.ts'
import { dvts } from './dvts.ts'

/** Three letters make a word; nothing proves it. */
const letters: PureWorld<string, string, string, string> = {
  kind: 'pure',
  id: 'letters',
  grains: ['step'],
  start: () => '',
  step: (s, a) => s + a,
  outcome: s => (s.length === 3 ? { answer: s.slice(-1) } : null),
  render: (c, want) => [{ role: 'user', content: `${want.for} ${c.state}` }],
  parse: text => text,
  key: s => s,
}
/** Worth by alphabet: later letters are better. */
const worth: Value<string> = {
  id: 'alphabet',
  value: async at => ({ value: [...at.state].reduce((sum, c) => sum + c.charCodeAt(0) - 97, 0) / 100 }),
}
const cycle = (): ReturnType<typeof scripted> => {
  let i = 0
  return scripted(() => 'abcdefgh'[i++ % 8])
}
const go = (knobs: Record<string, number | string | boolean>) =>
  run({ world: letters, method: dvts, knobs, model: cycle(), value: worth }, '', { concurrency: 1 })

describe('subtrees', () => {
  test('each goes to the best of its own draws, and costs m steps a level', async () => {
    const r = await go({ n: 8, m: 4 })
    // Two subtrees: one drew a b c d, the other e f g h.
    const first = r.tree.children(r.tree.root).filter(n => r.tree.children(n).length > 0)
    expect(first.map(n => r.tree.state(n))).toEqual(['d', 'h'])
    expect(r.spent.steps).toBe(24)
    expect(r.tree.answers().length).toBe(8)
  })
  test('that meet draw together; apart, each has its own', async () => {
    const standing = async (apart: boolean) => {
      let i = 0
      const model = scripted(() => ['z', 'y', 'x'][i++ % 3])
      const r = await run({ world: letters, method: dvts, knobs: { n: 9, m: 3, apart, rounds: 2 }, model, value: worth }, '', {
        concurrency: 1,
      })
      return r.tree
        .children(r.tree.root)
        .filter(n => r.tree.children(n).length > 0)
        .map(n => r.tree.state(n))
        .sort()
    }
    expect(await standing(false)).toEqual(['z'])
    expect(await standing(true)).toEqual(['x', 'y', 'z'])
  })
  test('vote in the end, weighted by the reward', async () => {
    // Every end has a last letter of its own, and its value as its weight.
    expect((await go({ n: 8, m: 4 })).answer).toBe('h')
    expect((await go({ n: 8, m: 4, choose: 'best' })).answer).toBe('h')
  })
})
test('stops at a proof, and finds one', async () => {
  const solved = []
  for (const seed of [1, 2, 3, 4, 5, 6])
    solved.push(
      await run(
        {
          world: game24,
          method: dvts,
          preset: 'robust',
          model: simulated({ oracle: game24.oracle!, seed, skill: 0.5 }),
          value: labels({ samples: 1 }),
          budget: { calls: 300 },
        },
        '4 9 10 13',
        { seed },
      ),
    )
  expect(solved.some(r => r.solved && r.spent.calls < 300)).toBe(true)
  for (const r of solved) if (r.solved) expect(r.ended).toBe('stopped')
})
