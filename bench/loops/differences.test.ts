import { expect, test } from 'vitest'
import { AddressedRandom } from '../../src/kernel/index.ts'
import { minus, over, type Scores } from './differences.ts'

const random = new AddressedRandom(5, 0, 0, 'test')
const scores = (rate: number, seeds = 3, problems = 200): Scores =>
  Array.from({ length: seeds }, () => Array.from({ length: problems }, () => Number(random.next() < rate)))

test('no change is found where there is none, and a large one where there is', () => {
  const start = scores(0.4)
  expect(over(minus(start, start))).toEqual({ mean: 0, interval: [0, 0], p: 1 })
  const better = over(minus(scores(0.6), start))
  expect(better.interval[0]).toBeGreaterThan(0)
  expect(better.p).toBeLessThan(0.01)
  expect(better.mean).toBeCloseTo(0.2, 1)
  const worse = over(minus(scores(0.2), start))
  expect(worse.interval[1]).toBeLessThan(0)
  expect(worse.p).toBeLessThan(0.01)
})
test('seeds that disagree widen the interval', () => {
  const alike = over(Array.from({ length: 3 }, () => Array.from({ length: 200 }, (_, i) => i % 2)))
  const apart = over([0.1, 0.5, 0.9].map(rate => Array.from({ length: 200 }, (_, i) => Number(i / 200 < rate))))
  expect(apart.interval[1] - apart.interval[0]).toBeGreaterThan(2 * (alike.interval[1] - alike.interval[0]))
})
test('other problems in a seed are refused', () => {
  expect(() => over([[1, 0], [1]])).toThrow('the same problems')
})
