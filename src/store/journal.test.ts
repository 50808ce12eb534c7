import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { DoneRecord, JournalRecord } from '../runtime/index.ts'
import { SqliteJournal } from './journal.ts'
import { connect, StoreFailure } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-journal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fresh = (): string => join(folder, `${files++}.db`)

const count = fc.nat({ max: 2 ** 40 })
/** -0 is 0 in JSON, and to whoever reads it. */
const time = fc.double({ min: 0, max: 1e9, noNaN: true }).map(x => x + 0)
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.nat(0xffff).map(c => String.fromCharCode(c)) }), // lone surrogates and NUL too
)
const limits = fc.dictionary(fc.constantFrom('calls', 'tokens', 'usd', 'seconds'), time)
const payload = fc.oneof(
  fc.constant(''),
  anyText,
  fc.json({ stringUnit: 'binary' }),
  anyText.map(s => s.repeat(Math.ceil(5000 / Math.max(1, s.length)))),
)
const act = fc.oneof(
  fc.constantFrom({ do: 'deadline' } as const, { do: 'pin', key: '00c0ffee00c0ffee' } as const, { do: 'stop' } as const),
  fc.record({ do: fc.constant('raise' as const), limits }),
  fc.record({ do: fc.constantFrom('prune' as const, 'pin' as const, 'unpin' as const), key: anyText }),
)
const record = fc.oneof(
  fc.record({
    t: fc.constant('open' as const),
    k: count,
    after: count,
    at: anyText,
    kind: anyText,
    ord: count,
    hash: anyText,
    fp: count,
    time,
    max: limits,
  }),
  fc.record(
    {
      t: fc.constant('done' as const),
      k: count,
      status: fc.constantFrom('ok' as const, 'error' as const, 'timeout' as const, 'cancelled' as const),
      payload,
      usage: fc.record({ calls: count, usd: fc.option(time) }, { requiredKeys: [] }),
      time,
      cached: fc.boolean(),
    },
    { requiredKeys: ['t', 'k', 'status', 'payload', 'usage', 'time'] },
  ),
  fc.record({ t: fc.constant('act' as const), act, time }),
  fc.record({ t: fc.constant('session' as const), pid: count, wall: time, after: count, inDoubt: fc.array(count), charged: limits }),
) as fc.Arbitrary<JournalRecord>

const done = (k: number, payload: string): DoneRecord => ({ t: 'done', k, status: 'ok', payload, usage: { calls: 1 }, time: k })
const refusal = (work: () => unknown): StoreFailure => {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(StoreFailure)
    expect((error as StoreFailure).message).not.toContain('\n')
    return error as StoreFailure
  }
  throw new Error('nothing was refused')
}

test('every record comes back as it was written, in order, from the same journal and from a file opened again', () => {
  fc.assert(
    fc.property(fc.array(fc.array(record, { maxLength: 4 }), { maxLength: 8 }), batches => {
      const file = fresh()
      const journal = SqliteJournal.create(file)
      for (const batch of batches) journal.append(batch)
      const all = batches.flat()
      expect(journal.size).toBe(all.length)
      expect([...journal.read()]).toEqual(all)
      journal.close()
      const again = new SqliteJournal(file)
      expect(again.size).toBe(all.length)
      expect([...again.read()]).toEqual(all)
      expect(again.damage).toBe(null)
      again.close()
    }),
    { numRuns: 60 },
  )
})

test('what is appended after a file was opened again continues it', () => {
  const file = fresh()
  const all: JournalRecord[] = []
  for (let session = 0; session < 4; session++) {
    const journal = session === 0 ? SqliteJournal.create(file) : new SqliteJournal(file, { write: true })
    // With and without reading first.
    if (session % 2 === 1) expect([...journal.read()]).toEqual(all)
    for (let i = 0; i < 3; i++) {
      const batch = [done(all.length, 'a'), done(all.length + 1, 'b'.repeat(9000))]
      journal.append(batch)
      all.push(...batch)
    }
    expect([...journal.read()]).toEqual(all)
    journal.close()
  }
})

