import { describe, expect, test } from 'vitest'
import type { Limits, Usage } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import { grower, kitchen } from './fixture/methods.ts'
import { toy, toyModel, toyValue } from './fixture/toy.ts'
import { MemoryJournal, method, type RunSetup, run } from './index.ts'

const digest = (r: { tree: unknown }): string => (r.tree as FlatTree).digest()
const price = { input: 100, output: 1000 }
const start = (budget: Limits, o: RunSetup & { method?: any; model?: any; knobs?: Record<string, number>; length?: number } = {}) => {
  const { method: m = grower, model = toyModel({ latency: 100, price }), knobs, length = 6, ...setup } = o
  return run({ world: toy(length), method: m, model, value: toyValue, budget, ...(knobs === undefined ? {} : { knobs }) }, '', {
    concurrency: 8,
    ...setup,
  })
}
const used = (u: Usage, unit: keyof Limits): number => (unit === 'tokens' ? u.inputTokens + u.outputTokens : (u[unit] ?? 0))

describe('a budget holds', () => {
  const limits: [keyof Limits, number[]][] = [
    ['calls', [1, 7, 50]],
    ['requests', [1, 20]],
    ['tokens', [30, 200, 1000]],
    ['inputTokens', [10, 105]],
    ['outputTokens', [20, 21, 333]],
    ['usd', [0.021, 0.1, 0.5]],
    ['steps', [1, 40]],
    ['nodes', [1, 17]],
    ['toolCalls', [0, 1, 9]],
  ]
  for (const [unit, values] of limits) {
    for (const limit of values) {
      for (const concurrency of [1, 32]) {
        test(`${unit}=${limit}, ${concurrency} in flight`, async () => {
          for (const m of [grower, kitchen()]) {
            const r = await start({ [unit]: limit, calls: unit === 'calls' ? limit : 200 }, { method: m, concurrency })
            expect(used(r.spent, unit)).toBeLessThanOrEqual(limit + 1e-9)
          }
        })
      }
    }
  }
  test('what is declared is reserved, what is used is charged: nearly all of a large limit is used', async () => {
    const r = await start({ outputTokens: 2000 }, { model: toyModel({ latency: 100, tokens: 3 }), method: grower })
    expect(r.spent.outputTokens).toBeGreaterThan(2000 * 0.97)
    expect(r.spent.outputTokens).toBeLessThanOrEqual(2000)
  })
  test('fewer samples than asked for, where the budget covers fewer', async () => {
    const wide = method({
      id: 'wide',
      knobs: {},
      needs: ['policy'],
      async run(s) {
        seen = (await s.model().sample([{ role: 'user', content: 'x' }], { n: 10 })).length
      },
    })
    let seen = 0
    await start({ calls: 4 }, { method: wide })
    expect(seen).toBe(4)
    await start({ calls: 6 }, { method: wide, model: toyModel({ can: ['n'] }) })
    expect(seen).toBe(6)
  })
  test('a budget too small for any request says so', async () => {
    const r = await start({ tokens: 20 })
    expect([r.ended, r.spent.calls, r.why]).toEqual(['budget', 0, 'the budget of 20 tokens covers no request: the first one may need 30'])
  })
  test('usd with an unknown price is refused in one line, before anything is spent', () => {
    const { price: _, ...unknown } = toyModel()
    expect(() => start({ usd: 1 }, { model: unknown })).toThrow(/price of toy is unknown/)
  })
  test('an unknown price is null in the spend', async () => {
    const { price: _, ...unknown } = toyModel()
    expect((await start({ calls: 5 }, { model: unknown })).spent.usd).toBeNull()
  })
})

