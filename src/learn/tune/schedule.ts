// When what is learnt from, and how fast.
import { AddressedRandom } from '../../kernel/index.ts'
import { type TuneRow, unitsOf } from './row.ts'
import type { TunePlan } from './tune.ts'

/** Rate of step 1..steps: up along a line, then down as the plan says. */
export function tuneRate(p: Pick<TunePlan, 'rate' | 'floor' | 'warmup' | 'fall'>, step: number, steps: number): number {
  const warm = Math.ceil(p.warmup * steps)
  if (step <= warm) return (p.rate * step) / warm
  if (p.fall === 'none') return p.rate
  const into = (step - warm) / Math.max(1, steps - warm)
  return p.rate * (p.floor + (1 - p.floor) * (p.fall === 'linear' ? 1 - into : 0.5 * (1 + Math.cos(Math.PI * into))))
}

export interface TuneBatch {
  /** Indices of its rows. */
  readonly rows: readonly number[]
  readonly epoch: number
  /** The first of its epoch. */
  readonly first: boolean
}
/** Rows of each step: units shuffled anew in each epoch, or as they are given, filled up to `batch`. */
export function schedule(rows: readonly TuneRow[], p: Pick<TunePlan, 'seed' | 'epochs' | 'steps' | 'batch' | 'inOrder'>): TuneBatch[] {
  const units = unitsOf(rows)
  const out: TuneBatch[] = []
  for (let epoch = 0; epoch < p.epochs; epoch++) {
    let batch: number[] = []
    let first = true
    const push = (): void => {
      if (batch.length > 0) out.push({ rows: batch, epoch, first })
      if (batch.length > 0) first = false
      batch = []
    }
    for (const unit of p.inOrder ? units : new AddressedRandom(p.seed, epoch, 0, 'tune batches').shuffle(units)) {
      batch.push(...unit)
      if (batch.length >= p.batch) push()
    }
    push()
  }
  return p.steps > 0 ? out.slice(0, p.steps) : out
}
