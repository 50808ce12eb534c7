// The compositions that judge, finish, draw and dive, on a small world whose every number is known.
import { describe, expect, test } from 'vitest'
import type { Frame, NodeId, Policy, PureWorld, RunResult, Search, Value } from '../contract/index.ts'
import { backup, mean, mostVisited, uct } from '../kernel/index.ts'
import { method, run } from '../runtime/index.ts'
import { appraiser, distinctStates, dive, finish, growth, paced } from './index.ts'

/** Letters are appended; three of them finish; 'aab' is right. States of the same letters are equal. */
const letters: PureWorld<string, string, string, string> = {
  kind: 'pure',
  id: 'letters',
  start: task => task,
  step: (s, a) => s + a,
  outcome: s => (s.length < 3 ? null : { answer: s, reward: s === 'aab' ? 1 : 0 }),
  render: c => [{ role: 'user', content: c.state }],
  parse: text => text,
  actions: s => (s.length < 3 ? ['a', 'b', 'c'] : []),
  key: s => [...s].sort().join(''),
}
/** Gives the letters of a script for each place, one list after the other. */
const listing = (script: Record<string, string[]>): Policy<string, string, void> => {
  const asked = new Map<string, number>()
  return {
    id: 'script',
    async propose([at]) {
      const i = asked.get(at.state) ?? 0
      asked.set(at.state, i + 1)
      return { draws: [...(script[at.state]?.[i] ?? '')].map(action => ({ action })) }
    },
  }
}
const spy = (value: (s: string) => number) => {
  const judged: string[] = []
  const by: Value<string, string> = {
    id: 'spy',
    async value(at) {
      judged.push(at.state)
      const v = value(at.state)
      return Number.isNaN(v) ? { value: v, failed: true } : { value: v }
    },
  }
  return { judged, by }
}
type S = Search<string, string, string>
const go = (body: (s: S) => Promise<unknown>, o: Partial<Frame<string, string, string, string>> & { concurrency?: number } = {}) => {
  const { concurrency = 4, ...frame } = o
  const m = method({ id: 'body', knobs: {}, run: async (s: S) => void (await body(s)) })
  return Promise.resolve(
    run({ world: letters, method: m, ...frame } as Frame<string, string, string, string>, '', { concurrency, strict: true }),
  ) as Promise<RunResult<string, string, string>>
}
const all = { how: 'all' as const }
const state = (s: S) => (n: NodeId) => s.tree.state(n)

describe('appraiser', () => {
  test('equal states are judged once, also while the judgement is under way; finished ones never', async () => {
    const { judged, by } = spy(s => s.length)
    await go(
      async s => {
        const appraise = appraiser(s)
        const kids = await s.expand(s.tree.root, all)
        const grand = (await Promise.all(kids.map(n => s.expand(n, all)))).flat()
        await Promise.all([appraise(grand), appraise(grand), appraise(grand.toReversed())])
        const ends = await s.expand(grand[0], all)
        await appraise([...ends, ...grand])
        expect(grand.map(n => s.tree.V[n])).toEqual(grand.map(() => 2))
        expect(ends.map(n => s.tree.V[n])).toEqual([Number.NaN, Number.NaN, Number.NaN])
      },
      { value: by },
    )
    expect(judged.toSorted()).toEqual(['aa', 'ab', 'ac', 'bb', 'bc', 'cc'])
  })
  test('a failed judgement is asked for again when its state comes again', async () => {
    let calls = 0
    const by: Value<string, string> = { id: 'moody', value: async () => (calls++ === 0 ? { value: Number.NaN } : { value: 5 }) }
    await go(
      async s => {
        const appraise = appraiser(s)
        const [a] = await s.expand(s.tree.root, all)
        await appraise([a])
        expect(s.tree.V[a]).toBeNaN()
        await appraise([a])
        expect(s.tree.V[a]).toBe(5)
      },
      { value: by },
    )
    expect(calls).toBe(2)
  })
  test('its own judge stands before the frame s', async () => {
    const { judged, by } = spy(() => 7)
    await go(
      async s => {
        const [a] = await s.expand(s.tree.root, all)
        await appraiser(s, { by })([a])
        expect(s.tree.V[a]).toBe(7)
      },
      { value: spy(() => 1).by },
    )
    expect(judged).toEqual(['a'])
  })
})

test('distinctStates: of equal states the first; finished and failed ones are left out', async () => {
  await go(async s => {
    const kids = await s.expand(s.tree.root, all)
    const grand = (await Promise.all(kids.map(n => s.expand(n, all)))).flat()
    const ends = await s.expand(grand[0], all)
    expect(distinctStates(s, [...grand, ...ends]).map(state(s))).toEqual(['aa', 'ab', 'ac', 'bb', 'bc', 'cc'])
  })
})

