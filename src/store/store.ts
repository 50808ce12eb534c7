// A folder with an index of runs, a cache of answers, and one journal file a run.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Cache } from './cache.ts'
import { type Durability, SqliteJournal } from './journal.ts'
import { holder, type Lock, lock, type Owner } from './lock.ts'
import { discard, type Letter, send, take, waiting } from './mailbox.ts'
import { openIndex } from './open-index.ts'
import { resolveId, runId } from './run-id.ts'
import { type NewRun, newMeta, type RunFilter, type RunMeta, type RunPatch, RunTable } from './run-table.ts'
import { rescue } from './salvage.ts'
import { removeSnapshots, type Snapshots, snapshots } from './snapshot.ts'
import { type DatabaseSync, elsewhere, StoreFailure, storeFailure } from './sqlite.ts'

/** A run that was opened. */
export interface RunHandle {
  readonly id: string
  /** As the index has it now. */
  readonly meta: RunMeta
  readonly journal: SqliteJournal
  readonly snapshot: Snapshots
  /** Closes the journal and frees the lock. Closing again does nothing. */
  close(): void
}

/** The folder of a store: as given, else ESPALIER_STORE, else `.espalier` in the working folder. */
export const storeFolder = (folder?: string): string => resolve(folder || process.env.ESPALIER_STORE || '.espalier')

/** How a store is opened. */
export interface StoreOptions {
  /** Of the runs that are made or opened for writing; default `crash`. */
  durability?: Durability
}

/**
 * Runs and cached answers in a folder. All of it is synchronous, and safe for several processes at once: each run has one writer, any number of readers.
 * Nothing secret belongs here: whatever is given to `create` is written as it stands.
 */
export class Store {
  readonly folder: string
  /** The folder cannot be written: runs can be listed and read. */
  readonly readOnly: boolean
  readonly cache: Cache
  readonly #db: DatabaseSync
  readonly #runs: RunTable
  readonly #o: StoreOptions
  readonly #handles = new Set<RunHandle>()
  #open = true

  /** @throws Failure `store` */
  constructor(folder: string, o: StoreOptions = {}) {
    this.folder = folder
    this.#o = o
    const file = join(folder, 'index.db')
    const { db, readOnly, made } = openIndex(folder, file)
    this.#db = db
    this.readOnly = readOnly
    try {
      this.#runs = new RunTable(db)
      this.cache = new Cache(db, file)
      if (made) this.reindex()
    } catch (error) {
      db.close()
      throw storeFailure(error, file)
    }
  }

