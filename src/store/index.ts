// Where runs lie: SQLite files in a folder. Nothing secret is kept here.
export type { Cache, CacheEntry } from './cache.ts'
export { type Damage, type Durability, type JournalOptions, SqliteJournal } from './journal.ts'
export { holder, type Lock, lock, type Owner } from './lock.ts'
export { type Letter, listen, send as sendLetter, take as takeLetters } from './mailbox.ts'
export type { NewRun, RunFilter, RunMeta, RunPatch, RunStatus } from './run-table.ts'
export type { Snapshots } from './snapshot.ts'
export { StoreFailure } from './sqlite.ts'
export { openStore, type RunHandle, Store, type StoreOptions, storeFolder } from './store.ts'
