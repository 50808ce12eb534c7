import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { EdgeId } from '../contract/index.ts'
import { decodeTree, type FlatTree, recallTerms, termsOf } from '../kernel/index.ts'
import { type Job, type Run, requestHash } from '../runtime/index.ts'
import { openStore } from '../store/index.ts'
import { frameOf, type Plan, Requests, recorded, rerun, solve } from './index.ts'

const job = (request: string): Job => ({ request }) as Job
const plan: Plan = {
  world: 'countdown',
  task: '3 7 9 25 50 75 -> 952',
  method: 'uct',
  knobs: { untilSolved: false },
  models: { policy: 'simulated:error=0.1' },
  budget: { calls: 700 },
  seed: 3,
}
const stored = async (): Promise<{ store: string; run: string; tree: FlatTree }> => {
  const store = mkdtempSync(join(tmpdir(), 'espalier-requests-'))
  const { frame, task } = await frameOf(plan)
  const r = await solve(frame, task, { store, seed: 3, plan })
  return { store, run: r.run, tree: r.tree as FlatTree }
}

test('requests and judgements come back from bytes as they were told, at any number of them', () => {
  for (const n of [0, 1, 63, 64, 65, 1000]) {
    const told = new Requests()
    for (let k = 0; k < n; k++) told.request(k, job(`request ${k} ${'x'.repeat(k % 7)} ä`))
    for (let e = 0; e < n; e += 5) {
      told.judged((e * 100) as EdgeId, 'V', 'critic', { value: e % 2 === 0 ? e : Number.NaN, critique: `of ${e}` })
      told.judged((e * 100) as EdgeId, 'R', 'exact', { value: 1 })
    }
    for (const r of [told, Requests.decode(told.encode())]) {
      for (let k = 0; k < n; k++) expect(r.text(k)).toBe(`request ${k} ${'x'.repeat(k % 7)} ä`)
      expect([r.text(n), r.text(n + 64)]).toEqual([null, null])
      for (let e = 0; e < n; e++) expect(r.judgements((e * 100) as EdgeId).length).toBe(e % 5 === 0 ? 2 : 0)
      for (let e = 0; e < n * 100; e += 50) expect(r.judgements(e as EdgeId)).toEqual(told.judgements(e as EdgeId))
    }
  }
})
test('beyond its bytes the oldest are let go, there and in what is kept', () => {
  const told = new Requests(2000)
  // Nothing of it can be packed.
  const text = (k: number): string => Array.from({ length: 40 }, (_, i) => Math.imul(k * 40 + i + 1, 0x9e3779b1) >>> 0).join(' ')
  for (let k = 0; k < 64 * 30; k++) told.request(k, job(text(k)))
  const kept = Requests.decode(told.encode())
  const last = 64 * 30 - 1
  expect([kept.text(0), kept.text(last)]).toEqual([null, text(last)])
})
test('bytes that are none are one clear line', () => {
  const told = new Requests()
  told.request(0, job('a'))
  const bytes = told.encode()
  for (const bad of [new Uint8Array(3), new Uint8Array(40), bytes.slice(0, -1)])
    expect(() => Requests.decode(bad)).toThrow(/not the requests/)
})

test('a run of many requests keeps what its record would tell: the same texts by their hashes, judgements and terms', async () => {
  const { store, run, tree } = await stored()
  const s = openStore(store)
  try {
    const handle = s.open(run)
    const kept = Requests.decode(handle.snapshot.load('requests') as Uint8Array)
    let opened = 0
    for (const r of handle.journal.read()) {
      if (r.t !== 'open') continue
      opened++
      expect(requestHash(r.at, r.kind, kept.text(r.k)!)).toBe(r.hash)
    }
    expect(opened).toBeGreaterThan(256)
    const told = new Requests()
    const again = await rerun(handle, await recorded(handle.meta), { tap: told })
    const t = decodeTree(handle.snapshot.load('tree') as Uint8Array, tree.rules)
    recallTerms(t, handle.snapshot.load('terms') as Uint8Array)
    const known = (terms: Record<string, number> | null): Record<string, number> =>
      Object.fromEntries(Object.entries(terms ?? {}).filter(([, x]) => !Number.isNaN(x)))
    for (let e = 1 as EdgeId; e < t.size; e++) {
      expect(kept.judgements(e)).toEqual(told.judgements(e))
      expect(known(termsOf(t, e))).toEqual(known(termsOf(again.run.tree, e)))
    }
    handle.close()
  } finally {
    s.close()
    rmSync(store, { recursive: true, force: true })
  }
})

test('a record that is read can be put down on its way', async () => {
  const { store, run } = await stored()
  const s = openStore(store)
  try {
    const handle = s.open(run)
    const stop = new AbortController()
    let going: Run<any, any, any> | undefined
    let told = 0
    const tap = { request: () => void (++told === 100 && stop.abort(new Error('put down'))) }
    const reading = rerun(handle, await recorded(handle.meta), { tap, signal: stop.signal, onRun: r => (going = r) })
    await expect(reading).rejects.toThrow('put down')
    expect(going!.report.replayed).toBeGreaterThan(0)
    expect(going!.report.effects).toBeLessThan(150)
    handle.close()
  } finally {
    s.close()
    rmSync(store, { recursive: true, force: true })
  }
})
