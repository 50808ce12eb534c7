import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeId } from '../contract/index.ts'
import { AddressedRandom } from './random.ts'
import { puct, terms, thompson, uct, unless, virtualLoss } from './select.ts'
import { FlatTree } from './tree.ts'

/** A root with children of given statistics. */
function star(kids: { N?: number; O?: number; Q?: number; P?: number }[], root: { N?: number; O?: number; Q?: number } = {}) {
  const t = new FlatTree<string, string>('s', { outcome: () => null })
  Object.assign(t.N, { 0: root.N ?? kids.reduce((n, k) => n + (k.N ?? 0), 0) })
  Object.assign(t.O, { 0: root.O ?? 0 })
  if (root.Q !== undefined) Object.assign(t.Q, { 0: root.Q })
  const nodes = kids.map((k, i) => {
    const n = t.take(t.edge(t.root, `a${i}`, `a${i}`, { rank: i }), `s${i}`)
    t.N[n] = k.N ?? 0
    t.O[n] = k.O ?? 0
    t.Q[n] = k.Q ?? Number.NaN
    t.P[n] = k.P ?? Number.NaN
    return n as NodeId
  })
  return { t, nodes, root: t.root }
}
const sum = (xs: Record<string, number>) => Object.values(xs).reduce((a, b) => a + b, 0)

describe('uct', () => {
  test('Q + c sqrt(ln N(p) / N)', () => {
    const { t, nodes, root } = star([
      { N: 3, Q: 0.5 },
      { N: 7, Q: 0.2 },
    ])
    const score = uct(t, { c: 1.4 })
    expect(score(nodes[0], root)).toBeCloseTo(0.5 + 1.4 * Math.sqrt(Math.log(10) / 3), 12)
    expect(score.explain(nodes[1], root)).toEqual({ exploit: 0.2, explore: expect.closeTo(1.4 * Math.sqrt(Math.log(10) / 7), 12) })
  })
  test('counts are visits and those under way, at the parent and at the child', () => {
    const { t, nodes, root } = star([{ N: 3, O: 2, Q: 0.5 }], { N: 3, O: 4 })
    expect(uct(t, { c: 1 })(nodes[0], root)).toBeCloseTo(0.5 + Math.sqrt(Math.log(7) / 5), 12)
  })
  test('unvisited: Infinity, a number, a function, or closed', () => {
    const { t, nodes, root } = star([{}, { N: 2, Q: 0 }])
    expect(uct(t, { c: 1 })(nodes[0], root)).toBe(Infinity)
    expect(uct(t, { c: 1, unvisited: 0.3 })(nodes[0], root)).toBe(0.3)
    expect(uct(t, { c: 1, unvisited: e => e * 10 })(nodes[0], root)).toBe(nodes[0] * 10)
    expect(uct(t, { c: 1, unvisited: Number.NaN })(nodes[0], root)).toBeNaN()
    expect(uct(t, { c: 1 }).explain(nodes[0], root)).toEqual({ unvisited: Infinity })
  })
  test('an unvisited child under way scores by what is known, never above an unvisited one that is free', () => {
    const { t, nodes, root } = star([{ O: 1 }, { N: 4, Q: 0.1 }], { N: 4, O: 1, Q: 0.6 })
    const explore = Math.sqrt(Math.log(5))
    expect(uct(t, { c: 1 })(nodes[0], root)).toBeCloseTo(0.6 + explore, 12)
    expect(uct(t, { c: 1, unvisited: 0.2 })(nodes[0], root)).toBe(0.2)
    expect(uct(t, { c: 1, unvisited: Number.NaN })(nodes[0], root)).toBeNaN()
    t.Q[nodes[0]] = 0.3
    expect(uct(t, { c: 1 })(nodes[0], root)).toBeCloseTo(0.3 + explore, 12)
  })
  test('minmax normalises among visited siblings; equal ones are 1/2', () => {
    const { t, nodes, root } = star([{ N: 1, Q: 40 }, { N: 1, Q: 60 }, { N: 1, Q: 50 }, {}])
    const score = uct(t, { c: 0, norm: 'minmax' })
    expect(nodes.map(n => score(n, root))).toEqual([0, 1, 0.5, Infinity])
    const even = star([
      { N: 1, Q: 7 },
      { N: 2, Q: 7 },
    ])
    expect(uct(even.t, { c: 0, norm: 'minmax' })(even.nodes[1], even.root)).toBe(0.5)
  })
  test('a scan computes what siblings share once, and gives the same scores', () => {
    const { t, nodes, root } = star([
      { N: 1, Q: 4 },
      { N: 5, Q: 6 },
      { N: 2, Q: 5 },
    ])
    let logs = 0
    const score = uct(t, {
      c: 1,
      norm: 'minmax',
      ln: n => {
        logs++
        return Math.log(n)
      },
    })
    const alone = nodes.map(n => score(n, root))
    expect(logs).toBe(3)
    score.scan!(root)
    expect(nodes.map(n => score(n, root))).toEqual(alone)
    score.scan!(-1)
    expect(logs).toBe(4)
    t.Q[nodes[0]] = 100
    expect(score(nodes[0], root)).toBeGreaterThan(alone[0])
  })
  test('unknown Q of a visited child closes it', () => {
    const { t, nodes, root } = star([{ N: 1 }, { N: 1, Q: 1 }])
    expect(uct(t, { c: 1 })(nodes[0], root)).toBeNaN()
    expect(uct(t, { c: 1, norm: 'minmax' })(nodes[0], root)).toBeNaN()
    expect(uct(t, { c: 1, norm: 'minmax' })(nodes[1], root)).not.toBeNaN()
  })
})

