import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/random.ts'
import { certainty, drawToken, likeliest, topOf } from './sampling.ts'

const p = [0.5, 0.3, 0.15, 0.05]
const law = Float32Array.from(p, Math.log)
const shares = (temperature: number, topP: number, n = 20000): number[] => {
  const r = new AddressedRandom(1, 2, 3, 'draw')
  const counts = p.map(() => 0)
  for (let i = 0; i < n; i++) counts[drawToken(law, temperature, topP, r)]++
  return counts.map(c => c / n)
}

test('the likeliest; of equals the first', () => {
  expect(likeliest(Float32Array.of(-3, -1, -1, -2))).toBe(1)
  expect(drawToken(law, 0, 1, new AddressedRandom(1, 1, 1, 'x'))).toBe(0)
})

test('the likeliest ones are those of a whole sort; of equals the first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 0 }), { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 20 }), (xs, k) => {
      const whole = xs.map((logprob, id) => ({ id, logprob })).sort((a, b) => b.logprob - a.logprob || a.id - b.id)
      expect(topOf(Float32Array.from(xs), k)).toEqual(whole.slice(0, k))
    }),
  )
})

test('draws follow the law, sharpened by the temperature', () => {
  for (const [i, s] of shares(1, 1).entries()) expect(s).toBeCloseTo(p[i], 1)
  const z = p.reduce((a, x) => a + x * x, 0)
  for (const [i, s] of shares(0.5, 1).entries()) expect(Math.abs(s - p[i] ** 2 / z)).toBeLessThan(0.02)
})

test('a nucleus holds the fewest words that reach the share', () => {
  const s = shares(1, 0.7)
  expect(s[2] + s[3]).toBe(0)
  expect(Math.abs(s[0] - 0.5 / 0.8)).toBeLessThan(0.02)
})

test('certainty is the divergence from not knowing', () => {
  expect(certainty(Float32Array.from([0.25, 0.25, 0.25, 0.25], Math.log))).toBeCloseTo(0, 6)
  const kl = p.reduce((a, x) => a + 0.25 * Math.log(0.25 / x), 0)
  expect(certainty(law)).toBeCloseTo(kl, 5)
})
