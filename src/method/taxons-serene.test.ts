import { describe, expect, test } from 'vitest'
import type { NodeId, Policy } from '../contract/index.ts'
import { run } from '../runtime/index.ts'
import { maze } from '../world/index.ts'
import { taxonsSerene } from './index.ts'

/** Points of a line: what one does is where one stands; rewarded is only the stretch from 20 to 30, more towards its middle. */
const line = {
  kind: 'pure' as const,
  id: 'line',
  grains: ['step', 'attempt'] as const,
  start: () => Number.NaN,
  step: (_: number, a: number) => a,
  outcome: (s: number) => (Number.isNaN(s) ? null : { answer: s, open: true, reward: Math.max(0, 0.9 - Math.abs(s - 25) / 5.5) }),
  render: () => [],
  parse: () => ({ reject: 'no words' }),
  design: {
    axes: [{ name: 'x', low: 0, high: 100, bins: 10 }],
    features: (s: number) => [s],
    genome: (s: number) => [s],
    create: (r: { next(): number }) => r.next(),
    vary: ([s]: readonly number[], r: { next(): number }, scale = 1) => s + (r.next() - 0.5) * 4 * scale,
  },
}
const small = { pop: 10, k: 5, lambda: 2, chunk: 60, features: 0, surprise: 0, untilSolved: false }
const go = (knobs: object, steps: number, o: object = {}) =>
  run({ world: line, method: taxonsSerene, knobs: { ...small, ...knobs }, budget: { steps } } as never, '', { seed: 1, ...o })
const states = (r: { tree: any }): number[] => r.tree.answers().map((n: NodeId) => r.tree.state(n))

describe('taxons-serene', () => {
  test('novelty alone goes far beyond where it began, without any reward to lead it', async () => {
    const r = await go({ emitters: false }, 1500)
    expect(Math.max(...states(r)) - Math.min(...states(r))).toBeGreaterThan(60)
    expect(r.spent.steps).toBe(1500)
  })
  test('emitters improve what exploration found: nearer to the best of a rewarded stretch, at equal evaluations', async () => {
    const alone = await go({ emitters: false }, 3000)
    const both = await go({}, 3000)
    const near = (r: typeof both) => states(r).filter(x => Math.abs(x - 25) < 0.5).length
    expect(both.score).toBeGreaterThanOrEqual(alone.score)
    expect(near(both)).toBeGreaterThan(near(alone))
  })
  test('chunks alternate: what emitters take is no more than what is explored', async () => {
    const r = await go({}, 3000)
    // Emitters step by half a mutation at most, and never leave the rewarded stretch by much.
    const inside = states(r).filter(x => x > 18 && x < 32).length
    expect(inside).toBeLessThan(0.65 * 3000)
  })
  test('a reward below the threshold makes nobody a candidate', async () => {
    const none = await go({ threshold: 2 }, 1200)
    const off = await go({ emitters: false }, 1200)
    expect(states(none)).toEqual(states(off))
  })
  test('the same tree at any concurrency, with a learned code and surprise', async () => {
    const knobs = { pop: 12, chunk: 60, period: 3, features: 4, surprise: 0.5, untilSolved: false }
    const digests = []
    for (const concurrency of [1, 8])
      digests.push(
        (
          (await run({ world: maze, method: taxonsSerene, knobs, budget: { steps: 400 } }, 'regions', { seed: 2, concurrency })).tree as any
        ).digest(),
      )
    expect(digests[0]).toBe(digests[1])
  })
  test('surprise selects otherwise than novelty', async () => {
    const runs = await Promise.all(
      [0, 1].map(surprise =>
        run(
          {
            world: maze,
            method: taxonsSerene,
            knobs: { pop: 20, chunk: 300, features: 2, surprise, untilSolved: false },
            budget: { steps: 300 },
          },
          'regions',
          { seed: 2 },
        ),
      ),
    )
    expect((runs[0].tree as any).digest()).not.toBe((runs[1].tree as any).digest())
  })
  test('operators that make nothing new end it', async () => {
    const same: Policy<number, number, any> = { id: 'same', propose: async () => ({ draws: [{ action: 3 }] }) }
    const r = await run({ world: line, method: taxonsSerene, knobs: small, parts: { create: same, vary: same }, policy: same } as never, '')
    expect(r.ended).toBe('done')
    expect(r.spent.steps).toBeLessThan(100)
  })
})
