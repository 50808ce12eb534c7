// The worlds by name. A new world is a folder here, and a line in each of the lists below.
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'
import { banditsEntry } from './bandits/index.ts'
import { blocks } from './blocks/index.ts'
import { boardWorlds } from './board/index.ts'
import { chatWorld } from './chat/index.ts'
import type { WorldEntry } from './entry.ts'
import { functionsWorld } from './functions/index.ts'
import { graphWorld } from './graph/index.ts'
import { gridworldEntry } from './gridworld/index.ts'
import { hopsEntry } from './hops/index.ts'
import { landscapeWorld } from './landscape/index.ts'
import { mazeWorld } from './maze/index.ts'
import { numberWorlds } from './number/index.ts'
import { permutation } from './permutation/index.ts'
import { reasonWorld } from './reason/index.ts'
import { repairWorld } from './repair/index.ts'
import { sequenceWorld } from './sequence/index.ts'
import { sudokuWorld } from './sudoku/index.ts'
import { syntheticWorld } from './synthetic/index.ts'
import { toolsEntry } from './tools/index.ts'

export * from './bandits/index.ts'
export * from './blocks/index.ts'
export * from './board/index.ts'
export * from './chat/index.ts'
export type { Named, Wish, WorldEntry } from './entry.ts'
export * from './functions/index.ts'
export * from './graph/index.ts'
export * from './gridworld/index.ts'
export * from './hops/index.ts'
export * from './landscape/index.ts'
export * from './maze/index.ts'
export { countdown, game24, tasksCountdown } from './number/index.ts'
export { type PathAction, type PathState, type PathTask, type PathWorld, planText } from './path/index.ts'
export * from './permutation/index.ts'
export { type ReadTask, type ReadTasks, readTasks } from './read-tasks.ts'
export * from './reason/index.ts'
export * from './repair/index.ts'
export { seal, unseal } from './seal.ts'
export * from './sequence/index.ts'
export * from './sudoku/index.ts'
export * from './synthetic/index.ts'
export * from './tools/index.ts'

const all: readonly WorldEntry[] = [
  ...numberWorlds,
  reasonWorld,
  chatWorld,
  sudokuWorld,
  graphWorld,
  blocks,
  permutation,
  gridworldEntry,
  toolsEntry,
  hopsEntry,
  functionsWorld,
  repairWorld,
  sequenceWorld,
  ...boardWorlds,
  mazeWorld,
  landscapeWorld,
  syntheticWorld,
  banditsEntry,
]

/** Every world by its id. */
export const worlds: Readonly<Record<string, WorldEntry>> = Object.fromEntries(all.map(e => [e.world.id, e]))
export const worldIds: readonly string[] = all.map(e => e.world.id)

/** @throws Failure (usage) that names the nearest id */
export function worldNamed(id: string): WorldEntry {
  if (Object.hasOwn(worlds, id)) return worlds[id]
  const near = nearest(id, worldIds)
  throw new Failure('usage', `no world "${id}"${near ? `; did you mean ${near}?` : ''}`, `worlds: ${worldIds.join(', ')}`)
}
