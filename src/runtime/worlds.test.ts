import { describe, expect, test } from 'vitest'
import type { Effect, IoWorld, LiveWorld, NodeId, Search } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import { toy, toyModel } from './fixture/toy.ts'
import { MemoryJournal, method, person, type RunSetup, run } from './index.ts'

const digest = (r: { tree: unknown }): string => (r.tree as FlatTree).digest()
const asks: Effect<string, string> = {
  id: 'look up',
  run: async xs =>
    xs.map(x => {
      if (x.endsWith('5')) throw new Error(`nothing about ${x}`)
      return `<${x}>`
    }),
}
/** A world whose steps look something up. */
const library: IoWorld<string, string, string, string> = {
  ...toy(4),
  kind: 'io',
  id: 'library',
  step: async (s, a, io) => s + a + (await io.call(asks, a)).slice(0, 0),
  actions: () => [...'0123456789'],
}

interface Lift {
  floor: number
  moves: number
}
/** A lift: one place at a time. `back` says how one returns. */
function building(back: 'snapshot' | 'replay' | 'none', o: { drifts?: (moves: number) => boolean } = {}) {
  const seen = { steps: 0, opened: 0, restored: 0 }
  const world: LiveWorld<number, number, number, number, Lift> = {
    kind: 'live',
    id: `lift-${back}`,
    back,
    start: task => task,
    outcome: s => (s >= 3 ? { answer: s, reward: 1 } : null),
    render: () => [],
    parse: t => Number(t),
    actions: () => [1, 2, -1],
    async open(task) {
      seen.opened++
      return { floor: task, moves: 0 }
    },
    async step(x, _s, a) {
      seen.steps++
      x.moves++
      x.floor += o.drifts?.(seen.steps) ? a + 7 : a
      return x.floor
    },
    ...(back === 'snapshot'
      ? {
          save: async (x: Lift) => JSON.stringify(x),
          restore: async (x: Lift, ref: string) => {
            seen.restored++
            Object.assign(x, JSON.parse(ref))
          },
        }
      : {}),
    same: async (x, s) => x.floor === s,
  }
  return { world, seen }
}
/** Goes two levels deep everywhere. */
const explorer = method({
  id: 'explorer',
  knobs: {},
  async run(s) {
    for (const n of await s.expand(s.tree.root, { how: 'all' })) if (!s.tree.is(n, 'end')) await s.expand(n, { how: 'all' })
  },
})
const explore = (world: any, o: RunSetup & { m?: any } = {}) => {
  const { m = explorer, ...setup } = o
  return run({ world, method: m }, 0, { concurrency: 1, ...setup })
}
const states = (r: { tree: any }): unknown[] => r.tree.nodes().map((n: NodeId) => r.tree.state(n))

describe('worlds whose steps ask', () => {
  test('answers are recorded and replayed; an error closes its edge, with the reason', async () => {
    const journal = new MemoryJournal()
    const go = (o: RunSetup) => run({ world: library, method: explorer, budget: { toolCalls: 50 } }, '', { concurrency: 4, ...o })
    const a = await go({ journal })
    const t = a.tree
    expect(t.children(t.root).length).toBe(9)
    const failed = t.edges(t.root).find(e => t.is(e, 'failed'))!
    expect([t.action(failed), t.taken(failed), t.judged(failed)?.feedback]).toEqual(['5', false, 'nothing about 5'])
    expect(a.spent.toolCalls).toBe(50)
    const b = await go({ journal: new MemoryJournal(journal.records), replayOnly: true })
    expect(digest(b)).toBe(digest(a))
  })
  test('equal steps taken at once are one step', async () => {
    let asked = 0
    const counted: IoWorld<string, string, string, string> = {
      ...library,
      step: async (s, a, io) => {
        asked++
        return library.step(s, a, io)
      },
    }
    const twice = method({
      id: 'twice',
      knobs: {},
      async run(s: Search<any, any>) {
        const e = s.insert(s.tree.root, '1')
        const [a, b] = await Promise.all([s.step([e]), s.step([e])])
        expect(a).toEqual(b)
      },
    })
    await run({ world: counted, method: twice }, '')
    expect(asked).toBe(1)
  })
  test('an edge below one that is not taken takes the whole way', async () => {
    const deep = method({
      id: 'deep',
      knobs: {},
      async run(s: Search<any, any>) {
        const [n] = await s.step([s.insert(s.insert(s.insert(s.tree.root, '1'), '2'), '3')])
        expect(s.tree.state(n)).toBe('123')
      },
    })
    const r = await run({ world: library, method: deep }, '')
    expect([r.tree.size, r.spent.steps]).toEqual([4, 3])
  })
})

