// Runs taken out of a store.
import type { Store } from '../store/index.ts'

/**
 * Removes a run. The runs of a comparison go with it, before it: what is left after a crash can still be found. One that is at work keeps all.
 * @returns the ids of all that are gone, the run itself last @throws Failure (store) where a process writes to it
 */
export function removeRun(store: Store, id: string): string[] {
  const parts = store.owner(id) === null ? store.list({ origin: id }).filter(m => m.options.part !== undefined) : []
  for (const m of parts) store.remove(m.id)
  store.remove(id)
  return [...parts.map(m => m.id), id]
}
