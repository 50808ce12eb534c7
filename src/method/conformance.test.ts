// What every method is held to, whatever it does: budget, repeatability, resume, bad policies. A new method gets all of it by being registered; one
// that needs parts or a world of its own gives its frame in `own`.
import { describe, expect, test } from 'vitest'
import type { Effect, Frame, Io, Limits, Method, Provider, RunResult, Sample, Usage } from '../contract/index.ts'
import { type FlatTree, hashText } from '../kernel/index.ts'
import { type Simulated, simulated } from '../model/index.ts'
import { labels } from '../reward/index.ts'
import { MemoryJournal, type RunSetup, run } from '../runtime/index.ts'
import { game24 } from '../world/index.ts'
import { methods } from './index.ts'

type AnyFrame = Frame<any, any, any, any>
type AnyResult = RunResult<any, any, any>
interface Given {
  frame: AnyFrame
  task: unknown
}
/** Frames of methods that the common one does not fit. */
const own: Record<string, (m: Method, model: Provider) => Given> = {
  'self-certainty': (m, by) => ({ frame: { world: game24, method: m, model: sayingTokens(by) }, task: tasks[0] }),
}
/** A model that gives log-probabilities and certainty with every word, made from the text. */
const sayingTokens = (inner: Provider): Provider => ({
  ...inner,
  can: [...inner.can, 'logprobs'],
  async sample(messages, o, live) {
    const { samples, usage } = await inner.sample(messages, o, live)
    const tokens = (text: string) =>
      text.split(' ').map(word => ({ id: hashText(word) % 1000, logprob: -(hashText(word) % 7) / 7, certainty: (hashText(word) % 11) / 3 }))
    return { samples: samples.map(x => ({ ...x, tokens: tokens(x.text) })), usage }
  },
})

const oracle = game24.oracle!
const model = (o: Partial<Simulated> = {}): Provider => simulated({ oracle, error: 0.1, latency: 20, ...o })
const tasks = ['4 9 10 13', '1 2 7 7', '3 3 8 8']

function given(m: Method, o: { model?: Provider; budget?: Limits; task?: string } & Partial<AnyFrame> = {}): Given {
  const { model: by = model(), task = tasks[0], ...frame } = o
  const base = own[m.id]?.(m, by) ?? { frame: { world: game24, method: m, model: by, value: labels({ samples: 1 }) }, task }
  return { task: base.task, frame: { ...base.frame, ...frame } }
}
const go = (g: Given, o: RunSetup = {}): Promise<AnyResult> => Promise.resolve(run(g.frame, g.task, { seed: 7, strict: true, ...o }))
const treeOf = (r: AnyResult) => r.tree as FlatTree
const spentIn = (u: Usage, unit: keyof Limits): number => (unit === 'tokens' ? u.inputTokens + u.outputTokens : (u[unit] ?? 0))

/** A policy that says something else than it should; judgements are left as they are. */
const saying = (reply: (sample: Sample) => Sample): Provider => {
  const inner = model()
  return {
    ...inner,
    async sample(messages, o, live) {
      const { samples, usage } = await inner.sample(messages, o, live)
      return { samples: oracle.read(messages)?.want.for === 'judgement' ? samples : samples.map(reply), usage }
    },
  }
}
const bad: Record<string, Provider> = {
  empty: saying(() => ({ text: '', finish: 'stop' })),
  prose: saying(() => ({ text: 'Let me think about it.\nI would add the two largest.', finish: 'stop' })),
  illegal: saying(() => ({ text: '99 + 98 = 197 (left: 197)\n4 / 0 = 0 (left: 0)', finish: 'stop' })),
  refused: saying(() => ({ text: '', finish: 'refused' })),
  endless: saying(s => ({ text: s.text.slice(0, 3).padEnd(2000, ' and so on'), finish: 'cut' })),
  duplicate: model({ width: 1 }),
  slips: model({ slip: 0.8, cut: 0.3, faults: 0.2 }),
}