describe('puct', () => {
  test('Q + c P sqrt(N(p)) / (1 + N)', () => {
    const { t, nodes, root } = star([{ N: 3, O: 1, Q: 0.5, P: 0.25 }, { P: 0.75 }], { N: 8, O: 1 })
    const score = puct(t, { c: 2 })
    expect(score(nodes[0], root)).toBeCloseTo(0.5 + (2 * 0.25 * 3) / 5, 12)
    expect(score(nodes[1], root)).toBeCloseTo(2 * 0.75 * 3, 12)
    expect(puct(t, { c: 2, unvisited: -1 })(nodes[1], root)).toBeCloseTo(2 * 0.75 * 3 - 1, 12)
    expect(puct(t, { c: 2, unvisited: Number.NaN })(nodes[1], root)).toBeNaN()
  })
  test('growing constants of MuZero and of RethinkMCTS', () => {
    const { t, nodes, root } = star([{ N: 3, Q: 0.5, P: 0.25 }], { N: 9 })
    expect(puct(t, { c: 1.25, base: 19652 })(nodes[0], root)).toBeCloseTo(0.5 + ((1.25 + Math.log((9 + 19653) / 19652)) * 0.25 * 3) / 4, 12)
    expect(puct(t, { c: 4, base: 10, growth: 'ln' })(nodes[0], root)).toBeCloseTo(
      0.5 + ((4 + Math.log(20 / 10)) * 0.25 * Math.sqrt(Math.log(9))) / 4,
      12,
    )
  })
  test('before the first return the prior decides', () => {
    const { t, nodes, root } = star([{ P: 0.2 }, { P: 0.8 }])
    const score = puct(t, { c: 1 })
    expect(score(nodes[1], root)).toBeGreaterThan(score(nodes[0], root))
  })
})

