// Checkpoints: weights and Adam's moments, bit for bit, with the plan and the curves. Written beside and renamed, so that a kill leaves the last whole one.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../../kernel/failure.ts'
import { readSafetensors, type Shape, tensors, type Weights, writeSafetensors } from '../../model/seedling/index.ts'
import { freshState, type TrainState } from './step.ts'

export interface Checkpoint<Extra> {
  state: TrainState
  extra: Extra
  /** Arrays kept beside the state, by name. */
  more: Map<string, Float32Array>
}

const parts = ['weights', 'first', 'second'] as const

/** Writes a checkpoint; what stood at the path is replaced only when the new one is whole. */
export function saveCheckpoint(
  path: string,
  shape: Shape,
  state: TrainState,
  extra: unknown,
  more?: ReadonlyMap<string, Float32Array>,
): void {
  const named = parts.flatMap(part =>
    tensors(shape).map((t): [string, { shape: readonly number[]; data: Float32Array }] => [
      `${part}.${t.name}`,
      { shape: t.shape, data: state[part].get(t.name)! },
    ]),
  )
  for (const [name, data] of more ?? []) named.push([`more.${name}`, { shape: [data.length], data }])
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
  const more = new Map<string, Float32Array>()
  for (const [name, t] of file.tensors) if (name.startsWith('more.')) more.set(name.slice(5), t.data)
  return { state, more, extra: JSON.parse(file.metadata.extra) as Extra }
}
