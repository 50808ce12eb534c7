import { describe, expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import type { Value } from '../contract/index.ts'
import { scripted as model } from '../model/index.ts'
import { residual } from '../reward/index.ts'
import { bavt } from './bavt.ts'

/** A critic of progress: the delta written for a place, 0 elsewhere. */
const deltas = (d: Record<string, number>): Value<string, string> => ({
  id: 'deltas',
  async value(at) {
    return { value: Math.min(1, Math.max(0.1, (at.parent?.V ?? 0.5) + (d[at.state] ?? 0) / 10)) }
  },
})
const go = (
  d: Record<string, number>,
  script: (at: string, time: number) => string,
  o: Record<string, unknown> = {},
  knobs: Record<string, number | boolean> = {},
) => {
  const { policy, asked } = scripted(script)
  return search(bavt, { apart: true, length: 3, right: 'zzz', policy, parts: { progress: deltas(d) }, knobs, ...o }).then(x => ({
    ...x,
    asked,
  }))
}

test('the instruction follows the value: answer from tau, deepen above the parent, else one more idea at the parent', async () => {
  const up = await go({ a: 3, aa: 1 }, () => 'a', { budget: { nodes: 4 }, length: 9 }, { fixed: 1e5 })
  expect(up.asked.slice(0, 2).map(x => [x.at, x.hint])).toEqual([
    ['', undefined],
    ['a', 'Give the final answer now.'],
  ])
  const middling = await go({ a: 1 }, () => 'a', { budget: { nodes: 3 }, length: 9 }, { fixed: 1e5 })
  expect(middling.asked[1]).toMatchObject({ at: 'a', hint: 'This line helps: continue it.' })
  // b did not help: whether it is drawn or the root itself, the next step is another one of the root.
  const down = await go({ a: -1, b: 1 }, (_, time) => 'ab'[time] ?? 'c', { budget: { nodes: 3 }, length: 9 })
  expect(down.asked[1]).toMatchObject({ at: '', hint: 'The last idea here did not help: try a different one.' })
})
test('a critic that says +1 at each step moves V by a tenth, within its range', async () => {
  const words = model(() => '+1')
  const { policy } = scripted(() => 'a')
  const progress = residual({ scale: 4, step: 0.1, range: [0.1, 1] })
  const { t, at } = await search(bavt, {
    apart: true,
    length: 9,
    policy,
    model: words,
    parts: { progress },
    budget: { nodes: 7 },
    knobs: { fixed: 1e5 },
  })
  expect(t.V[t.root]).toBe(0.5)
  expect([at('a'), at('aa'), at('aaaaaa')].map(n => t.V[n])).toEqual([expect.closeTo(0.6, 10), expect.closeTo(0.7, 10), 1])
})

describe('the draw', () => {
  /** How often the second step is drawn at the good first one (V 0.9) and not at the root again (V 0.5). */
  const greed = async (nodes: number, knobs: Record<string, number>) => {
    let hits = 0
    for (let seed = 1; seed <= 150; seed++) {
      const o = { budget: { nodes }, length: 40, seed }
      const { asked } = await go({ a: 4 }, (_, time) => 'ab'[time % 2], o, { tau: 2, ...knobs })
      if (asked[1]?.at === 'a') hits++
    }
    return hits / 150
  }
  test('is by value to the power of 1 / r: even-handed while there is much left, greedy when there is little', async () => {
    const rich = await greed(3, { floor: 1 })
    const poor = await greed(3, {})
    expect(rich).toBeGreaterThan(0.5)
    expect(rich).toBeLessThan(0.75)
    expect(poor).toBeGreaterThan(rich + 0.05)
  })
  test('or to a fixed power', async () => {
    expect(await greed(4, { fixed: 1e5 })).toBe(1)
    expect(await greed(4, { fixed: 0.001 })).toBeLessThan(0.65)
  })
})

describe('the answer', () => {
  test('found: values on its way are drawn half way to the best child', async () => {
    const { t, at } = await go(
      { a: 1, aa: 1 },
      () => 'a',
      { budget: { nodes: 4 }, right: 'aaa' },
      { fixed: 1e5, tau: 2, untilSolved: false },
    )
    // The end is worth its reward, 1: (0.7 + 1) / 2, then (0.6 + 0.85) / 2, then (0.5 + 0.725) / 2.
    expect([at('aaa'), at('aa'), at('a'), t.root].map(n => t.V[n])).toEqual([1, 0.85, 0.725, 0.6125].map(x => expect.closeTo(x, 10)))
  })
  test('forced with what was held back, from the best place there is', async () => {
    const { r, t, asked } = await go({ a: 4 }, () => 'a', { budget: { nodes: 3 } }, { fixed: 1e5 })
    expect(r.ended).toBe('budget')
    expect(asked.at(-1)).toMatchObject({ at: 'aa', hint: 'Give the final answer now.' })
    expect(t.answers()).toHaveLength(1)
    expect(r.spent.nodes).toBe(3)
  })
  test('where all that can be drawn was drawn, it ends by itself', async () => {
    const { r, t } = await go({}, () => 'a')
    expect(r.ended).toBe('done')
    expect(t.ends()).toHaveLength(1)
  })
  test('a plan stands in all prompts', async () => {
    const words = model(() => 'first a, then b')
    const { t } = await go({}, () => 'a', { model: words }, { plan: true })
    expect(words.calls).toHaveLength(1)
    expect(t.notes(t.root)).toMatchObject([{ kind: 'plan', text: 'first a, then b', scope: 'below' }])
  })
})
