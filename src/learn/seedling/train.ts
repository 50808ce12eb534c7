// Trains the seedling from nothing, by one call. Same options, same weights, bit for bit, whether it ran through or was stopped and resumed.
import { join } from 'node:path'
import { Failure } from '../../kernel/failure.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { checkShape, type Shape, seedlingShape, sizeOf, tensors, type Weights } from '../../model/seedling/index.ts'
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts'
import { type TrainDevice, trainOn } from './device.ts'
import { type Batch, type Data, type Mix, seedlingData, seedlingMix } from './examples.ts'
import { type AdamW, adamW, freshState, Trainer } from './step.ts'

/** What decides the weights. Two runs with equal plans give equal weights on one machine. */
export interface Plan {
  seed: number
  steps: number
  /** Rows of a batch. */
  batch: number
  /** Highest learning rate. */
  rate: number
  /** Steps of linear warm-up. */
  warmup: number
  /** Share of the steps, at the end, over which the rate falls along a half cosine; 1: all of them. Before, it stays: so a run can be made longer until then. */
  cooling: number
  /** Ends the run early, after this many steps: over the last tenth of them the rate falls to nothing besides. May be set until that tenth begins. */
  until?: number
  shape: Shape
  optimiser: AdamW
  mix: Mix
  /** Name of the data where they are not the seedling's own. */
  source?: string
}
/** How the shipped weights were made. */
export const seedlingPlan: Readonly<Plan> = {
  seed: 1,
  steps: 6500,
  batch: 64,
  rate: 2e-3,
  warmup: 200,
  cooling: 0.6,
  shape: seedlingShape,
  optimiser: adamW,
  mix: seedlingMix,
  until: 5200,
}

/** How the small weights that ship beside them were made (`seedling@draft`): a sixth of the parameters, five minutes. */
export const draftPlan = {
  steps: 3000,
  rate: 3e-3,
  shape: { ...seedlingShape, width: 64, layers: 2, heads: 4, hidden: 128 },
} as const satisfies Partial<Plan>

/** The shipped plan with changes. Who says how many steps does not mean them to end early. */
export const planOf = (changes: Partial<Plan>): Plan => {
  const { until, ...plan } = { ...seedlingPlan, ...changes }
  return changes.steps === undefined ? { ...plan, until } : { ...plan, until: changes.until }
}

export interface TrainOptions extends Partial<Plan> {
  /** What it is trained on; default: the number puzzles of `mix`. */
  data?: Data
  /** Weights to start from, such as those of a former plan; fresh ones by default. A checkpoint in the folder comes first. */
  from?: Weights
  /** Where the checkpoint lies (`checkpoint.safetensors`); an existing one of the same plan is continued. None: nothing is kept. */
  folder?: string
  /** Where it computes. Default: where this process trained last, at first by WebAssembly. */
  device?: TrainDevice
  /** Steps between checkpoints. */
  saveEvery?: number
  /** Steps between measurements on the dev split. */
  measureEvery?: number
  onEvent?(e: TrainEvent): void
  signal?: AbortSignal
}

/** Loss of a kind of puzzle on the dev split, in nats a word; and of verdicts. */
export interface Point {
  step: number
  words: number
  verdicts: number
  /** Share of verdicts on the right side of one half. */
  right: number
  byKind: Record<string, number>
}
/** Mean training loss over the steps since the former point. */
export interface Progress {
  step: number
  loss: number
  norm: number
  rate: number
  /** Tokens a second of wall clock, pads included. */
  speed: number
}
export type TrainEvent =
  | ({ kind: 'progress' } & Progress)
  | ({ kind: 'measured' } & Point)
  | { kind: 'saved'; step: number; path: string }
  | { kind: 'resumed'; step: number }

/** Curves of a run. `seconds`: of work, over all its sittings. */
export interface Curves {
  train: Progress[]
  dev: Point[]
  seconds: number
}
export interface Trained {
  plan: Plan
  weights: Weights
  curves: Curves
  step: number
  /** false: stopped by the signal before its last step. */
  finished: boolean
}

/** The last step of a plan. */
export const lastStep = (p: Plan): number => Math.min(p.steps, p.until ?? p.steps)

/** Learning rate of step 1..steps. */
export function rateAt(plan: Plan, step: number): number {
  const floor = 0.02
  const into = Math.max(0, (step - plan.steps * (1 - plan.cooling)) / (plan.steps * plan.cooling))
  const cool = floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, into)))
  const last = lastStep(plan)
  const landing = last < plan.steps ? Math.min(1, (last + 1 - step) / (last / 10)) : 1
  return plan.rate * Math.min(1, step / plan.warmup) * (plan.cooling > 0 ? cool : 1) * landing
}

/** Normal weights: matrices by 1/sqrt(inputs), those that write to the residual stream also by 1/sqrt(2 layers), head by half; norms 1. */
export function freshWeights(shape: Shape, seed: number): Weights {
  const out: Weights = new Map()
  tensors(shape).forEach((t, i) => {
    const random = new AddressedRandom(seed, i, 0, 'seedling weights')
    const data = new Float32Array(sizeOf(t.shape))
    let sd = 1 / Math.sqrt(t.shape[0])
    if (t.name === 'embed') sd = 0.05
    if (t.name === 'head') sd /= 2
    if (/\.(out|down)$/.test(t.name)) sd /= Math.sqrt(2 * shape.layers)
    for (let k = 0; k < data.length; k++) data[k] = t.shape.length === 1 ? 1 : random.normal() * sd
    out.set(t.name, data)
  })
  return out
}

