import { describe, expect, test } from 'vitest'
import { betaDraw, gaussianDraw, mixedDraw, observe, type Seen, unseen } from './posterior.ts'
import { AddressedRandom } from './random.ts'

const seen = (...xs: number[]): Seen => {
  const s = unseen()
  for (const x of xs) observe(s, x)
  return s
}
const times = 20_000
const moments = (draw: () => number): { mean: number; variance: number } => {
  const xs = Array.from({ length: times }, draw)
  const mean = xs.reduce((a, x) => a + x, 0) / times
  return { mean, variance: xs.reduce((a, x) => a + (x - mean) ** 2, 0) / times }
}
const rng = (name: string) => new AddressedRandom(7, 1, 2, name)

describe('a normal law of unknown variance', () => {
  // Posterior of the mean: Student t of nu + n degrees, centre (kappa m + sum) / (kappa + n), squared scale tau^2 / (kappa + n).
  test('the draws have the moments of the posterior', () => {
    const xs = [0.2, 0.4, 0.9, 0.5, 0.6]
    const prior = { mean: 0.1, kappa: 2, nu: 5, tauSquare: 0.3 }
    const r = rng('gaussian')
    const { mean, variance } = moments(() => gaussianDraw(r, seen(...xs), prior))
    const average = 2.6 / 5
    const spread = xs.reduce((a, x) => a + (x - average) ** 2, 0)
    const tau = (5 * 0.3 + spread + ((5 * 2) / 7) * (0.1 - average) ** 2) / 10
    expect(mean).toBeCloseTo((2 * 0.1 + 2.6) / 7, 2)
    expect(variance).toBeCloseTo(((tau / 7) * 10) / 8, 2)
  })
  test('without observations it is the prior, with many it is their mean', () => {
    const r = rng('ends')
    const prior = { mean: 0.3, kappa: 1, nu: 9, tauSquare: 0.1 }
    expect(moments(() => gaussianDraw(r, unseen(), prior)).mean).toBeCloseTo(0.3, 2)
    const many = seen(...Array.from({ length: 2000 }, (_, i) => 0.7 + 0.1 * ((i % 3) - 1)))
    expect(moments(() => gaussianDraw(r, many, prior))).toMatchObject({ mean: expect.closeTo(0.7, 2), variance: expect.closeTo(0, 4) })
  })
})

test('a Beta law counts shares of successes, and cuts what lies outside', () => {
  const r = rng('beta')
  const { mean } = moments(() => betaDraw(r, seen(0.5, 1, 0.25), { alpha: 0.5, beta: 0.5 }))
  expect(mean).toBeCloseTo(2.25 / 4, 2)
  for (const x of [-3, 4]) expect(betaDraw(r, seen(x, x), { alpha: 0.5, beta: 0.5 })).toBeLessThanOrEqual(1)
})

describe('the mixed model', () => {
  const prior = { mean: 0.5, meanSd: 0.2, groupSd: 0.2, noiseSd: 0.3 }
  /** The same posterior by weighted draws from the prior: slow, and with nothing in common but the model. */
  function brute(groups: readonly number[][], o: typeof prior): { groups: number[]; fresh: number } {
    const r = rng('brute')
    const n = 400_000
    let total = 0
    let fresh = 0
    const sums = groups.map(() => 0)
    for (let i = 0; i < n; i++) {
      const a = o.groupSd * Math.abs(r.normal())
      const y = o.noiseSd * Math.abs(r.normal())
      const mean = o.mean + o.meanSd * r.normal()
      const alphas = groups.map(() => mean + a * r.normal())
      let log = 0
      groups.forEach((g, j) => {
        for (const x of g) log -= Math.log(y) + (x - alphas[j]) ** 2 / (2 * y * y)
      })
      const w = Math.exp(log)
      total += w
      fresh += w * mean
      alphas.forEach((x, j) => {
        sums[j] += w * x
      })
    }
    return { groups: sums.map(x => x / total), fresh: fresh / total }
  }
  test('its means are those of the posterior', () => {
    const groups = [[0.9, 0.7, 0.8], [0.2], [0.4, 0.5]]
    const exact = brute(groups, prior)
    const r = rng('mixed')
    const total = [0, 0, 0, 0]
    for (let i = 0; i < times; i++) {
      const d = mixedDraw(
        r,
        groups.map(g => seen(...g)),
        prior,
      )
      ;[...d.groups, d.fresh].forEach((x, j) => {
        total[j] += x / times
      })
    }
    ;[...exact.groups, exact.fresh].forEach((x, j) => {
      expect(Math.abs(total[j] - x)).toBeLessThan(0.025)
    })
  })
  test('a group that was seen once is pulled towards the others more than one seen often', () => {
    const r = rng('pull')
    const mean = (groups: Seen[], j: number) => moments(() => mixedDraw(r, groups, prior).groups[j]).mean
    const others = [seen(0.3, 0.32, 0.28), seen(0.31, 0.3)]
    const once = mean([...others, seen(0.9)], 2)
    const often = mean([...others, seen(0.9, 0.92, 0.88, 0.9, 0.9, 0.91)], 2)
    expect(often).toBeGreaterThan(once)
    expect(often).toBeCloseTo(0.9, 1)
    expect(once).toBeGreaterThan(0.35)
  })
  test('with nothing seen it is the prior', () => {
    const r = rng('none')
    expect(moments(() => mixedDraw(r, [], prior).fresh).mean).toBeCloseTo(0.5, 1)
  })
})
