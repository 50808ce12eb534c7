// Small models that write traces, from nothing: one plan for the forms of a source, so that they can be compared.
import { type Shape, seedlingShape } from '../../model/seedling/index.ts'
import { type Plan, type Trained, type TrainOptions, trainSeedling } from '../seedling/index.ts'
import { type TraceForm, type TraceSource, traceData } from './data.ts'

/** 148,000 parameters; a context that holds most searches. */
export const traceShape: Readonly<Shape> = { ...seedlingShape, width: 64, layers: 3, heads: 4, hidden: 128, context: 256 }
/** The plan of a comparison: but for the steps and the words of a batch, which the source decides, the same for all. */
export const tracePlan = { rate: 3e-3, warmup: 50, cooling: 0.6, seed: 1, shape: traceShape } as const satisfies Partial<Plan>

/**
 * Of each source the steps, the words of a batch (pads included), and the columns that hold nearly every trace of a form; what is longer is cut in training.
 * The forms of one source have as many words of training: equal compute, but for attention.
 */
export const tracePlans: Readonly<Record<string, { steps: number; words: number; columns: Readonly<Record<TraceForm, number>> }>> = {
  'countdown-3': { steps: 2000, words: 2304, columns: { direct: 24, think: 96, backtrack: 192 } },
  'sudoku-4': { steps: 1000, words: 2304, columns: { direct: 48, think: 64, backtrack: 80 } },
}

/** Trains a model on the traces of a source in one form. Options as for the seedling; what is left out is of `tracePlan` and `tracePlans`. Minutes on a quiet core. */
export function trainTraces<S, A>(
  source: TraceSource<S, A>,
  form: TraceForm,
  o: Omit<TrainOptions, 'data' | 'mix'> = {},
): Promise<Trained> {
  const { steps, words, columns } = tracePlans[source.id] ?? {
    steps: 1000,
    words: 2304,
    columns: { direct: 64, think: 96, backtrack: 192 },
  }
  const batch = Math.max(1, Math.floor(words / columns[form]))
  return trainSeedling({ ...tracePlan, steps, batch, ...o, data: traceData(source, form, columns[form]) })
}
