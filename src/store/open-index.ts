// The index of a store: making its folder, bringing its file to the newest form, and looking at it where it cannot be written.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheSteps } from './cache.ts'
import { runSteps } from './run-table.ts'
import {
  code,
  codeOf,
  connect,
  type DatabaseSync,
  elsewhere,
  migrate,
  patiently,
  refuseNewer,
  type Step,
  StoreFailure,
  storeFailure,
  versionOf,
} from './sqlite.ts'

/** The index, version by version. */
const steps: readonly Step[] = [
  db => db.exec(runSteps[1] + cacheSteps[1]),
  db => {
    db.exec(runSteps[2])
    cacheSteps[2](db)
  },
]

/** An index that was opened. */
export interface OpenIndex {
  db: DatabaseSync
  /** It cannot be written. */
  readOnly: boolean
  /** It is new. */
  made: boolean
}

/**
 * Opens the index `file` of the store in `folder`; makes both where they are not there.
 * @throws Failure `store`
 */
export function openIndex(folder: string, file: string): OpenIndex {
  try {
    makeFolder(join(folder, 'runs'))
    const db = connect(file)
    try {
      refuseNewer(versionOf(db), steps.length, file)
      const made = versionOf(db) === 0
      // Before the first table: space that pruning frees can then be given back.
      if (made) db.exec('PRAGMA auto_vacuum=INCREMENTAL')
      patiently(() => db.exec('PRAGMA journal_mode=WAL'))
      db.exec('PRAGMA synchronous=NORMAL')
      migrate(db, steps, file)
      return { db, readOnly: false, made }
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    const read = mayBeReadOnly(error) && existsSync(file) ? lookOnly(file) : null
    if (read) return { db: read, readOnly: true, made: false }
    const is = codeOf(error)
    if (is === code.corrupt || is === code.notDatabase)
      throw new StoreFailure(
        `${file} is damaged (${(error as Error).message})`,
        'move it out of the way: a new one is then made from the journals',
        false,
        {
          cause: error,
        },
      )
    throw storeFailure(error, existsSync(folder) ? (statSync(folder).isDirectory() ? file : folder) : folder)
  }
}

/** Folder by folder: Node's own recursive way says only "there is none" on a read-only medium, and does not end below /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    const is = (error as NodeJS.ErrnoException).code
    if (is === 'ENOENT') throw new StoreFailure(`${path} cannot be made: its place takes no folders`, elsewhere, false, { cause: error })
    // Another process may have made it in between.
    if (is !== 'EEXIST' || !statSync(path).isDirectory()) throw error
  }
}

const mayBeReadOnly = (error: unknown): boolean =>
  [code.readOnly, code.cantOpen, code.perm].includes(codeOf(error) as 8) ||
  ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')

/** The index of a store that cannot be written; null where it cannot be read either. */
function lookOnly(file: string): DatabaseSync | null {
  let db: DatabaseSync | null = null
  try {
    db = connect(file, { readOnly: true })
    refuseNewer(versionOf(db), steps.length, file)
    if (versionOf(db) === steps.length) return db
  } catch {
    // What was refused first says more.
  }
  db?.close()
  return null
}
