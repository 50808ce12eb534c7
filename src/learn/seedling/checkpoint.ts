// Checkpoints: weights and Adam's moments, bit for bit, with the plan and the curves. Written beside and renamed, so that a kill leaves the last whole one.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../../kernel/failure.ts'
import { readSafetensors, type Shape, tensors, type Weights, writeSafetensors } from '../../model/seedling/index.ts'
import { freshState, type TrainState } from './step.ts'

export interface Checkpoint<Extra> {
  state: TrainState
  extra: Extra
}

const parts = ['weights', 'first', 'second'] as const

/** Writes a checkpoint; what stood at the path is replaced only when the new one is whole. */
export function saveCheckpoint(path: string, shape: Shape, state: TrainState, extra: unknown): void {
  const named = parts.flatMap(part =>
    tensors(shape).map(t => [`${part}.${t.name}`, { shape: t.shape, data: state[part].get(t.name)! }] as const),
  )
  const bytes = writeSafetensors(named, { step: String(state.step), shape: JSON.stringify(shape), extra: JSON.stringify(extra) })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.part`, bytes)
  renameSync(`${path}.part`, path)
}

/** Reads a checkpoint; null where there is none. @throws Failure when it is damaged or of another shape */
export function loadCheckpoint<Extra>(path: string, shape: Shape): Checkpoint<Extra> | null {
  if (!existsSync(path)) return null
  const file = readSafetensors(readFileSync(path), path)
  if (file.metadata.shape !== JSON.stringify(shape))
    throw new Failure(
      'model',
      `${path}: expected a checkpoint of shape ${JSON.stringify(shape)}, found ${file.metadata.shape}`,
      'train in another folder',
    )
  const state: TrainState = { ...freshState(shape, new Map()), step: Number(file.metadata.step) }
  for (const part of parts) {
    const weights: Weights = new Map()
    for (const t of tensors(shape)) {
      const found = file.tensors.get(`${part}.${t.name}`)
      if (!found)
        throw new Failure(
          'model',
          `${path}: expected the tensor ${part}.${t.name}, found none`,
          'the checkpoint is damaged: delete it to start again',
        )
      weights.set(t.name, found.data)
    }
    state[part] = weights
  }
  return { state, extra: JSON.parse(file.metadata.extra) as Extra }
}
