import { describe, expect, test } from 'vitest'
import { letters, search } from '../compose/fixture/letters.ts'
import type { KnobValue, Method, NodeId, Policy } from '../contract/index.ts'
import { AddressedRandom } from '../kernel/index.ts'
import { diffusionTreeSampling, sampleFrom } from './diffusion-tree-sampling.ts'
import { diffusionTreeSamplingGreedy } from './diffusion-tree-sampling-greedy.ts'

/** Letters drawn with known probabilities, each draw by its number at its place. */
const law: [string, number][] = [
  ['a', 0.6],
  ['b', 0.3],
  ['c', 0.1],
]
const sampler = (): Policy<string, string, void> => {
  const drawn = new Map<string, number>()
  return {
    id: 'sampler',
    async propose([at], { n }, io) {
      const from = drawn.get(at.state) ?? 0
      drawn.set(at.state, from + n)
      return { draws: Array.from({ length: n }, (_, i) => ({ action: law[io.random('draw', from + i).weighted(law.map(x => x[1]))][0] })) }
    },
  }
}
/** Worth of an end: one point for each c, scaled. */
const worth = (s: string): number => [...s].filter(x => x === 'c').length / s.length
const world = { ...letters(3), outcome: (s: string) => (s.length < 3 ? null : { answer: s, reward: worth(s) }), key: (s: string) => s }
const go = (method: Method, knobs: Record<string, KnobValue>, seed = 1) =>
  search(method, { world: world as never, policy: sampler(), knobs, seed })

describe('the law', () => {
  const lambda = 3
  test('walks of a finished tree follow p exp(lambda r), within the noise of the walks', async () => {
    const { t } = await go(diffusionTreeSampling, { lambda, rollouts: 4000, untilSolved: false })
    const rng = new AddressedRandom(1, 2, 3, 'walks')
    const share = new Map<string, number>()
    const walks = 20_000
    for (let i = 0; i < walks; i++) {
      const s = t.state(sampleFrom(t, lambda, rng)!)
      share.set(s, (share.get(s) ?? 0) + 1 / walks)
    }
    const all = law.flatMap(([x, p]) =>
      law.flatMap(([y, q]) => law.map(([z, r]) => [x + y + z, p * q * r * Math.exp(lambda * worth(x + y + z))] as const)),
    )
    const total = all.reduce((sum, x) => sum + x[1], 0)
    const distance = all.reduce((sum, [s, w]) => sum + Math.abs((share.get(s) ?? 0) - w / total), 0) / 2
    expect(distance).toBeLessThan(0.06)
    // The untilted law is far away.
    const plain = law.flatMap(([x, p]) => law.flatMap(([y, q]) => law.map(([z, r]) => [x + y + z, p * q * r] as const)))
    expect(plain.reduce((sum, [s, p]) => sum + Math.abs((share.get(s) ?? 0) - p), 0) / 2).toBeGreaterThan(0.2)
  })
  test('a value is the log-mean-exp of the children by multiplicity', async () => {
    const { t } = await go(diffusionTreeSampling, { lambda, rollouts: 60, untilSolved: false })
    for (const n of t.nodes()) {
      const kids = t.children(n).filter(c => !Number.isNaN(t.Q[c]))
      if (kids.length === 0) continue
      const mass = kids.reduce((sum, c) => sum + t.M[c], 0)
      expect(t.Q[n]).toBeCloseTo(Math.log(kids.reduce((sum, c) => sum + t.M[c] * Math.exp(lambda * t.Q[c]), 0) / mass) / lambda, 9)
    }
  })
})

describe('the tree', () => {
  test('equal samples are one edge that counts them, and the first rollouts are plain ones', async () => {
    const { t } = await go(diffusionTreeSampling, { rollouts: 40, Ck: 100, untilSolved: false })
    expect(t.edges(t.root).reduce((sum, e) => sum + t.M[e], 0)).toBe(40)
    expect(t.edges(t.root).length).toBeLessThanOrEqual(3)
    expect(t.N[t.root]).toBe(40)
    for (const n of t.nodes()) if (!t.is(n, 'end')) expect(t.edges(n).reduce((sum, e) => sum + t.M[e], 0)).toBe(n === t.root ? 40 : t.M[n])
  })
  test('a node of N visits has about Ck N^alpha samples', async () => {
    const { t } = await go(diffusionTreeSampling, { rollouts: 300, Ck: 1, alpha: 0.5, untilSolved: false })
    const drawn = t.edges(t.root).reduce((sum, e) => sum + t.M[e], 0)
    expect(t.N[t.root]).toBe(300)
    expect(drawn).toBe(Math.ceil(Math.sqrt(300)))
  })
  test('walks find nothing in a tree of which nothing is known', async () => {
    const { t } = await search(diffusionTreeSampling, { policy: { id: 'mute', propose: async () => ({ draws: [] }) } })
    expect(sampleFrom(t, 1, new AddressedRandom(1, 2, 3, 'x'))).toBeNull()
  })
})

test('the greedy form finds a greater reward than as many plain samples', async () => {
  const long = { ...world, outcome: (x: string) => (x.length < 10 ? null : { answer: x, reward: worth(x) }) }
  const mean = async (knobs: Record<string, KnobValue>) => {
    let sum = 0
    for (let seed = 0; seed < 10; seed++) {
      const given = { world: long as never, policy: sampler(), seed, knobs: { rollouts: 150, untilSolved: false, ...knobs } }
      sum += (await search(diffusionTreeSamplingGreedy, given)).r.score / 10
    }
    return sum
  }
  expect(await mean({ Ck: 1, alpha: 0.5, cUct: 0.1 })).toBeGreaterThan((await mean({ Ck: 1000 })) + 0.1)
})
test('the greedy form backs up the greatest child, or the soft value', async () => {
  for (const backup of ['max', 'soft']) {
    const { t } = await go(diffusionTreeSamplingGreedy, { rollouts: 50, backup, lambda: 2, untilSolved: false })
    const best = Math.max(...t.ends().map((n: NodeId) => t.R[n]))
    if (backup === 'max') expect(t.Q[t.root]).toBe(best)
    else expect(t.Q[t.root]).toBeLessThan(best)
  }
})
