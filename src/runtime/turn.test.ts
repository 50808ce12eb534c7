import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdgeId, Limits, NodeId, Provider, Sample } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import { methods } from '../method/index.ts'
import { votes } from '../reward/index.ts'
import { chat, type Heard, type Reply } from '../world/index.ts'
import { type JournalRecord, MemoryJournal, type RunSetup, run } from './index.ts'

/** Calls a tool while it has heard nothing, and then says what it heard. */
const model = (asked: number[] = []): Provider => ({
  id: 'scripted',
  dialect: 'text',
  can: ['n', 'tools', 'logprobs'],
  price: { input: 0, output: 0 },
  max: (_m, o) => ({ calls: o.n, requests: 1, inputTokens: 100, outputTokens: 100 }),
  async sample(messages, o, live) {
    asked.push(o.n)
    const last = messages.at(-1)!
    const samples = Array.from({ length: o.n }, (_, i): Sample => {
      const q = ['a', 'b', 'b'][live.randomAt(live.index + i).int(3)]
      const tokens = [{ id: 1, logprob: -0.5, certainty: 1 }]
      return last.role === 'tool'
        ? { text: `It says ${last.content}.\nAnswer: ${last.content}`, tokens, finish: 'stop' }
        : { text: '', tokens, toolCalls: [{ id: 'x', name: 'search', arguments: JSON.stringify({ q }) }], finish: 'tool' }
    })
    return { samples, usage: { calls: o.n, requests: 1, inputTokens: 10, outputTokens: o.n } }
  },
})
const frame = (id: string, budget: Limits, asked?: number[]) => ({
  world: chat,
  method: methods.get(id)!,
  model: model(asked),
  reward: votes(),
  value: { id: 'even', value: async () => ({ value: 0.5 }) },
  budget,
})
const heard = (content: string): Heard => ({ heard: [{ role: 'tool', content, toolCallId: 'c0' }], calls: ['c0'] })
const go = (id: string, records: readonly JournalRecord[], o: RunSetup & { budget?: Limits; asked?: number[] } = {}) => {
  const journal = new MemoryJournal(records)
  const { budget = { calls: 12 }, asked, ...setup } = o
  const going = run(frame(id, budget, asked), 'Where?', { seed: 3, concurrency: 4, journal, ...setup })
  return { going, journal }
}
const keyOf = (r: { tree: unknown; nodes: readonly NodeId[] }): string => (r.tree as FlatTree).key(r.nodes[0])
const digest = (r: { tree: unknown }): string => (r.tree as FlatTree).digest()

describe('a search goes on from what became of its answer', () => {
  for (const id of ['self-consistency', 'best-of-n', 'auto', 'rebase', 'ab-mcts', 'greedy', 'step-beam', 'adaptive-consistency'])
    test(`${id}: in one tree, under one budget, and exactly so again`, async () => {
      const first = go(id, [])
      const a = await first.going
      expect((a.answer as Reply).toolCalls?.[0].name).toBe('search')
      const turn = { key: keyOf(a), action: heard('Paris'), limits: { calls: a.spent.calls + 9 } }
      const asked: number[] = []
      const second = go(id, first.journal.records, { turn, asked })
      const b = await second.going
      expect((b.answer as Reply).text).toBe('It says Paris.\nAnswer: Paris')
      const t = b.tree as FlatTree
      // The answer stands below what was heard, and that below the call.
      const way = t.path(b.nodes[0])
      expect(way.map(e => t.key(e))).toContain(turn.key)
      expect(t.action(way[way.map(e => t.key(e)).indexOf(turn.key) + 1])).toEqual(turn.action)
      // Nothing was asked again, and nothing more was spent than was left.
      const paid = asked.reduce((x, n) => x + n, 0)
      expect(paid).toBeGreaterThan(0)
      expect(b.spent.calls).toBe(a.spent.calls + paid)
      expect(paid).toBeLessThanOrEqual(9)
      const again: number[] = []
      const c = await go(id, second.journal.records, { asked: again, replayOnly: true }).going
      expect([digest(c), c.spent.calls, c.answer, again]).toEqual([digest(b), b.spent.calls, b.answer, []])
    })
  test('turn after turn; other calls of the former ones are gone', async () => {
    const first = go('self-consistency', [])
    let { journal } = first
    let r = await first.going
    for (const word of ['one', 'two', 'three']) {
      const more = go('self-consistency', journal.records, {
        turn: { key: keyOf(r), action: heard(word), limits: { calls: r.spent.calls + 3 } },
      })
      const was = r
      r = await more.going
      journal = more.journal
      expect((r.answer as Reply).text).toContain(word)
      expect(r.spent.calls).toBe(was.spent.calls + 3)
    }
    const t = r.tree as FlatTree
    for (const n of t.answers()) expect(t.path(n)).toContain(t.root)
  })
  test('the way it is sampled may change with it, and stays changed', async () => {
    const first = go('best-of-n', [])
    const a = await first.going
    const second = go('best-of-n', first.journal.records, {
      turn: { key: keyOf(a), action: heard('x'), limits: { calls: 15 }, sampling: { temperature: 0.1 } },
    })
    const b = await second.going
    // Under the former way the requests would be others, and the record would not hold.
    expect(digest(await go('best-of-n', second.journal.records, { replayOnly: true }).going)).toBe(digest(b))
  })
  test('killed anywhere, it resumes to the same tree and spend', async () => {
    const first = go('self-consistency', [], { clock: 'virtual' })
    const a = await first.going
    const turn = { key: keyOf(a), action: heard('Paris'), limits: { calls: a.spent.calls + 6 } }
    const second = go('self-consistency', first.journal.records, { turn, clock: 'virtual', concurrency: 1 })
    const b = await second.going
    const { records } = second.journal
    const begun = records.findIndex(r => r.t === 'act' && r.act.do === 'turn')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: begun + 1, max: records.length }), async n => {
        const r = await go('self-consistency', records.slice(0, n), { clock: 'virtual', concurrency: 1 }).going
        expect([digest(r), r.spent.calls, r.answer]).toEqual([digest(b), b.spent.calls, b.answer])
      }),
      { numRuns: 20 },
    )
  })
  test('what cannot follow is refused, and nothing of it is on record', async () => {
    const first = go('best-of-n', [])
    const a = await first.going
    const t = a.tree as FlatTree
    const { length } = first.journal.records
    const wrong = [
      { key: '0'.repeat(16), action: heard('x') },
      { key: t.key(0 as EdgeId), action: heard('x') },
      { key: keyOf(a), action: { text: 'a reply to a reply' } },
    ]
    for (const turn of wrong) {
      const bad = go('best-of-n', first.journal.records, { turn })
      await expect(bad.going).rejects.toThrow(/no node|cannot follow/)
      expect(bad.journal.records).toHaveLength(length)
    }
    const cut = go('best-of-n', first.journal.records.slice(0, 1), { turn: { key: keyOf(a), action: heard('x') } })
    await expect(cut.going).rejects.toThrow(/no answer yet/)
  })
})
