import { describe, expect, test } from 'vitest'
import type { NodeId, Search } from '../contract/index.ts'
import { AddressedRandom } from '../kernel/index.ts'
import { method, run } from '../runtime/index.ts'
import { landscape, maze } from '../world/index.ts'
import { critic, letters, scripted } from './fixture/letters.ts'
import { behaviour, Descriptors, Emitter, StateArchive, variation } from './index.ts'

/** Runs a body over a search. */
async function within<T>(world: any, task: any, body: (s: Search<any, any, any>) => Promise<T>, more: object = {}): Promise<T> {
  let out: T | undefined
  await run({ world, method: method({ id: 'probe', knobs: {}, run: async s => void (out = await body(s)) }), ...more } as never, task)
  return out!
}
const rng = (n = 1) => new AddressedRandom(n, 2, 3, 'test')

describe('variation', () => {
  test('designs: created at random, varied from their parents; a smaller scale stays nearer', async () => {
    await within(landscape, 'rastrigin 3 1', async s => {
      const { create, vary } = variation(s)
      const made = await create(5, rng())
      expect(made).toHaveLength(5)
      expect(made.every(n => s.tree.R[n] >= 0)).toBe(true)
      const x = s.tree.state(made[0]).x as number[]
      const far = (n: NodeId) => Math.hypot(...(s.tree.state(n).x as number[]).map((v, i) => v - x[i]))
      const [wide] = await vary([made[0]], rng(2), 1)
      const [near] = await vary([made[0]], rng(2), 0.01)
      expect(far(near)).toBeLessThan(far(wide) / 10)
      expect(s.tree.parents(near)).toEqual([made[0]])
    })
  })
  test('solutions of steps: the first places of the parent stay, the rest is grown anew', async () => {
    const { policy } = scripted((at, time) => 'abc'[(at.length + time) % 3])
    await within(
      letters(4),
      '',
      async s => {
        const { create, vary } = variation(s)
        const [first] = await create(1, rng())
        for (let i = 0; i < 12; i++) {
          const [next] = await vary([first], rng(i))
          const [a, b] = [s.tree.path(first), s.tree.path(next)]
          expect(b).toHaveLength(5)
          const common = a.filter((n, d) => n === b[d]).length
          expect(a.slice(0, common)).toEqual(b.slice(0, common))
        }
        expect(s.tree.ends().length).toBeGreaterThan(3)
      },
      { policy, value: critic().value },
    )
  })
})

describe('behaviour', () => {
  test("of designs: the world's features and grid; bins may be others", async () => {
    await within(maze, 'deceptive', async s => {
      const [n] = await variation(s).create(1, rng())
      const end = s.tree.state(n).end as { x: number; y: number }
      expect(behaviour(s).cell(n)).toBe(`${Math.floor(end.x * 20)},${Math.floor(end.y * 20)}`)
      expect(behaviour(s, { bins: 2 }).cell(n)).toBe(`${Math.floor(end.x * 2)},${Math.floor(end.y * 2)}`)
      expect(behaviour(s).cell(s.tree.root)).toBeNull()
      expect(behaviour(s).observe(n)).toHaveLength(144)
    })
  })
  test('of texts: the signs they use and their length; without an answer none', async () => {
    const { policy } = scripted(() => 'a')
    await within(
      letters(2),
      '(1+2)',
      async s => {
        expect(behaviour(s).cell(s.tree.root)).toBe('+(|3')
        const seen = behaviour(s).observe(s.tree.root)
        expect(seen.slice(0, 11).reduce((a, b) => a + b, 0)).toBe(2)
        expect(seen.slice(11).reduce((a, b) => a + b, 0)).toBe(2)
      },
      { policy },
    )
  })
})

