// A run's journal in a SQLite file of its own: two runs never wait for each other. One log table, payloads inline; large ones once, by their content.
import { existsSync, statSync } from 'node:fs'
import { Failure } from '../kernel/failure.ts'
import type { ActRecord, DoneRecord, Journal, JournalRecord, OpenRecord } from '../runtime/index.ts'
import { type Body, decode, encode, textOf } from './row.ts'
import {
  code,
  codeOf,
  connect,
  type DatabaseSync,
  migrate,
  patiently,
  refuseNewer,
  type StatementSync,
  StoreFailure,
  storeFailure,
  versionOf,
} from './sqlite.ts'
import { sumStart } from './sum.ts'

/** crash: what was committed outlives the process. power: it outlives a loss of power too, at one disk flush a commit. */
export type Durability = 'crash' | 'power'

/** Where a journal stops being readable. */
export interface Damage {
  /** The first record that cannot be read, counted from 1; the `record - 1` before it are whole. */
  record: number
  why: string
}

/** Larger pages than SQLite's default: fewer page allocations a record, each of which writes the first page too. */
export const pageSize = 8192
/** Pages in the write-ahead log before they are moved into the file. */
const checkpoint = 10_000

/** Marks a file as a journal (PRAGMA application_id): "Esp" and the version, which user_version repeats; where the two differ, the header is damaged. */
const application = 0x45737000

/** log.body: null no payload; TEXT; BLOB: a text that is not well-formed Unicode, as UTF-16; number: the id of a blob. */
const steps = [
  `CREATE TABLE log(n INTEGER PRIMARY KEY, head TEXT NOT NULL, body, sum INTEGER NOT NULL);
   CREATE TABLE blob(id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body NOT NULL);
   CREATE TABLE about(id INTEGER PRIMARY KEY CHECK (id = 1), meta TEXT NOT NULL);
   PRAGMA application_id=${application + 1};`,
]

/** Errors that say nothing about the file's content: they are told, not counted as damage. */
const passing: readonly number[] = [code.busy, code.locked, code.memory, code.full, code.cantOpen, code.perm, code.readOnly]

/** How a SQLite journal is opened. */
export interface JournalOptions {
  /** Appending is wanted. The caller holds the run's lock. Default false. */
  write?: boolean
  durability?: Durability
}

/**
 * A connection that appends, with the file brought to the newest form.
 * @param made the file is new: under durability `crash`, no disk flush is spent on it before there is anything in it
 */
