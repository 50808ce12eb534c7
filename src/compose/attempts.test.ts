import { describe, expect, test } from 'vitest'
import type { Limits, RunResult } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import { type Simulated, simulated } from '../model/index.ts'
import { method, run } from '../runtime/index.ts'
import { game24 } from '../world/index.ts'
import { attemptRounds, attempts, playouts } from './attempts.ts'

const model = (o: Partial<Simulated> = {}) => simulated({ oracle: game24.oracle!, latency: 10, ...o })
const stepsOnly = { ...game24, grains: ['step' as const] }
const once = (n: number) => method({ id: 'once', knobs: {}, run: async s => void (await attempts(s, n)) })
const rounds = (n: number, untilSolved = false, seen: number[] = []) =>
  method({
    id: 'rounds',
    knobs: {},
    async run(s) {
      await attemptRounds(s, { n, unlimited: 20, untilSolved })
      seen.push(s.tree.size)
    },
  })
type AnyMethod = ReturnType<typeof once>
const go = async (m: AnyMethod, o: { world?: typeof game24; budget?: Limits; concurrency?: number; model?: Partial<Simulated> } = {}) =>
  (await run({ world: o.world ?? game24, method: m, model: model(o.model), budget: o.budget ?? {} }, '4 9 10 13', {
    concurrency: o.concurrency ?? 8,
    strict: true,
  })) as RunResult<unknown, unknown, string>
const drawn = (r: RunResult<unknown, unknown, string>) => r.tree.ends().reduce((sum, n) => sum + r.tree.M[n], 0)

describe('attempts', () => {
  test('whole attempts are one sample each; equal ones are one end', async () => {
    const r = await go(once(12))
    expect(r.spent.calls).toBe(12)
    expect(drawn(r)).toBe(12)
    expect(r.tree.ends().every(n => r.tree.depth(n) === 1)).toBe(true)
    expect(r.tree.ends().every(n => !Number.isNaN(r.tree.R[n]))).toBe(true)
  })
  test('where the world knows only steps, each attempt goes step by step, as many as stand at a node', async () => {
    const r = await go(once(12), { world: stepsOnly as never })
    expect(r.spent.calls).toBe(36)
    expect(drawn(r)).toBe(12)
    expect(r.tree.ends().every(n => r.tree.depth(n) === 3)).toBe(true)
    for (const n of r.tree.nodes()) {
      const below = r.tree.edges(n).reduce((sum, e) => sum + r.tree.M[e], 0)
      if (!r.tree.is(n, 'end') && n !== r.tree.root) expect(below).toBe(r.tree.M[n])
    }
  })
  test('the same tree at any concurrency, of attempts and of steps, also where the budget ends within', async () => {
    for (const world of [game24, stepsOnly])
      for (const budget of [{}, { calls: 5 }, { calls: 20 }] as Limits[]) {
        const digests = new Set<string>()
        for (const concurrency of [1, 2, 8, 32])
          digests.add(((await go(once(12), { world: world as never, budget, concurrency })).tree as FlatTree).digest())
        expect(digests.size).toBe(1)
      }
  })
})

describe('attemptRounds', () => {
  test('n attempts, exactly', async () => {
    expect(drawn(await go(rounds(13)))).toBe(13)
    expect(drawn(await go(rounds(1)))).toBe(1)
  })
  test('0: as many as the budget covers whole, by what one costs', async () => {
    const whole = await go(rounds(0), { budget: { calls: 50 } })
    expect(drawn(whole)).toBe(50)
    const steps = await go(rounds(0), { budget: { calls: 50 }, world: stepsOnly as never })
    expect(drawn(steps)).toBe(16) // three calls each: 48, and the rest too little for another
  })
  test('without a budget for what they use, so many', async () => {
    expect(drawn(await go(rounds(0)))).toBe(20)
    expect(drawn(await go(rounds(0), { budget: { toolCalls: 3 } }))).toBe(20)
  })
  test('a proof ends it, after at most twice the attempts it took', async () => {
    let proofs = 0
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const r = await go(rounds(200, true), { model: { seed, skill: 0.5 } })
      if (!r.solved) continue
      proofs++
      expect(r.ended).toBe('stopped')
      // Attempts are numbered by draw: the first n of them are the same however they are drawn.
      let need = 1
      while ((await go(once(need), { model: { seed, skill: 0.5 } })).solved !== true) need++
      expect(r.spent.calls).toBeGreaterThanOrEqual(need)
      expect(r.spent.calls).toBeLessThanOrEqual(2 * need)
    }
    expect(proofs).toBeGreaterThan(0)
  })
  test('unreadable attempts end it after a few', async () => {
    const mute = {
      ...model(),
      sample: async (...[messages, o]: Parameters<ReturnType<typeof model>['sample']>) => ({
        samples: Array.from({ length: o.n }, () => ({ text: '', finish: 'stop' as const })),
        usage: { calls: o.n, requests: 1, inputTokens: messages.length },
      }),
    }
    const r = await run({ world: game24, method: rounds(0), model: mute, budget: { calls: 1000 } }, '4 9 10 13')
    expect(r.tree.ends()).toEqual([])
    expect(r.spent.calls).toBe(16)
  })
})

describe('attempts from a place of the tree', () => {
  const from = (aside: boolean, out: { value: number; open: number } = { value: Number.NaN, open: -1 }) =>
    method({
      id: 'from',
      knobs: {},
      async run(s) {
        const [n] = await s.expand(s.tree.root, { n: 1, sampling: { grain: 'step' } })
        const at = aside ? s.tree.root : n
        out.value = aside ? await playouts(s, at, 24) : (await attempts(s, 24, { from: at })).length
        out.open = s.tree.edges(at).length
      },
    })
  test.each([game24, stepsOnly])('playouts lie aside and say the mean reward', async world => {
    const out = { value: Number.NaN, open: -1 }
    const r = await go(from(true, out), { world: world as typeof game24, model: { skill: 0.9, width: 36 } })
    expect(out.open).toBe(1)
    const { M, R } = r.tree
    const ends = r.tree.ends()
    expect(ends.reduce((a, n) => a + M[n], 0)).toBe(24)
    expect(out.value).toBeCloseTo(ends.reduce((a, n) => a + M[n] * R[n], 0) / 24, 10)
    expect(out.value).toBeGreaterThan(0)
  })
  test('others are part of the search', async () => {
    const out = { value: Number.NaN, open: -1 }
    await go(from(false, out))
    expect(out.open).toBe(out.value)
  })
  test('none: nothing is known', async () => {
    const none = method({ id: 'none', knobs: {}, run: async s => expect(await playouts(s, s.tree.root, 0)).toBeNaN() })
    expect((await go(none)).spent.calls).toBe(0)
  })
})