describe('the end of a budget', () => {
  test('is an outcome with the best answer so far', async () => {
    const r = await start({ calls: 40 }, { length: 2 })
    expect(r.ended).toBe('budget')
    expect(typeof r.answer).toBe('string')
    expect(r.spent.calls).toBeLessThanOrEqual(40)
  })
  test('what was kept back pays for the last words, and nothing else does', async () => {
    let after = 0
    const saver = method({
      id: 'saver',
      knobs: {},
      needs: ['policy'],
      async run(s) {
        s.lastly({ calls: 3 }, async () => {
          after = (await s.model().sample([{ role: 'user', content: 'last' }], { n: 5 })).length
        })
        for (;;) await s.expand(s.tree.root, { n: 1 })
      },
    })
    const r = await start({ calls: 20 }, { method: saver })
    expect(after).toBe(3)
    expect(r.spent.calls).toBe(20)
  })
  test('no exception runs through a method that catches everything', async () => {
    let caught = 0
    const greedy = method({
      id: 'catcher',
      knobs: {},
      needs: ['policy'],
      async run(s) {
        for (;;) {
          try {
            await s.expand(s.tree.root, { n: 1 })
          } catch {
            caught++
          }
        }
      },
    })
    const r = await start({ calls: 9 }, { method: greedy })
    expect([r.ended, r.spent.calls, caught]).toEqual(['budget', 9, 0])
  })
  test('raised later, the search goes on where it stood; every end replays', async () => {
    const first = new MemoryJournal()
    const a = await start({ calls: 60 }, { journal: first, concurrency: 1, knobs: { n: 1 } })
    const whole = await start({ calls: 150 }, { concurrency: 1, knobs: { n: 1 } })
    const second = new MemoryJournal(first.records)
    const b = await start({ calls: 60 }, { journal: second, concurrency: 1, knobs: { n: 1 }, raise: { calls: 100 } })
    const third = new MemoryJournal(second.records)
    const c = await start({ calls: 60 }, { journal: third, concurrency: 1, knobs: { n: 1 }, raise: { calls: 150 } })
    expect([a.spent.calls, b.spent.calls, c.spent.calls]).toEqual([60, 100, 150])
    expect(digest(c)).toBe(digest(whole))
    const again = await start(
      { calls: 60 },
      { journal: new MemoryJournal(third.records), concurrency: 1, knobs: { n: 1 }, replayOnly: true },
    )
    expect(digest(again)).toBe(digest(c))
  })
  test('raised after last words: they are replayed, and said again at the later end', async () => {
    let said = 0
    const saver = method({
      id: 'saver',
      knobs: {},
      needs: ['policy'],
      async run(s) {
        s.lastly({ calls: 1 }, async () => {
          await s.model().sample([{ role: 'user', content: `last ${said++}` }])
        })
        for (;;) await s.expand(s.tree.root, { n: 1 })
      },
    })
    const journal = new MemoryJournal()
    await start({ calls: 10 }, { method: saver, journal })
    said = 0
    const r = await start({ calls: 10 }, { method: saver, journal, raise: { calls: 20 } })
    expect([said, r.spent.calls]).toEqual([2, 20])
  })
  test('a deadline cancels what is in flight, is recorded, and replays', async () => {
    const journal = new MemoryJournal()
    const a = await start({ seconds: 3 }, { journal })
    expect(a.ended).toBe('budget')
    expect(a.spent.seconds).toBeLessThanOrEqual(3.001)
    expect(a.spent.calls).toBeGreaterThan(20)
    expect(journal.records.some(r => r.t === 'act' && r.act.do === 'deadline')).toBe(true)
    const b = await start({ seconds: 3 }, { journal: new MemoryJournal(journal.records), replayOnly: true })
    expect([digest(b), b.spent.calls]).toEqual([digest(a), a.spent.calls])
  })
  test('a deadline in the middle of searches inside a search is an outcome, too', async () => {
    const journal = new MemoryJournal()
    const o = { method: kitchen(), knobs: { times: 1000 } }
    const a = await start({ seconds: 1 }, { ...o, journal })
    expect(a.ended).toBe('budget')
    expect(journal.records.some(r => r.t === 'open' && r.at.includes('/'))).toBe(true)
    const b = await start({ seconds: 1 }, { ...o, journal: new MemoryJournal(journal.records), replayOnly: true })
    expect([digest(b), b.spent.calls]).toEqual([digest(a), a.spent.calls])
  })
  test('a raised deadline: what it had cancelled is asked again, and the search goes on', async () => {
    const journal = new MemoryJournal()
    const a = await start({ seconds: 2, calls: 150 }, { journal })
    const b = await start({ seconds: 2, calls: 150 }, { journal, raise: { seconds: 100 } })
    expect([a.ended, b.ended, b.spent.calls]).toEqual(['budget', 'budget', 150])
    expect(a.spent.calls).toBeLessThan(150)
    const c = await start({ seconds: 2, calls: 150 }, { journal: new MemoryJournal(journal.records), replayOnly: true })
    expect([digest(c), c.spent.calls]).toEqual([digest(b), 150])
  })
  test('a share of what is left, for a search inside', async () => {
    const calls: number[] = []
    const flat = method({
      id: 'flat',
      knobs: {},
      needs: ['policy', 'value'],
      async run(s) {
        const r = await s.sub({ world: toy(6), method: grower, value: toyValue, budget: { share: 0.5 } }, '')
        calls.push(r.spent.calls)
        const q = await s.sub({ world: toy(6), method: grower, value: toyValue, budget: { share: 0.5, calls: 5 } }, '')
        calls.push(q.spent.calls)
      },
    })
    const f = await start({ calls: 64 }, { method: flat })
    expect(calls).toEqual([32, 5])
    expect(f.spent.calls).toBe(37)
  })
})