/** What two runs must share to be one. `steps` may still change while the rate has not begun to fall, `until` while it has not begun to land. */
const essence = (p: Plan, step: number): string =>
  JSON.stringify({
    ...p,
    steps: step <= p.steps * (1 - p.cooling) ? 'open' : p.steps,
    until: p.until === undefined || step <= p.until * 0.9 ? 'open' : p.until,
  })

/**
 * Trains on the train split of its data; the dev split is only measured.
 * @throws Failure when the folder holds a checkpoint of another plan
 */
export async function trainSeedling(o: TrainOptions = {}): Promise<Trained> {
  const { folder, from, saveEvery = 100, measureEvery = 250, onEvent, signal, data: own, device, ...given } = o
  if (device !== undefined) await trainOn(device)
  const plan = planOf(own === undefined ? given : { ...given, source: own.id })
  const data = own ?? seedlingData(plan.mix)
  checkShape(plan.shape)
  const path = folder === undefined ? null : join(folder, 'checkpoint.safetensors')
  const before = path === null ? null : loadCheckpoint<{ plan: Plan; curves: Curves }>(path, plan.shape)
  if (before) {
    const { step } = before.state
    if (essence(before.extra.plan, step) !== essence(plan, step))
      throw new Failure(
        'usage',
        `${path}: expected a checkpoint of this plan, found one of another (step ${step})`,
        'train in another folder, or with the plan it holds',
      )
    onEvent?.({ kind: 'resumed', step })
  }
  const curves: Curves = before?.extra.curves ?? { train: [], dev: [], seconds: 0 }
  const trainer = new Trainer(
    plan.shape,
    before?.state ?? freshState(plan.shape, from ?? freshWeights(plan.shape, plan.seed)),
    plan.optimiser,
  )
  const dev = Array.from({ length: 4 }, (_, i) => data.batch(plan.seed, 'dev', i, plan.batch))
  let began = performance.now()
  const sitting = (): Curves => {
    curves.seconds += (performance.now() - began) / 1000
    began = performance.now()
    return curves
  }
  const save = async (): Promise<void> => {
    if (path === null) return
    saveCheckpoint(path, plan.shape, await trainer.state(), { plan, curves: sitting() })
    onEvent?.({ kind: 'saved', step: trainer.step, path })
  }
  const every = 50
  const last = lastStep(plan)
  let sums = { loss: 0, norm: 0, from: performance.now(), steps: 0 }
  try {
    while (trainer.step < last && !signal?.aborted) {
      const step = trainer.step + 1
      const rate = rateAt(plan, step)
      const batch = data.batch(plan.seed, 'train', step, plan.batch)
      const { loss, norm } = await trainer.descend(batch, batch.cotangents, rate)
      if (!Number.isFinite(loss))
        throw new Failure('model', `expected a finite loss, found ${loss} at step ${step}`, 'train with a lower rate')
      sums.loss += loss
      sums.norm += norm
      sums.steps++
      if (step % every === 0) {
        const speed = (sums.steps * plan.batch * data.length * 1000) / (performance.now() - sums.from)
        const progress: Progress = { step, loss: sums.loss / sums.steps, norm: sums.norm / sums.steps, rate, speed: Math.round(speed) }
        curves.train.push(progress)
        onEvent?.({ kind: 'progress', ...progress })
        sums = { loss: 0, norm: 0, from: performance.now(), steps: 0 }
      }
      if (step % measureEvery === 0 || step === last) {
        const point = await measure(trainer, dev, data.kinds)
        curves.dev.push(point)
        onEvent?.({ kind: 'measured', ...point })
      }
      if (step % saveEvery === 0 || step === last) await save()
      // A step never waits for anything: without this no signal and no timer would get its turn.
      await new Promise(go => setImmediate(go))
    }
    if (signal?.aborted && trainer.step < last) await save()
    return { plan, weights: await trainer.weights(), curves: sitting(), step: trainer.step, finished: trainer.step >= last }
  } finally {
    trainer.close()
  }
}

async function measure(trainer: Trainer, dev: readonly Batch[], kinds: readonly string[]): Promise<Point> {
  const byKind = kinds.map(() => ({ loss: 0, n: 0 }))
  let verdicts = 0
  let right = 0
  let judged = 0
  for (const b of dev) {
    const lp = await trainer.logprobs(b)
    for (let i = 0; i < lp.length; i++) {
      if (b.role[i] === 1) {
        const k = byKind[b.kind[Math.floor(i / b.length)]]
        k.loss -= lp[i]
        k.n++
      } else if (b.role[i] === 2) {
        verdicts -= lp[i]
        judged++
        if (lp[i] > Math.log(0.5)) right++
      }
    }
  }
  const words = byKind.reduce((a, k) => a + k.loss, 0) / byKind.reduce((a, k) => a + k.n, 0)
  return {
    step: trainer.step,
    words,
    verdicts: verdicts / judged,
    right: right / judged,
    byKind: Object.fromEntries(byKind.map((k, i) => [kinds[i], k.loss / k.n])),
  }
}
