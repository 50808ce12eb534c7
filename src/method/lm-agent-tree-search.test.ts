import { describe, expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import type { LiveWorld } from '../contract/index.ts'
import { simulated } from '../model/index.ts'
import { run } from '../runtime/index.ts'
import { game24 } from '../world/index.ts'
import { lmAgentTreeSearch } from './lm-agent-tree-search.ts'

type Values = Record<string, number>
const go = async (values: Values, knobs: Record<string, number | string>, draws: (at: string) => string = () => 'abc', right?: string) => {
  const { policy, asked, places } = scripted(draws)
  const { value, judged } = critic(values)
  const parts = { judge: () => value }
  const found = await search(lmAgentTreeSearch, {
    apart: true,
    length: 6,
    policy,
    parts,
    knobs: { draws: 3, b: 3, maxSteps: 1, ...knobs },
    ...(right ? { right } : {}),
  })
  return { ...found, asked, places, judged }
}

describe('one decision', () => {
  test('the most frequent candidates are kept, of twice as many draws as are needed', async () => {
    const { asked, judged } = await go({}, { b: 2, draws: 1, c: 5, d: 1 }, () => 'cabcbc')
    expect(asked[0].n).toBe(4)
    // Four draws: c a b c. Of the equals the first drawn.
    expect(judged).toEqual(['c', 'a'])
  })
  test('an action enters with the value of the state it leaves, and of equals the first goes first', async () => {
    const { judged } = await go({ a: 0.2, b: 0.6, c: 0.4, ba: 0.1, bb: 0.1 }, { c: 6 })
    // a has 0.5 like b and c; its children enter with 0.2, those of b with 0.6.
    expect(judged).toEqual(['a', 'b', 'ba', 'bb', 'bc', 'c'])
  })
  test('no more than c states are judged, no path is longer than d', async () => {
    const { judged, has } = await go({}, { c: 4, d: 2 })
    expect(judged).toHaveLength(4)
    const deep = await go({ a: 0.9, aa: 0.9, aaa: 0.9 }, { c: 30, d: 2 })
    expect(deep.judged.every(x => x.length <= 2)).toBe(true)
    expect(has('aaa')).toBe(false)
  })
  test('children of a state of value 0 are popped when nothing better is left', async () => {
    const { judged } = await go({ a: 0, aa: 0 }, { c: 4 }, at => (at === '' ? 'a' : 'ab'))
    expect(judged.slice(0, 3)).toEqual(['a', 'aa', 'ab'])
  })
  test('a value that is enough ends it', async () => {
    const { judged } = await go({ a: 0.5, b: 1 }, { c: 20, maxSteps: 3 })
    expect(judged.at(-1)).toBe('b')
  })
  test('the same action again and again is a loop', async () => {
    const all = (at: string) => (at === '' ? 'a' : 'a')
    const { judged } = await go({ a: 0.9, aa: 0.9, aaa: 0.9 }, { c: 20, repeats: 2 }, all)
    expect(judged).toEqual(['a', 'aa'])
  })
  test('breadth-first and depth-first over the same code', async () => {
    const order = async (frontier: string) => (await go({ c: 0.9 }, { c: 6, frontier })).judged
    expect(await order('breadth')).toEqual(['a', 'b', 'c', 'aa', 'ab', 'ac'])
    expect(await order('depth')).toEqual(['c', 'cc', 'ccc', 'cccc', 'ccccc', 'ccccb'])
  })
})

test('the whole best path is committed to, and the next decision begins there', async () => {
  const { t, judged } = await go({ a: 0.1, b: 0.3, ba: 0.7, bac: 0.6 }, { c: 5, d: 3, maxSteps: 2 })
  expect(t.state(t.root).startsWith('ba')).toBe(true)
  const later = judged.slice(5)
  expect(later.length).toBeGreaterThan(0)
  expect(later.every(x => x.startsWith('ba'))).toBe(true)
  // What was judged in the first decision is not judged again.
  expect(new Set(judged).size).toBe(judged.length)
})
test('an answer on the committed path is the answer', async () => {
  const { r } = await go(
    { a: 0.6, aa: 0.7, aaa: 0.8, aaaa: 0.9, aaaaa: 0.95 },
    { c: 40, d: 9, maxSteps: 5, repeats: 0 },
    () => 'a',
    'aaaaaa',
  )
  expect([r.answer, r.solved]).toEqual(['aaaaaa', true])
})
test('judgements are the mean over the samples: 1, 0.5 or 0 each', async () => {
  const knobs = { samples: 4, c: 8, draws: 4, b: 2 }
  const r = await run(
    { world: game24, method: lmAgentTreeSearch, model: simulated({ oracle: game24.oracle!, error: 0.3 }), knobs },
    '4 9 10 13',
  )
  const t = r.tree
  const judged = Array.from({ length: t.size }, (_, e) => t.V[e as never]).filter(v => !Number.isNaN(v))
  expect(judged.length).toBeGreaterThan(4)
  expect(judged.every(v => Number.isInteger(v * 8))).toBe(true)
})

test('in a world of one place at a time it goes back by reset and replay, and acts for real at the end', async () => {
  const seen: string[] = []
  let opened = 0
  const live: LiveWorld<string, string, string, string, { at: string }> = {
    ...letters(4, 'baaa'),
    kind: 'live',
    back: 'replay',
    key: x => x,
    async open() {
      opened++
      return { at: '' }
    },
    async step(x, _, a) {
      x.at += a
      seen.push(x.at)
      return x.at
    },
    same: async (x, at) => x.at === at,
  }
  const { policy } = scripted(at => (at === '' ? 'ab' : 'a'))
  const { value } = critic({ a: 0.2, b: 0.6, ba: 0.4 })
  const frame = { world: live, method: lmAgentTreeSearch, policy, parts: { judge: () => value } }
  const r = await run({ ...frame, knobs: { draws: 2, b: 2, c: 4, d: 2, maxSteps: 3, repeats: 0, untilSolved: false } }, '', {
    concurrency: 1,
  })
  expect(r.answer).toBe('baaa')
  expect(opened).toBeGreaterThan(2)
  // b was stood on, left for another branch, and come back to by doing it again.
  expect(seen.filter(x => x === 'b').length).toBeGreaterThan(1)
  expect(r.spent.steps).toBe(seen.length)
  expect(r.tree.state(r.tree.root)).toBe('baaa')
})
