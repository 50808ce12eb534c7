// Weights by name: where they lie, and the models they make.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { draftWeights, loadSeedling, seedlingProvider, shippedWeights, weightsPath } from '../model/seedling/index.ts'
import { type Lock, lock } from '../store/index.ts'
import type { Searching } from './harvest.ts'
import type { Now } from './round.ts'

/** Where the weights of a name are. @throws Failure */
export function pathOf(model: string, models: string): string {
  if (model === 'seedling') return shippedWeights
  const name = /^seedling@([\w.-]+)$/.exec(model)?.[1]
  if (name === undefined)
    throw new Failure('usage', `expected a seedling to train, found ${model}`, 'take seedling, seedling@draft or seedling@NAME')
  const own = weightsPath(models, name)
  return name === 'draft' && !existsSync(own) ? draftWeights : own
}

/** Models as providers. @param measured a model's id is part of what chance is drawn by: all rounds of all loops are measured with the same draws */
export function modelsOf(now: Now, models: string, measured: boolean): Searching['models'] {
  const load = (spec: string) => {
    const { shape, weights } = loadSeedling(pathOf(spec, models))
    return { spec, provider: seedlingProvider(shape, weights, { id: measured ? 'seedling' : spec }) }
  }
  const policy = load(now.policy)
  return { policy, critic: now.critic === now.policy ? policy : load(now.critic) }
}

/** The file by which a training holds the folder of its weights. */
export const trainingLock = 'training.lock'

/**
 * Takes the folder of weights for one training: two in one folder would write over each other's checkpoints. The folder is there.
 * @throws Failure (store) where another process is at it
 */
export const lockWeights = (folder: string, name: string): Lock => lock(join(folder, trainingLock), `seedling@${name}`)
