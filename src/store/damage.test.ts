// Damaged journals: never a wrong record, always a clean prefix, and the damaged file left as it is.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Failure } from '../kernel/failure.ts'
import { canonical } from '../kernel/hash.ts'
import { type JournalRecord, MemoryJournal } from '../runtime/index.ts'
import { pageSize, SqliteJournal } from './journal.ts'
import { rescue } from './salvage.ts'
import { rowSum } from './sum.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-damage-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fresh = (): string => join(folder, `${files++}.db`)

const records: JournalRecord[] = []
for (let k = 0; k < 60; k++) {
  records.push({
    t: 'open',
    k,
    after: k,
    at: `${k}`.padStart(16, '0'),
    kind: 'sample',
    ord: 0,
    hash: 'abcdef',
    fp: k,
    time: k,
    max: { calls: 1 },
  })
  const payload =
    k % 7 === 3 ? `${k} `.padEnd(9000, 'large ') : k % 7 === 4 ? 'the same large text '.repeat(400) : `${k} `.padEnd(700, 'ünïcode ')
  records.push({ t: 'done', k, status: 'ok', payload, usage: { calls: 1, outputTokens: k }, time: k + 0.5 })
}
const asText = records.map(canonical)

/** A journal in the file alone, and the same in the write-ahead log (as a killed process leaves it), part of it in the file already. */
const whole = fresh()
const torn = fresh()
{
  const journal = SqliteJournal.create(whole)
  for (let i = 0; i < records.length; i += 2) journal.append(records.slice(i, i + 2))
  journal.close()
  const first = SqliteJournal.create(torn)
  for (let i = 0; i < 40; i += 2) first.append(records.slice(i, i + 2))
  first.close()
  const second = new SqliteJournal(torn, { write: true })
  for (let i = 40; i < records.length; i += 2) second.append(records.slice(i, i + 2))
  const killed = fresh()
  copyFileSync(torn, killed)
  copyFileSync(`${torn}-wal`, `${killed}-wal`)
  second.close()
  copyFileSync(killed, torn)
  copyFileSync(`${killed}-wal`, `${torn}-wal`)
}
const file = readFileSync(whole)
const base = readFileSync(torn)
const log = readFileSync(`${torn}-wal`)

interface Found {
  /** Records read, all of them right. */
  size: number
  /** null: nothing bad was seen. */
  damage: SqliteJournal['damage']
  refused: string | null
}

/** Reads a file, and sees that what it gives is a prefix of what was written. */
function look(path: string): Found {
  let size = 0
  let journal: SqliteJournal
  try {
    journal = new SqliteJournal(path)
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
    return { size: 0, damage: null, refused: (error as Failure).message }
  }
  for (const r of journal.read()) expect(canonical(r) === asText[size++]).toBe(true)
  const { damage } = journal
  if (damage) expect([damage.record, journal.size]).toEqual([size + 1, size])
  journal.close()
  return { size, damage, refused: null }
}

/** Looks at damaged bytes, salvages them, and sees that they were not touched. */
function trial(main: Buffer, wal: Buffer | null): { read: Found; saved: number } {
  const path = fresh()
  writeFileSync(path, main)
  if (wal) writeFileSync(`${path}-wal`, wal)
  const untouched = () => {
    expect(readFileSync(path).equals(main)).toBe(true)
    if (wal) expect(readFileSync(`${path}-wal`).equals(wal)).toBe(true)
  }
  const read = look(path)
  if (read.damage) {
    untouched()
    const writer = new SqliteJournal(path, { write: true })
    expect(() => writer.append([records[0]])).toThrow(/damaged at record/)
    writer.close()
    untouched()
  }
  const to = new MemoryJournal()
  const saved = rescue(path, `${path}.salvage`, to)
  if (read.damage) untouched()
  expect(to.size).toBe(saved)
  for (let i = 0; i < saved; i++) expect(canonical(to.records[i]) === asText[i]).toBe(true)
  expect(saved).toBeGreaterThanOrEqual(read.size)
  for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true })
  return { read, saved }
}

const flipped = (b: Buffer, at: number, bit: number): Buffer => {
  const out = Buffer.from(b)
  out[at] ^= 1 << bit
  return out
}

test('undamaged, both forms are read whole', () => {
  expect(trial(file, null)).toEqual({ read: { size: 120, damage: null, refused: null }, saved: 120 })
  expect(trial(base, log)).toEqual({ read: { size: 120, damage: null, refused: null }, saved: 120 })
  expect(trial(base, null)).toEqual({ read: { size: 40, damage: null, refused: null }, saved: 40 })
})

