import { expect, test } from 'vitest'
import { AddressedRandom } from '../kernel/index.ts'
import { encode } from '../model/seedling/index.ts'
import { worldEntry } from '../run/index.ts'
import { curriculumShare, eased, easiestFirst, opened, openShare, successTarget } from './curriculum.ts'
import { handmade, right, wrong } from './fixture/hand.ts'
import { problemsOf } from './harvest.ts'
import { byPcl, fitted, learntPrompts, promptFeatures, promptValue } from './pcl.ts'
import { chooseProblems } from './select.ts'

const random = () => new AddressedRandom(1, 0, 0, 'test')

test('by the world: the easiest third, then two thirds, then all; others than before first', async () => {
  const entry = await worldEntry('game24')
  const rank = easiestFirst(entry, 1)
  const all = problemsOf(entry, 1, 'train', 2000)
  expect(rank.size).toBe(all.length)
  expect([1, 2, 3, 4].map(openShare)).toEqual([1 / 3, 2 / 3, 1, 1])
  const first = opened(all, rank, 1)
  expect(first).toHaveLength(Math.ceil(all.length / 3))
  expect(Math.max(...first.map(p => rank.get(p.id)!))).toBeLessThan(all.length / 3)
  expect(opened(all, rank, 3)).toHaveLength(all.length)
  const o = { select: 'order', curriculum: 'world', seed: 1, prompts: null, rank, m: 9 } as const
  const beliefs = Object.fromEntries(first.slice(0, 5).map(p => [p.id, [1, 1] as [number, number]]))
  const second = chooseProblems(all, { ...o, round: 2, beliefs })
  expect(
    second
      .slice(-5)
      .map(p => p.id)
      .sort(),
  ).toEqual(Object.keys(beliefs).sort())
})
test('by success: what selection aims at falls', () => {
  expect([1, 2, 3, 4].map(successTarget)).toEqual([0.75, 0.5, 0.25, 0.25])
  const problems = [0.1, 0.3, 0.5, 0.7, 0.9].map(x => ({ id: String(x), task: x }))
  const beliefs = Object.fromEntries(problems.map(p => [p.id, [1000 * p.task, 1000 * (1 - p.task)] as [number, number]]))
  const o = { select: 'mopps', curriculum: 'success', seed: 1, prompts: null, rank: null, m: 9, beliefs } as const
  expect([1, 2, 3].map(round => chooseProblems(problems, { ...o, round })[0].id)).toEqual(['0.7', '0.5', '0.3'])
})
test('by weights: rows have the success of their problem, what says no its complement', async () => {
  const h = await handmade([right, wrong, wrong, wrong])
  const other = await handmade(['3 * 8 = 24 : 1 1 24 ; 1 * 1 = 1 : 1 24 ; 1 * 24 = 24 $'], { task: '1 1 3 8' })
  const row = (x: typeof h, more = {}) => ({ tokens: [...encode(x.teller.prompt(x.tree.root)), 9], segment: [], ...more })
  const rows = eased({ policy: [row(h, { advantage: 1 }), row(h, { advantage: -1 }), row(other)], value: [row(h)] }, [h, other])
  expect(rows.policy.map(r => r.ease)).toEqual([0.25, 0.75, 1])
  expect(rows.value[0].ease).toBe(0.25)
  expect(eased({ policy: [{ tokens: [1, 2], segment: [] }], value: [] }, [h]).policy[0].ease).toBeUndefined()
  expect([1, 2, 3].map(curriculumShare)).toEqual([
    [0, 0.5],
    [0.5, 1],
    [1, 1.5],
  ])
})

test('pcl: a value of prompts learns what they tell, keeps what it knew, and is least squares', () => {
  const law = (i: number) =>
    promptFeatures(
      Array.from({ length: 8 }, (_, k) => Math.sin(i * (k + 1)) + (i % 2 ? k : -k)),
      Math.cos(i),
    )
  const xs = Array.from({ length: 60 }, (_, i) => law(i))
  const p = xs.map((_, i) => (i % 2 ? 0.8 : 0.2))
  const start = [...new Array(9).fill(0), 0.5]
  const w = fitted(start, xs.slice(0, 40), p.slice(0, 40), 0.01)
  const miss = (v: readonly number[]) => xs.slice(40).reduce((s, x, i) => s + (promptValue(v, x) - p[40 + i]) ** 2, 0)
  expect(miss(w)).toBeLessThan(0.2 * miss(start))
  // The slope of the penalised squares is nothing at their least.
  for (const j of [0, 3, 8, 9]) {
    const slope =
      xs.slice(0, 40).reduce((s, x, i) => s + (x.reduce((a, y, k) => a + y * w[k], 0) - p[i]) * x[j], 0) + 0.01 * (w[j] - start[j])
    expect(slope).toBeCloseTo(0, 6)
  }
  expect(fitted(w, [], [])).toEqual(w)
  expect(Math.hypot(...law(3).slice(0, 8))).toBeCloseTo(1)
  expect([...law(3).slice(8)]).toEqual([Math.cos(3), 1])
})
test('pcl: of the pool those first that are nearest to one half; its lesson is the mean success', async () => {
  const ids = Array.from({ length: 30 }, (_, i) => ({ id: String(i) }))
  const features = new Map(ids.map((x, i) => [x.id, Float64Array.of(i / 30, 1)]))
  const order = byPcl(ids, { features, before: [1, 0] }, { pool: 30, random: random() }).map(x => Number(x.id))
  expect(order[0]).toBe(15)
  expect(order.slice(0, 5).sort((a, b) => a - b)).toEqual([13, 14, 15, 16, 17])
  const small = byPcl(ids, { features, before: [1, 0] }, { pool: 6, random: random() }).map(x => Number(x.id))
  // What is not in the pool comes after it, however near it is.
  expect(Math.abs(small[5] - 15)).toBeGreaterThan(Math.abs(small[6] - 15))
  expect(small).toHaveLength(30)
  expect(byPcl(ids, { features, before: [1, 0] }, { pool: 30, random: random(), target: 0.9 })[0].id).toBe('27')
  const h = await handmade([right, wrong, wrong, wrong])
  const at = new Map([[h.name, Float64Array.of(0.6, 0.8)]])
  const [a, b] = learntPrompts({ features: at, before: [0, 0.5] }, [h])
  // One example of length 1, ridge 1: half of what was missed.
  expect(0.6 * a + 0.8 * b).toBeCloseTo((0.4 + 0.25) / 2, 6)
})
