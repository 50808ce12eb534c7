import { expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import type { Outcome } from '../contract/index.ts'
import { cosmos } from './cosmos.ts'

/** Texts without an end: every one can be told, and told on. */
const open = {
  ...letters(99),
  key: (s: string) => s,
  outcome: (s: string): Outcome<string> | null => (s === '' ? null : { answer: s, open: true }),
}
const worth = (s: string) => (s.at(-1) === 'b' ? 0.9 : 0.2)

test('every child is valued at once, and its value goes up as a running mean', async () => {
  const judge = critic(worth)
  const reward = { id: 'none', reward: async () => ({ value: Number.NaN }) }
  const { t, at } = await search(cosmos, { world: open, ...scripted(() => 'abc'), value: judge.value, reward, knobs: { iterations: 2 } })
  expect(judge.judged).toEqual(['a', 'b', 'c', 'ba', 'bb', 'bc'].map(s => (t.N[at('b')] === 4 ? s : s.replace(/^b(?=.)/, s[0]!))))
  expect(t.N[t.root]).toBe(6)
  expect(t.Q[t.root]).toBeCloseTo((0.2 + 0.9 + 0.2) / 3, 10)
})
test('a text has at most `depth` pieces; the answer is the best of that length by the mean of its pieces', async () => {
  const { r, t } = await search(cosmos, {
    world: open,
    ...scripted(() => 'ab'),
    value: critic(worth).value,
    reward: { id: 'none', reward: async () => ({ value: Number.NaN }) },
    knobs: { depth: 3, c: 0.2 },
  })
  expect(Math.max(...t.nodes().map(n => t.depth(n)))).toBe(3)
  expect(r.answer).toBe('bbb')
  expect(r.ended).toBe('stopped')
})
test('where nothing has ended, the best path is told to its end with what was held back', async () => {
  const { r, t } = await search(cosmos, {
    apart: true,
    length: 6,
    ...scripted(() => 'ab'),
    value: critic(worth).value,
    budget: { steps: 40 },
    knobs: { iterations: 2 },
  })
  expect(r.answer).toHaveLength(6)
  expect(r.answer!.startsWith('b')).toBe(true)
  expect(t.is(r.nodes[0], 'aside')).toBe(true)
})
test('where something is proven, that is the answer', async () => {
  const { r } = await search(cosmos, {
    apart: true,
    length: 2,
    right: 'ab',
    ...scripted(() => 'ab'),
    value: critic(worth).value,
    knobs: {},
  })
  expect(r.answer).toBe('ab')
})