test('a payload of a megabyte is kept once, however many records carry it', () => {
  const file = fresh()
  const journal = SqliteJournal.create(file)
  const large = 'é'.repeat(1 << 20)
  for (let k = 0; k < 20; k++) journal.append([done(k, large)])
  journal.append([done(20, `${large}.`)])
  journal.close()
  expect(statSync(file).size).toBeLessThan(5 * 2 ** 20)
  const again = new SqliteJournal(file)
  let n = 0
  for (const r of again.read()) expect((r as DoneRecord).payload === (n++ < 20 ? large : `${large}.`)).toBe(true)
  expect(n).toBe(21)
  again.close()
})

test('a payload whose digest is taken by another text is kept all the same', () => {
  const file = fresh()
  const journal = SqliteJournal.create(file)
  const large = 'x'.repeat(9000)
  journal.append([done(0, large)])
  journal.close()
  const db = connect(file)
  const { hash } = db.prepare('SELECT hash FROM blob').get() as { hash: string }
  db.prepare('INSERT INTO blob(hash, body) VALUES(?, ?)').run(`not ${hash}`, 'y')
  db.exec('UPDATE blob SET hash = hash || id')
  const other = 'z'.repeat(9000)
  const probe = SqliteJournal.create(fresh())
  probe.append([done(0, other)])
  const taken = connect(probe.file, { readOnly: true })
  db.prepare('UPDATE blob SET hash = ? WHERE id = 2').run((taken.prepare('SELECT hash FROM blob').get() as { hash: string }).hash)
  taken.close()
  probe.close()
  db.close()
  const again = new SqliteJournal(file, { write: true })
  again.append([done(1, other)])
  expect([...again.read()]).toEqual([done(0, large), done(1, other)])
  again.close()
})

test('100,000 records are read in a heap that could not hold them', () => {
  const file = fresh()
  const journal = SqliteJournal.create(file)
  let text = 0
  for (let k = 0; k < 100_000; k += 1000) {
    const batch = Array.from({ length: 1000 }, (_, i) => done(k + i, `${k + i} `.padEnd(1024, 'evidence ')))
    for (const r of batch) text += r.payload.length
    journal.append(batch)
  }
  journal.close()
  expect(text).toBeGreaterThan(100e6)
  const code = `
    const { SqliteJournal } = await import(${JSON.stringify(join(import.meta.dirname, 'journal.ts'))})
    const journal = new SqliteJournal(${JSON.stringify(file)})
    let n = 0
    for (const r of journal.read()) if (r.k === n && r.payload.startsWith(n + ' ')) n++
    console.log(n, journal.damage)`
  const child = spawnSync(process.execPath, ['--max-old-space-size=40', '--input-type=module', '-e', code], { encoding: 'utf8' })
  expect(child.stderr).toBe('')
  expect(child.stdout).toBe('100000 null\n')
})

test('a reader sees what a writer commits meanwhile, and may stop half-way', () => {
  const journal = SqliteJournal.create(fresh())
  journal.append([done(0, 'a'), done(1, 'b')])
  const reader = new SqliteJournal(journal.file)
  expect(reader.size).toBe(2)
  for (const r of reader.read()) {
    expect(r).toEqual(done(0, 'a'))
    break
  }
  // A writer may append while it reads: it reads what was there when it began.
  let seen = 0
  for (const _ of journal.read()) journal.append([done(2 + seen++, 'c')])
  expect(seen).toBe(2)
  expect(reader.size).toBe(4)
  expect([...reader.read()].length).toBe(4)
  reader.close()
  journal.close()
})

test('a full disk: nothing of the commit is written, the journal stays whole, and the same append may be tried again', () => {
  const file = fresh()
  const journal = SqliteJournal.create(file)
  const kept: JournalRecord[] = []
  journal.quota(40 * 8192)
  let failure: StoreFailure | null = null
  let batch: JournalRecord[] = []
  for (let k = 0; failure === null; k += 3) {
    batch = [done(k, 'small'), done(k + 1, `${k} `.padEnd(3000, 'middling ')), done(k + 2, `${k} `.padEnd(9000, 'large '))]
    try {
      journal.append(batch)
      kept.push(...batch)
    } catch (error) {
      failure = error as StoreFailure
    }
  }
  expect(kept.length).toBeGreaterThan(10)
  expect(failure).toBeInstanceOf(StoreFailure)
  expect(failure.retry).toBe(true)
  expect(failure.message).toBe(`no space left to write ${file}`)
  expect(journal.size).toBe(kept.length)
  expect([...journal.read()]).toEqual(kept)
  expect(refusal(() => journal.append(batch)).retry).toBe(true)
  const large = [done(kept.length, `single ${'x'.repeat(5000)}`)]
  refusal(() => journal.append(large))
  journal.quota(400 * 8192)
  journal.append(batch)
  kept.push(...batch)
  journal.close()
  const again = new SqliteJournal(file)
  expect([...again.read()]).toEqual(kept)
  expect(again.damage).toBe(null)
  again.close()
})

