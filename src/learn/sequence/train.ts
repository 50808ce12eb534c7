// The small model of the world `sequence`, from nothing: actor and refiner of a loop begin as it.
import { type Shape, seedlingShape } from '../../model/seedling/index.ts'
import { type Plan, type Trained, type TrainOptions, trainSeedling } from '../seedling/index.ts'
import { sequenceData } from './data.ts'

/** 148,000 parameters. */
export const sequenceShape: Readonly<Shape> = { ...seedlingShape, width: 64, layers: 3, heads: 4, hidden: 128 }
/** Ends while it still writes many drafts that fail: what is left to learn is for a loop. */
export const sequencePlan = {
  seed: 1,
  steps: 2000,
  batch: 48,
  rate: 3e-3,
  warmup: 50,
  cooling: 0.6,
  shape: sequenceShape,
} as const satisfies Partial<Plan>

/** Trains it. Options as for the seedling; what is left out is of `sequencePlan`. Some minutes on a quiet core. */
export const trainSequence = (o: Omit<TrainOptions, 'data' | 'mix'> = {}): Promise<Trained> =>
  trainSeedling({ ...sequencePlan, ...o, data: sequenceData() })
