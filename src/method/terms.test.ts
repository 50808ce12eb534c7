// Why a method chose as it did, as numbers: of which methods a person who asks is told, and of which there is nothing to tell.
import { describe, expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import type { EdgeId, Method } from '../contract/index.ts'
import { type FlatTree, termsOf } from '../kernel/index.ts'
import { given, go, model } from './fixture/conformance.ts'
import { methods } from './index.ts'

/** They compare no nodes while they search: what they draw is drawn blindly, or a model says which, in words. */
const silent: Readonly<Record<string, string>> = {
  greedy: 'one draw after the other',
  'best-of-n': 'independent attempts',
  'self-consistency': 'independent attempts',
  'adaptive-consistency': 'independent attempts, ended by a vote',
  'self-certainty': 'independent attempts',
  srlm: 'independent attempts',
  'bag-of-tricks': 'independent attempts, unless another trick is chosen',
  dser: 'independent chains of revisions',
  'autonomous-tree-search': 'the search is written by the model',
  'backtrack-or-not': 'the search is written by the model',
  'toolllm-dfsdt': 'depth first, in the order of drawing',
  'intelligent-go-explore': 'a model chooses the state and the step, by name',
  'map-elites': 'an elite is picked evenly',
}
/** What is told only of another run than the usual one. */
const bringing: Readonly<Record<string, Parameters<typeof given>[1]>> = {
  // Several right attempts, or there is nothing to put in order.
  repexp: { model: model({ error: 0, skill: 0.9 }), task: '1 2 3 4' },
}
const kindsOf = (t: FlatTree): Map<string, number> => {
  const out = new Map<string, number>()
  for (let e = 1 as EdgeId; e < t.size; e++)
    for (const [name, x] of Object.entries(termsOf(t, e) ?? {})) if (!Number.isNaN(x)) out.set(name, (out.get(name) ?? 0) + 1)
  return out
}

describe('the terms of choices', () => {
  test.for([...methods])('%s', async ([id, m]) => {
    const r = await go(given(m, { budget: { calls: 150 }, ...bringing[id] }))
    const kinds = kindsOf(r.tree as FlatTree)
    if (id in silent) expect([...kinds]).toEqual([])
    else expect(kinds.size).toBeGreaterThan(0)
  })
  test('every method that has none is a method', () => {
    for (const id of Object.keys(silent)) expect(methods.has(id)).toBe(true)
  })
})

describe('by primitive', () => {
  const worth = { a: 0.9, b: 0.85, c: 0.5, d: 0.1 }
  /** The first steps are a, b, c and d, in this order; below each it ends. */
  const told = async (m: Method<any, any, any>, knobs: Parameters<typeof search>[1]['knobs']) => {
    const { policy } = scripted(at => (at === '' ? 'abcd' : 'a'))
    const { t, at } = await search(m, { policy, value: critic(worth).value, length: 2, apart: true, knobs: knobs ?? {} })
    return (state: string) => termsOf(t as FlatTree, at(state))
  }
  test('shares of a width', async () => {
    const of = await told(methods.get('rebase')!, { width: 16 })
    expect(['a', 'b', 'c', 'd'].map(of)).toEqual([9, 6, 1, 0].map(share => ({ share })))
  })
  test('weights of particles, and how often each was drawn on', async () => {
    const of = await told(methods.get('particle-its')!, { N: 4 })
    const terms = ['a', 'b', 'c', 'd'].map(x => of(x)!)
    const odds = Object.values(worth).map(v => v / (1 - v))
    const all = odds.reduce((x, y) => x + y, 0)
    for (const [i, x] of terms.entries()) expect(x.weight).toBeCloseTo(odds[i] / all, 9)
    expect(terms.reduce((sum, x) => sum + x.copies, 0)).toBe(4)
  })
  test('the score of a beam, of what was kept and of what was not', async () => {
    const of = await told(methods.get('step-beam')!, { b1: 2, b2: 2 })
    expect(['a', 'd'].map(of)).toEqual([{ score: 0.9 }, { score: 0.1 }])
  })
  test('the worth of a place on an open list', async () => {
    const of = await told(methods.get('best-first')!, { width: 4, again: 0 })
    expect(['a', 'b', 'c', 'd'].map(of)).toEqual(Object.values(worth).map(x => ({ worth: x })))
  })
  test('cost so far and cost to come add up to what the list is ordered by', async () => {
    const of = await told(methods.get('tool-chain-star')!, { k: 4, h2: 'none' })
    const { g, h, f } = of('a')!
    expect([g > 0, g + h]).toEqual([true, f])
  })
  test('chances by which a place is drawn', async () => {
    const r = await go(given(methods.get('bavt')!, { budget: { calls: 60 } }))
    const t = r.tree as FlatTree
    const chances = t.nodes().flatMap(n => termsOf(t, n)?.chance ?? [])
    expect(chances.length).toBeGreaterThan(1)
    for (const x of chances) expect(x >= 0 && x <= 1).toBe(true)
  })
  test('Thompson draws: another each time, the last one told', async () => {
    const r = await go(given(methods.get('ab-mcts')!, { budget: { calls: 80 } }))
    const t = r.tree as FlatTree
    const draws = t.nodes().flatMap(n => termsOf(t, n)?.draw ?? [])
    expect(new Set(draws).size).toBe(draws.length)
    expect(draws.length).toBeGreaterThan(1)
  })
})
