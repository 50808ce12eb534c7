import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Failure } from '../kernel/index.ts'
import { code, codeOf, connect, migrate, patiently, type Step, StoreFailure, storeFailure, transact, versionOf } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fresh = (): string => join(folder, `${files++}.db`)

const sqlite = (errcode: number): Error => Object.assign(new Error('as SQLite says it'), { code: 'ERR_SQLITE_ERROR', errcode })
const system = (name: string): Error => Object.assign(new Error(`${name}: as the system says it`), { code: name })

test.each([
  [sqlite(13), 'no space left to write F', true],
  [sqlite(4874), 'no space left to write F', true],
  [system('ENOSPC'), 'no space left to write F', true],
  [system('EDQUOT'), 'no space left to write F', true],
  [sqlite(5), 'F is busy: another process has been writing to it for several seconds', true],
  [sqlite(517), 'F is busy: another process has been writing to it for several seconds', true],
  [sqlite(6), 'F is busy: another process has been writing to it for several seconds', true],
  [sqlite(8), 'F is read-only', false],
  [sqlite(1544), 'F is read-only', false],
  [system('EROFS'), 'F is read-only', false],
  [sqlite(3), 'no permission to use F', false],
  [system('EACCES'), 'no permission to use F', false],
  [system('EPERM'), 'no permission to use F', false],
  [system('ENOTDIR'), 'F cannot be made: a part of its path is a file, not a folder', false],
  [system('ENOENT'), 'F does not exist', false],
  [sqlite(14), 'F cannot be opened', false],
  [sqlite(11), 'F is damaged or not a file of this store (as SQLite says it)', false],
  [sqlite(26), 'F is damaged or not a file of this store (as SQLite says it)', false],
  [sqlite(266), 'reading or writing F failed (as SQLite says it)', true],
  [system('EIO'), 'reading or writing F failed (EIO: as the system says it)', true],
  [new TypeError('else'), 'F: else', false],
])('%o is told as: %s', (error, message, retry) => {
  const failure = storeFailure(error, 'F') as StoreFailure
  expect(failure).toBeInstanceOf(StoreFailure)
  expect([failure.code, failure.message, failure.retry, failure.cause]).toEqual(['store', message, retry, error])
})

test('a failure stays what it is', () => {
  const failure = new Failure('usage', 'x')
  expect(storeFailure(failure, 'F')).toBe(failure)
})

test('patience waits for another connection, not for ever, and only where waiting helps', () => {
  const file = fresh()
  const one = connect(file)
  one.exec('CREATE TABLE t(x)')
  const two = connect(file, { patience: 0 })
  one.exec('BEGIN IMMEDIATE')
  let tries = 0
  patiently(() => {
    if (++tries === 4) one.exec('COMMIT')
    two.exec('INSERT INTO t VALUES(1)')
  })
  expect(tries).toBe(4)
  one.exec('BEGIN IMMEDIATE')
  expect(() => patiently(() => two.exec('INSERT INTO t VALUES(1)'), 0.05)).toThrow('locked')
  one.exec('COMMIT')
  tries = 0
  expect(() =>
    patiently(() => {
      tries++
      two.exec('INSERT INTO absent VALUES(1)')
    }),
  ).toThrow('no such table')
  expect(tries).toBe(1)
  one.close()
  two.close()
})

test('a transaction is all or nothing, and leaves the connection usable', () => {
  const db = connect(fresh())
  db.exec('CREATE TABLE t(x UNIQUE)')
  const fill = () =>
    transact(db, () => {
      db.exec('INSERT INTO t VALUES(1)')
      db.exec('INSERT INTO t VALUES(1)')
    })
  expect(fill).toThrow('UNIQUE')
  expect(
    codeOf(
      (() => {
        try {
          fill()
        } catch (e) {
          return e
        }
      })(),
    ),
  ).toBe(code.constraint)
  expect(transact(db, () => db.prepare('INSERT INTO t VALUES(2)').run().changes)).toBe(1)
  expect(db.prepare('SELECT x FROM t').all()).toEqual([{ x: 2 }])
  db.close()
})

test('a migration that fails half-way leaves the version that was', () => {
  const file = fresh()
  const steps: Step[] = ['CREATE TABLE a(x)', 'CREATE TABLE b(x)', db => db.exec('CREATE TABLE c(x); INSERT INTO none VALUES(1)')]
  const db = connect(file)
  migrate(db, steps.slice(0, 1), file)
  expect(versionOf(db)).toBe(1)
  expect(() => migrate(db, steps, file)).toThrow('no such table')
  expect(versionOf(db)).toBe(1)
  expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'a' }])
  migrate(db, steps.slice(0, 2), file)
  expect(versionOf(db)).toBe(2)
  expect(() => migrate(db, steps.slice(0, 1), file)).toThrow('has format 2; this version of espalier reads formats up to 1')
  db.close()
})
