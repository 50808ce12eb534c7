import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { perturbedTopK } from './gumbel.ts'
import { AddressedRandom } from './random.ts'
import { type DraftShape, DraftTree, draftSize, recursiveRejection, residual, verifyDraft, without } from './speculative.ts'

const rng = (n: number) => new AddressedRandom(5, n, 0, 'test')
/** A law drawn at random; a power above 1 makes it peaked. */
const law = (seed: number, size: number, power = 2): Float64Array => {
  const r = rng(seed)
  const w = Float64Array.from({ length: size }, () => r.next() ** power)
  const total = w.reduce((a, b) => a + b, 0)
  return w.map(x => x / total)
}
/** Pearson's statistic against its 1 - 1e-4 quantile (Wilson and Hilferty 1931). */
function fits(counts: readonly number[], p: ArrayLike<number>): void {
  const n = counts.reduce((a, b) => a + b, 0)
  const chi = counts.reduce((sum, c, i) => sum + (p[i] > 0 ? (c - n * p[i]) ** 2 / (n * p[i]) : c > 0 ? Number.POSITIVE_INFINITY : 0), 0)
  const k = Array.from(p).filter(x => x > 0).length - 1
  const bound = k * (1 - 2 / (9 * k) + 3.72 * Math.sqrt(2 / (9 * k))) ** 3
  expect(chi).toBeLessThan(bound)
}
const shapes: DraftShape[] = [
  { kind: 'iid', branch: [2, 2] },
  { kind: 'constant', branch: [3, 1] },
  { kind: 'constant', branch: [2, 2, 1] },
  { kind: 'beam', width: 3, length: 2 },
  { kind: 'beam', width: 2, length: 3 },
]

describe('one place', () => {
  test.each([1, 2, 3, 4, 8])('%i siblings: what comes out follows the target', k => {
    const size = 5
    for (const seed of [1, 2, 3]) {
      const [q, p] = [law(seed, size), law(seed + 100, size, 6)]
      const counts = new Array<number>(size).fill(0)
      for (let i = 0; i < 12_000; i++) {
        const r = rng(i * 31 + seed)
        const drawn = perturbedTopK(p.map(Math.log), k, r).map(d => d.index)
        counts[recursiveRejection(q, p, drawn, r).token]++
      }
      fits(counts, q)
    }
  })
  test('siblings judged in another order than that of their draw are another law', () => {
    const q = Float64Array.of(0.2, 0.5, 0.3)
    const p = Float64Array.of(0.8, 0.15, 0.05)
    const counts = [0, 0, 0]
    const n = 20_000
    for (let i = 0; i < n; i++) {
      const r = rng(i)
      const drawn = perturbedTopK(p.map(Math.log), 2, r).map(d => d.index)
      counts[recursiveRejection(q, p, drawn.toReversed(), r).token]++
    }
    expect(Math.max(...counts.map((c, i) => Math.abs(c / n - q[i])))).toBeGreaterThan(0.05)
  })
  test('equal laws: the first is always accepted; disjoint ones: none is', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 2, max: 6 }), (seed, size) => {
        const q = law(seed, size)
        const r = rng(seed)
        const drawn = perturbedTopK(q.map(Math.log), 2, r).map(d => d.index)
        expect(recursiveRejection(q, q, drawn, r)).toEqual({ accepted: 0, token: drawn[0] })
        const half = Float64Array.from({ length: 2 * size }, (_, i) => (i < size ? 0 : q[i - size]))
        const other = Float64Array.from({ length: 2 * size }, (_, i) => (i < size ? q[i] : 0))
        const there = perturbedTopK(other.map(Math.log), size, r).map(d => d.index)
        const out = recursiveRejection(half, other, there, r)
        expect(out.accepted).toBe(-1)
        expect(out.token).toBeGreaterThanOrEqual(size)
      }),
    )
  })
  test('residual and removal are laws', () => {
    fc.assert(
      fc.property(fc.nat(1000), seed => {
        const [q, p] = [law(seed, 6), law(seed + 7, 6)]
        const left = residual(q, p)
        expect(left.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
        left.forEach((x, i) => {
          expect(x > 0).toBe(q[i] > p[i])
        })
        expect(without(p, 2)[2]).toBe(0)
        expect(without(p, 2).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
      }),
    )
    expect([...without(Float64Array.of(0, 1), 1)]).toEqual([0, 0])
  })
})

describe('a tree', () => {
  const size = 4
  // Laws that depend on the whole prefix.
  const at = (prefix: readonly number[], draft: boolean): Float64Array =>
    law(
      prefix.reduce((h, x) => h * 5 + x + 1, draft ? 1000 : 17),
      size,
      draft ? 3 : 2,
    )
  const grown = (shape: DraftShape, r: AddressedRandom): DraftTree => {
    const t = new DraftTree(shape, r)
    while (t.level.length > 0)
      t.grow(
        t.level.map(n => at(t.lineage(n), true)),
        r,
      )
    return t
  }
  test.each(shapes)('%j: the first two tokens follow the target', shape => {
    const counts = new Array<number>(size * size).fill(0)
    for (let i = 0; i < 15_000; i++) {
      const r = rng(i)
      const t = grown(shape, r)
      const { tokens, nodes } = verifyDraft(t, n => at(t.lineage(n), false), r)
      expect(tokens).toHaveLength(nodes.length)
      if (tokens.length < 2) tokens.push(r.weighted(Array.from(at(tokens, false))))
      counts[tokens[0] * size + tokens[1]]++
    }
    const truth = Array.from(
      { length: size * size },
      (_, i) => at([], false)[Math.floor(i / size)] * at([Math.floor(i / size)], false)[i % size],
    )
    fits(counts, truth)
  })
  test.each(shapes)('%j: as large as it says, distinct siblings without replacement, none after an end', shape => {
    for (let i = 0; i < 50; i++) {
      const t = grown(shape, rng(i))
      expect(t.size).toBeLessThanOrEqual(draftSize(shape))
      if (shape.kind !== 'iid')
        for (let n = 0; n <= t.size; n++) expect(new Set(t.children(n).map(c => t.token(c))).size).toBe(t.children(n).length)
      if (shape.kind === 'beam') {
        // Distinct sequences too.
        const whole = Array.from({ length: t.size }, (_, n) => t.lineage(n + 1).join(' '))
        expect(new Set(whole).size).toBe(t.size)
      }
    }
    const t = new DraftTree(shape, rng(0))
    t.grow([Float64Array.of(1, 0)], rng(1), new Set([0]))
    expect(t.level).toEqual([])
  })
})
