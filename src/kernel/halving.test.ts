import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { consideredScores, consideredVisits, gumbels, gumbelTopK } from './halving.ts'
import { AddressedRandom } from './random.ts'
import { softmax } from './rank.ts'

describe('schedule', () => {
  test('by hand', () => {
    // One action: visited again and again.
    expect(consideredVisits(1, 4)).toEqual([0, 1, 2, 3])
    expect(consideredVisits(0, 3)).toEqual([0, 1, 2])
    // Four actions, 16 simulations, two phases: 2 visits each of 4, then 4 each of 2.
    expect(consideredVisits(4, 16)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    // More actions than simulations: each once, as far as it goes.
    expect(consideredVisits(8, 3)).toEqual([0, 0, 0])
    expect(consideredVisits(3, 0)).toEqual([])
  })
  test('simulating it gives every action of the last round the most visits, and to no two of one round a difference above 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 120 }), (m, n) => {
        const schedule = consideredVisits(m, n)
        expect(schedule).toHaveLength(n)
        const visits = new Array(m).fill(0)
        for (const v of schedule) {
          // There is always an action of the considered count: take the one of least index, as a score would.
          const a = visits.indexOf(v)
          expect(a).toBeGreaterThanOrEqual(0)
          visits[a]++
        }
        expect(visits).toEqual([...visits].sort((x, y) => y - x))
      }),
    )
  })
})

describe('Gumbel', () => {
  test('top-k draws without replacement, the first by the softmax', () => {
    const rng = new AddressedRandom(4, 0, 0, 'gumbel')
    const logits = [0, 1, 2, -Infinity]
    const firsts = [0, 0, 0, 0]
    for (let i = 0; i < 6000; i++) {
      const drawn = gumbelTopK(logits, gumbels(rng, 4), 3)
      expect([...drawn].sort()).toEqual([0, 1, 2])
      firsts[drawn[0]]++
    }
    softmax(logits).forEach((p, a) => {
      expect(Math.abs(firsts[a] / 6000 - p)).toBeLessThan(0.025)
    })
    expect(gumbelTopK(logits, gumbels(rng, 4, 0), 2)).toEqual([2, 1])
  })
  test('scores of the considered', () => {
    const o = { gumbel: [1, 0, 0], logits: [5, 3, -Infinity], q: [0.5, 4, 0], visits: [2, 2, 2] }
    expect(consideredScores(2, o)).toEqual([1.5, 2, -1e9])
    expect(consideredScores(1, { ...o, visits: [2, 1, 0] })).toEqual([-Infinity, 2, -Infinity])
  })
})
