import { describe, expect, test } from 'vitest'
import type { KnobValue, NodeId, Provider } from '../contract/index.ts'
import { AddressedRandom } from '../kernel/index.ts'
import { seedling, simulated } from '../model/index.ts'
import { draftWeights } from '../model/seedling/index.ts'
import { run } from '../runtime/index.ts'
import { countdown, game24 } from '../world/index.ts'
import { rsd } from './rsd.ts'

const small = seedling(draftWeights, { pages: 4096 })
const countdownRandom = (i: number) => new AddressedRandom(9, i, 0, 'plain samples')
const task = { numbers: [3, 5, 8], target: 46 }
const search = async (model: Provider, knobs: Record<string, KnobValue> = {}, seed = 1) => {
  const r = await run({ world: countdown, method: rsd, model, knobs: { untilSolved: false, ...knobs } }, task, { seed, strict: true })
  const t = r.tree
  return { r, t, ends: t.ends().filter(n => t.is(n, 'end')), phi: t.column('phi'), G: t.column('gumbel') }
}

describe('a model that gives laws', () => {
  test('RSD-S: distinct solutions, each with the probability that the model gives its words', async () => {
    const { t, ends, phi, G } = await search(small, { W: 6 })
    expect(ends.length).toBeGreaterThan(1)
    expect(ends.length).toBeLessThanOrEqual(6)
    expect(
      new Set(
        ends.map(n =>
          t
            .path(n)
            .slice(1)
            .map(e => t.draws(e)[0].text)
            .join(' '),
        ),
      ).size,
    ).toBe(ends.length)
    for (const n of ends) {
      const path = t.path(n).slice(1) as NodeId[]
      const logprob = path.reduce((sum, e) => sum + t.draws(e)[0].logprob!, 0)
      expect(phi[n]).toBeCloseTo(logprob, 6)
      // A child's perturbed value is at most its parent's, and the best child has it exactly.
      for (const [i, e] of path.entries()) if (i > 0) expect(G[e]).toBeLessThanOrEqual(G[path[i - 1]] + 1e-9)
    }
  })
  test('over many seeds the first of the draws follows the law of single samples', async () => {
    const first = new Map<string, number>()
    const n = 150
    let logs = new Map<string, number>()
    for (let seed = 1; seed <= n; seed++) {
      const { t, G, phi } = await search(small, { W: 3, L: 1 }, seed)
      const kids = t.children(t.root)
      const best = kids.toSorted((a, b) => G[b] - G[a])[0]
      const text = t.draws(best)[0].text!
      first.set(text, (first.get(text) ?? 0) + 1)
      logs = logs.set(text, phi[best])
    }
    // Steps that the world refuses may stand first, too: so at most their probability.
    for (const [text, count] of first) {
      const p = Math.exp(logs.get(text)!)
      expect(Math.abs(count / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n) + 0.05)
    }
  })
  test('RSD-C: b children at each level, fewer where the world refuses some', async () => {
    const sizes: number[] = []
    for (let seed = 1; seed <= 5; seed++) {
      const { t } = await search(small, { tree: 'constant', b: [3, 2] }, seed)
      expect(t.children(t.root).length).toBeLessThanOrEqual(3)
      for (const n of t.children(t.root)) expect(t.children(n).length).toBeLessThanOrEqual(2)
      sizes.push(t.size)
    }
    expect(Math.max(...sizes)).toBeGreaterThan(5)
  })
  test('the mean reward by weighted draws is near that of plain samples', async () => {
    let sum = 0
    let count = 0
    for (let seed = 1; seed <= 60; seed++) {
      const { t } = await search(small, { W: 4 }, seed)
      const said = t.notes(t.root).find(x => /mean reward/.test(x.text))
      if (!said) continue
      sum += Number(/: (-?[\d.]+)$/.exec(said.text)![1])
      count++
    }
    expect(count).toBeGreaterThan(50)
    const { samples } = await small.sample([{ role: 'user', content: '46 : 3 5 8 ;' }], { n: 600, stop: ['$'] }, {
      randomAt: (i: number) => countdownRandom(i),
      index: 0,
      signal: new AbortController().signal,
    } as never)
    const start = countdown.start(task)
    const right = samples.filter(x => {
      const a = countdown.dialects!.tokens.parse(x.text, start, { for: 'attempt' })
      return !('reject' in a) && countdown.outcome(countdown.step(start, a))?.reward === 1
    }).length
    expect(Math.abs(sum / count - right / 600)).toBeLessThan(0.12)
  })
})

describe('a model without laws', () => {
  const go = (knobs: Record<string, KnobValue>) =>
    run(
      { world: game24, method: rsd, model: simulated({ oracle: game24.oracle! }), knobs: { untilSolved: false, ...knobs } },
      '4 9 10 13' as never,
    )
  test('W different solutions from the actions it lists', async () => {
    const t = (await go({ W: 5 })).tree
    expect(t.ends().filter(n => t.is(n, 'end'))).toHaveLength(5)
  })
  test('enumerated actions cost no call', async () => {
    const r = await go({ W: 5, how: 'all' })
    expect(r.spent.calls).toBe(0)
    expect(r.tree.ends()).toHaveLength(5)
  })
  test('passes draw other solutions', async () => {
    const one = (await go({ W: 3, passes: 1 })).tree.size
    expect((await go({ W: 3, passes: 4 })).tree.size).toBeGreaterThan(one)
  })
})
