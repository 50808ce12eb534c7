// The worlds by name. A new world is a folder here and a line below.
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'
import { banditsEntry } from './bandits/index.ts'
import type { WorldEntry } from './entry.ts'
import { gridworldEntry } from './gridworld/index.ts'
import { hopsEntry } from './hops/index.ts'
import { numberWorlds } from './number/index.ts'
import { reasonWorld } from './reason/index.ts'
import { toolsEntry } from './tools/index.ts'

export * from './bandits/index.ts'
export type { Named, Wish, WorldEntry } from './entry.ts'
export * from './gridworld/index.ts'
export * from './hops/index.ts'
export { countdown, game24 } from './number/index.ts'
export { type ReadTask, type ReadTasks, readTasks } from './read-tasks.ts'
export * from './reason/index.ts'
export { seal, unseal } from './seal.ts'
export * from './tools/index.ts'

const all: readonly WorldEntry[] = [...numberWorlds, reasonWorld, gridworldEntry, hopsEntry, toolsEntry, banditsEntry]

/** Every world by its id. */
export const worlds: Readonly<Record<string, WorldEntry>> = Object.fromEntries(all.map(e => [e.world.id, e]))
export const worldIds: readonly string[] = all.map(e => e.world.id)

/** @throws Failure (usage) that names the nearest id */
export function worldNamed(id: string): WorldEntry {
  if (Object.hasOwn(worlds, id)) return worlds[id]
  const near = nearest(id, worldIds)
  throw new Failure('usage', `no world "${id}"${near ? `; did you mean ${near}?` : ''}`, `worlds: ${worldIds.join(', ')}`)
}