describe.each([...methods.values()].map(m => [m.id, m] as const))('%s', (_, m) => {
  test.each([1, 8, 32])('never over budget in any unit, %i in flight', async concurrency => {
    const priced = model({ price: { input: 1, output: 4 } })
    const limits: Limits[] = [
      { calls: 1 },
      { calls: 7 },
      { calls: 60 },
      { requests: 9 },
      { tokens: 6_000 },
      { outputTokens: 1_500 },
      { inputTokens: 3_000 },
      { usd: 0.02 },
      { steps: 12 },
      { nodes: 20 },
      { calls: 30, tokens: 20_000, steps: 40 },
    ]
    for (const budget of limits) {
      const r = await go(given(m, { model: priced, budget }), { concurrency })
      for (const [unit, limit] of Object.entries(budget) as [keyof Limits, number][]) {
        expect(spentIn(r.spent, unit), `${unit} of ${JSON.stringify(budget)}`).toBeLessThanOrEqual(limit)
      }
    }
  })

  test.each([1, 8, 32])('the same seed gives the same tree, %i in flight', async concurrency => {
    for (const task of tasks) {
      const [a, b] = [
        await go(given(m, { budget: { calls: 80 }, task }), { concurrency }),
        await go(given(m, { budget: { calls: 80 }, task }), { concurrency }),
      ]
      expect(treeOf(a).fingerprint).toBe(treeOf(b).fingerprint)
      expect(treeOf(a).digest()).toBe(treeOf(b).digest())
      expect(a.spent).toEqual(b.spent)
      expect(a.answer).toEqual(b.answer)
    }
  })

  test('another seed of the model gives another tree', async () => {
    const digests = new Set<string>()
    for (const seed of [1, 2, 3]) digests.add(treeOf(await go(given(m, { model: model({ seed }), budget: { calls: 40 } }))).digest())
    expect(digests.size).toBeGreaterThan(1)
  })

  test.each([1, 8])('resumes from every cut of its journal, %i in flight', async concurrency => {
    const g = () => given(m, { budget: { calls: 24 }, model: model({ faults: 0.05 }) })
    const journal = new MemoryJournal()
    const whole = await go(g(), { concurrency, journal })
    for (let cut = 0; cut <= journal.records.length; cut++) {
      const again = await go(g(), { concurrency, journal: new MemoryJournal(journal.records.slice(0, cut)) })
      expect(treeOf(again).fingerprint, `cut at record ${cut} of ${journal.records.length}`).toBe(treeOf(whole).fingerprint)
      expect(again.spent.calls).toBe(whole.spent.calls)
      expect(again.answer).toEqual(whole.answer)
    }
  })

  test('in a world whose steps are calls: within the budget of calls, repeatable, resumable', async () => {
    const asked: Effect<string, string> = { id: 'tool', run: async xs => xs }
    const io = {
      ...game24,
      kind: 'io' as const,
      step: async (s: Parameters<typeof game24.step>[0], a: Parameters<typeof game24.step>[1], at: Io) => {
        await at.call(asked, 'go on')
        return game24.step(s, a)
      },
    }
    const g = () => given(m, { world: io, budget: { toolCalls: 12, calls: 60 } })
    const journal = new MemoryJournal()
    const whole = await go(g(), { concurrency: 8, journal })
    expect(whole.spent.toolCalls).toBeLessThanOrEqual(12)
    expect(whole.spent.toolCalls).toBeGreaterThan(0)
    for (let cut = 0; cut <= journal.records.length; cut += 7) {
      const again = await go(g(), { concurrency: 8, journal: new MemoryJournal(journal.records.slice(0, cut)) })
      expect(treeOf(again).fingerprint, `cut at record ${cut}`).toBe(treeOf(whole).fingerprint)
      expect(again.spent.toolCalls).toBe(whole.spent.toolCalls)
    }
  })

  test.each(Object.keys(bad))('survives proposals that are %s', async kind => {
    for (const concurrency of [1, 8, 32]) {
      const r = await go(given(m, { model: bad[kind], budget: { calls: 40 } }), { concurrency })
      expect(r.spent.calls).toBeLessThanOrEqual(40)
      if (['empty', 'prose', 'illegal', 'refused', 'endless'].includes(kind)) expect(r.answer).toBeUndefined()
    }
  })

  test('ends by itself where nothing can be done, without a budget', async () => {
    const r = await go(given(m, { model: bad.empty }))
    expect(r.ended).not.toBe('budget')
    expect(r.spent.calls).toBeLessThan(1000)
  })

  test('every preset runs, and settles every knob', async () => {
    for (const preset of ['published', ...Object.keys(m.presets ?? {})]) {
      const r = await go(given(m, { preset, budget: { calls: 40 } }))
      expect(r.spent.calls).toBeGreaterThan(0)
      expect(r.spent.calls).toBeLessThanOrEqual(40)
      for (const name of Object.keys(m.presets?.[preset] ?? {})) expect(m.knobs).toHaveProperty(name)
    }
  })

  test('an answer of the world is said to be solved only where it is', async () => {
    for (const task of tasks) {
      const r = await go(given(m, { budget: { calls: 120 }, task }))
      const n = r.nodes[0]
      if (n === undefined) expect(r.answer).toBeUndefined()
      else expect(r.solved).toBe(game24.outcome(treeOf(r).state(n))?.reward === 1)
    }
  })

  if (m.promises?.includes('orderFree')) {
    test('the same tree at any concurrency', async () => {
      for (const budget of [{ calls: 17 }, { calls: 60 }, {}] as Limits[]) {
        const digests = []
        for (const concurrency of [1, 3, 8, 32]) digests.push(treeOf(await go(given(m, { budget }), { concurrency })).digest())
        expect(new Set(digests).size, JSON.stringify(budget)).toBe(1)
      }
    })
  }
  if (m.promises?.includes('anytime')) {
    test('more budget never makes the answer worse', async () => {
      for (const seed of [1, 2, 3]) {
        let before = Number.NEGATIVE_INFINITY
        for (const calls of [1, 4, 10, 30, 90]) {
          const r = await go(given(m, { model: model({ seed }), budget: { calls } }))
          const score = Number.isNaN(r.score) ? Number.NEGATIVE_INFINITY : r.score
          expect(score).toBeGreaterThanOrEqual(before)
          before = score
        }
      }
    })
  }
  if ('untilSolved' in m.knobs) {
    test('untilSolved saves what comes after the proof', async () => {
      const easy = '2 3 4 12'
      const on = await go(given(m, { task: easy, budget: { calls: 300 }, knobs: { untilSolved: true }, model: model({ error: 0 }) }))
      const off = await go(given(m, { task: easy, budget: { calls: 300 }, knobs: { untilSolved: false }, model: model({ error: 0 }) }))
      expect(on.spent.calls).toBeLessThanOrEqual(off.spent.calls)
      if (on.solved) expect(on.ended).toBe('stopped')
      if (on.solved) expect(off.solved).toBe(true)
    })
  }
})
