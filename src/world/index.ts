// The worlds by name. A new world is a folder here and a line below.
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'
import type { WorldEntry } from './entry.ts'
import { graphWorld } from './graph/index.ts'
import { numberWorlds } from './number/index.ts'
import { reasonWorld } from './reason/index.ts'
import { sudokuWorld } from './sudoku/index.ts'

export type { Named, Wish, WorldEntry } from './entry.ts'
export * from './graph/index.ts'
export { countdown, game24, tasksCountdown } from './number/index.ts'
export { type ReadTask, type ReadTasks, readTasks } from './read-tasks.ts'
export * from './reason/index.ts'
export { seal, unseal } from './seal.ts'
export * from './sudoku/index.ts'

const all: readonly WorldEntry[] = [...numberWorlds, reasonWorld, sudokuWorld, graphWorld]

/** Every world by its id. */
export const worlds: Readonly<Record<string, WorldEntry>> = Object.fromEntries(all.map(e => [e.world.id, e]))
export const worldIds: readonly string[] = all.map(e => e.world.id)

/** @throws Failure (usage) that names the nearest id */
export function worldNamed(id: string): WorldEntry {
  if (Object.hasOwn(worlds, id)) return worlds[id]
  const near = nearest(id, worldIds)
  throw new Failure('usage', `no world "${id}"${near ? `; did you mean ${near}?` : ''}`, `worlds: ${worldIds.join(', ')}`)
}
