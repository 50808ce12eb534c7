// The store that a command looks into. Looking makes none.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { openStore, type Store, storeFolder } from '../store/index.ts'
import { type Call, one } from './definition.ts'

/** The store of `--store`; null: there is none. */
export function existing(call: Call): Store | null {
  const folder = storeFolder(one(call, 'store'))
  return existsSync(join(folder, 'index.db')) ? openStore(folder) : null
}
/** @throws Failure (store) where there is none */
export function needed(call: Call): Store {
  const store = existing(call)
  if (store === null)
    throw new Failure(
      'store',
      `there is no store in ${storeFolder(one(call, 'store'))}`,
      'espalier solve makes one; --store DIR names another',
    )
  return store
}
/** A store as it must be repeated in another command: empty where it is the usual one; null: none. */
export const shownStore = (call: Call, folder: string | null): string | null => (folder === null ? null : (one(call, 'store') ?? ''))
