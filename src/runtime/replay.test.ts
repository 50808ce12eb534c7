import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { FlatTree } from '../kernel/index.ts'
import { grower, kitchen } from './fixture/methods.ts'
import { toy, toyModel, toyValue } from './fixture/toy.ts'
import { type Journal, type JournalRecord, MemoryJournal, noJournal, type RunSetup, run } from './index.ts'

const digest = (r: { tree: unknown }): string => (r.tree as FlatTree).digest()
const kinds = { grower, kitchen: kitchen() }
const start = (
  o: RunSetup & { method?: keyof typeof kinds | ReturnType<typeof kitchen>; real?: boolean; salt?: number; calls?: number } = {},
) => {
  const { method = 'kitchen', real = false, salt = 0, calls = 150, ...setup } = o
  return run(
    {
      world: toy(5),
      method: typeof method === 'string' ? kinds[method] : method,
      model: toyModel({ latency: real ? 2 : 100, real, salt, faults: 0.05 }),
      value: toyValue,
      budget: { calls },
    },
    '',
    { concurrency: 8, ...setup },
  )
}
const cut = (records: readonly JournalRecord[], n: number): Journal => new MemoryJournal(records.slice(0, n))
const spentOf = (r: { spent: { calls: number; outputTokens: number; toolCalls: number } }) => [
  r.spent.calls,
  r.spent.outputTokens,
  r.spent.toolCalls,
]

describe('a record is run again exactly', () => {
  for (const method of ['grower', 'kitchen'] as const) {
    for (const clock of ['virtual', 'real'] as const) {
      for (const concurrency of [1, 2, 8, 32]) {
        test(`${method}, ${clock} time, ${concurrency} in flight`, async () => {
          const journal = new MemoryJournal()
          const real = clock === 'real'
          const first = start({ method, journal, concurrency, clock, real })
          const a = await first
          const again = start({ method, journal: new MemoryJournal(journal.records), concurrency, clock, real, replayOnly: true })
          const b = await again
          expect(digest(b)).toBe(digest(a))
          expect(again.report.fingerprint).toBe(first.report.fingerprint)
          expect(spentOf(b)).toEqual(spentOf(a))
          expect(b.answer).toEqual(a.answer)
          expect(b.slotUse).toBeCloseTo(a.slotUse, 10)
          expect(b.inDoubt.calls).toBe(0)
        })
      }
    }
  }
  test('the same seed gives the same tree, another seed another', async () => {
    const [a, b, c] = [await start({ seed: 3 }), await start({ seed: 3 }), await start({ seed: 4 })]
    expect(digest(b)).toBe(digest(a))
    expect(digest(c)).not.toBe(digest(a))
  })
  test('a run that nobody keeps grows the tree of one that is kept: the method sees what a record would give back', async () => {
    for (const method of ['grower', 'kitchen'] as const) {
      const [bare, kept] = [start({ method, journal: noJournal() }), start({ method, journal: new MemoryJournal() })]
      const [a, b] = [await bare, await kept]
      expect(bare.report.fingerprint).toBe(kept.report.fingerprint)
      expect([digest(a), a.answer, spentOf(a)]).toEqual([digest(b), b.answer, spentOf(b)])
    }
  })
})

describe('cut anywhere, it goes on', () => {
  test('simulated time: to the same end, with the same spend', async () => {
    for (const concurrency of [1, 8]) {
      const journal = new MemoryJournal()
      const a = await start({ journal, concurrency })
      for (let i = 0; i <= journal.size; i += Math.ceil(journal.size / 40)) {
        const b = await start({ journal: cut(journal.records, i), concurrency })
        expect([digest(b), ...spentOf(b)]).toEqual([digest(a), ...spentOf(a)])
      }
    }
  })
  test('real time, another network after the cut: what follows is a replay of its own journal, and what had started is in doubt', async () => {
    const journal = new MemoryJournal()
    await start({ journal, real: true, clock: 'real' })
    for (let i = 1; i < journal.size; i += Math.ceil(journal.size / 12)) {
      const own = new MemoryJournal(journal.records.slice(0, i))
      const opened = new Set<number>()
      for (const r of own.records) r.t === 'open' ? opened.add(r.k) : r.t === 'done' && opened.delete(r.k)
      const b = await start({ journal: own, real: true, clock: 'real', salt: i })
      const session = own.records.find(r => r.t === 'session')
      expect(session?.t === 'session' && new Set(session.inDoubt)).toEqual(opened)
      const c = await start({ journal: new MemoryJournal(own.records), real: true, clock: 'real', replayOnly: true })
      expect(digest(c)).toBe(digest(b))
      expect(spentOf(c)).toEqual(spentOf(b))
    }
  })
  test('the calls before the cut are not made again', async () => {
    const journal = new MemoryJournal()
    await start({ method: 'grower', journal })
    const half = journal.records.slice(0, Math.floor(journal.size / 2))
    const done = half.filter(r => r.t === 'done').length
    let made = 0
    const model = toyModel({ latency: 100, faults: 0.05, onCall: () => made++ })
    await run({ world: toy(5), method: grower, model, value: toyValue, budget: { calls: 150 } }, '', {
      concurrency: 8,
      journal: new MemoryJournal(half),
    })
    const faultless = journal.records.filter(r => r.t === 'done').length - done
    expect(made).toBeGreaterThanOrEqual(faultless)
    expect(made).toBeLessThan(faultless * 1.3)
  })
})

