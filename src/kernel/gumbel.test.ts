import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdgeId } from '../contract/index.ts'
import { completed, gumbelInterior, sequentialHalving } from './gumbel.ts'
import { FlatTree } from './tree.ts'

const flat = { cVisit: 50, cScale: 1, rescale: false }

/** A root of value v with edges of prior, visits and Q. */
function fan(v: number, edges: readonly [p: number, n: number, q: number][]) {
  const t = new FlatTree<number, number>(0, { outcome: () => null })
  t.V[t.root] = v
  const es = edges.map(([p, n, q], i) => {
    const e = t.edge(t.root, i, String(i), { rank: i })
    t.P[e] = p
    t.N[e] = n
    if (n > 0) t.Q[e] = q
    return e
  })
  return { t, es }
}

describe('sequentialHalving', () => {
  test('the cases of the published table', () => {
    expect(sequentialHalving(16, 32)).toEqual([
      { width: 16, visits: 1 },
      { width: 8, visits: 1 },
      { width: 4, visits: 2 },
    ])
    expect(sequentialHalving(4, 10)).toEqual([
      { width: 4, visits: 1 },
      { width: 2, visits: 2 },
      { width: 2, visits: 1 },
    ])
    expect(sequentialHalving(1, 5)).toEqual([{ width: 1, visits: 5 }])
  })
  test('fewer pulls than arms: one each for the first', () => {
    expect(sequentialHalving(8, 3)).toEqual([{ width: 3, visits: 1 }])
    expect(sequentialHalving(8, 0)).toEqual([])
    expect(sequentialHalving(1, 0)).toEqual([])
  })
  test('spends exactly n, over arms that never become more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 400 }), (m, n) => {
        const phases = sequentialHalving(m, n)
        expect(phases.reduce((sum, p) => sum + p.width * p.visits, 0)).toBe(n)
        for (const [i, p] of phases.entries()) {
          expect(p.visits).toBeGreaterThan(0)
          expect(p.width).toBeLessThanOrEqual(i === 0 ? m : phases[i - 1].width)
        }
      }),
    )
  })
})

describe('completed', () => {
  test('unvisited edges get the mixed value', () => {
    const { t, es } = fan(0.4, [
      [0.5, 2, 0.8],
      [0.3, 1, 0.2],
      [0.2, 0, 0],
    ])
    const { edges, sigma, logits } = completed(t, t.root, flat)
    expect(edges).toEqual(es)
    // v_mix = (0.4 + 3 (0.5 0.8 + 0.3 0.2) / 0.8) / 4 = 0.53125; sigma = (50 + 2) q
    expect(sigma[0]).toBeCloseTo(52 * 0.8, 10)
    expect(sigma[1]).toBeCloseTo(52 * 0.2, 10)
    expect(sigma[2]).toBeCloseTo(52 * 0.53125, 10)
    expect(logits[0]).toBeCloseTo(Math.log(0.5), 10)
  })
  test('rescaled to the range of the siblings', () => {
    const { t } = fan(0.4, [
      [0.5, 2, 0.8],
      [0.3, 1, 0.2],
      [0.2, 0, 0],
    ])
    const { sigma } = completed(t, t.root, { cVisit: 50, cScale: 0.1, rescale: true })
    expect(sigma[0]).toBeCloseTo(5.2, 10)
    expect(sigma[1]).toBe(0)
    expect(sigma[2]).toBeCloseTo((5.2 * (0.53125 - 0.2)) / 0.6, 10)
  })
  test('what is not known does not spread: no value of the node, no prior, nothing visited', () => {
    const { t } = fan(Number.NaN, [
      [Number.NaN, 1, 0.5],
      [0, 0, 0],
    ])
    for (const rescale of [true, false])
      for (const x of completed(t, t.root, { ...flat, rescale }).sigma) expect(Number.isFinite(x)).toBe(true)
    const bare = fan(Number.NaN, [
      [0.5, 0, 0],
      [0.5, 0, 0],
    ])
    expect(completed(bare.t, bare.t.root, flat).sigma).toEqual([0, 0])
  })
})

describe('gumbelInterior', () => {
  test('visits come to follow the improved policy', () => {
    const { t, es } = fan(0.5, [
      [0.2, 1, 0.5],
      [0.3, 1, 0.5],
      [0.5, 1, 0.5],
    ])
    const score = gumbelInterior(t, flat)
    for (let i = 0; i < 997; i++) {
      score.scan!(t.root)
      const best = es.reduce((a, b) => (score(b, t.root) > score(a, t.root) ? b : a))
      score.scan!(-1 as never)
      t.N[best] += 1
    }
    // Equal values: the improved policy is the prior.
    for (const [i, p] of [0.2, 0.3, 0.5].entries()) expect(t.N[es[i]] / 1000).toBeCloseTo(p, 2)
  })
  test('the same with and without a scan; an edge of another node is closed', () => {
    const { t, es } = fan(0.5, [
      [0.2, 3, 0.9],
      [0.8, 1, 0.1],
    ])
    const score = gumbelInterior(t, { cVisit: 1, cScale: 1, rescale: true })
    const bare = es.map(e => score(e, t.root))
    score.scan!(t.root)
    expect(es.map(e => score(e, t.root))).toEqual(bare)
    expect(score(99 as EdgeId, t.root)).toBeNaN()
  })
})