  /** Begins a run: its id, its lock, its empty journal. */
  create(run: NewRun): RunHandle {
    this.#check(true)
    return this.#guard(() => {
      for (;;) {
        const now = Date.now()
        const meta = newMeta(runId(now), run, now / 1000)
        if (existsSync(this.#path(meta.id, 'db')) || !this.#runs.add(meta)) continue
        let held: Lock | null = null
        try {
          held = lock(this.#path(meta.id, 'lock'), `run ${meta.id}`)
          const journal = SqliteJournal.create(this.#path(meta.id, 'db'), { durability: this.#o.durability, meta: JSON.stringify(meta) })
          return this.#handle(meta.id, journal, held)
        } catch (error) {
          held?.release()
          this.#runs.remove(meta.id)
          this.#erase(meta.id)
          throw error
        }
      }
    })
  }

  /**
   * Opens a run.
   * @param id the id, or as much of it as is unique
   * @param o write: to append to it. Takes the run's lock
   * @throws Failure `usage` if there is no such run, `store` if another process writes to it or its journal cannot be opened
   */
  open(id: string, o: { write?: boolean } = {}): RunHandle {
    const write = o.write ?? false
    this.#check(write)
    return this.#guard(() => {
      const found = this.#resolve(id)
      const held = write ? lock(this.#path(found, 'lock'), `run ${found}`) : null
      try {
        return this.#handle(found, new SqliteJournal(this.#path(found, 'db'), { write, durability: this.#o.durability }), held)
      } catch (error) {
        held?.release()
        throw error
      }
    })
  }

  /** Runs, newest first. */
  list(filter: RunFilter = {}): RunMeta[] {
    this.#check(false)
    return this.#guard(() => this.#runs.list(filter))
  }

  /** Ids of all runs. */
  ids(): string[] {
    this.#check(false)
    return this.#guard(() => this.#runs.ids())
  }

  /** What the index knows of a run. */
  get(id: string): RunMeta {
    this.#check(false)
    return this.#guard(() => this.#runs.get(this.#resolve(id)) as RunMeta)
  }

  /** Changes what the index knows of a run; what the patch leaves out stays. */
  update(id: string, patch: RunPatch): void {
    this.#check(true)
    this.#guard(() => this.#runs.update(this.#resolve(id), patch, Date.now() / 1000))
  }

  /** The process that writes to a run now; null: none. */
  owner(id: string): Owner | null {
    this.#check(false)
    return this.#guard(() => {
      const file = this.#path(this.#resolve(id), 'lock')
      return this.readOnly || !existsSync(file) ? null : holder(file)
    })
  }

  /** What was made from a run's journal: it need not be opened for that. Saved is what is the same whoever makes it. */
  snapshots(id: string): Snapshots {
    this.#check(false)
    return this.#guard(() => snapshots(this.#path(this.#resolve(id)), !this.readOnly, this.#o.durability === 'power'))
  }

  /** Leaves word for the process that works on a run, or will. */
  send(id: string, value: unknown): void {
    this.#check(true)
    this.#guard(() => send(this.#path(this.#resolve(id), 'acts'), value))
  }
  /** What was left for it and not taken yet, oldest first. */
  waiting(id: string): Letter[] {
    this.#check(false)
    return this.#guard(() => (this.readOnly ? [] : waiting(this.#path(this.#resolve(id), 'acts'))))
  }
  /** Takes what was left for it. For the process that holds the run, by its whole id: this looks at no index. */
  take(run: RunHandle): Letter[] {
    this.#check(true)
    return this.#guard(() => take(this.#path(run.id, 'acts')))
  }

  /** Removes a run and all its files. Refused while a process writes to it. */
  remove(id: string): void {
    this.#check(true)
    this.#guard(() => {
      const found = this.#resolve(id)
      const held = lock(this.#path(found, 'lock'), `run ${found}`)
      try {
        this.#runs.remove(found)
        this.#erase(found)
      } finally {
        held.release()
        rmSync(this.#path(found, 'lock'), { force: true })
      }
    })
  }

  /**
   * Copies the whole part of a damaged journal into a new run, and leaves the damaged one as it is. Refused while the run is open in this process or
   * being written by another.
   * @returns the id of the new run; its `origin` is the damaged one
   */
  salvage(id: string): string {
    this.#check(true)
    return this.#guard(() => {
      const from = this.#resolve(id)
      if ([...this.#handles].some(h => h.id === from))
        throw new StoreFailure(`run ${from} is open in this process`, 'close it before salvaging it')
      const held = lock(this.#path(from, 'lock'), `run ${from}`)
      try {
        const { id: _, created, updated, ...meta } = this.#runs.get(from) as RunMeta
        const to = this.create({ ...meta, status: 'paused', origin: from })
        try {
          rescue(this.#path(from, 'db'), this.#path(to.id, 'salvage'), to.journal)
        } catch (error) {
          to.close()
          this.remove(to.id)
          throw error
        }
        to.close()
        return to.id
      } finally {
        held.release()
      }
    })
  }

  /**
   * Puts runs into the index whose journals lie in the folder but which it does not know: a lost index, a journal copied from elsewhere. A new index does so
   * by itself. What changed after such a run began (its status, its answer) is not known again. Returns their ids.
   */
  reindex(): string[] {
    this.#check(true)
    return this.#guard(() => {
      const added: string[] = []
      for (const name of readdirSync(join(this.folder, 'runs'))) {
        const id = /^(r-[0-9a-z]+)\.db$/.exec(name)?.[1]
        if (id === undefined || this.#runs.get(id)) continue
        const file = this.#path(id, 'db')
        const meta = newMeta(id, { world: 'unknown', method: { id: 'unknown', version: 0 }, task: null }, statSync(file).mtimeMs / 1000)
        if (this.#runs.add({ ...meta, ...began(file), id, status: 'paused' })) added.push(id)
      }
      return added
    })
  }

  /** Closes the index and every run that is still open. Closing again does nothing. */
  close(): void {
    if (!this.#open) return
    for (const handle of [...this.#handles]) handle.close()
    this.#open = false
    try {
      if (!this.readOnly) this.cache.flush()
    } catch {
      // Only which answers were used last is lost.
    }
    this.#db.close()
  }

  #handle(id: string, journal: SqliteJournal, held: Lock | null): RunHandle {
    const get = () => this.get(id)
    const handle: RunHandle = {
      id,
      get meta() {
        return get()
      },
      journal,
      snapshot: snapshots(this.#path(id), held !== null, this.#o.durability === 'power'),
      close: () => {
        if (!this.#handles.delete(handle)) return
        journal.close()
        held?.release()
      },
    }
    this.#handles.add(handle)
    return handle
  }

  #resolve(id: string): string {
    const found = this.#runs.withPrefix(id)
    return resolveId(id, found.length > 0 ? found : this.#runs.withPrefix(`r-${id}`), () => this.#runs.ids())
  }

  #path(id: string, ending?: string): string {
    return join(this.folder, 'runs', ending === undefined ? id : `${id}.${ending}`)
  }

  /** All files of a run but its lock. */
  #erase(id: string): void {
    for (const ending of ['db', 'db-wal', 'db-shm']) rmSync(this.#path(id, ending), { force: true })
    discard(this.#path(id, 'acts'))
    removeSnapshots(this.#path(id))
  }

  #check(write: boolean): void {
    if (!this.#open) throw new StoreFailure(`the store ${this.folder} was closed`, '')
    if (write && this.readOnly) throw new StoreFailure(`${this.folder} is read-only`, elsewhere)
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw storeFailure(error, join(this.folder, 'index.db'))
    }
  }
}

/** What a run was begun with, from its own file; nothing where that cannot be read. */
function began(file: string): Partial<RunMeta> {
  try {
    const journal = new SqliteJournal(file)
    try {
      return JSON.parse(journal.meta ?? '{}') as Partial<RunMeta>
    } finally {
      journal.close()
    }
  } catch {
    return {}
  }
}

/** Opens the store in a folder, which is made if it is not there. @param folder default: see `storeFolder` */
export const openStore = (folder?: string, o: StoreOptions = {}): Store => new Store(storeFolder(folder), o)