describe('finish', () => {
  test('rewards what is finished, once; its reward is its value', async () => {
    const rewarded: string[] = []
    await go(
      async s => {
        const [a] = await s.expand(s.tree.root, all)
        const [aa] = await s.expand(a, all)
        const ends = await s.expand(aa, all)
        expect(await finish(s, [a, aa])).toBe(false)
        expect(await finish(s, [...ends, ...ends])).toBe(true)
        await finish(s, ends)
        expect(ends.map(n => [s.tree.R[n], s.tree.V[n]])).toEqual([
          [0, 0],
          [1, 1],
          [0, 0],
        ])
        expect(s.tree.V[aa]).toBeNaN()
      },
      {
        reward: {
          id: 'count',
          verifies: true,
          async reward(_, o) {
            rewarded.push(o!.answer)
            return { value: o!.answer === 'aab' ? 1 : 0 }
          },
        },
      },
    )
    expect(rewarded).toEqual(['aaa', 'aab', 'aac'])
  })
  test('untilSolved stops at a proof, and only at one', async () => {
    const reach = (last: string) => async (s: S) => {
      let n = s.tree.root
      for (const a of ['a', 'a', last]) [n] = await s.step([s.insert(n, a)])
      await finish(s, [n], { untilSolved: true })
    }
    expect((await go(reach('b'))).ended).toBe('stopped')
    expect((await go(reach('c'))).ended).toBe('done')
    // An opinion proves nothing, however high.
    expect((await go(reach('b'), { reward: { id: 'opinion', reward: async () => ({ value: 1 }) } })).ended).toBe('done')
  })
  test('an open answer is rewarded and keeps its value apart', async () => {
    const open = { ...letters, outcome: (s: string) => (s === '' ? null : { answer: s, open: true, reward: s.length / 10 }) }
    await go(
      async s => {
        const [a] = await s.expand(s.tree.root, all)
        await finish(s, [a])
        expect(s.tree.R[a]).toBe(0.1)
        expect(s.tree.V[a]).toBeNaN()
      },
      { world: open },
    )
  })
})

describe('growth', () => {
  test('a node is drawn at once, or as often as its visits allow, until a list brings nothing new', async () => {
    await go(
      async s => {
        const t = s.tree
        const plain = growth(s, { draw: { how: 'distinct' } })
        expect(plain.wants(t.root)).toBe(true)
        expect((await plain.draw(t.root)).map(e => t.action(e))).toEqual(['a'])
        expect(plain.wants(t.root)).toBe(false)
        t.N[t.root] = 100
        expect(plain.wants(t.root)).toBe(false)
      },
      { policy: listing({ '': ['a', 'ab', 'ab', 'abc'] }) },
    )
    await go(
      async s => {
        const t = s.tree
        const wide = growth(s, { draw: { how: 'distinct' }, widening: 0.5 })
        await wide.draw(t.root)
        expect(wide.wants(t.root)).toBe(false) // no visits yet
        t.N[t.root] = 1
        expect(wide.wants(t.root)).toBe(false)
        t.N[t.root] = 2
        expect(wide.wants(t.root)).toBe(true)
        expect((await wide.draw(t.root)).map(e => t.action(e))).toEqual(['b'])
        t.N[t.root] = 100
        expect(await wide.draw(t.root)).toEqual([])
        expect(wide.wants(t.root)).toBe(false) // nothing new: used up
      },
      { policy: listing({ '': ['a', 'ab', 'ab', 'abc'] }) },
    )
  })
  test('exhausted edges are closed; with widening they are drawn at again first', async () => {
    await go(
      async s => {
        const t = s.tree
        const wide = growth(s, { draw: { how: 'distinct' }, widening: 0.5 })
        let n = t.root
        for (let i = 0; i < 3; i++) [n] = await s.step(await wide.draw(n))
        const aa = t.parent(n)!
        expect(wide.spent(n)).toBe(true)
        expect(t.is(aa, 'closed')).toBe(true)
        expect([wide.spent(aa), wide.wants(aa)]).toEqual([false, true])
        await wide.draw(aa)
        expect(wide.spent(aa)).toBe(false) // b is new
        await s.step(t.edges(aa))
        await wide.draw(aa)
        expect([wide.spent(aa), wide.wants(aa)]).toEqual([true, false])
      },
      { policy: listing({ '': ['a'], a: ['a'], aa: ['a', 'ab', 'ab'] }) },
    )
  })
  test('a node where nothing can be done is pruned; at the root that is the end', async () => {
    const r = await go(
      async s => {
        const t = s.tree
        const plain = growth(s, { draw: { how: 'distinct' } })
        await plain.draw(t.root)
        const [a, b] = await s.step(t.edges(t.root))
        await plain.draw(a)
        expect(t.is(a, 'pruned')).toBe(true)
        expect(plain.wants(b)).toBe(true)
      },
      { policy: listing({ '': ['ab'] }) },
    )
    expect(r.ended).toBe('done')
    expect((await go(s => growth(s, { draw: { how: 'distinct' } }).draw(s.tree.root), { policy: listing({}) })).ended).toBe('stopped')
  })
  test('single samples are given three tries before a node is used up', async () => {
    await go(
      async s => {
        const one = growth(s, { draw: { n: 1 }, widening: 1 })
        await one.draw(s.tree.root)
        s.tree.N[s.tree.root] = 50
        for (const more of [true, true, false]) {
          await one.draw(s.tree.root)
          expect(one.wants(s.tree.root)).toBe(more)
        }
      },
      { policy: listing({ '': ['a', 'a', 'a', 'a', 'b'] }) },
    )
  })
  test('in a game finished edges stay open', async () => {
    await go(
      async s => {
        const plain = growth(s, { draw: all })
        let n = s.tree.root
        for (let i = 0; i < 3; i++) [n] = await s.step(await plain.draw(n))
        expect(s.tree.is(n, 'end')).toBe(true)
        expect(plain.spent(n)).toBe(false)
      },
      { world: { ...letters, player: s => s.length % 2 } },
    )
  })
})

