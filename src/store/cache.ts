// Answers kept for the same question, over all runs of a store. A hit is charged at its recorded price, so results do not depend on what is here.
import type { Usage } from '../contract/index.ts'
import { type DatabaseSync, type StatementSync, storeFailure, transact } from './sqlite.ts'
import { rowSum, sumStart } from './sum.ts'

/** An answer and what it cost when it was paid for. `payload` is JSON. */
export interface CacheEntry {
  payload: string
  usage: Partial<Usage>
}

/** Sums tell a whole row from a damaged one, which is taken as not known. */
const sumOf = (key: string, payload: string, usage: string): number => rowSum(sumStart, 0, `${key}|${usage}`, payload)

/** The table of the cache, and what each version changed in it. */
export const cacheSteps = {
  1: 'CREATE TABLE cache(key TEXT PRIMARY KEY, payload TEXT NOT NULL, usage TEXT NOT NULL, size INTEGER NOT NULL);',
  /** It knows what was used last, and tells damaged rows. What it holds was paid for, and is kept. */
  2: (db: DatabaseSync): void => {
    db.exec('ALTER TABLE cache ADD COLUMN used REAL NOT NULL DEFAULT 0; ALTER TABLE cache ADD COLUMN sum INTEGER NOT NULL DEFAULT 0')
    const mark = db.prepare('UPDATE cache SET sum = ? WHERE key = ?')
    for (const row of db.prepare('SELECT key, payload, usage FROM cache').all() as { key: string; payload: string; usage: string }[])
      mark.run(sumOf(row.key, row.payload, row.usage), row.key)
  },
} as const

/** Payloads by a key that is made of everything they depend on. It only saves money: what cannot be read is not known, what cannot be written is not kept. */
export class Cache {
  readonly #db: DatabaseSync
  readonly #file: string
  readonly #get: StatementSync
  readonly #put: StatementSync
  /** Keys read since they were last marked as used: a write at every read would make readers wait for each other. */
  readonly #used = new Set<string>()

  constructor(db: DatabaseSync, file: string) {
    this.#db = db
    this.#file = file
    this.#get = db.prepare('SELECT payload, usage, sum FROM cache WHERE key = ?')
    this.#put = db.prepare(
      `INSERT INTO cache(key, payload, usage, sum, size, used) VALUES(?1, ?2, ?3, ?4, length(CAST(?1 || ?2 || ?3 AS BLOB)), ?5)
       ON CONFLICT(key) DO UPDATE SET payload = ?2, usage = ?3, sum = ?4, size = length(CAST(?1 || ?2 || ?3 AS BLOB)), used = ?5`,
    )
  }

  /** null: not known. */
  get(key: string): CacheEntry | null {
    try {
      const row = this.#get.get(key) as { payload: string; usage: string; sum: number } | undefined
      if (!row || sumOf(key, row.payload, row.usage) !== row.sum) return null
      this.#used.add(key)
      return { payload: row.payload, usage: JSON.parse(row.usage) }
    } catch {
      return null
    }
  }

  /** Keeps an answer; a later one for the same key takes its place. False: it could not be kept. */
  put(key: string, payload: string, usage: Partial<Usage>): boolean {
    // Text that is not well-formed Unicode would come back changed. JSON never is such text.
    if (!key.isWellFormed() || !payload.isWellFormed()) return false
    try {
      const spent = JSON.stringify(usage)
      transact(this.#db, () => this.#put.run(key, payload, spent, sumOf(key, payload, spent), Date.now() / 1000))
      return true
    } catch {
      return false
    }
  }

  /** What is kept: entries, and their bytes (keys, payloads, usages). */
  size(): { entries: number; bytes: number } {
    return this.#db.prepare('SELECT count(*) AS entries, coalesce(sum(size), 0) AS bytes FROM cache').get() as {
      entries: number
      bytes: number
    }
  }

  /** Lets go of what was longest unused until at most `maxBytes` are kept. Returns the bytes let go. */
  prune(maxBytes: number): number {
    try {
      this.flush()
      const before = this.size().bytes
      transact(this.#db, () =>
        this.#db
          .prepare(
            'DELETE FROM cache WHERE key IN (SELECT key FROM (SELECT key, sum(size) OVER (ORDER BY used DESC, key) AS upTo FROM cache) WHERE upTo > ?)',
          )
          .run(maxBytes),
      )
      this.#db.exec('PRAGMA incremental_vacuum')
      return before - this.size().bytes
    } catch (error) {
      throw storeFailure(error, this.#file)
    }
  }

  /** Writes down which entries were used. Done by `prune` and when the store is closed. */
  flush(): void {
    if (this.#used.size === 0) return
    const mark = this.#db.prepare('UPDATE cache SET used = ? WHERE key = ?')
    const now = Date.now() / 1000
    transact(this.#db, () => {
      for (const key of this.#used) mark.run(now, key)
    })
    this.#used.clear()
  }
}