describe('what a method must not do is caught, or does no harm', () => {
  const tick = (ms: number) => new Promise<void>(r => setTimeout(r, ms))
  let outside = 0
  const harmless: Record<string, (s: any) => unknown> = {
    'deep awaits': async () => {
      for (let i = 0; i < 20; i++) await null
    },
    'queueMicrotask and nextTick': () => new Promise<void>(r => process.nextTick(() => queueMicrotask(r))),
    'async generators': async () => {
      async function* g() {
        yield 1
        yield 2
      }
      for await (const _ of g());
    },
  }
  for (const [name, spice] of Object.entries(harmless)) {
    test(`harmless: ${name}`, async () => {
      const journal = new MemoryJournal()
      const a = await start({ method: kitchen(spice), journal })
      const b = await start({ method: kitchen(spice), journal: new MemoryJournal(journal.records), replayOnly: true })
      expect(digest(b)).toBe(digest(a))
    })
  }
  const diverging: Record<string, (s: any, at: any) => unknown> = {
    'chance in a statistic': (s, at) => s.tree.stamp(at, Math.random()),
    'chance in a choice': (s, at) => {
      if (Math.random() < 0.3) s.tree.N[at] += 5
    },
    'chance in a request': (s, at) =>
      s
        .at(at)
        .model()
        .sample([{ role: 'user', content: `step ${Math.random()}` }]),
    'a request by chance': (s, at) =>
      Math.random() < 0.3
        ? s
            .at(at)
            .model()
            .sample([{ role: 'user', content: 'step' }])
        : undefined,
    'state that outlives the run': (s, at) => s.tree.stamp(at, outside++),
  }
  for (const [name, spice] of Object.entries(diverging)) {
    test(`caught on replay: ${name}`, async () => {
      const journal = new MemoryJournal()
      await start({ method: kitchen(spice), journal })
      await expect(start({ method: kitchen(spice), journal: new MemoryJournal(journal.records), replayOnly: true })).rejects.toMatchObject({
        name: 'Divergence',
        code: 'store',
      })
    })
  }
  const stray: Record<string, () => Promise<unknown>> = {
    'a timer': () => tick(200),
    'a file': async () => {
      for (let i = 0; i < 50; i++) await readFile(import.meta.filename)
    },
    'a promise of its own': () => new Promise(() => {}),
  }
  for (const [name, spice] of Object.entries(stray)) {
    test(`caught while recording: waiting for ${name}`, async () => {
      await expect(start({ method: kitchen(() => spice()), concurrency: 1 })).rejects.toMatchObject({ name: 'StrayWait' })
    })
  }
  const strict: Record<string, () => unknown> = {
    'Math.random': () => Math.random(),
    'Date.now': () => Date.now(),
    'new Date': () => new Date(),
    setTimeout: () => setTimeout(() => {}, 0),
    'performance.now': () => performance.now(),
  }
  for (const [name, spice] of Object.entries(strict)) {
    test(`strict: ${name} in a method is an error that says what to use`, async () => {
      await expect(start({ method: kitchen(() => void spice()), strict: true })).rejects.toThrow(/inside a method: use/)
    })
  }
  test('strict does not reach into effects', async () => {
    await expect(start({ strict: true })).resolves.toMatchObject({ ended: 'budget' })
  })
  test('another request at the same address names the address', async () => {
    const journal = new MemoryJournal()
    await start({ method: 'grower', journal })
    const other = run(
      {
        world: toy(5),
        method: grower,
        knobs: { n: 2 },
        model: toyModel({ latency: 100, faults: 0.05 }),
        value: toyValue,
        budget: { calls: 150 },
      },
      '',
      { concurrency: 8, journal, replayOnly: true },
    )
    await expect(other).rejects.toThrow(/request \d+ \(sample at [0-9a-f]{16}\)/)
  })
})
