import { describe, expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import type { Value } from '../contract/index.ts'
import { scripted as model } from '../model/index.ts'
import { master } from './master.ts'

/** A critic that says what is written: value and confidence. */
const assessor = (written: Record<string, readonly [number, number]>, heard: string[][] = []): Value<string, string> => ({
  id: 'assessor',
  async value(at) {
    heard.push(at.notes.map(n => n.text))
    const [value, confidence] = written[at.state] ?? [0.1, 1]
    return { value, confidence, critique: `of ${at.state}` }
  },
})
const plain = { validation: false }

describe('selection', () => {
  const first = async (written: Record<string, readonly [number, number]>, knobs = {}) => {
    const { policy, places } = scripted(() => 'ab')
    await search(master, { apart: true, length: 5, policy, value: assessor(written), knobs: { ...plain, maxExpansion: 2, ...knobs } })
    return places()[1]
  }
  test('the higher score is next, if both are sure', async () => expect(await first({ a: [0.6, 1], b: [0.5, 1] })).toBe('a'))
  test('an unsure assessment is explored', async () => expect(await first({ a: [0.6, 1], b: [0.5, 0.2] })).toBe('b'))
  test('unless confidence is not trusted', async () => expect(await first({ a: [0.6, 1], b: [0.5, 0.2] }, { trust: false })).toBe('a'))
  test('confidence near 0 is cut', async () => {
    const { t, at } = await search(master, {
      apart: true,
      length: 5,
      ...scripted(() => 'ab'),
      value: assessor({ a: [0.6, 0] }),
      knobs: { ...plain, maxExpansion: 1, least: 0.25 },
    })
    expect(t.column('confidence')[at('a')]).toBe(0.25)
  })
})

test('a failed end updates its ancestors, the first score weighted by its confidence', async () => {
  const { t, at } = await search(master, {
    apart: true,
    length: 2,
    ...scripted(() => 'ab'),
    value: assessor({ a: [0.8, 0.5], b: [0.1, 1] }),
    knobs: { ...plain, maxExpansion: 2 },
  })
  // Two ends of reward 0 below a: (0.5 x 0.8 + 0) / (0.5 + 2).
  expect(t.column('updates')[at('a')]).toBe(2)
  expect(t.Q[at('a')]).toBeCloseTo(0.4 / 2.5, 10)
  expect(t.Q[at('b')]).toBeCloseTo(0.1, 10)
})
test('an accepted end is the answer, and ends it', async () => {
  const { r } = await search(master, {
    apart: true,
    length: 2,
    right: 'ab',
    ...scripted(() => 'ab'),
    value: assessor({ a: [0.8, 1] }),
    knobs: plain,
  })
  expect([r.answer, r.ended]).toEqual(['ab', 'stopped'])
})
test('validation comes before the assessment, which reads it; both go to those below', async () => {
  const heard: string[][] = []
  await search(master, {
    apart: true,
    length: 4,
    ...scripted(() => 'a'),
    value: assessor({}, heard),
    model: model(messages => `facts of ${messages[0].content}`),
    knobs: { branches: 1, maxExpansion: 2 },
  })
  expect(heard[0]).toEqual(['Checked: facts of a'])
  expect(heard[1]).toEqual(['Checked: facts of a', 'Assessed: of a', 'Checked: facts of aa'])
})
test('a node is expanded once; it ends where nothing is open', async () => {
  const { policy, places } = scripted(() => 'ab')
  const { r } = await search(master, { apart: true, length: 2, policy, value: assessor({}), knobs: plain })
  expect(places().sort()).toEqual(['', 'a', 'b'])
  expect(r.ended).toBe('done')
})