describe('live worlds', () => {
  const all = [0, 1, 2, 3, 0, 2, 3, 4, 1, -1, 0, 1, -2].sort()
  for (const back of ['snapshot', 'replay'] as const) {
    test(`back by ${back}: any place can be continued`, async () => {
      const { world, seen } = building(back)
      const journal = new MemoryJournal()
      const r = await explore(world, { journal })
      expect([...states(r)].sort()).toEqual(all)
      expect(r.solved).toBe(true)
      if (back === 'snapshot') expect([seen.steps, seen.restored > 0]).toEqual([12, true])
      else expect(seen.steps).toBeGreaterThan(12)
      const again = building(back)
      const q = await explore(again.world, { journal: new MemoryJournal(journal.records), replayOnly: true })
      expect([digest(q), again.seen.steps, again.seen.opened]).toEqual([digest(r), 0, 0])
    })
  }
  test('resumed in the middle, the session is brought to where the tree says', async () => {
    const journal = new MemoryJournal()
    const whole = await explore(building('replay').world, { journal })
    const { world, seen } = building('replay')
    const r = await explore(world, { journal: new MemoryJournal(journal.records.slice(0, 13)) })
    expect(digest(r)).toBe(digest(whole))
    expect(seen.steps).toBeGreaterThan(0)
  })
  test('no way back: what cannot be reached is missing, and said to be gone', async () => {
    const { world, seen } = building('none')
    const r = await explore(world)
    expect(seen.opened).toBe(1)
    expect(states(r)).toEqual([0, 1, 2])
    const t = r.tree as FlatTree
    expect([...t.walk()].filter(e => t.is(e, 'gone')).length).toBeGreaterThan(0)
  })
  test('drift is noticed: the edge is missing', async () => {
    const { world } = building('replay', { drifts: n => n === 5 })
    const r = await explore(world)
    const t = r.tree as FlatTree
    const drifted = [...t.walk()].filter(e => !t.taken(e) && t.judged(e)?.feedback?.includes('not where the tree says'))
    expect(drifted.length).toBe(1)
  })
  test('reach and commit', async () => {
    const { world } = building('none')
    const actor = method({
      id: 'actor',
      knobs: {},
      async run(s) {
        const t = s.tree
        const [one, two] = await s.propose(t.root, { how: 'all' })
        const [n] = await s.step([one])
        expect([s.reach(n), s.reach(two), s.reach(t.root)]).toEqual([0, Infinity, Infinity])
        expect(await s.commit(n)).toBe(true)
        expect([t.root, t.is(two, 'gone'), s.reach(two)]).toEqual([n, true, Infinity])
        expect(await s.step([two])).toEqual([])
      },
    })
    await explore(world, { m: actor })
  })
})

describe('people', () => {
  const asker = method({
    id: 'asker',
    knobs: {},
    async run(s: Search<any, any>) {
      s.insert(s.tree.root, await s.call(person, { question: 'left or right?', choices: ['left', 'right'], otherwise: 'left', wait: 60 }))
    },
  })
  test('answer once; the answer is recorded', async () => {
    const journal = new MemoryJournal()
    let asked = 0
    const people = async (q: { question: string }): Promise<string> => {
      asked++
      return q.question.includes('right') ? 'right' : 'what?'
    }
    const a = await run({ world: toy(), method: asker }, '', { journal, people })
    const b = await run({ world: toy(), method: asker }, '', { journal: new MemoryJournal(journal.records), replayOnly: true })
    expect([a.tree.edges(a.tree.root).map(e => a.tree.action(e)), digest(b), asked]).toEqual([['right'], digest(a), 1])
  })
  test('nobody there: what was to be assumed otherwise', async () => {
    const r = await run({ world: toy(), method: asker }, '')
    expect(r.tree.edges(r.tree.root).map(e => r.tree.action(e))).toEqual(['left'])
  })
})

describe('tools', () => {
  test('calls of one turn are handed over together, at most a batch at a time, and recorded alone', async () => {
    const sizes: number[] = []
    const embed: Effect<number, number> = {
      id: 'embed',
      batch: 4,
      run: async xs => {
        sizes.push(xs.length)
        return xs.map(x => x * 2)
      },
    }
    const m = method({
      id: 'm',
      knobs: {},
      async run(s) {
        expect(await Promise.all([1, 2, 3, 4, 5, 6].map(x => s.call(embed, x)))).toEqual([2, 4, 6, 8, 10, 12])
      },
    })
    const journal = new MemoryJournal()
    await run({ world: toy(), method: m }, '', { journal, concurrency: 16 })
    expect(sizes).toEqual([4, 2])
    expect(journal.records.filter(r => r.t === 'done').length).toBe(6)
  })
  test('one that takes too long is a timeout, as an error the method sees', async () => {
    const slow: Effect<number, number> = { id: 'slow', timeout: 0.02, run: () => new Promise(() => {}) }
    let reason = ''
    const m = method({
      id: 'm',
      knobs: {},
      async run(s) {
        await s.call(slow, 1).catch(e => {
          reason = e.status
        })
      },
    })
    await run({ world: toy(), method: m }, '')
    expect(reason).toBe('timeout')
  })
  test('a model asked for a typed reply is asked again when it cannot be read', async () => {
    let n = 0
    const model = {
      ...toyModel(),
      sample: async () => ({ samples: [{ text: ++n < 3 ? 'hm' : '42', finish: 'stop' as const }], usage: { calls: 1 } }),
    }
    const number = {
      id: 'number',
      prompt: () => [{ role: 'user' as const, content: 'how many?' }],
      parse: (t: string) => (Number.isNaN(Number(t)) ? { reject: 'no number' } : Number(t)),
    }
    let out = 0
    let failed = ''
    const m = method({
      id: 'm',
      knobs: {},
      async run(s) {
        out = await s.ask(number)
        n = -10
        failed = await s.ask(number).then(String, e => e.message)
        expect(await s.ask({ ...number, otherwise: -1 })).toBe(-1)
      },
    })
    await run({ world: toy(), method: m, model }, '')
    expect(out).toBe(42)
    expect(failed).toMatch(/no reply in 3 could be read: no number/)
  })
})