describe('a search in a search in a search', () => {
  const endless = (most: number) =>
    method({
      id: 'endless',
      knobs: {},
      needs: ['policy'],
      async run(s) {
        const depth = Number(s.tree.state(s.tree.root))
        await s.expand(s.tree.root, { n: 1 })
        if (depth < most) await s.recur(String(depth + 1), { share: 0.9 })
      },
    })
  test('ends with its budget', async () => {
    const r = await start({ calls: 30 }, { method: endless(100), length: 1000 })
    expect(r.spent.calls).toBeLessThanOrEqual(30)
    expect(r.ended).toBe('done')
  })
  test('without end is refused in one line', async () => {
    await expect(start({}, { method: endless(Infinity), length: 1000 })).rejects.toThrow(/nested more than/)
  })
})

describe('stopping', () => {
  const stopper = (inFlight: 'keep' | 'cancel') =>
    method({
      id: `stop-${inFlight}`,
      knobs: {},
      needs: ['policy'],
      async run(s) {
        let done = 0
        await s.workers(async () => {
          await s.expand(s.tree.root, { n: 1 })
          if (++done === 5) s.stop({ inFlight })
        })
      },
    })
  test('keep: what is in flight still enters the tree', async () => {
    const r = await start({ calls: 100 }, { method: stopper('keep') })
    expect([r.ended, r.spent.calls, r.yield]).toEqual(['stopped', 12, 1])
  })
  test('cancel: what is in flight is cancelled, and its cost is recorded', async () => {
    const journal = new MemoryJournal()
    const r = await start({ calls: 100 }, { method: stopper('cancel'), journal })
    expect(r.ended).toBe('stopped')
    expect(r.spent.calls).toBe(12)
    expect(r.yield).toBeLessThan(0.5)
    const cancelled = journal.records.filter(x => x.t === 'done').filter(x => x.status === 'cancelled')
    expect(cancelled.length).toBe(7)
    // 10 tokens in and one out, at the price of the model.
    for (const x of cancelled) expect(x.usage.usd).toBeCloseTo((10 * price.input + 1 * price.output) / 1e6, 12)
  })
  test('an interrupted run is resumed to the same end', async () => {
    const whole = await start({ calls: 200 })
    const journal = new MemoryJournal()
    const first = start({ calls: 200 }, { journal, onEvent: e => void (e.kind === 'effect.end' && ++ends === 50 && first.interrupt()) })
    let ends = 0
    const a = await first
    expect(a.ended).toBe('cancelled')
    expect(a.spent.calls).toBeLessThan(120)
    const b = await start({ calls: 200 }, { journal })
    expect(b.spent.calls).toBe(whole.spent.calls)
    const c = await start({ calls: 200 }, { journal: new MemoryJournal(journal.records), replayOnly: true })
    expect(digest(c)).toBe(digest(b))
    expect(b.inDoubt.calls).toBe(0)
  })
})
