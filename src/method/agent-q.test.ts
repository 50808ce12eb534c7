import { expect, test } from 'vitest'
import { letters, scripted, search } from '../compose/fixture/letters.ts'
import type { EdgeId, Search } from '../contract/index.ts'
import { run } from '../runtime/index.ts'
import { agentQ } from './agent-q.ts'

/** Ranks by what is written: the letter's place in the order. */
const byOrder = (order: string) => async (s: Search<string, string, string>, edges: readonly EdgeId[]) => {
  const t = s.tree
  const sorted = [...edges].sort((a, b) => order.indexOf(t.action(a)) - order.indexOf(t.action(b)))
  for (const [i, e] of sorted.entries()) t.F[e] = 1 / (i + 1)
}
const go = (knobs: Record<string, number | boolean>, o: { right?: string; length?: number; order?: string } = {}) => {
  const { policy, asked } = scripted(() => 'abc')
  const parts = { rank: byOrder(o.order ?? 'bca') }
  return search(agentQ, { apart: true, length: o.length ?? 3, right: o.right ?? 'zzz', policy, parts, knobs: { K: 3, ...knobs } }).then(
    x => ({ ...x, asked }),
  )
}

test('the best-ranked action is taken first, and Q is the blend of what was found and what the critic said', async () => {
  for (const alpha of [0, 0.5, 1]) {
    const { t, at } = await go({ iterations: 1, alpha, untilSolved: false }, { right: 'baa' })
    if (alpha < 1) {
      expect(t.N[at('b')]).toBe(1)
      // The rollout goes by the policy, whose first word is a: it succeeds.
      expect(t.Q[at('b')]).toBeCloseTo(alpha * 1 + (1 - alpha) * 1, 10)
    }
    const untried = t.edges(t.root).find(e => t.action(e) === (alpha < 1 ? 'a' : 'c') && !t.taken(e))
    if (untried !== undefined) expect(t.Q[untried]).toBeCloseTo((1 - alpha) * t.F[untried], 10)
  }
})
test('a failure lowers an action, and the next one in rank has its turn', async () => {
  const { t, at } = await go({ iterations: 2, alpha: 0.5, c: 0 })
  expect(t.Q[at('b')]).toBeCloseTo(0.5, 10)
  const tried = t.children(t.root).map(n => t.state(n))
  expect(tried).toEqual(['b'])
  // With nothing of the critic's left, untried actions look like failed ones: chance decides.
  const blind = await go({ iterations: 3, alpha: 1, c: 1 })
  expect(blind.t.N[blind.t.root]).toBe(3)
})
test('the bonus is c sqrt(ln N / (1 + N)): more of it spreads the visits', async () => {
  const spread = async (c: number) => {
    const { t } = await go({ iterations: 12, alpha: 0.5, c })
    return t.children(t.root).length
  }
  expect(await spread(0)).toBeLessThan(await spread(5))
  expect(await spread(5)).toBe(3)
})
test('rollouts lie aside, and an episode that is cut off counts as a failure', async () => {
  const { t, at } = await go({ iterations: 1, steps: 2 }, { length: 5 })
  expect(t.children(at('b'))).toEqual([])
  expect(t.is(at('ba'), 'aside')).toBe(true)
  expect([t.N[at('b')], t.W[at('b')]]).toEqual([1, 0])
})
test('a success ends it', async () => {
  const { r } = await go({}, { right: 'caa', order: 'cab' })
  expect([r.answer, r.ended]).toEqual(['caa', 'stopped'])
})
test('what the world marks as destructive is never done', async () => {
  const { policy } = scripted(() => 'abc')
  const world = {
    ...letters(3, 'zzz'),
    key: (x: string) => x,
    effect: (a: string) => (a === 'b' ? ('destructive' as const) : ('safe' as const)),
  }
  const r = await run({ world, method: agentQ, policy, parts: { rank: byOrder('bca') }, knobs: { K: 3 } } as never, '' as never, {
    concurrency: 1,
  })
  const t = r.tree as unknown as Search<string, string>['tree']
  const taken = Array.from({ length: t.size }, (_, e) => e as EdgeId).filter(e => t.taken(e) && e !== t.root)
  expect(taken.length).toBeGreaterThan(5)
  expect(taken.every(e => t.action(e) !== 'b')).toBe(true)
})
