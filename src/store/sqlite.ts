// The one door to SQLite: loading it without Node's warning, connecting, short transactions, schema versions, and its errors in words.
import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { Failure } from '../kernel/failure.ts'

export type { DatabaseSync, StatementSync }

/** Node announces its SQLite as experimental, once, when it is loaded. That is ours to know, not the user's: only that warning is dropped. */
function load(): typeof import('node:sqlite') {
  const emit = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const type = typeof rest[0] === 'string' ? rest[0] : (rest[0] as { type?: string } | undefined)?.type
    if (type === 'ExperimentalWarning' && String(warning).includes('SQLite')) return
    ;(emit as (...args: unknown[]) => void).call(process, warning, ...rest)
  }) as typeof process.emitWarning
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emit
  }
}
const { DatabaseSync: Database } = load()

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
export const code = {
  perm: 3,
  busy: 5,
  locked: 6,
  memory: 7,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  constraint: 19,
  notDatabase: 26,
} as const

/** SQLITE_IOERR_SHMSIZE: no space for the shared-memory file. */
const noSpaceToShare = 4874

/** The primary SQLite result code of an error; 0 for any other error. */
export function codeOf(error: unknown): number {
  const e = error as { code?: string; errcode?: number }
  return e?.code === 'ERR_SQLITE_ERROR' && typeof e.errcode === 'number' ? e.errcode & 0xff : 0
}

/** A Failure of code `store`. `retry`: nothing was written, and the same call may succeed later (a full disk, another process at work). */
export class StoreFailure extends Failure {
  readonly retry: boolean
  constructor(message: string, hint: string, retry = false, options?: ErrorOptions) {
    super('store', message, hint, options)
    this.retry = retry
  }
}

/** What to do where a folder is no good. */
export const elsewhere = 'choose another folder with --store or ESPALIER_STORE'

/**
 * Any error of SQLite or of the file system as one line for people. A Failure passes through.
 * @param file what was being read or written
 */
export function storeFailure(error: unknown, file: string): Failure {
  if (error instanceof Failure) return error
  const e = error as NodeJS.ErrnoException & { errcode?: number }
  const because = { cause: error }
  const is = codeOf(error)
  if (is === code.full || e.errcode === noSpaceToShare || e.code === 'ENOSPC' || e.code === 'EDQUOT')
    return new StoreFailure(
      `no space left to write ${file}`,
      'free some space and try again; nothing that was written is lost',
      true,
      because,
    )
  if (is === code.busy || is === code.locked)
    return new StoreFailure(`${file} is busy: another process has been writing to it for several seconds`, 'try again', true, because)
  if (is === code.readOnly || e.code === 'EROFS')
    return new StoreFailure(`${file} is read-only`, `make it writable, or ${elsewhere}`, false, because)
  if (is === code.perm || e.code === 'EACCES' || e.code === 'EPERM')
    return new StoreFailure(`no permission to use ${file}`, `change its owner or mode, or ${elsewhere}`, false, because)
  if (e.code === 'ENOTDIR' || e.code === 'EEXIST')
    return new StoreFailure(`${file} cannot be made: a part of its path is a file, not a folder`, elsewhere, false, because)
  if (e.code === 'ENOENT')
    return new StoreFailure(`${file} does not exist`, 'see `espalier runs` for what this store holds', false, because)
  if (is === code.cantOpen)
    return new StoreFailure(`${file} cannot be opened`, `see that its folder exists and may be written to, or ${elsewhere}`, false, because)
  if (is === code.corrupt || is === code.notDatabase)
    return new StoreFailure(
      `${file} is damaged or not a file of this store (${e.message})`,
      'keep it, and move it out of the way',
      false,
      because,
    )
  if (is === code.io || e.code === 'EIO')
    return new StoreFailure(`reading or writing ${file} failed (${e.message})`, 'see whether the disk is whole', true, because)
  return new StoreFailure(`${file}: ${e?.message ?? String(error)}`, '', false, because)
}

/** Options of `connect`. */
export interface Connect {
  readOnly?: boolean
  /** Bytes; only where the file is new. */
  pageSize?: number
  /** Seconds to wait for another process; default 5. */
  patience?: number
}

/** Opens a database file; errors are SQLite's own. A read-only file without a write-ahead log, in a folder that cannot be written, is read as it stands. */
export function connect(file: string, o: Connect = {}): DatabaseSync {
  const db = new Database(file, { readOnly: o.readOnly ?? false, timeout: (o.patience ?? 5) * 1000 })
  try {
    if (o.pageSize !== undefined && !o.readOnly) db.exec(`PRAGMA page_size=${o.pageSize}`)
    if (o.readOnly) db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db.close()
    const is = codeOf(error)
    if (!o.readOnly || (is !== code.cantOpen && is !== code.readOnly)) throw error
    return frozen(file, error)
  }
}

/** For media that nobody can write to: SQLite then needs neither locks nor a shared-memory file. */
function frozen(file: string, why: unknown): DatabaseSync {
  if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0) throw why
  const url = pathToFileURL(file)
  url.searchParams.set('immutable', '1')
  const db = new Database(url, { readOnly: true })
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

const cell = new Int32Array(new SharedArrayBuffer(4))

/** Runs `work` until it is no longer turned away by another process, for at most `seconds`. SQLite's own waiting does not cover every case (changing to WAL). */
export function patiently<T>(work: () => T, seconds = 5): T {
  const until = Date.now() + seconds * 1000
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    try {
      return work()
    } catch (error) {
      const is = codeOf(error)
      if ((is !== code.busy && is !== code.locked) || Date.now() >= until) throw error
      Atomics.wait(cell, 0, 0, wait)
    }
  }
}

/** One short write transaction: all of `work` or nothing of it. The connection stays usable either way. */
export function transact<T>(db: DatabaseSync, work: () => T): T {
  return patiently(() => {
    db.exec('BEGIN IMMEDIATE')
    try {
      const out = work()
      db.exec('COMMIT')
      return out
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  })
}

/** What a file's `user_version` says. */
export const versionOf = (db: DatabaseSync): number => (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version

/** Refuses a file written by a later version. `known`: the newest version that is understood here. */
export function refuseNewer(found: number, known: number, file: string): void {
  if (found > known)
    throw new StoreFailure(
      `${file} has format ${found}; this version of espalier reads formats up to ${known}`,
      'update espalier, or use another store folder',
    )
}

/** What leads from one version of a schema to the next: SQL, and what SQL cannot say. */
export type Step = string | ((db: DatabaseSync) => void)

/**
 * Brings a file to the newest schema: `steps[v]` leads from version v to v + 1; a new file goes through all of them, so none is ever untried.
 * All or nothing, and safe when several processes come at once.
 * @throws Failure `store` if the file is newer than known
 */
export function migrate(db: DatabaseSync, steps: readonly Step[], file: string): void {
  const found = versionOf(db)
  refuseNewer(found, steps.length, file)
  if (found === steps.length) return
  transact(db, () => {
    const now = versionOf(db)
    refuseNewer(now, steps.length, file)
    for (const step of steps.slice(now)) {
      if (typeof step === 'string') db.exec(step)
      else step(db)
    }
    db.exec(`PRAGMA user_version=${steps.length}`)
  })
}
