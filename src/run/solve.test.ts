import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FlatTree } from '../kernel/index.ts'
import { decodeTree } from '../kernel/index.ts'
import { grower } from '../runtime/fixture/methods.ts'
import { toy, toyModel, toyValue } from '../runtime/fixture/toy.ts'
import { method } from '../runtime/index.ts'
import { openStore } from '../store/index.ts'
import { frameOf, type Plan, replay, solve, whatIf } from './index.ts'

let store: string
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'espalier-solve-'))
})
afterEach(() => rmSync(store, { recursive: true, force: true }))

const digest = (r: { tree: unknown }): string => (r.tree as FlatTree).digest()
const frame = (calls = 60) => ({ world: toy(4), method: grower, model: toyModel({ latency: 50 }), value: toyValue, budget: { calls } })
const plan: Plan = {
  world: 'game24',
  task: '4 9 10 13',
  method: 'best-of-n',
  models: { policy: 'simulated:error=0.1' },
  budget: { calls: 40 },
  seed: 3,
}

describe('a run in a store', () => {
  test('is known before its first effect, and kept with its answer, its spend and its tree', async () => {
    let early = ''
    const r = await solve(frame(), '', {
      store,
      seed: 2,
      onRun: id => {
        early = id
      },
    })
    expect(r.run).toBe(early)
    const s = openStore(store)
    const handle = s.open(r.run)
    expect(handle.meta).toMatchObject({
      status: 'done',
      world: 'toy-4',
      method: { id: 'grower', version: 1 },
      limits: { calls: 60 },
      spent: { calls: r.spent.calls },
      answer: r.answer ?? null,
    })
    expect(handle.meta.codeHash).toMatch(/^[0-9a-f]{16}$/)
    const tree = decodeTree(handle.snapshot.load('tree') as Uint8Array, (r.tree as FlatTree).rules)
    expect(tree.digest()).toBe(digest(r))
    s.close()
  })
  test('that is open is left open, with several at once in it', async () => {
    const open = openStore(store)
    const all = await Promise.all([1, 2, 3].map(seed => solve(frame(), '', { store: open, seed })))
    expect(new Set(all.map(r => r.run)).size).toBe(3)
    for (const r of all) {
      expect(open.get(r.run)).toMatchObject({ status: 'done', spent: { calls: r.spent.calls } })
      expect(open.owner(r.run)).toBeNull()
      expect(await replay(r.run, { store, frame: frame(), task: '' })).toMatchObject({ holds: true })
    }
    const b = await solve(frame(), '', { store: open, resume: all[0].run })
    expect(digest(b)).toBe(digest(all[0]))
    open.close()
  })
  test('that has ended gives its result again, without a call', async () => {
    const a = await solve(frame(), '', { store })
    let made = 0
    const again = { ...frame(), model: toyModel({ latency: 50, onCall: () => made++ }) }
    const b = await solve(again, '', { store, resume: a.run })
    expect([digest(b), b.spent.calls, made]).toEqual([digest(a), a.spent.calls, 0])
  })
  test('goes on under a raised limit, and may be raised again', async () => {
    const a = await solve(frame(30), '', { store })
    const b = await solve(frame(60), '', { store, resume: a.run })
    const c = await solve(frame(90), '', { store, resume: a.run })
    expect([a.spent.calls, b.spent.calls, c.spent.calls]).toEqual([30, 60, 90])
    // The limits it began with ask for nothing new.
    expect((await solve(frame(30), '', { store, resume: a.run })).spent.calls).toBe(90)
    expect(() => solve(frame(20), '', { store, resume: a.run })).toThrow(/can only rise: calls was 90, asked for 20/)
  })
  test('is refused to another world, method, version or model, in one line', async () => {
    const { run } = await solve(frame(), '', { store })
    const other = method({ ...grower, id: 'other', knobs: {}, presets: {}, async run() {} })
    const newer = method({ id: 'grower', version: 2, knobs: {}, async run() {} })
    const cases: [object, RegExp][] = [
      [{ world: toy(5) }, /made with the world toy-4, and this is toy-5/],
      [{ method: other }, /made with the method grower, and this is other/],
      [{ method: newer }, /made with grower version 1, and this is 2/],
      [{ model: { ...toyModel(), id: 'another' } }, /made with the model policy: toy, and this is another/],
    ]
    for (const [change, message] of cases) {
      expect(() => solve({ ...frame(), ...change }, '', { store, resume: run })).toThrow(message)
      // Refused, it is free for the right one.
      expect((await solve(frame(), '', { store, resume: run })).run).toBe(run)
    }
  })
  test('without a store nothing is written, and there is nothing to resume', async () => {
    expect((await solve(frame(), '')).spent.calls).toBe(60)
    expect(() => solve(frame(), '', { resume: 'r-x' })).toThrow(/from a store only/)
  })
  test('a cached answer is charged at its price and saves the call', async () => {
    let made = 0
    const f = () => ({ ...frame(), model: toyModel({ latency: 50, onCall: () => made++ }) })
    const a = await solve(f(), '', { store, cache: true })
    const first = made
    const b = await solve(f(), '', { store, cache: true })
    expect([digest(b), b.spent.calls, made]).toEqual([digest(a), a.spent.calls, first])
  })
})

describe('a recorded run', () => {
  const recorded = async (): Promise<string> => {
    const { frame, task } = await frameOf(plan)
    return (await solve(frame, task, { store, plan, seed: 3 })).run
  }
  test('holds when it is run again from its record', async () => {
    const run = await recorded()
    const r = await replay(run, { store })
    expect([r.holds, r.why, r.result?.spent.calls]).toEqual([true, undefined, openSpent(run)])
  })
  test('what if: the same method is covered whole; another only as far as it asks the same', async () => {
    const run = await recorded()
    const same = await whatIf(run, {}, { store })
    expect([same.covered, same.result.spent.calls]).toEqual([1, openSpent(run)])
    const other = await whatIf(run, { method: 'tree-of-thoughts' }, { store })
    expect([other.method, other.covered < 1, other.requests > 0]).toEqual(['tree-of-thoughts', true, true])
  })
  function openSpent(run: string): number | undefined {
    const s = openStore(store)
    const { calls } = s.get(run).spent
    s.close()
    return calls
  }
})
