import { expect, test } from 'vitest'
import type { NodeId } from '../contract/index.ts'
import { FlatTree } from '../kernel/index.ts'
import { stepPairs } from './step-pairs.ts'

test('at committed places the best known child against the worst, with the noise of their visits', () => {
  const t = new FlatTree<string, string, string>('', { outcome: () => null })
  const committed = t.column('committed', 0)
  const child = (at: NodeId, s: string, N: number, Q: number): NodeId => {
    const n = t.take(t.edge(at, s, s), s)
    t.N[n] = N
    t.Q[n] = Q
    return n
  }
  const a = child(t.root, 'a', 6, 0.9)
  child(t.root, 'b', 3, 0.4)
  const c = child(t.root, 'c', 2, 0.1)
  child(t.root, 'd', 0, 0)
  child(t.root, 'e', 1, Number.NaN)
  child(a, 'aa', 5, 0.5)
  committed[t.root] = committed[a] = 1
  // a has one child that is known: no pair.
  expect(stepPairs(t)).toEqual([{ at: t.root, chosen: a, rejected: c, noise: 1 / (6 / 2 + 1) }])
  const other = child(a, 'ab', 5, 0.4)
  expect(stepPairs(t).map(p => [p.at, p.rejected, p.noise])).toEqual([
    [t.root, c, 0.25],
    [a, other, 0.5],
  ])
  committed[a] = 0
  expect(stepPairs(t)).toHaveLength(1)
})
test('a rejected step that was visited more often is noise a half at most', () => {
  const t = new FlatTree<string, string, string>('', { outcome: () => null })
  t.column('committed', 0)[t.root] = 1
  for (const [s, N, Q] of [
    ['a', 1, 0.9],
    ['b', 9, 0.1],
  ] as const) {
    const n = t.take(t.edge(t.root, s, s), s)
    t.N[n] = N
    t.Q[n] = Q
  }
  expect(stepPairs(t)[0].noise).toBe(0.5)
})
