// Who may write to a run. The lock is a write transaction held open on a side file, so the system frees it however its owner ends.
import { hostname } from 'node:os'
import { code, codeOf, connect, type DatabaseSync, patiently, StoreFailure, storeFailure } from './sqlite.ts'

/** The process that holds a run. */
export interface Owner {
  pid: number
  host: string
  /** Unix time in seconds. */
  since: number
}

/** Locks held by this process. Also keeps their connections from being collected, which would free them. */
const held = new Set<Lock>()

/** A lock that is held. */
export class Lock {
  readonly file: string
  readonly #db: DatabaseSync
  constructor(file: string, db: DatabaseSync) {
    this.file = file
    this.#db = db
    held.add(this)
  }

  /** Frees the lock. Freeing it again does nothing. */
  release(): void {
    if (held.delete(this)) this.#db.close()
  }
}

const free = (db: DatabaseSync): void => {
  if (db.isTransaction) db.exec('ROLLBACK')
}

function open(file: string): DatabaseSync {
  const db = connect(file, { pageSize: 512, patience: 0.5 })
  try {
    // Nothing here is worth a disk flush: after a loss of power nobody holds anything.
    db.exec('PRAGMA synchronous=OFF')
    patiently(
      () =>
        db.exec('CREATE TABLE IF NOT EXISTS owner(id INTEGER PRIMARY KEY CHECK (id = 1), pid INTEGER, host TEXT, since REAL, token TEXT)'),
      2,
    )
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function ownerIn(db: DatabaseSync): (Owner & { token: string }) | null {
  try {
    const row = patiently(() => db.prepare('SELECT pid, host, since, token FROM owner').get(), 2)
    return (row as (Owner & { token: string }) | undefined) ?? null
  } catch (error) {
    // Its owner is still making the file: there is no name yet.
    if (/no such table/.test(String(error))) return null
    throw error
  }
}

/** Takes the write transaction; false where another holds it. */
function reserve(db: DatabaseSync): boolean {
  try {
    db.exec('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if (codeOf(error) === code.busy) return false
    throw error
  }
}

const refusal = (what: string, owner: Owner | null): StoreFailure => {
  const who = owner ? `process ${owner.pid} on ${owner.host} since ${new Date(owner.since * 1000).toISOString()}` : 'another process'
  return new StoreFailure(`${what} is being written by ${who}`, 'wait for it or end it; to look at the run, open it for reading')
}

/**
 * Takes the lock, or refuses.
 * The owner's name must be readable while the lock is held, so it is committed first and the transaction taken again; who finds another name then has lost.
 * @param what named in the refusal, such as `run r-abc`
 * @throws Failure `store` naming the owner
 */
export function lock(file: string, what: string): Lock {
  let db: DatabaseSync | null = null
  try {
    db = open(file)
    const token = `${process.pid}-${hostname()}-${process.hrtime.bigint()}-${Math.random()}`
    if (!reserve(db)) throw refusal(what, ownerIn(db))
    db.prepare('INSERT OR REPLACE INTO owner(id, pid, host, since, token) VALUES(1, ?, ?, ?, ?)').run(
      process.pid,
      hostname(),
      Date.now() / 1000,
      token,
    )
    db.exec('COMMIT')
    // Whoever holds it now came at the same moment, and lets go at once when it finds this name.
    db.exec('PRAGMA busy_timeout=3000')
    if (!reserve(db)) throw refusal(what, ownerIn(db))
    const owner = ownerIn(db)
    if (owner?.token !== token) throw refusal(what, owner)
    return new Lock(file, db)
  } catch (error) {
    if (db) {
      free(db)
      db.close()
    }
    throw storeFailure(error, file)
  }
}

/** Who holds the lock now; null: nobody. */
export function holder(file: string): Owner | null {
  let db: DatabaseSync | null = null
  try {
    db = connect(file, { patience: 0 })
    if (reserve(db)) return null
    const owner = ownerIn(db)
    return owner && { pid: owner.pid, host: owner.host, since: owner.since }
  } catch (error) {
    throw storeFailure(error, file)
  } finally {
    if (db) {
      free(db)
      db.close()
    }
  }
}
