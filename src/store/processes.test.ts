// Real processes on one store: at once, and killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { DoneRecord, JournalRecord } from '../runtime/index.ts'
import { openStore } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'espalier-processes-'))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

/** What every process writes as its k-th pair; large payloads now and then. */
const source = `(who, k) => [
  { t: 'open', k, after: k, at: who, kind: 'sample', ord: 0, hash: 'h' + k, fp: k, time: k, max: { calls: 1 } },
  { t: 'done', k, status: 'ok', payload: (who + ' ' + k + ' ').padEnd(k % 9 === 4 ? 20000 : 600, 'evidence '), usage: { calls: 1 }, time: k + 0.5 },
]`
// biome-ignore lint/security/noGlobalEval: the processes and this test must write the same
const pair = globalThis.eval(source) as (who: string, k: number) => JournalRecord[]

function start(body: string): { child: ChildProcess; output: () => string } {
  const code = `
    import { writeSync } from 'node:fs'
    const { openStore } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))})
    const pair = ${source}
    ${body}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let text = ''
  child.stdout!.on('data', d => (text += d))
  child.stderr!.on('data', d => (text += `stderr: ${d}`))
  return { child, output: () => text }
}

/** Every one of them ended well, and said nothing. */
async function finished(working: readonly ReturnType<typeof start>[]): Promise<void> {
  const codes = await Promise.all(working.map(async w => (await once(w.child, 'close'))[0]))
  expect(working.map((w, i) => [codes[i], w.output()])).toEqual(working.map(() => [0, '']))
}

test('processes that write to their own runs, and to the index, at once: nothing is lost or mixed', async () => {
  const folder = join(root, 'at-once')
  const working = Array.from({ length: 3 }, (_, i) =>
    start(`
      const store = openStore(${JSON.stringify(folder)})
      for (let r = 0; r < 3; r++) {
        const run = store.create({ world: 'w${i}', method: { id: 'm', version: 1 }, task: r })
        for (let k = 0; k < 60; k++) {
          run.journal.append(pair(run.id, k))
          store.update(run.id, { nodes: k + 1 })
          store.cache.put('shared-' + k, String(k), { calls: 1 })
          store.cache.put(run.id + k, String(k), {})
        }
        store.update(run.id, { status: 'done' })
        run.close()
      }
      store.close()`),
  )
  await finished(working)
  const store = openStore(folder)
  const runs = store.list()
  expect(runs.length).toBe(9)
  for (const meta of runs) {
    expect(meta).toMatchObject({ status: 'done', nodes: 60 })
    const expected = Array.from({ length: 60 }, (_, k) => pair(meta.id, k)).flat()
    expect([...store.open(meta.id).journal.read()]).toEqual(expected)
    for (let k = 0; k < 60; k++) expect(store.cache.get(meta.id + k)?.payload).toBe(String(k))
  }
  expect(store.cache.size().entries).toBe(9 * 60 + 60)
  store.close()
})

test('a writer that is killed again and again: every commit it spoke of is there, nothing else, and the lock is free', async () => {
  const folder = join(root, 'killed')
  const first = openStore(folder)
  const { id } = first.create({ world: 'w', method: { id: 'm', version: 1 }, task: null })
  first.close()
  let before = 0
  for (let round = 0; round < 12; round++) {
    const { child, output } = start(`
      const run = openStore(${JSON.stringify(folder)}).open('${id}', { write: true })
      let k = run.journal.size / 2
      for (;; k++) {
        run.journal.append(pair('${id}', k))
        writeSync(1, (k + 1) + '\\n')
      }`)
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
    await new Promise(resolve => setTimeout(resolve, (round * 7) % 40))
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
    expect(output()).not.toContain('stderr')
    const spoken = Number(output().trim().split('\n').at(-1))
    const store = openStore(folder)
    expect(store.owner(id)).toBe(null)
    const run = store.open(id, { write: true })
    expect(run.journal.damage).toBe(null)
    const kept = run.journal.size / 2
    expect(Number.isInteger(kept)).toBe(true)
    expect(kept).toBeGreaterThan(before)
    // At most the one that it could not speak of any more.
    expect([spoken, spoken + 1]).toContain(kept)
    let n = 0
    for (const r of run.journal.read()) {
      const expected = pair(id, n >> 1)[n & 1]
      expect(r.t).toBe(expected.t)
      if (r.t === 'done') expect(r.payload === (expected as DoneRecord).payload).toBe(true)
      n++
    }
    expect(n).toBe(kept * 2)
    before = kept
    store.close()
  }
})

test('processes that begin runs in the same moment get different ids', async () => {
  const folder = join(root, 'ids')
  openStore(folder).close()
  const working = Array.from({ length: 3 }, () =>
    start(`
      const now = 1700000000000
      Date.now = () => now
      const store = openStore(${JSON.stringify(folder)})
      for (let i = 0; i < 40; i++) { const run = store.create({ world: 'w', method: { id: 'm', version: 1 }, task: i }); run.journal.append(pair(run.id, 0)); run.close() }
      store.close()`),
  )
  await finished(working)
  const store = openStore(folder)
  expect(store.list().length).toBe(120)
  for (const meta of store.list()) {
    const run = store.open(meta.id)
    expect([...run.journal.read()]).toEqual(pair(meta.id, 0))
    run.close()
  }
  store.close()
})
