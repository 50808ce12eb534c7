// From nothing to weights in use: trains, writes the file, reads it back, measures what was read, writes the card.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DType, readModel, seedlingProvider, writeModel } from '../../model/seedling/index.ts'
import { ranked24 } from '../../world/number/index.ts'
import { type Card, cardOf, cardText } from './card.ts'
import { type CriticResult, evaluateCritic, evaluatePuzzles, type FamilyResult, families } from './evaluate.ts'
import { solvable } from './table.ts'
import { type Plan, planOf, seedlingPlan, type Trained, type TrainOptions, trainSeedling } from './train.ts'

/**
 * How the shipped weights were made: the shipped plan, then a short run at a lower rate with more of what the first had least of.
 * Each stage starts from the weights of the one before it; its seed is one higher.
 */
export const seedlingStages: readonly Partial<Plan>[] = [
  {},
  {
    steps: 700,
    until: undefined,
    rate: 5e-4,
    warmup: 30,
    cooling: 1,
    mix: { shares: { three: 0.34, four: 0.46, cards: 0.08, game24: 0.12 }, wander: 0.25 },
  },
]

export interface MakeOptions extends Omit<TrainOptions, 'folder' | 'from' | 'data'> {
  /** Folder for `model.safetensors`, `card.md`, `card.json`, and the checkpoints of the stages. */
  out: string
  /** Plans run one after the other, each over the options given here. Default: the shipped ones; a single one where the options are not those of the shipped plan. */
  stages?: readonly Partial<Plan>[]
  name?: string
  /** How the weights are stored. The card's numbers are of the weights as stored. */
  dtype?: DType
  /** Puzzles of each family and split for the card, and samples of each. */
  puzzles?: number
  samples?: number
}

/** Is this the shipped plan, whatever its seed? */
function isShipped(o: Partial<Plan>): boolean {
  const plan = planOf(o)
  return (Object.keys(seedlingPlan) as (keyof Plan)[]).every(
    k => k === 'seed' || JSON.stringify(plan[k]) === JSON.stringify(seedlingPlan[k]),
  )
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
  const { out, name = 'seedling', dtype = 'F16', puzzles = 400, samples = 32, stages, ...training } = o
  const plans = stages ?? (isShipped(training) ? seedlingStages : [{}])
  const done: Trained[] = []
  for (const [i, stage] of plans.entries()) {
    const trained = await trainSeedling({
      ...training,
      ...stage,
      seed: (o.seed ?? seedlingPlan.seed) + i,
      folder: i === 0 ? out : join(out, `stage-${i + 1}`),
      from: done[i - 1]?.weights,
    })
    if (!trained.finished) return null
    done.push(trained)
  }
  const { plan, weights: last } = done[done.length - 1]
  const steps = done.reduce((a, t) => a + t.step, 0)
  const bytes = writeModel(plan.shape, last, { name, seed: String(done[0].plan.seed), steps: String(steps) }, dtype)
  const { shape, weights } = readModel(bytes, name)
  const model = seedlingProvider(shape, weights)
  const results: FamilyResult[] = []
  const critic: CriticResult[] = []
  for (const split of ['dev', 'test'] as const)
    for (const family of families) {
      results.push(await evaluatePuzzles(model, family, split, { n: puzzles, samples }))
      critic.push(...(await evaluateCritic(model, family, split, { n: puzzles })))
    }
  const card = cardOf(
    name,
    done.map(({ plan, curves }) => ({ plan, curves })),
    { bytes: bytes.length, dtype },
    { results, critic, sayable: sayable24() },
  )
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
