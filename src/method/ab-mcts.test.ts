import { describe, expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import type { Outcome } from '../contract/index.ts'
import { abMcts } from './ab-mcts.ts'

/** Every text is an answer and may be refined; what it is worth is written down. */
const drafts = (worth: (s: string) => number, longest = 99) => ({
  ...letters(longest),
  key: (s: string) => s,
  actions: undefined,
  outcome: (s: string): Outcome<string> | null =>
    s === '' ? null : { answer: s, reward: worth(s), ...(s.length < longest && worth(s) < 1 ? { open: true } : {}) },
})
/** A policy whose draws differ every time. */
const fresh = () => {
  let i = 0
  return scripted(() => String.fromCharCode(0x4e00 + i++))
}
const shape = (t: { children(n: any): any[]; root: any; nodes(): any[]; depth(n: any): number }) => ({
  width: t.children(t.root).length,
  depth: Math.max(...t.nodes().map(n => t.depth(n))),
})
const grown = async (variant: string, worth: (s: string) => number, o: { posterior?: string; n?: number; seed?: number } = {}) => {
  const { t } = await search(abMcts, {
    world: drafts(worth),
    ...fresh(),
    seed: o.seed ?? 1,
    knobs: { variant, posterior: o.posterior ?? 'gaussian', generations: o.n ?? 60 },
  })
  return shape(t)
}

// A first draft is worth 0.2, and every refinement adds to it; or it takes from it.
const rising = (s: string) => Math.min(0.95, 0.1 + 0.1 * s.length)
const falling = (s: string) => Math.max(0.02, 0.6 - 0.25 * (s.length - 1))

describe.each([
  ['A', 'gaussian'],
  ['A', 'beta'],
  ['M', 'gaussian'],
])('variant %s, %s', (variant, posterior) => {
  test('most draws go below the children that are better', async () => {
    const good = (s: string) => ((s.codePointAt(0) ?? 0) % 2 === 0 ? 0.9 : 0.1)
    let better = 0
    let worse = 0
    for (const seed of [1, 2, 3]) {
      const { t } = await search(abMcts, { world: drafts(good), ...fresh(), seed, knobs: { variant, posterior, generations: 60 } })
      for (const n of t.nodes()) if (t.depth(n) > 1) good(t.state(n)) > 0.5 ? better++ : worse++
    }
    expect(better).toBeGreaterThan(4 * worse)
  })
  test('one draw, one node: as many nodes as generations', async () => {
    const { t } = await search(abMcts, { world: drafts(rising), ...fresh(), knobs: { variant, posterior, generations: 25 } })
    expect(t.size).toBe(26)
  })
  test('a proven answer ends it; a finished node is not refined', async () => {
    const { r, t } = await search(abMcts, {
      world: drafts(s => (s === 'bb' ? 1 : 0.5), 3),
      ...scripted(at => (at === '' ? 'b' : 'ab')),
      knobs: { variant, posterior },
    })
    expect(r.solved === true || t.answers().every(n => t.state(n) !== 'bb')).toBe(true)
    for (const n of t.ends()) expect(t.children(n)).toEqual([])
  })
})
// GEN of the mixed model is one more child like the others: it does not know that first drafts differ from refinements.
test.each(['gaussian', 'beta'])('node aggregation, %s: goes deeper where refining helps, wider where it harms', async posterior => {
  const deep = await Promise.all([1, 2, 3].map(seed => grown('A', rising, { posterior, seed })))
  const wide = await Promise.all([1, 2, 3].map(seed => grown('A', falling, { posterior, seed })))
  const mean = (xs: readonly { width: number; depth: number }[], f: 'width' | 'depth') => xs.reduce((a, x) => a + x[f], 0) / xs.length
  expect(mean(deep, 'depth')).toBeGreaterThan(mean(wide, 'depth'))
  expect(mean(wide, 'width')).toBeGreaterThan(mean(deep, 'width'))
})
test('a draw that repeats a child raises its count and grows nothing; after `patience` of them it is over', async () => {
  const { r, t, at } = await search(abMcts, { world: drafts(() => 0.5, 1), ...scripted(() => 'a'), knobs: { patience: 4 } })
  expect(t.M[at('a')]).toBe(5)
  expect(t.N[at('a')]).toBe(1)
  expect(r.ended).toBe('done')
})
test('what a test said is in the prompt of the refinement', async () => {
  const world = drafts(() => 0.5, 4)
  const said = { ...world, outcome: (s: string) => (s === '' ? null : { ...world.outcome(s)!, feedback: `wrong after ${s}` }) }
  const { policy, asked } = scripted(() => 'ab')
  await search(abMcts, { world: said, policy, knobs: { generations: 30 } })
  expect(asked.filter(x => x.at !== '').length).toBeGreaterThan(0)
  for (const x of asked) expect(x.hint).toBe(x.at === '' ? undefined : `wrong after ${x.at}`)
})
test('where steps are no answers the critic scores them', async () => {
  const judge = critic(s => (s.startsWith('b') ? 0.9 : 0.1))
  const { t, at } = await search(abMcts, {
    apart: true,
    length: 4,
    ...scripted(at => 'abc'[at.length % 3]!.repeat(1) + ''),
    value: judge.value,
    knobs: { generations: 8 },
  })
  expect(judge.judged).toContain('a')
  expect(t.N[at('a')]).toBeGreaterThan(0)
})
