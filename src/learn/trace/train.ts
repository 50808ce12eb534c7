// Small models that write traces, from nothing: one plan for every source and form, so that they can be compared.
import { type Shape, seedlingShape } from '../../model/seedling/index.ts'
import { type Plan, type Trained, type TrainOptions, trainSeedling } from '../seedling/index.ts'
import { type TraceForm, type TraceSource, traceData } from './data.ts'

/** 148,000 parameters; a context that holds most searches. */
export const traceShape: Readonly<Shape> = { ...seedlingShape, width: 64, layers: 3, heads: 4, hidden: 128, context: 256 }
/** Words of a batch, pads included, whatever the length of its rows: equal steps are equal training compute, but for attention. */
const wordsOfBatch = 2304

/** The plan of a comparison. About three minutes on a quiet core. */
export const tracePlan = { steps: 1000, rate: 3e-3, warmup: 50, cooling: 0.6, seed: 1, shape: traceShape } as const satisfies Partial<Plan>

/** Columns that hold nearly every trace of a kind; what is longer is cut in training. */
export const traceColumns: Readonly<Record<string, Readonly<Record<TraceForm, number>>>> = {
  'countdown-3': { direct: 24, think: 96, backtrack: 192 },
  'sudoku-4': { direct: 48, think: 64, backtrack: 80 },
}

/** Trains a model on the traces of a source in one form. Options as for the seedling; the default plan is `tracePlan`. */
export function trainTraces<S, A>(
  source: TraceSource<S, A>,
  form: TraceForm,
  o: Omit<TrainOptions, 'data' | 'mix'> = {},
): Promise<Trained> {
  const length = traceColumns[source.id]?.[form] ?? 96
  const batch = Math.max(1, Math.floor(wordsOfBatch / length))
  return trainSeedling({ ...tracePlan, batch, ...o, data: traceData(source, form, length) })
}
