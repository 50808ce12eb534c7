// What keeping a journal costs, beside the least that SQLite can do for the same rows in the same run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DoneRecord, JournalRecord, OpenRecord } from '../src/runtime/index.ts'
import { openStore, type Store } from '../src/store/index.ts'
import { connect } from '../src/store/sqlite.ts'
import type { Row } from './row.ts'

/** A payload of 1 KB whose text differs from record to record, as samples do. */
const payloadOf = (k: number): string =>
  JSON.stringify({ text: `${k} `.padEnd(984, 'the answer follows from what was said. '), finish: 'stop' })
// biome-ignore format: one record
const openOf = (k: number): OpenRecord => ({
  t: 'open', k, after: k, at: '00c0ffee00c0ffee', kind: 'sample', ord: 0, hash: '0123456789abcdef', fp: (k * 2654435761) % 4294967296, time: k * 0.0123456,
  max: { calls: 1, requests: 1, inputTokens: 900, outputTokens: 512 },
})
// biome-ignore format: one record
const doneOf = (k: number): DoneRecord => ({
  t: 'done', k, status: 'ok', payload: payloadOf(k), time: k * 0.0123456 + 0.5,
  usage: { calls: 1, requests: 1, inputTokens: 812, outputTokens: 204, usd: 0.00034 },
})

const median = (xs: readonly number[]): number => xs.toSorted((a, b) => a - b)[xs.length >> 1]

/** Microseconds a pair; making the records is not counted. */
function appending(store: Store, pairs: number): { micros: number; id: string } {
  const run = store.create({ world: 'bench', method: { id: 'bench', version: 1 }, task: null })
  let spent = 0
  for (let k = 0; k < pairs; ) {
    const batch: JournalRecord[][] = []
    for (let i = 0; i < 1000 && k < pairs; i++, k++) batch.push([openOf(k), doneOf(k)])
    const begin = performance.now()
    for (const pair of batch) run.journal.append(pair)
    spent += performance.now() - begin
  }
  run.close()
  return { micros: (spent * 1000) / pairs, id: run.id }
}

/** The same two rows a commit, their texts made beforehand and nothing summed. */
function plain(file: string, pairs: number): number {
  const db = connect(file, { pageSize: 8192 })
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=10000; PRAGMA cache_size=-16000')
  db.exec('CREATE TABLE log(n INTEGER PRIMARY KEY, head TEXT, body)')
  const insert = db.prepare('INSERT INTO log(n, head, body) VALUES(?, ?, ?), (?, ?, ?)')
  let spent = 0
  for (let k = 0; k < pairs; ) {
    const batch: [string, string, string][] = []
    for (let i = 0; i < 1000 && k < pairs; i++, k++) {
      const { payload, ...head } = doneOf(k)
      batch.push([JSON.stringify(openOf(k)), JSON.stringify(head), payload])
    }
    let n = (k - batch.length) * 2
    const start = performance.now()
    for (const [open, done, payload] of batch) {
      insert.run(n + 1, open, null, n + 2, done, payload)
      n += 2
    }
    spent += performance.now() - start
  }
  db.close()
  return (spent * 1000) / pairs
}

/** Milliseconds to begin a run and to close it. */
function beginning(store: Store, runs: number): number {
  const begin = performance.now()
  for (let i = 0; i < runs; i++) store.create({ world: 'bench', method: { id: 'bench', version: 1 }, task: null }).close()
  return (performance.now() - begin) / runs
}

/** Microseconds a record, and by how much the heap grew at most (MB). */
function reading(store: Store, id: string): { micros: number; heap: number } {
  const run = store.open(id)
  const before = process.memoryUsage().heapUsed
  let most = before
  let n = 0
  const begin = performance.now()
  for (const _ of run.journal.read()) if (++n % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed)
  const spent = performance.now() - begin
  run.close()
  return { micros: (spent * 1000) / n, heap: (most - before) / 2 ** 20 }
}

/** Open and done records with 1 KB payloads, one commit a pair. `smoke`: small, to see that it runs. */
export async function bench(o: { smoke: boolean }): Promise<Row[]> {
  const pairs = o.smoke ? 500 : 100_000
  const rounds = o.smoke ? 1 : 3
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'))
  const store = openStore(join(folder, 'crash'))
  const safe = openStore(join(folder, 'power'), { durability: 'power' })
  try {
    const ours: number[] = []
    const limit: number[] = []
    let id = ''
    for (let i = 0; i < rounds; i++) {
      limit.push(plain(join(folder, `plain-${i}.db`), pairs))
      if (id !== '') store.remove(id)
      const done = appending(store, pairs)
      ours.push(done.micros)
      id = done.id
    }
    const read = reading(store, id)
    const power = appending(safe, o.smoke ? 50 : 2000)
    return [
      { name: 'journal: a pair of records, durability crash', value: median(ours), unit: 'us', bar: 'at most', target: 30 },
      { name: 'journal: the same as plain INSERTs without sums', value: median(limit), unit: 'us', note: 'the limit' },
      { name: 'journal: a pair of records, durability power', value: power.micros, unit: 'us' },
      { name: 'journal: reading and checking a record', value: read.micros, unit: 'us' },
      { name: 'store: beginning and closing a run', value: beginning(store, o.smoke ? 5 : 100), unit: 'ms' },
      { name: 'journal: heap growth while reading', value: read.heap, unit: 'MB' },
    ]
  } finally {
    store.close()
    safe.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) console.table(await bench({ smoke: process.argv.includes('--smoke') }))