test('a flipped bit anywhere in the file: a clean prefix', () => {
  let seen = 0
  fc.assert(
    fc.property(fc.nat({ max: file.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
      const { read } = trial(flipped(file, at, bit), null)
      if (read.damage || read.refused) seen++
    }),
    { numRuns: 200 },
  )
  expect(seen).toBeGreaterThan(80)
})

test('a flipped bit in the first pages, where header, definitions and roots lie: a clean prefix', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat({ max: 120 }), fc.nat({ max: pageSize * 4 })), fc.nat({ max: 7 }), (at, bit) => {
      trial(flipped(file, at, bit), null)
    }),
    { numRuns: 120 },
  )
})

test('a flipped bit in a payload is found at its record, and everything before it is saved', () => {
  for (const k of [0, 12, 33, 58]) {
    const out = Buffer.from(file)
    // Where pages were split, SQLite leaves stale copies behind: every copy is hit.
    for (let at = -1; (at = out.indexOf(`}${k} ünïcode`, at + 1)) >= 0; ) out[at + 200] ^= 1
    const { read, saved } = trial(out, null)
    expect(read.damage?.record).toBe(2 * k + 2)
    expect(read.damage?.why).toContain('sum')
    expect(saved).toBe(2 * k + 1)
  }
})

test('a flipped bit in a large payload is found at the record that carries it', () => {
  const at = file.indexOf('24 large large')
  expect(at).toBeGreaterThan(0)
  expect(trial(flipped(file, at + 100, 3), null).read.damage?.record).toBe(2 * 24 + 2)
})

test('bytes overwritten, several at once: a clean prefix', () => {
  fc.assert(
    fc.property(fc.nat({ max: file.length - 1 }), fc.uint8Array({ minLength: 1, maxLength: 3000 }), (at, bytes) => {
      const out = Buffer.from(file)
      out.set(bytes.subarray(0, out.length - at), at)
      trial(out, null)
    }),
    { numRuns: 100 },
  )
})

test('a file cut short: what lies before the cut is saved', () => {
  const saved: number[] = []
  fc.assert(
    fc.property(fc.nat({ max: file.length - 1 }), length => {
      const found = trial(file.subarray(0, length), null)
      saved.push(found.saved)
    }),
    { numRuns: 80 },
  )
  expect(Math.max(...saved)).toBeGreaterThan(60)
})

test('a write-ahead log cut short, as after a loss of power: a clean prefix, and no damage to speak of', () => {
  fc.assert(
    fc.property(fc.nat({ max: log.length }), length => {
      const { read } = trial(base, log.subarray(0, length))
      expect(read.damage).toBe(null)
      expect(read.size).toBeGreaterThanOrEqual(40)
      expect(read.size % 2).toBe(0)
    }),
    { numRuns: 80 },
  )
})

test('a flipped bit in the write-ahead log: a clean prefix', () => {
  fc.assert(
    fc.property(fc.nat({ max: log.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
      const { read } = trial(base, flipped(log, at, bit))
      expect(read.size).toBeGreaterThanOrEqual(40)
    }),
    { numRuns: 100 },
  )
})

test('a lost header is made again: nothing is lost', () => {
  const out = Buffer.from(file)
  out.fill(0, 0, pageSize)
  const { read, saved } = trial(out, null)
  expect(read.size).toBe(0)
  expect(saved).toBe(120)
  const wrongVersion = Buffer.from(file)
  wrongVersion.writeUInt32BE(9, 60)
  expect(trial(wrongVersion, null)).toMatchObject({ read: { size: 0, damage: { record: 1 } }, saved: 120 })
})

test('a file of something else has no records', () => {
  const found = trial(Buffer.from('{"not": "a journal"}\n'.repeat(500)), null)
  expect(found.read.damage?.record).toBe(1)
  expect(found.saved).toBe(0)
  expect(existsSync(whole)).toBe(true)
})

test('sums depend on every part of a row', () => {
  const reference = rowSum(7, 1, 'head', 'body')
  // biome-ignore format: one list
  const others = [rowSum(8, 1, 'head', 'body'), rowSum(7, 2, 'head', 'body'), rowSum(7, 1, 'heae', 'body'), rowSum(7, 1, 'head', 'bodz'),
    rowSum(7, 1, 'headb', 'ody'), rowSum(7, 1, 'head', ''), rowSum(7, 1, 'head', null), rowSum(7, 1, '', 'headbody')]
  expect(new Set([reference, ...others]).size).toBe(others.length + 1)
  for (const s of others) expect(Number.isSafeInteger(s) && s >= 0).toBe(true)
})