function writable(file: string, durability: Durability = 'crash', made = false): DatabaseSync {
  const db = connect(file, { pageSize })
  try {
    const flush = durability === 'power' ? 'FULL' : 'NORMAL'
    db.exec(`PRAGMA synchronous=${made && durability === 'crash' ? 'OFF' : flush}`)
    patiently(() => db.exec('PRAGMA journal_mode=WAL'))
    migrate(db, steps, file)
    db.exec(`PRAGMA synchronous=${flush}; PRAGMA wal_autocheckpoint=${checkpoint}; PRAGMA cache_size=-16000`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A reader may not remove the side files it had SQLite make. Where nothing waits in the log, a connection that comes and goes does, if nobody else is there. */
function sweep(file: string): void {
  try {
    if (statSync(`${file}-wal`).size > 0) return
    const db = connect(file)
    try {
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
    } finally {
      db.close()
    }
  } catch {
    // A folder that cannot be written has nothing to sweep.
  }
}

/**
 * A run's journal. For appending it is first read to its end (2 microseconds a record), so that `size` and `damage` are known; only what was found whole is
 * opened for writing, so that a damaged file is never touched. For reading only it opens at once: `size` counts the rows, and `damage` is known once `read` came to it.
 */
export class SqliteJournal implements Journal {
  readonly file: string
  readonly #o: JournalOptions
  #reader: DatabaseSync | null = null
  #writer: DatabaseSync | null = null
  #open = true
  #damage: Damage | null = null
  /** Records known to be whole, and the sum of the last; -1: not read to the end yet. */
  #size = -1
  #sum = sumStart
  #insert!: StatementSync
  #pair!: StatementSync
  #begin!: StatementSync
  #commit!: StatementSync
  #findBlob!: StatementSync
  #addBlob!: StatementSync

  /**
   * Opens an existing journal.
   * @param made a connection to one that was just made: nothing is in it that would have to be read
   * @throws Failure `store` if there is none, if it is of a later format, or if it cannot be opened; not if it is damaged
   */
  constructor(file: string, o: JournalOptions = {}, made?: DatabaseSync) {
    this.file = file
    this.#o = o
    if (made !== undefined) {
      this.#size = 0
      // Kept, not opened again: closing it would move the log into the file, at two disk flushes a run.
      this.#adopt(made)
      return
    }
    if (!existsSync(file)) throw new StoreFailure(`${file} does not exist`, 'see `espalier runs` for what this store holds')
    try {
      this.#reader = patiently(() => connect(file, { readOnly: true }))
      const version = versionOf(this.#reader)
      const mark = this.#reader.prepare('PRAGMA application_id').get() as { application_id: number }
      if (mark.application_id !== (version === 0 ? 0 : application + version)) throw new Error('its header is not that of a journal')
      refuseNewer(version, steps.length, file)
    } catch (error) {
      this.#reader?.close()
      this.#reader = null
      this.#fault(error, 1)
    }
    if (o.write) this.#verify()
  }

  /** Makes a new journal file. `meta`: JSON kept beside the log, from which a lost index can be made again. */
  static create(file: string, o: JournalOptions & { meta?: string } = {}): SqliteJournal {
    if (existsSync(file)) throw new StoreFailure(`${file} is there already`, 'a new run needs a new file')
    let db: DatabaseSync | null = null
    try {
      db = writable(file, o.durability, true)
      db.prepare('INSERT INTO about(id, meta) VALUES(1, ?)').run(o.meta ?? '{}')
      return new SqliteJournal(file, { ...o, write: true }, db)
    } catch (error) {
      db?.close()
      throw storeFailure(error, file)
    }
  }

  /** Where the journal stops being readable; null while nothing bad was found. */
  get damage(): Damage | null {
    return this.#damage
  }

  get size(): number {
    if (this.#damage) return this.#damage.record - 1
    if (this.#size >= 0 && this.#o.write) return this.#size
    try {
      const row = this.#connection().prepare('SELECT max(n) AS n FROM log').get() as { n: number | null }
      return row.n ?? 0
    } catch (error) {
      return this.#unmade(error) ? 0 : this.#fault(error, 1)
    }
  }

  /** The JSON given to `create`; null where it cannot be read. */
  get meta(): string | null {
    try {
      const row = this.#connection().prepare('SELECT meta FROM about').get() as { meta: unknown } | undefined
      return typeof row?.meta === 'string' ? row.meta : null
    } catch {
      return null
    }
  }

  /** The whole prefix, one record in memory at a time. Where it ends early, `damage` says so. */
  *read(): Generator<JournalRecord, void, undefined> {
    if (!this.#open) throw this.#closed()
    const upTo = this.#damage ? this.#damage.record - 1 : this.#o.write && this.#size >= 0 ? this.#size : Infinity
    let n = 0
    let sum = sumStart
    const db = this.#reader ?? this.#writer
    if (db === null || upTo === 0) return
    let rows: Iterator<unknown>
    let blob: StatementSync
    const body = (id: number) => (blob.get(id) as { body: string | Uint8Array } | undefined)?.body
    try {
      const log = db.prepare('SELECT n, head, body, sum FROM log ORDER BY n')
      log.setReturnArrays(true)
      rows = log.iterate() as unknown as Iterator<unknown>
      blob = db.prepare('SELECT body FROM blob WHERE id = ?')
    } catch (error) {
      if (this.#unmade(error)) return this.#whole(0, sum)
      this.#fault(error, 1)
      return
    }
    try {
      while (n < upTo) {
        let record: JournalRecord
        try {
          const next = rows.next()
          if (next.done) break
          const read = decode(n + 1, sum, next.value as [number, string, Body, number], body)
          record = read.record
          sum = read.sum
        } catch (error) {
          this.#fault(error, n + 1)
          return
        }
        n++
        yield record
      }
    } finally {
      rows.return?.()
    }
    if (this.#damage) return
    if (n < upTo && upTo !== Infinity) this.#damage = { record: n + 1, why: `records ${n + 1} to ${upTo} are missing` }
    else this.#whole(n, sum)
  }

  /** Its acts alone, in their order, without reading the rest. */
  acts(): ActRecord[] {
    const db = this.#connection()
    try {
      const rows = db.prepare(`SELECT head FROM log WHERE head LIKE '{"t":"act"%' ORDER BY n`).all() as { head: string }[]
      return rows.map(r => JSON.parse(r.head) as ActRecord)
    } catch (error) {
      if (!this.#unmade(error)) this.#fault(error, 1)
      return []
    }
  }

  /** Effects at an address, and in searches begun there, in order of issue; at most so many. One that did not end has no `done`. */
  effectsAt(address: string, most = 500): { open: OpenRecord; done: DoneRecord | null }[] {
    const db = this.#connection()
    try {
      const opens = db
        .prepare(`SELECT n, head FROM log WHERE head LIKE ? ORDER BY n LIMIT ?`)
        .all(`{"t":"open"%,"at":"${address}%`, most) as { n: number; head: string }[]
      const done = db.prepare('SELECT head, body FROM log WHERE n > ? AND head LIKE ? ORDER BY n LIMIT 1')
      const blob = db.prepare('SELECT body FROM blob WHERE id = ?')
      // One made again after a crash was opened again: the last word of a number holds.
      const out = new Map<number, { open: OpenRecord; done: DoneRecord | null }>()
      for (const { n, head } of opens) {
        const open = JSON.parse(head) as OpenRecord
        const row = done.get(n, `{"t":"done","k":${open.k},%`) as { head: string; body: Body } | undefined
        const body =
          typeof row?.body === 'number' ? ((blob.get(row.body) as { body: Body } | undefined)?.body ?? null) : (row?.body ?? null)
        out.set(open.k, {
          open,
          done: row === undefined ? null : { ...(JSON.parse(row.head) as DoneRecord), payload: textOf(body) ?? 'null' },
        })
      }
      return [...out.values()].sort((a, b) => a.open.k - b.open.k)
    } catch (error) {
      if (!this.#unmade(error)) this.#fault(error, 1)
      return []
    }
  }

  /** Appends in one transaction. A failed append has written nothing, and may be tried again. */
  append(records: readonly JournalRecord[]): void {
    if (records.length === 0) return
    const db = this.#prepareToWrite()
    const first = this.#size + 1
    let sum = this.#sum
    const rows = records.map((record, i) => {
      const row = encode(record, first + i, sum)
      sum = row.sum
      return row
    })
    try {
      // One or two rows are the usual commit: one statement is a transaction of its own, and saves two.
      if (rows.length === 1 && rows[0].digest === null) this.#insert.run(first, rows[0].head, rows[0].body, sum)
      else if (rows.length === 2 && rows[0].digest === null && rows[1].digest === null)
        this.#pair.run(first, rows[0].head, rows[0].body, rows[0].sum, first + 1, rows[1].head, rows[1].body, sum)
      else {
        this.#begin.run()
        for (let i = 0; i < rows.length; i++) {
          const { head, body, digest, sum } = rows[i]
          this.#insert.run(first + i, head, digest === null ? body : this.#blob(digest, body as string | Uint8Array), sum)
        }
        this.#commit.run()
      }
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw storeFailure(error, this.file)
    }
    this.#size += rows.length
    this.#sum = sum
  }

  /** Caps the file at `bytes`; a commit beyond it fails as on a full disk, and may be tried again under a higher cap. Rounded up to pages. */
  quota(bytes: number): void {
    this.#prepareToWrite().exec(`PRAGMA max_page_count=${Math.max(1, Math.min(Math.ceil(bytes / pageSize), 4294967294))}`)
  }

  close(): void {
    const onlyRead = this.#reader !== null && this.#writer === null
    this.#open = false
    this.#reader?.close()
    try {
      // The log is folded into the file now: what need not outlive a loss of power needs no flush of the disk.
      if (this.#o.durability !== 'power') this.#writer?.exec('PRAGMA synchronous=OFF')
    } catch {
      // Then it is flushed.
    }
    this.#writer?.close()
    this.#reader = this.#writer = null
    if (onlyRead && !this.#damage) sweep(this.file)
  }

  #whole(n: number, sum: number): void {
    if (this.#size < 0 || !this.#o.write) {
      this.#size = n
      this.#sum = sum
    }
  }

  /** A file that was begun, and whose process ended before its tables were made. */
  #unmade(error: unknown): boolean {
    return this.#reader !== null && /no such table/.test(String(error)) && versionOf(this.#reader) === 0
  }

  /** Tells errors that pass from damage; returns the number of records before it. */
  #fault(error: unknown, record: number): number {
    if (error instanceof Failure) throw error
    if (!this.#open) throw this.#closed()
    if (passing.includes(codeOf(error))) throw storeFailure(error, this.file)
    this.#damage = { record, why: (error as Error).message }
    return record - 1
  }

  #closed = (): Failure => new StoreFailure(`the journal ${this.file} was closed`, '')

  #connection(): DatabaseSync {
    const db = this.#reader ?? this.#writer
    if (!this.#open || db === null) throw this.#closed()
    return db
  }

  /** The connection that writes, made at the first need: after everything there is was read and found whole. */
  #prepareToWrite(): DatabaseSync {
    if (this.#writer) return this.#writer
    if (!this.#open) throw this.#closed()
    if (!this.#o.write) throw new StoreFailure(`the journal ${this.file} was opened for reading only`, 'open the run with write: true')
    if (this.#damage)
      throw new StoreFailure(
        `the journal ${this.file} is damaged at record ${this.#damage.record} (${this.#damage.why}): nothing can be appended to it`,
        'continue from the whole part in a new run with `espalier resume --salvage`',
      )
    try {
      return this.#adopt(writable(this.file, this.#o.durability))
    } catch (error) {
      throw storeFailure(error, this.file)
    }
  }

  /** Reads everything once, so that damage is known before anything is decided on it. */
  #verify(): void {
    try {
      const records = this.read()
      while (!records.next().done);
    } catch (error) {
      this.close()
      throw error
    }
  }

  #adopt(db: DatabaseSync): DatabaseSync {
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#insert = db.prepare('INSERT INTO log(n, head, body, sum) VALUES(?, ?, ?, ?)')
    this.#pair = db.prepare('INSERT INTO log(n, head, body, sum) VALUES(?, ?, ?, ?), (?, ?, ?, ?)')
    this.#findBlob = db.prepare('SELECT id FROM blob WHERE hash = ? AND body = ?')
    this.#addBlob = db.prepare('INSERT INTO blob(hash, body) VALUES(?, ?) ON CONFLICT(hash) DO NOTHING')
    this.#writer = db
    return db
  }

  /** The id of the blob that holds `body`. Equal bodies are kept once; they are compared, not only their hashes. In the row itself if the hash is taken by another body. */
  #blob(digest: string, body: string | Uint8Array): number | string | Uint8Array {
    const known = this.#findBlob.get(digest, body) as { id: number } | undefined
    if (known) return known.id
    const added = this.#addBlob.run(digest, body)
    return Number(added.changes) === 1 ? Number(added.lastInsertRowid) : body
  }
}
