// From nothing to weights in use: trains, writes the file, reads it back, measures what was read, writes the card.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DType, readModel, seedlingProvider, writeModel } from '../../model/seedling/index.ts'
import { ranked24 } from '../../world/number/index.ts'
import { type Card, cardOf, cardText } from './card.ts'
import { type CriticResult, evaluateCritic, evaluatePuzzles, type FamilyResult, families } from './evaluate.ts'
import { solvable } from './table.ts'
import { lastStep, type TrainOptions, trainSeedling } from './train.ts'

export interface MakeOptions extends TrainOptions {
  /** Folder for `model.safetensors`, `card.md`, `card.json`; the checkpoint lies there too unless `folder` says otherwise. */
  out: string
  name?: string
  /** How the weights are stored. The card's numbers are of the weights as stored. */
  dtype?: DType
  /** Puzzles of each family and split for the card, and samples of each. */
  puzzles?: number
  samples?: number
}

/** Of the sets that make 24, those that do so in the seedling's words. */
export function sayable24(): { sets: number; of: number } {
  const all = ranked24()
  return { sets: all.filter(t => solvable(t.numbers, 24)).length, of: all.length }
}

/**
 * The whole way. Stopped by the signal it leaves a checkpoint and gives null; called again it goes on from there.
 * @returns the card, or null where training was stopped
 */
export async function makeSeedling(o: MakeOptions): Promise<Card | null> {
  const { out, name = 'seedling', dtype = 'F16', puzzles = 400, samples = 32, ...training } = o
  const trained = await trainSeedling({ folder: out, ...training })
  if (!trained.finished) return null
  const { plan, curves } = trained
  const bytes = writeModel(plan.shape, trained.weights, { name, seed: String(plan.seed), steps: String(lastStep(plan)) }, dtype)
  const { shape, weights } = readModel(bytes, name)
  const model = seedlingProvider(shape, weights)
  const results: FamilyResult[] = []
  const critic: CriticResult[] = []
  for (const split of ['dev', 'test'] as const)
    for (const family of families) {
      results.push(await evaluatePuzzles(model, family, split, { n: puzzles, samples }))
      critic.push(...(await evaluateCritic(model, family, split, { n: puzzles })))
    }
  const card = cardOf(name, plan, curves, { bytes: bytes.length, dtype }, { results, critic, sayable: sayable24() })
  mkdirSync(out, { recursive: true })
  for (const [file, content] of [
    ['model.safetensors', bytes],
    ['card.json', `${JSON.stringify(card, null, 1)}\n`],
    ['card.md', cardText(card)],
  ] as const) {
    writeFileSync(join(out, `${file}.part`), content)
    renameSync(join(out, `${file}.part`), join(out, file))
  }
  return card
}

/** Reads a card. */
export const readCard = (path: string): Card => JSON.parse(readFileSync(path, 'utf8')) as Card
