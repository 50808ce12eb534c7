import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conditionedGumbels, inclusion, log1mexp, log1pexp, meanWithoutReplacement, perturbedTopK, stochasticBeam } from './gumbel.ts'
import { AddressedRandom } from './random.ts'

const rng = (n: number) => new AddressedRandom(3, n, 0, 'test')
const log = (p: number[]) => p.map(Math.log)

describe('logarithms near their limits', () => {
  test('log1mexp and log1pexp keep their digits', () => {
    // ln(1 - e^-1e-10) = ln(1e-10 - 5e-21 + ...); a plain formula has six digits there.
    expect(log1mexp(-1e-10)).toBeCloseTo(Math.log(1e-10) - 5e-11, 12)
    expect(log1mexp(-50)).toBeCloseTo(-Math.exp(-50), 30)
    expect(log1mexp(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(log1pexp(800)).toBe(800)
    expect(log1pexp(-800)).toBe(0)
    expect(log1pexp(0)).toBeCloseTo(Math.LN2, 15)
  })
})

describe('perturbed values', () => {
  test('the order of draw is that of drawing without replacement', () => {
    const p = [0.5, 0.3, 0.2, 0]
    const seen = new Map<string, number>()
    const n = 40_000
    for (let i = 0; i < n; i++) {
      const draws = perturbedTopK(log(p), 3, rng(i))
      expect(draws).toHaveLength(3)
      const key = draws.map(d => d.index).join('')
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    for (const [key, count] of seen) {
      const [a, b] = Array.from(key, Number)
      const expected = (p[a] * p[b]) / (1 - p[a])
      expect(Math.abs(count / n - expected)).toBeLessThan(4 * Math.sqrt(expected / n))
    }
    expect(seen.size).toBe(6)
  })
  test('children of a place have its value as their greatest, and none of no probability is drawn', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }),
        fc.double({ min: -30, max: 30, noNaN: true }),
        fc.nat(),
        (w, max, seed) => {
          const total = w.reduce((a, b) => a + b, 0)
          fc.pre(total > 0)
          const g = conditionedGumbels(log(w.map(x => x / total)), max, rng(seed))
          expect(Math.max(...g)).toBeCloseTo(max, 9)
          w.forEach((x, i) => {
            if (x === 0) expect(g[i]).toBe(Number.NEGATIVE_INFINITY)
          })
        },
      ),
    )
  })
  test('a beam over a tree draws leaves as if they were listed: first and second by their laws', () => {
    // Three first words, each with two second ones: six leaves.
    const first = [0.6, 0.3, 0.1]
    const second = [
      [0.9, 0.1],
      [0.5, 0.5],
      [0.2, 0.8],
    ]
    const leaf = first.flatMap((p, i) => second[i].map(q => p * q))
    const n = 30_000
    const one = new Array<number>(6).fill(0)
    const two = new Array<number>(6).fill(0)
    for (let i = 0; i < n; i++) {
      const r = rng(i)
      const root = { phi: 0, gumbel: r.gumbel(), law: log(first) }
      const top = stochasticBeam([root], 2, r)
      const leaves = stochasticBeam(
        top.map(d => ({ ...d, law: log(second[d.index]) })),
        2,
        r,
      ).map(d => top[d.parent].index * 2 + d.index)
      expect(new Set(leaves).size).toBe(2)
      one[leaves[0]]++
      two[leaves[1]]++
    }
    leaf.forEach((p, i) => {
      expect(Math.abs(one[i] / n - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / n))
      const q = leaf.reduce((sum, l, j) => (j === i ? sum : sum + (l * p) / (1 - l)), 0)
      expect(Math.abs(two[i] / n - q)).toBeLessThan(4.5 * Math.sqrt((q * (1 - q)) / n))
    })
  })
})

describe('estimates from draws without replacement', () => {
  test('the weighted mean is unbiased', () => {
    const p = [0.4, 0.25, 0.2, 0.1, 0.05]
    const f = [1, 0, 3, -2, 10]
    const truth = p.reduce((sum, x, i) => sum + x * f[i], 0)
    let sum = 0
    let squares = 0
    const n = 40_000
    for (let i = 0; i < n; i++) {
      const x = meanWithoutReplacement(perturbedTopK(log(p), 3, rng(i)).map(d => ({ ...d, value: f[d.index] })))
      sum += x
      squares += x * x
    }
    const mean = sum / n
    expect(Math.abs(mean - truth)).toBeLessThan(4 * Math.sqrt((squares / n - mean * mean) / n))
  })
  test('all of them: the mean itself; none: unknown', () => {
    const draws = perturbedTopK(log([0.5, 0.5]), 2, rng(0)).map(d => ({ ...d, value: d.index }))
    expect(meanWithoutReplacement(draws, true)).toBeCloseTo(0.5, 12)
    expect(meanWithoutReplacement([])).toBeNaN()
    expect(inclusion(0, -100)).toBe(1)
    expect(inclusion(-5, 0)).toBeCloseTo(1 - Math.exp(-Math.exp(-5)), 12)
  })
})
