import { describe, expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import { scripted as model } from '../model/index.ts'
import { lats } from './lats.ts'

/** A model that only reflects. */
const said = () => model(() => 'begin with another letter')
const base = (values: Record<string, number>, knobs: Record<string, number | string>, right?: string) => {
  const { policy, places } = scripted(at => (at === '' ? 'aab' : 'ab'))
  const { value, judged } = critic(values)
  return {
    places,
    judged,
    o: { apart: true, length: 3, policy, value, model: said(), knobs: { n: 3, reflections: 0, ...knobs }, ...(right ? { right } : {}) },
  }
}

describe('one trajectory', () => {
  test('a new child is worth lambda x critic + (1 - lambda) x its share of the draws, counted before merging', async () => {
    const { o } = base({ a: 0.2, b: 0.9 }, { k: 1, lambda: 0.5 })
    const { t, at } = await search(lats, o)
    const worth = t.column('worth')
    expect(worth[at('a')]).toBeCloseTo(0.5 * 0.2 + (0.5 * 2) / 3, 10)
    expect(worth[at('b')]).toBeCloseTo(0.5 * 0.9 + (0.5 * 1) / 3, 10)
  })
  test('lambda 0 asks no critic; lambda 1 knows no self-consistency', async () => {
    const zero = base({ a: 0.2, b: 0.9 }, { k: 1, lambda: 0 })
    const { t, at } = await search(lats, zero.o)
    expect(zero.judged).toEqual([])
    expect(t.column('worth')[at('a')]).toBeCloseTo(2 / 3, 10)
    const one = await search(lats, base({ a: 0.2, b: 0.9 }, { k: 1, lambda: 1 }).o)
    expect(one.t.column('worth')[one.at('b')]).toBeCloseTo(0.9, 10)
  })
  test('it goes down greedily to an end, which is counted on the whole path; what was grown on the way stays', async () => {
    const { o, places } = base({ a: 0.2, b: 0.9, ba: 0.8, bb: 0.1 }, { k: 1, lambda: 1 }, 'zzz')
    const { t, at } = await search(lats, o)
    expect(places()).toEqual(['', 'b', 'ba'])
    expect(t.edges(at('ba'))).toHaveLength(2)
    expect([t.root, at('b'), at('ba')].map(n => [t.N[n], t.Q[n]])).toEqual(Array(3).fill([1, 0]))
    expect(t.N[at('a')]).toBe(0)
  })
  test('one that reaches the depth limit returns what was set', async () => {
    const { o } = base({ b: 0.9 }, { k: 1, lambda: 1, depth: 2, cut: -1 })
    const { t, at, has } = await search(lats, o)
    expect(t.Q[at('b')]).toBe(-1)
    expect(has('baa')).toBe(false)
  })
})

test('each child goes first once, or by its value alone', async () => {
  const second = async (first: string) => {
    // The first trajectory ends badly below b; is it a now, or the other child of the root?
    const { o } = base({ a: 0.01, b: 0.9 }, { k: 2, lambda: 1, first, anchor: 1 }, 'zzz')
    const { t, at } = await search(lats, o)
    return [t.N[at('a')], t.N[at('b')]]
  }
  expect(await second('always')).toEqual([1, 1])
  expect(await second('value')).toEqual([0, 2])
})
test('the evaluation fades with the first return, or counts as so many', async () => {
  const q = async (anchor: number) => {
    const { o } = base({ b: 0.9 }, { k: 1, lambda: 1, anchor }, 'zzz')
    const { t, at } = await search(lats, o)
    return t.Q[at('b')]
  }
  expect(await q(0)).toBe(0)
  expect(await q(1)).toBeCloseTo(0.45, 10)
  expect(await q(3)).toBeCloseTo(0.675, 10)
})
test('a failure is reflected on, and states that come again are judged anew after it', async () => {
  const run = async (reflections: number) => {
    const { policy } = scripted(at => (at === '' ? 'ab' : 'ab'))
    const { value, judged } = critic({ b: 0.9 })
    const words = said()
    // Without `apart`, ab and ba are one state.
    const { t } = await search(lats, {
      length: 3,
      policy,
      value,
      model: words,
      knobs: { n: 2, lambda: 1, k: 2, reflections, w: 5 },
      right: 'zzz',
    })
    const notes = t
      .nodes()
      .flatMap(n => t.notes(n))
      .concat(t.ends().flatMap(n => t.notes(n)))
    return {
      twice: judged.filter(x => judged.indexOf(x) !== judged.lastIndexOf(x)).length + judged.filter(x => x === 'ab').length,
      calls: words.calls.length,
      notes,
    }
  }
  const with_ = await run(4)
  const without = await run(0)
  expect(with_.calls).toBe(2)
  expect(without.calls).toBe(0)
  expect(with_.notes.some(n => n.kind === 'reflection' && n.scope === 'tree')).toBe(true)
  expect(with_.twice).toBeGreaterThan(without.twice)
})
test('a success ends the search at once; an exhausted tree ends it too', async () => {
  const { o } = base({ b: 0.9, ba: 0.9 }, { k: 50, lambda: 1 }, 'baa')
  const won = await search(lats, o)
  expect([won.r.answer, won.r.ended]).toEqual(['baa', 'stopped'])
  const lost = await search(lats, base({}, { k: 0, lambda: 1 }, 'zzz').o)
  expect(lost.r.ended).not.toBe('budget')
  expect(lost.t.ends()).toHaveLength(8)
})
