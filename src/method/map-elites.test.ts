import { describe, expect, test } from 'vitest'
import type { Frame, Policy, Reward } from '../contract/index.ts'
import { simulated } from '../model/index.ts'
import { run } from '../runtime/index.ts'
import { game24, landscape, maze } from '../world/index.ts'
import { mapElites } from './index.ts'

/** Numbers, open answers; what a number is worth and in which kind it falls is up to the test. */
const numbers = {
  kind: 'pure' as const,
  id: 'numbers',
  grains: ['step', 'attempt'] as const,
  start: () => -1,
  step: (_: number, a: number) => a,
  outcome: (s: number) => (s < 0 ? null : { answer: s, open: true, reward: (s % 10) / 10 }),
  render: () => [],
  parse: () => ({ reject: 'no words' }),
}
/** Solutions are given in turn, and who their parents were is written down. */
function bred(create: readonly number[], vary: readonly number[]) {
  const parents: number[][] = []
  let next = 0
  let first = 0
  const make: Policy<number, number, any> = { id: 'create', propose: async () => ({ draws: [{ action: create[first++] }] }) }
  const change: Policy<number, number, any> = {
    id: 'vary',
    async propose(from) {
      parents.push(from.map(c => c.state))
      return { draws: next < vary.length ? [{ action: vary[next++] }] : [] }
    },
  }
  return { create: make, vary: change, parents }
}
const frame = (parts: Record<string, unknown>, knobs: Frame<any, any>['knobs'], more: object = {}): Frame<any, any, any, any> => ({
  world: numbers,
  method: mapElites,
  policy: parts.create as Policy<any, any, any>,
  parts,
  knobs: { untilSolved: false, ...knobs },
  ...more,
})

describe('map-elites', () => {
  test('parents are the holders of cells, drawn evenly over the cells, never what was replaced or came second', async () => {
    // Cells by the tens: 1, 12 and 15 share a cell, of which 15 is the best; 29 stands alone.
    const { create, vary, parents } = bred([11, 12, 15, 14, 29], [])
    await run(frame({ create, vary, cell: (s: number) => String(Math.floor(s / 10)) }, { G: 5, evaluations: 305 }), '')
    const drawn = new Set(parents.flat())
    expect([...drawn].sort()).toEqual([15, 29])
    // Cells are drawn, not solutions: about half each, though four of the five lie in one cell.
    const share = parents.filter(p => p[0] === 15).length / parents.length
    expect(share).toBeGreaterThan(0.3)
    expect(share).toBeLessThan(0.7)
  })
  test('of equals the elder stays; with ties: replace the younger takes the cell', async () => {
    const cell = () => 'all'
    for (const ties of ['keep', 'replace']) {
      const { create, vary, parents } = bred([15], [25, 35])
      await run(frame({ create, vary, cell }, { G: 1, evaluations: 4, ties }), '', { concurrency: 1 })
      expect(parents.map(p => p[0])).toEqual(ties === 'keep' ? [15, 15, 15] : [15, 25, 35])
    }
  })
  test('crossover: two elites are the parents of a child, and the tree knows both', async () => {
    const { create, vary, parents } = bred([11, 22], [33, 34, 35, 36])
    const r = await run(frame({ create, vary, cell: (s: number) => `${s}` }, { G: 2, evaluations: 6, crossover: true }), '')
    expect(parents.every(p => p.length === 2)).toBe(true)
    const child = r.tree.nodes().find(n => r.tree.state(n) === 33)!
    expect(r.tree.parents(child).map(n => r.tree.state(n))).toEqual(parents[0])
  })
  test('a holder that was lucky once is judged again when challenged, and loses its cell', async () => {
    const seen = new Map<number, number>()
    const noisy: Reward = {
      id: 'noisy',
      async reward(at) {
        const s = at.state as number
        const times = (seen.get(s) ?? 0) + 1
        seen.set(s, times)
        // 10 is lucky the first time; 20 is honest.
        return { value: s === 10 ? (times === 1 ? 0.5 : 0.1) : 0.5 }
      },
    }
    for (const reevaluate of [false, true]) {
      seen.clear()
      const { create, vary, parents } = bred([10], [20, 21])
      await run(frame({ create, vary, cell: () => 'one' }, { G: 1, evaluations: 4, reevaluate }, { reward: noisy }), '', { concurrency: 1 })
      expect(parents.map(p => p[0])).toEqual(reevaluate ? [10, 20, 20] : [10, 10, 10])
    }
  })
  test('in a world of designs no model is asked; the best found grows with the evaluations', async () => {
    const best: number[] = []
    for (const steps of [60, 400, 1500]) {
      const r = await run({ world: landscape, method: mapElites, knobs: { G: 50 }, budget: { steps } }, 'rastrigin 2 1', { seed: 3 })
      expect([r.spent.calls, r.spent.steps]).toEqual([0, r.solved === true ? r.spent.steps : steps])
      best.push(r.score)
    }
    expect(best[0]).toBeLessThanOrEqual(best[1])
    expect(best[2]).toBeGreaterThan(0.95)
  })
  test('a budget that ends among the first solutions still judges those it covers', async () => {
    const r = await run({ world: maze, method: mapElites, budget: { steps: 7 } }, 'deceptive')
    expect(r.tree.answers()).toHaveLength(7)
    expect(r.tree.answers().every(n => !Number.isNaN(r.tree.R[n]))).toBe(true)
    expect(r.score).toBe(Math.max(...r.tree.answers().map(n => r.tree.R[n])))
  })
  test('where solutions are made of steps they are grown anew from a place on their way', async () => {
    const model = simulated({ oracle: game24.oracle!, error: 0 })
    const r = await run({ world: game24, method: mapElites, model, knobs: { G: 10 }, budget: { calls: 80 } }, '1 2 7 7', { seed: 2 })
    const t = r.tree
    expect(t.ends().every(n => t.depth(n) === 3)).toBe(true)
    const shared = t.nodes().filter(n => t.depth(n) > 0 && t.children(n).length > 1)
    expect(shared.length).toBeGreaterThan(0)
  })
  test('without anything to vary by it is refused before anything is spent', async () => {
    await expect((async () => run({ ...frame({}, {}), policy: undefined } as never, ''))()).rejects.toThrow('map-elites needs policy')
  })
})