describe('dive', () => {
  const mcts = (o: { through?: string; times?: number; widening?: number }, seen: string[]) => async (s: S) => {
    const t = s.tree
    const grown = growth(s, { draw: all, widening: o.widening })
    const score = uct(t, { c: 1 })
    if (o.through !== undefined) await grown.draw(t.root)
    const through = t.edges(t.root).find(e => t.action(e) === o.through)
    await s.workers(
      async sim => {
        const n = await dive(s, sim, score, grown, through === undefined ? {} : { through })
        seen.push(t.state(n))
        await finish(s, [n])
        backup(t, n, t.R[n] || 0, mean)
      },
      o.times === undefined ? {} : { times: o.times },
    )
  }
  test('every simulation takes one new edge, until all is known', async () => {
    const seen: string[] = []
    await go(mcts({}, seen))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBe(3 + 9 + 27)
  })
  test('through an edge: nothing beside it is touched', async () => {
    const seen: string[] = []
    await go(mcts({ through: 'b' }, seen))
    expect(seen.every(x => x.startsWith('b'))).toBe(true)
    expect(seen.length).toBe(1 + 3 + 9)
  })
  test('in a game ends are visited again', async () => {
    const seen: string[] = []
    await go(mcts({ times: 200 }, seen), { world: { ...letters, player: () => 0 } })
    expect(seen.length).toBe(200)
    expect(new Set(seen).size).toBeLessThan(40)
  })
})

describe('paced', () => {
  const widest = async (pace: number, calls: number | undefined) => {
    let now = 0
    let most = 0
    await go(
      async s =>
        s.workers(
          paced(s, pace, async sim => {
            sim.hold(s.tree.root)
            most = Math.max(most, ++now)
            await s.call({ id: 'work', run: async xs => xs }, sim.index)
            now--
          }),
          { times: 300 },
        ),
      { ...(calls === undefined ? {} : { budget: { toolCalls: calls } }), concurrency: 16 },
    )
    return most
  }
  test('one in so many of the simulations that the budget covers', async () => {
    expect(await widest(30, 29)).toBe(1)
    expect(await widest(30, 300)).toBe(10)
    expect(await widest(30, 100_000)).toBe(16)
    expect(await widest(0, 40)).toBe(16)
  })
  test('nothing is held back where nothing is limited', async () => {
    expect(await widest(30, undefined)).toBe(16)
  })
})

test('mostVisited: the child of most visits, of equals the better one', async () => {
  await go(async s => {
    const t = s.tree
    expect(mostVisited(t)).toBeNull()
    const [a, b, c] = await s.expand(t.root, all)
    expect(mostVisited(t)).toBe(a)
    for (const [n, visits, q] of [
      [a, 1, 0.9],
      [b, 3, 0.2],
      [c, 3, 0.4],
    ] as const) {
      t.N[n] = visits
      t.Q[n] = q
    }
    expect(mostVisited(t)).toBe(c)
  })
})
