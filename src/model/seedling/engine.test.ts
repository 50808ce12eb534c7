import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/random.ts'
import { Engine, type EngineOptions } from './engine.ts'
import { referenceLaws } from './reference.ts'
import { type Shape, seedlingShape, sizeOf, tensors, type Weights } from './shape.ts'

const small: Shape = { ...seedlingShape, width: 64, layers: 2, heads: 2, hidden: 96, context: 16 }
function randomWeights(shape: Shape, seed = 1): Weights {
  return new Map(
    tensors(shape).map((t, i) => {
      const r = new AddressedRandom(seed, i, 0, 'test')
      return [
        t.name,
        Float32Array.from({ length: sizeOf(t.shape) }, () => (t.shape.length === 1 ? 1 + 0.3 * r.normal() : 0.15 * r.normal())),
      ]
    }),
  )
}
const weights = randomWeights(small)
const engine = (o?: EngineOptions) => new Engine(small, weights, { pages: 512, ...o })
const words = (n: number, seed: number) => Array.from({ length: n }, (_, i) => new AddressedRandom(seed, i, 0, 'words').int(128))
const laws = (e: Engine, ids: readonly number[]) => ids.map((_, t) => e.law(e.places([ids.slice(0, t + 1)])[0]).slice())

describe.each([
  ['SIMD', small, false, 'simd'],
  ['plain', small, true, 'plain'],
  ['sizes that SIMD does not serve', { ...small, width: 24, heads: 3, hidden: 40 }, false, 'plain'],
  ['the shipped shape', seedlingShape, false, 'simd'],
] as const)('%s', (_, shape, plain, kind) => {
  test('says what the reference says', () => {
    const w = randomWeights(shape)
    const e = new Engine(shape, w, { pages: 256, plain })
    expect(e.kind).toBe(kind)
    const ids = words(16, 3)
    const expected = referenceLaws(shape, w, ids)
    laws(e, ids).forEach((law, t) => {
      for (let i = 0; i < law.length; i++) expect(Math.abs(law[i] - expected[t][i])).toBeLessThan(1e-4)
      expect(law.reduce((a, x) => a + Math.exp(x), 0)).toBeCloseTo(1, 5)
    })
  })
})

test.each([false, true])('a row does not depend on its neighbours, not in one bit (plain: %s)', plain => {
  const alone = laws(engine({ plain }), words(12, 1))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 40 }), fc.nat(1000), (neighbours, rows, seed) => {
      const mine = words(12, 1)
      const all = [...Array.from({ length: neighbours }, (_, i) => words(1 + ((seed + i) % 16), seed + i)), mine]
      const at = seed % all.length
      ;[all[at], all[all.length - 1]] = [all[all.length - 1], all[at]]
      const e = engine({ plain, rows })
      const place = e.places(all)[at]
      expect(e.path(place).map(p => e.law(p))).toEqual(alone)
    }),
    { numRuns: plain ? 8 : 40 },
  )
})

test('word by word is the same as all at once', () => {
  const ids = words(10, 5)
  const e = engine()
  let at = e.places([ids.slice(0, 1)])[0]
  for (const id of ids.slice(1)) [at] = e.extend([at], [id])
  const other = engine()
  expect(e.law(at)).toEqual(other.law(other.places([ids])[0]))
})

test('what prefixes share is computed once', () => {
  const e = engine()
  const ids = words(8, 6)
  e.places([ids, [...ids, 1], [...ids, 2], [...ids.slice(0, 4), 3]])
  expect(e.computed).toBe(8 + 1 + 1 + (ids[4] === 3 ? 0 : 1))
  e.places([[...ids, 1]])
  expect(e.computed).toBe(8 + 1 + 1 + (ids[4] === 3 ? 0 : 1))
})

test('with little room the old is let go, the held stays, and laws are the same', () => {
  const e = engine({ pages: 40 })
  const kept = e.places([words(10, 7)])[0]
  e.hold(kept)
  const before = e.path(kept).map(p => e.law(p).slice())
  for (let i = 0; i < 30; i++) {
    const ids = words(16, 100 + i)
    const fresh = engine()
    expect(e.law(e.places([ids])[0])).toEqual(fresh.law(fresh.places([ids])[0]))
  }
  expect(e.path(kept).map(p => e.law(p))).toEqual(before)
  const computed = e.computed
  e.places([words(10, 7)])
  expect(e.computed).toBe(computed)
})

test('no room at all is said', () => {
  const e = engine({ pages: 20 })
  e.hold(e.places([words(12, 1)])[0])
  expect(() => e.places([words(12, 2)])).toThrow(/one more prefix, found all 20 pages in use/)
})

test('weights that are missing are named', () => {
  const some = new Map(weights)
  some.delete('layers.1.gate')
  expect(() => new Engine(small, some)).toThrow(/layers\.1\.gate/)
})
