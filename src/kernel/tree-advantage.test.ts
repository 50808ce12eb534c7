import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leafAdvantage, leafMeans, type SampledTree, treeAdvantage } from './tree-advantage.ts'

/**
 *            0
 *       1         2
 *     3   4     5   6
 */
const tree = (rewards: readonly number[]): SampledTree => ({
  parent: [-1, 0, 0, 1, 1, 2, 2],
  leaves: rewards.map((reward, i) => ({ node: 3 + i, reward })),
})
const close = (xs: Iterable<number>, ys: readonly number[]) => {
  const list = [...xs]
  expect(list).toHaveLength(ys.length)
  for (const [i, y] of ys.entries()) Number.isNaN(y) ? expect(list[i]).toBeNaN() : expect(list[i]).toBeCloseTo(y, 12)
}

describe('by hand: one right leaf of four', () => {
  const t = tree([1, 0, 0, 0])
  test('means below', () => {
    const { count, mean } = leafMeans(t)
    close(count, [4, 2, 2, 1, 1, 1, 1])
    close(mean, [0.25, 0.5, 0, 1, 0, 0, 0])
  })
  test('global', () => {
    close(leafAdvantage(t, 'global'), [0.75, -0.25, -0.25, -0.25])
    close(treeAdvantage(t, 'global'), [0, 0.25, -0.25, 0.75, -0.25, -0.25, -0.25])
  })
  test('mean over ancestors', () => {
    close(leafAdvantage(t, 'ancestorMean'), [(0.75 + 0.5) / 2, (-0.25 - 0.5) / 2, (-0.25 + 0) / 2, (-0.25 + 0) / 2])
    // Weighted by their leaves, 4 and 2.
    close(leafAdvantage(t, 'ancestorMean', { weight: 'size' }), [(4 * 0.75 + 2 * 0.5) / 6, (-4 * 0.25 - 2 * 0.5) / 6, -1 / 6, -1 / 6])
    // The right half has nothing to say to its leaves.
    close(leafAdvantage(t, 'ancestorMean', { skipEqual: true }), [0.625, -0.375, -0.25, -0.25])
  })
  test('siblings', () => {
    close(treeAdvantage(t, 'sibling'), [0, 0.25, -0.25, 0.5, -0.5, 0, 0])
    close(treeAdvantage(t, 'sibling', { scale: 'group' }), [0, 1, -1, 1, -1, 0, 0])
  })
  test('segments', () => {
    close(treeAdvantage(t, 'segment'), [0, 0.25, -0.25, 0.5, -0.5, 0, 0])
    close(treeAdvantage(t, 'segment', { decay: 0.5 }), [0, 0.25, -0.25, 0.25, -0.25, 0, 0])
  })
})
test('uneven trees: siblings count once each, segments by their leaves', () => {
  // Three leaves below 1, one below 2.
  const t: SampledTree = { parent: [-1, 0, 0, 1, 1, 1], leaves: [3, 4, 5, 2].map((node, i) => ({ node, reward: [1, 1, 0, 0][i] })) }
  close(treeAdvantage(t, 'sibling'), [0, 1 / 3, -1 / 3, 1 / 3, 1 / 3, -2 / 3])
  close(treeAdvantage(t, 'segment'), [0, 2 / 3 - 1 / 2, -1 / 2, 1 / 3, 1 / 3, -2 / 3])
})
test('what is unknown is left out; several samples may end at one node; a lone sample has no advantage', () => {
  const t = tree([1, Number.NaN, 0, 0])
  close(leafAdvantage(t, 'global'), [2 / 3, Number.NaN, -1 / 3, -1 / 3])
  close(treeAdvantage(t, 'segment'), [0, 2 / 3, -1 / 3, 0, 0, 0, 0])
  const twice: SampledTree = {
    parent: [-1, 0, 0],
    leaves: [
      { node: 1, reward: 1 },
      { node: 1, reward: 0 },
      { node: 2, reward: 0 },
    ],
  }
  close(leafMeans(twice).mean, [1 / 3, 0.5, 0])
  close(leafAdvantage(twice, 'ancestorMean'), [(2 / 3 + 1 / 2) / 2, (-1 / 3 - 1 / 2) / 2, -1 / 3])
  close(treeAdvantage({ parent: [-1, 0], leaves: [{ node: 1, reward: 1 }] }, 'ancestorMean'), [0, 0])
  close(treeAdvantage({ parent: [-1, 0], leaves: [] }, 'sibling'), [0, 0])
})

/** A random tree, parents first, with a reward at every leaf. */
const sampled = fc
  .tuple(
    fc.array(fc.nat(), { minLength: 1, maxLength: 30 }),
    fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 31, maxLength: 31 }),
  )
  .map(([picks, rewards]): SampledTree => {
    const parent = [-1, ...picks.map((p, i) => p % (i + 1))]
    const inner = new Set(parent)
    return { parent, leaves: parent.flatMap((_, n) => (inner.has(n) ? [] : [{ node: n, reward: rewards[n] }])) }
  })
test('properties: a constant reward has no advantage; a shift changes nothing; sums are balanced', () => {
  fc.assert(
    fc.property(sampled, fc.double({ min: -3, max: 3, noNaN: true }), (t, shift) => {
      for (const mode of ['global', 'ancestorMean', 'sibling', 'segment'] as const) {
        const flat = treeAdvantage({ ...t, leaves: t.leaves.map(l => ({ ...l, reward: shift })) }, mode)
        for (const a of flat) expect(Math.abs(a)).toBeLessThan(1e-9)
        const [here, there] = [
          treeAdvantage(t, mode),
          treeAdvantage({ ...t, leaves: t.leaves.map(l => ({ ...l, reward: l.reward + shift })) }, mode),
        ]
        for (const [n, a] of here.entries()) expect(there[n]).toBeCloseTo(a, 8)
      }
      expect(leafAdvantage(t, 'global').reduce((a, x) => a + x, 0)).toBeCloseTo(0, 8)
      // Along a path the segments add up to what a leaf is above the whole.
      const segment = treeAdvantage(t, 'segment')
      const { mean } = leafMeans(t)
      for (const { node, reward } of t.leaves) {
        let sum = 0
        for (let n = node; n >= 0; n = t.parent[n]) sum += segment[n]
        expect(sum).toBeCloseTo(reward - mean[0], 8)
      }
    }),
  )
})
