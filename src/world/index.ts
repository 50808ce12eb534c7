// The worlds by name. A new world is a folder here and a line below.
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'
import type { WorldEntry } from './entry.ts'
import { numberWorlds } from './number/index.ts'
import { reasonWorld } from './reason/index.ts'
import { syntheticWorld } from './synthetic/index.ts'

export type { Named, Wish, WorldEntry } from './entry.ts'
export { countdown, game24 } from './number/index.ts'
export { type ReadTask, type ReadTasks, readTasks } from './read-tasks.ts'
export * from './reason/index.ts'
export { seal, unseal } from './seal.ts'
export * from './synthetic/index.ts'

const all: readonly WorldEntry[] = [...numberWorlds, reasonWorld, syntheticWorld]

/** Every world by its id. */
export const worlds: Readonly<Record<string, WorldEntry>> = Object.fromEntries(all.map(e => [e.world.id, e]))
export const worldIds: readonly string[] = all.map(e => e.world.id)

/** @throws Failure (usage) that names the nearest id */
export function worldNamed(id: string): WorldEntry {
  if (Object.hasOwn(worlds, id)) return worlds[id]
  const near = nearest(id, worldIds)
  throw new Failure('usage', `no world "${id}"${near ? `; did you mean ${near}?` : ''}`, `worlds: ${worldIds.join(', ')}`)
}