test('descriptors of an old code are not compared with those of a new one', () => {
  const rows = [
    [0, 0, 1],
    [4, 0, 1],
    [0, 2, 1],
    [4, 2, 1],
    [2, 9, 1],
  ]
  const d = new Descriptors(n => rows[n], 1)
  const all = [0, 1, 2, 3, 4] as NodeId[]
  expect(d.surprise(all[0])).toBeNaN()
  expect(Math.hypot(...[...(d.of(all[0]) as number[])].map((x, i) => x - (d.of(all[1]) as number[])[i]))).toBe(4)
  d.learn(all, rng())
  expect(d.of(all[0])).toHaveLength(1)
  // The code lies along the second number, of greatest variance: along the first nothing is left to tell these two apart.
  expect(d.novelty(all[0], [all[1]], 1)).toBeLessThan(1)
  expect(d.surprise(all[1])).toBeGreaterThan(1)
  expect(d.novelty(all[0], [all[0]], 3)).toBe(0)
})

describe('emitter', () => {
  const R = [0.1, 0.3, 0.2, 0.5, 0.05, 0.5]
  const make = () => new Emitter([0 as NodeId], { reward: n => R[n], pop: 2, scale: 1 })
  test('keeps its best, says what beat the best before, and what was more novel than all before', () => {
    const e = make()
    expect(e.take([1, 2, 3] as NodeId[], n => [0, 1, 3, 2, 5][n])).toEqual([1, 3])
    expect(e.parents).toEqual([3, 1])
    expect(e.novel).toEqual([1, 2])
    expect(e.take([4, 5] as NodeId[], n => (n === 4 ? 5 : 0))).toEqual([])
    expect([e.novel, e.best]).toEqual([[1, 2, 4], 0.5])
  })
  test('improves by the means of its first and last generations, never below 0; stagnates where neither median nor greatest has risen', () => {
    const up = make()
    const down = make()
    for (const n of [4, 0, 2, 1, 3, 5]) up.take([n as NodeId], () => 0)
    for (const n of [5, 3, 1, 2, 0, 4]) down.take([n as NodeId], () => 0)
    expect(up.improvement).toBeCloseTo((0.3 + 0.5 + 0.5 - 0.05 - 0.1 - 0.2) / 3)
    expect(down.improvement).toBe(0)
    expect(make().improvement).toBe(0)
    const flat = make()
    for (let i = 0; i < 39; i++) flat.take([1 as NodeId], () => 0)
    expect(flat.stagnates(40)).toBe(false)
    flat.take([1 as NodeId], () => 0)
    expect(flat.stagnates(40)).toBe(true)
    for (let i = 0; i < 20; i++) flat.take([3 as NodeId], () => 0)
    expect(flat.stagnates(40)).toBe(false)
  })
})

test('the archive of states: equal states are one, and what was tried belongs to the state', async () => {
  await within(
    letters(3),
    '',
    async s => {
      const a = new StateArchive(s)
      const t = s.tree
      const go = async (word: string) => {
        let n = t.root
        for (const c of word) {
          const [next] = await s.step([s.insert(n, c)])
          n = next
        }
        return n
      }
      // Places of equal letters are equal.
      const [ab, ba] = [await go('ab'), await go('ba')]
      await s.propose(ab, { how: 'all' })
      await s.propose(ba, { how: 'all' })
      a.admit(ab)
      a.admit(ba)
      expect([a.size, a.best(ba), a.has(ba)]).toEqual([1, ab, true])
      expect(a.untried(ba)).toHaveLength(3)
      a.try(ab, t.edges(ab)[0])
      expect(a.untried(ba).map(e => t.action(e))).toEqual(['b', 'c'])
      for (const e of t.edges(ab)) a.try(ab, e)
      expect(a.open()).toEqual([])
      a.reset()
      expect(a.open()).toEqual([ab])
      a.visit(ab)
      expect([a.visits(ba), a.visits(t.root)]).toEqual([1, 0])
      a.ban(t.root)
      expect([a.banned(t.root), a.banned(ab)]).toEqual([true, false])
    },
    { policy: scripted(() => 'abc').policy },
  )
})