describe('terms', () => {
  test('a sum; each term is shown; NaN closes', () => {
    const { t, nodes, root } = star([{ N: 2, O: 2, Q: 0.8 }], { N: 2, O: 2 })
    const score = terms(t, { uct: uct(t, { c: 1 }), loss: virtualLoss(t, { loss: -1 }), depth: e => -t.depth(e) })
    expect(score(nodes[0], root)).toBeCloseTo(sum(score.explain(nodes[0], root)), 12)
    expect(Object.keys(score.explain(nodes[0], root))).toEqual(['uct', 'loss', 'depth'])
    expect(terms(t, { a: () => 1, b: () => Number.NaN })(nodes[0], root)).toBeNaN()
  })
  test('virtual loss: Q as if what is under way returned the loss', () => {
    const { t, nodes, root } = star([{ N: 3, O: 1, Q: 0.8 }, { O: 2 }, { N: 2, Q: 0.5 }])
    const loss = virtualLoss(t)
    expect(t.Q[nodes[0]] + loss(nodes[0], root)).toBeCloseTo((3 * 0.8) / 4, 12)
    expect([loss(nodes[1], root), loss(nodes[2], root)]).toEqual([0, 0])
  })
  test('unless closes some edges and keeps the explanation of the others', () => {
    const { t, nodes, root } = star([
      { N: 3, Q: 0.8 },
      { N: 2, Q: 0.5 },
    ])
    const score = unless(uct(t, { c: 1 }), e => e === nodes[0])
    expect(score(nodes[0], root)).toBeNaN()
    expect(score.explain(nodes[0], root)).toMatchObject({ exploit: 0.8, closed: Number.NaN })
    expect(score.explain(nodes[1], root)).toHaveProperty('explore')
  })
})

test('what explains a score adds up to it', () => {
  const stat = fc.record({
    N: fc.nat(4),
    O: fc.nat(2),
    Q: fc.double({ min: -1, max: 1, noNaN: true }),
    P: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  const first = fc.constantFrom(Infinity, 0.4, -0.4)
  const norm = fc.constantFrom<'none' | 'minmax'>('none', 'minmax')
  fc.assert(
    fc.property(fc.array(stat, { minLength: 1, maxLength: 6 }), first, norm, (kids, unvisited, norm) => {
      const { t, nodes, root } = star(kids, { N: 9, O: 1, Q: 0.3 })
      for (const score of [uct(t, { c: 1.3, unvisited, norm }), puct(t, { c: 1.3, unvisited: 0.2, norm, base: 50 })])
        for (const n of nodes) {
          const s = score(n, root)
          const parts = sum(score.explain(n, root))
          if (Number.isFinite(s)) expect(parts).toBeCloseTo(s, 10)
          else expect(parts).toBe(s)
        }
    }),
  )
})

describe('thompson', () => {
  test('draws from the posterior of W and N', () => {
    const { t, nodes, root } = star([{ N: 8 }, {}])
    t.W[nodes[0]] = 6
    const score = thompson(t, new AddressedRandom(1, 0, 0, 'thompson'))
    const mean = (e: NodeId) => Array.from({ length: 4000 }, () => score(e, root)).reduce((a, b) => a + b, 0) / 4000
    expect(mean(nodes[0])).toBeCloseTo(7 / 10, 1)
    expect(mean(nodes[1])).toBeCloseTo(0.5, 1)
    expect(score.explain(nodes[0], root).posterior).toBeCloseTo(0.7, 12)
  })
  test('returns in another range', () => {
    const { t, nodes, root } = star([{ N: 8 }])
    t.W[nodes[0]] = 4
    const score = thompson(t, new AddressedRandom(1, 0, 0, 'thompson'), { range: [-1, 1] })
    expect(score.explain(nodes[0], root).posterior).toBeCloseTo(-1 + (2 * 7) / 10, 12)
    for (let i = 0; i < 200; i++) expect(Math.abs(score(nodes[0], root))).toBeLessThanOrEqual(1)
  })
  test('finds the better of two arms', () => {
    const { t, nodes, root } = star([{}, {}])
    const rng = new AddressedRandom(5, 0, 0, 'arms')
    const score = thompson(t, rng)
    for (let i = 0; i < 600; i++) {
      const n = score(nodes[0], root) > score(nodes[1], root) ? nodes[0] : nodes[1]
      t.N[n]++
      if (rng.next() < (n === nodes[0] ? 0.7 : 0.4)) t.W[n]++
    }
    expect(t.N[nodes[0]]).toBeGreaterThan(450)
  })
})
