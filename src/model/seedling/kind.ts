// `seedling` on the command line: the shipped weights; `seedling@draft`: the small ones that ship beside them; `seedling@NAME`: those of STORE/models/NAME.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../kernel/failure.ts'
import type { ModelKind } from '../kind.ts'
import { type Model, readModel } from './llama.ts'
import { type Seedling, type SeedlingOptions, seedlingProvider } from './provider.ts'

/** The shipped weights. */
export const shippedWeights: string = fileURLToPath(new URL('./weights/seedling.safetensors', import.meta.url))

/** The small ones beside them, a sixth of the size: to draft for the large (`speculative:seedling,seedling@draft`), or where speed is all. */
export const draftWeights: string = fileURLToPath(new URL('./weights/draft.safetensors', import.meta.url))

/** Reads weights from a file; the shipped ones by default. @throws Failure, one line, when there are none or they are damaged */
export function loadSeedling(path: string = shippedWeights): Model {
  if (!existsSync(path)) throw new Failure('model', `expected weights at ${path}, found no file`, 'train them: espalier train seedling')
  return readModel(readFileSync(path), path)
}

/** A provider over a weights file. */
export function seedling(path: string = shippedWeights, o: SeedlingOptions = {}): Seedling {
  const { shape, weights } = loadSeedling(path)
  return seedlingProvider(shape, weights, o)
}

/** Where `espalier train` puts the weights of a name, and where `seedling@NAME` looks. @param folder STORE/models */
export const weightsPath = (folder: string, name: string): string => join(folder, name, 'model.safetensors')

export const seedlingKind: ModelKind = {
  kind: 'seedling',
  describe: 'A small language model that ships with it: number puzzles step by step, logprobs, a critic; free and offline',
  example: 'seedling',
  rest: 'none',
  dialect: 'tokens',
  create({ name, text }, { store }) {
    if (name === '') return seedling()
    if (!/^[\w.-]+$/.test(name))
      throw new Failure('usage', `expected a name of letters, digits, dots and dashes after seedling@, found "${name}"`)
    // Weights of one's own of that name come first.
    if (name === 'draft' && (store === undefined || !existsSync(weightsPath(store, name)))) return seedling(draftWeights, { id: text })
    if (store === undefined) throw new Failure('usage', `${text} needs a store to look in`, 'give one with --store')
    return seedling(weightsPath(store, name), { id: text })
  },
}
