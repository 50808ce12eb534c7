import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import { confidenceIn } from '../compose/index.ts'
import type { KnobValue, Policy, RunResult } from '../contract/index.ts'
import { simulated } from '../model/index.ts'
import { run } from '../runtime/index.ts'
import { game24 } from '../world/index.ts'
import { type State, showAll } from '../world/number/index.ts'
import { srlm, verbalisedConfidence } from './srlm.ts'

/** Trajectories of one letter, each with a confidence and a text of some length. */
const drawn = (text: string, said: Record<string, [confidence: number, length: number]>) => {
  const inner = scripted((_at, time) => text.slice(time === 0 ? 0 : 2 ** (time - 1))).policy
  const policy: Policy<string, string, void> = {
    ...inner,
    async propose(from, o, io) {
      const { draws } = await inner.propose(from, o, io)
      return {
        draws: draws.map(d => {
          const [forecast, length] = said[d.action]
          return { ...d, text: '-'.repeat(length), ...(Number.isNaN(forecast) ? {} : { forecast }) }
        }),
      }
    },
  }
  return policy
}
const go = async (text: string, said: Record<string, [number, number]>, knobs: Record<string, KnobValue> = {}) =>
  (await search(srlm, { length: 1, policy: drawn(text, said), knobs: { K: text.length, ...knobs } })).r.answer

describe('the rule', () => {
  test('the plurality first, however unsure', async () => {
    expect(await go('abb', { a: [0.99, 1], b: [0.1, 90] })).toBe('b')
  })
  test('of tied pluralities the most confident and shortest trajectory', async () => {
    expect(await go('ab', { a: [0.5, 10], b: [0.9, 10] })).toBe('b')
    expect(await go('ab', { a: [0.9, 100], b: [0.9, 10] })).toBe('b')
    // ln .5 * 10 = -6.9 against ln .9 * 100 = -10.5
    expect(await go('ab', { a: [0.5, 10], b: [0.9, 100] })).toBe('a')
  })
  test('without the filter the score alone', async () => {
    expect(await go('abb', { a: [0.99, 1], b: [0.1, 90] }, { filter: false })).toBe('a')
  })
  test('a soft vote lies between', async () => {
    const said: Record<string, [number, number]> = { a: [0.9, 10], b: [0.85, 10] }
    expect(await go('abb', said, { scale: 100 })).toBe('b')
    expect(await go('abb', said, { scale: 0.01 })).toBe('a')
  })
  test('nothing said: the vote, and of equals the shortest; said by some: the unknown never wins', async () => {
    expect(await go('ab', { a: [Number.NaN, 9], b: [Number.NaN, 3] })).toBe('b')
    expect(await go('ab', { a: [0.05, 90], b: [Number.NaN, 3] })).toBe('a')
  })
})

describe('verbalised confidence', () => {
  test('is the logarithm of the product, cut off at both ends; a missing one is the least', () => {
    expect(verbalisedConfidence([0.5, 0.5])).toBeCloseTo(Math.log(0.25), 12)
    expect(verbalisedConfidence([1])).toBeCloseTo(Math.log(0.99), 12)
    expect(verbalisedConfidence([0])).toBeCloseTo(Math.log(0.01), 12)
    expect(verbalisedConfidence([0.5, Number.NaN])).toBeCloseTo(Math.log(0.25), 12)
    expect(verbalisedConfidence([Number.NaN])).toBeNaN()
  })
  test('never above 0, and falls with every step', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), xs => {
        const vc = verbalisedConfidence(xs)
        expect(vc).toBeLessThan(0)
        expect(verbalisedConfidence([...xs, 0.9])).toBeLessThan(vc)
      }),
    )
  })
  test('is read from a line of its own, the last one', () => {
    expect(confidenceIn('3 + 4 = 7\nConfidence: 85%')).toBe(0.85)
    expect(confidenceIn('**Confidence:** 40 %\nso\nconfidence - 72.5')).toBe(0.725)
    expect(confidenceIn('Confidence: 250%')).toBe(1)
    expect(confidenceIn('I have no confidence in 3')).toBeUndefined()
  })
})

test('a model states it in the reply that has the step, and the world reads the step without it', async () => {
  const world = game24
  const model = simulated({ oracle: world.oracle! })
  const r = (await run({ world, method: srlm, model, knobs: { K: 4 } }, '4 9 10 13', { strict: true })) as RunResult<State, any, string>
  const t = r.tree
  const edges = t.nodes().filter(n => n !== t.root)
  expect(edges.length).toBeGreaterThan(4)
  for (const e of edges) {
    expect(t.draws(e)[0].text).not.toMatch(/confidence/i)
    expect(t.F[e]).toBeGreaterThan(0)
  }
  // Without error it is high exactly where the place can still be solved.
  for (const e of edges) {
    const numbers = showAll(t.state(e).left)
    expect([numbers, t.F[e] > 0.5]).toEqual([numbers, world.oracle!.promising({ target: 24, left: numbers })])
  }
  // One call a step, and nothing asked beside: 4 trajectories of 3 steps.
  expect(r.spent.calls).toBe(12)
})