test('a number that JSON does not have is refused before anything is written', () => {
  const journal = SqliteJournal.create(fresh())
  expect(() => journal.append([done(0, ''), { ...done(1, ''), usage: { calls: Number.POSITIVE_INFINITY } }])).toThrow(
    /Infinity at usage.calls/,
  )
  expect(journal.size).toBe(0)
  journal.append([{ ...done(0, ''), usage: { usd: null } }])
  expect(journal.size).toBe(1)
  journal.close()
})

test('appending is refused where it was not asked for, and after closing', () => {
  const journal = SqliteJournal.create(fresh())
  journal.append([done(0, '')])
  const reader = new SqliteJournal(journal.file)
  expect(refusal(() => reader.append([done(1, '')])).message).toContain('reading only')
  reader.close()
  journal.close()
  expect(refusal(() => journal.append([done(1, '')])).message).toContain('closed')
  expect(refusal(() => [...journal.read()]).message).toContain('closed')
  journal.close()
})

test('a journal of a later format is refused in one line; there is no journal where there is no file', () => {
  const journal = SqliteJournal.create(fresh())
  journal.close()
  const db = connect(journal.file)
  db.exec(`PRAGMA user_version=7; PRAGMA application_id=${0x45737007}`)
  db.close()
  expect(refusal(() => new SqliteJournal(journal.file)).message).toMatch(/has format 7; .* reads formats up to 1$/)
  expect(refusal(() => new SqliteJournal(fresh())).message).toContain('does not exist')
  expect(refusal(() => SqliteJournal.create(journal.file)).message).toContain('is there already')
})

test('a file whose process ended before it was made whole is an empty journal', () => {
  const file = fresh()
  const db = connect(file, { pageSize: 8192 })
  db.exec('PRAGMA journal_mode=WAL')
  db.close()
  const journal = new SqliteJournal(file, { write: true })
  expect(journal.size).toBe(0)
  expect([...journal.read()]).toEqual([])
  expect(journal.damage).toBe(null)
  journal.append([done(0, 'first')])
  expect([...journal.read()]).toEqual([done(0, 'first')])
  journal.close()
})

test('both durabilities write the same rows', () => {
  const sums = (['crash', 'power'] as const).map(durability => {
    const journal = SqliteJournal.create(fresh(), { durability })
    for (let k = 0; k < 5; k++) journal.append([done(k, 'x'), done(k, 'y'.repeat(5000))])
    journal.close()
    const db = connect(journal.file, { readOnly: true })
    const rows = db.prepare('SELECT * FROM log').all()
    db.close()
    return JSON.stringify(rows)
  })
  expect(sums[0]).toBe(sums[1])
})

test('looking at a journal leaves no file behind and changes none', () => {
  const journal = SqliteJournal.create(fresh())
  journal.append([done(0, 'x')])
  // As a process that was killed leaves it: the record is only in the write-ahead log.
  const file = fresh()
  copyFileSync(journal.file, file)
  copyFileSync(`${journal.file}-wal`, `${file}-wal`)
  journal.close()
  const bytes = () => [readFileSync(file), readFileSync(`${file}-wal`)]
  const before = bytes()
  const reader = new SqliteJournal(file)
  expect([...reader.read()]).toEqual([done(0, 'x')])
  reader.close()
  expect(bytes()).toEqual(before)
  const clean = new SqliteJournal(journal.file)
  expect([...clean.read()]).toEqual([done(0, 'x')])
  clean.close()
  expect(() => statSync(`${journal.file}-shm`)).toThrow()
  expect(() => statSync(`${journal.file}-wal`)).toThrow()
})
