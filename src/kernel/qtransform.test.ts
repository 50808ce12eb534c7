import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdgeId, NodeId } from '../contract/index.ts'
import {
  byMinMax,
  byParentAndSiblings,
  completedByMixedValue,
  improvedPolicy,
  mixedValue,
  nearestToPolicy,
  type Siblings,
  siblings,
} from './qtransform.ts'
import { FlatTree } from './tree.ts'

const row = (q: number[], visits: number[], o: Partial<Siblings> = {}): Siblings => ({
  edges: q.map((_, i) => i as EdgeId),
  q,
  visits,
  logits: q.map(() => 0),
  value: 0,
  raw: 0,
  ...o,
})
const near = (found: readonly number[], expected: readonly number[]) => {
  expect(found).toHaveLength(expected.length)
  expected.forEach((x, i) => {
    expect(found[i]).toBeCloseTo(x, 10)
  })
}

describe('transforms by hand', () => {
  test('known bounds', () => near(byMinMax(-1, 3)(row([1, 9, 3], [2, 0, 1])), [0.5, 0, 1]))
  test('parent and siblings', () => {
    near(byParentAndSiblings()(row([1, 9, 3], [2, 0, 1], { value: 2 })), [0, 0, 1])
    near(byParentAndSiblings()(row([1, 9, 3], [2, 0, 1], { value: 5 })), [0, 0, 0.5])
    near(byParentAndSiblings()(row([1, 2], [0, 0], { value: 5 })), [0, 0])
  })
  test('mixed value', () => {
    // Visited: actions 0 and 2 with probabilities .2 and .3 of .5.
    const s = row([10, 99, 20], [1, 0, 3], { raw: 4, logits: [0.2, 0.5, 0.3].map(Math.log) })
    expect(mixedValue(s)).toBeCloseTo((4 + 4 * ((0.2 * 10 + 0.3 * 20) / 0.5)) / 5, 10)
    expect(mixedValue(row([1, 2], [0, 0], { raw: 4 }))).toBe(4)
    expect(mixedValue(row([7, 2], [1, 0], { raw: 1, logits: [-Infinity, 0] }))).toBeCloseTo(4, 10)
  })
  test('completed and scaled', () => {
    const s = row([10, 99, 20], [1, 0, 3], { raw: 4, logits: [0.2, 0.5, 0.3].map(Math.log) })
    const mixed = mixedValue(s)
    const scale = (50 + 3) * 0.1
    near(completedByMixedValue()(s), [0, (scale * (mixed - 10)) / 10, scale])
    near(completedByMixedValue({ rescale: false, valueScale: 1, maxVisitInit: 0 })(s), [30, 3 * mixed, 60])
    near(completedByMixedValue({ rescale: false, valueScale: 1, maxVisitInit: 0, mixed: false })(s), [30, 12, 60])
    near(completedByMixedValue()(row([5, 5], [1, 1], { raw: 5 })), [0, 0])
  })
})

describe('the improved policy', () => {
  test('improves: its expected completed Q is at least that of the prior, when all Q are known', () => {
    const arm = fc.record({
      q: fc.double({ min: -1, max: 1, noNaN: true }),
      logit: fc.double({ min: -3, max: 3, noNaN: true }),
      n: fc.integer({ min: 1, max: 9 }),
    })
    fc.assert(
      fc.property(fc.array(arm, { minLength: 1, maxLength: 7 }), arms => {
        const s = row(
          arms.map(a => a.q),
          arms.map(a => a.n),
          { logits: arms.map(a => a.logit) },
        )
        const expected = (p: readonly number[]) => p.reduce((sum, x, a) => sum + x * s.q[a], 0)
        expect(expected(improvedPolicy(s, completedByMixedValue()(s)))).toBeGreaterThanOrEqual(
          expected(
            improvedPolicy(
              s,
              s.q.map(() => 0),
            ),
          ) - 1e-12,
        )
      }),
    )
  })
  test('choosing the nearest brings the frequencies to the policy', () => {
    const policy = [0.5, 0.3, 0.15, 0.05]
    const visits = [0, 0, 0, 0]
    for (let i = 0; i < 1000; i++) visits[nearestToPolicy(policy, visits)]++
    policy.forEach((p, a) => {
      expect(Math.abs(visits[a] - 1000 * p)).toBeLessThanOrEqual(2)
    })
  })
})

test('siblings of any tree', () => {
  const t = new FlatTree<string, string>('', { outcome: () => null })
  const add = (name: string) => t.take(t.edge(t.root, name, name, { rank: t.size }), name) as NodeId
  const [a, b] = [add('a'), add('b')]
  t.flag(add('pruned'), 'pruned')
  Object.assign(t.Q, { [t.root]: 0.4, [a]: 0.5 })
  Object.assign(t.V, { [t.root]: 0.3 })
  Object.assign(t.P, { [a]: 1, [b]: 0.25 })
  t.N[a] = 2
  t.O[a] = 1
  expect(siblings(t, t.root)).toEqual({
    edges: [a, b],
    q: [0.5, Number.NaN],
    visits: [3, 0],
    logits: [0, Math.log(0.25)],
    value: 0.4,
    raw: 0.3,
  })
})
