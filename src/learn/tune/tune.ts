// Training on given rows by any loss of the catalogue. Same rows, plan and weights, same result, bit for bit, whether it ran through or was stopped and resumed.
import { join } from 'node:path'
import { AddressedRandom, Failure } from '../../kernel/index.ts'
import { checkShape, type Shape, sizeOf, tensors, type Weights } from '../../model/seedling/index.ts'
import { type AdamW, adamW, freshState, loadCheckpoint, saveCheckpoint, type TrainDevice, Trainer, trainOn } from '../seedling/index.ts'
import { cotangentsOf, fixed, lawsOf, look, type More } from './look.ts'
import { type Known, type LossPlan, type Objective, objective, type Priced } from './objective.ts'
import { passesOf } from './pack.ts'
import { checkTuneRow, digestOf, type TuneRow } from './row.ts'
import { schedule, tuneRate } from './schedule.ts'

/** What decides the weights, beside rows and the weights it starts from. */
export interface TunePlan {
  seed: number
  /** Any of the catalogue, added up. */
  losses: readonly LossPlan[]
  /** Weight of the verdicts' cross-entropy; 0: they are not learnt from. */
  verdicts: number
  /** Whose logprobs the losses are told as those of the reference: the weights it starts from (or those given), those at the start of each epoch, nobody's. */
  reference: 'start' | 'iterate' | 'none'
  epochs: number
  /** At most so many steps; 0: as many as the epochs have. */
  steps: number
  /** Rows of a step at least; units are never torn. A loss sees the whole batch. */
  batch: number
  /** Rows of a pass: what memory has to hold. */
  micro: number
  /** Highest learning rate; it falls to `floor` of itself. */
  rate: number
  floor: number
  /** How it falls: along a half cosine (default), a line, or not at all. */
  fall?: 'cosine' | 'linear' | 'none'
  /** Share of the steps in which the rate rises. */
  warmup: number
  optimiser: AdamW
  /** Steps between measurements on held-out rows, the first before any step; 0: none. */
  evaluateEvery: number
  /** Ends after so many measurements without a better one; 0: never. With held-out rows the best weights are kept (those it starts from are among them), else the last. */
  patience: number
  /** Steps of the trainings that this one goes on from: what follows the step (CHORD's mu) counts them. Default 0. */
  before?: number
  /** Rows are learnt in the order in which they are given, in every epoch: a curriculum from easy to hard. Default: shuffled anew in each. */
  inOrder?: boolean
  /** Part of a curriculum over the rows' `ease` that this training is: from and to, where 1 is its end. Default: none. */
  curriculum?: readonly [from: number, to: number]
}
export const tunePlan: Readonly<TunePlan> = {
  seed: 1,
  losses: [{ id: 'sft' }],
  verdicts: 0,
  reference: 'start',
  epochs: 2,
  steps: 0,
  batch: 32,
  micro: 16,
  rate: 3e-4,
  floor: 0.1,
  warmup: 0.05,
  optimiser: { ...adamW, decay: 0 },
  evaluateEvery: 0,
  patience: 3,
}

export interface TunePoint {
  step: number
  loss: number
  metrics: Record<string, number>
}
export type TuneEvent =
  | {
      kind: 'progress'
      step: number
      steps: number
      loss: number
      norm: number
      rate: number
      speed: number
      metrics: Record<string, number>
    }
  | ({ kind: 'measured'; best: boolean } & TunePoint)
  | { kind: 'saved'; step: number; path: string }
  | { kind: 'resumed'; step: number }
export interface TuneOptions {
  shape: Shape
  from: Weights
  rows: readonly TuneRow[]
  /** Held-out rows. */
  dev?: readonly TuneRow[]
  plan?: Partial<TunePlan>
  /** Other weights than those it starts from, for `reference: start`. */
  reference?: Weights
  /** Keeps `checkpoint.safetensors`; one of the same training is continued. */
  folder?: string
  /** Where it computes. Default: where this process trained last, at first by WebAssembly. */
  device?: TrainDevice
  /** Steps between checkpoints. */
  saveEvery?: number
  onEvent?(e: TuneEvent): void
  signal?: AbortSignal
}
export interface Tuned {
  plan: TunePlan
  /** The best by held-out loss, else the last. */
  weights: Weights
  step: number
  finished: boolean
  /** Tokens that went through training, pads left out. */
  tokens: number
  train: TunePoint[]
  dev: TunePoint[]
  best: number | null
}
interface Kept {
  digest: string
  tokens: number
  train: TunePoint[]
  dev: TunePoint[]
  best: { step: number; loss: number } | null
}

/** Cut into rows again. */
function cut(flat: Float32Array | undefined, rows: readonly TuneRow[]): (Float32Array | undefined)[] {
  let at = 0
  return rows.map(r => flat?.subarray(at, (at += r.tokens.length)))
}

/** An error of the network, as one line. Out of memory is said as such. */
function told(e: unknown, step: number, kept: string): unknown {
  if (e instanceof Failure) return e.code === 'model' ? new Failure(e.code, e.message, `${e.hint}${kept}`, { cause: e }) : e
  const text = (e as Error)?.message ?? String(e)
  if (/memory|allocat|Array buffer/i.test(text))
    return new Failure('model', `training ran out of memory at step ${step}`, `take passes of fewer rows (micro)${kept}`, { cause: e })
  return new Failure('model', `training failed at step ${step}: ${text.split('\n')[0]}`, kept.replace(/^; /, ''), { cause: e })
}

/**
 * Tunes weights on rows.
 * @throws Failure (usage) on bad rows, an unknown loss or a checkpoint of another training; (model) where the loss is no number or memory ends. The last good
 * checkpoint stays.
 */
export async function tune(o: TuneOptions): Promise<Tuned> {
  const { shape, rows, dev = [], folder, saveEvery = 50, onEvent, signal, device } = o
  if (device !== undefined) await trainOn(device)
  const plan: TunePlan = { ...tunePlan, ...o.plan }
  checkShape(shape)
  checkWeights(o.from, shape, 'the weights')
  if (o.reference) checkWeights(o.reference, shape, 'the reference')
  if (rows.length === 0) throw new Failure('usage', 'expected rows to learn from, found none')
  for (const [i, r] of rows.entries()) checkTuneRow(r, shape, `row ${i}`)
  for (const [i, r] of dev.entries()) checkTuneRow(r, shape, `held-out row ${i}`)
  const goal = objective(plan.losses, plan.verdicts)
  goal.check(rows)
  const batches = schedule(rows, plan)
  const steps = batches.length
  const path = folder === undefined ? null : join(folder, 'checkpoint.safetensors')
  const digest = digestOf(
    plan,
    rows,
    dev,
    ...tensors(shape).map(t => o.from.get(t.name)!),
    ...tensors(shape).map(t => o.reference?.get(t.name) ?? 0),
  )
  const before = path === null ? null : loadCheckpoint<Kept>(path, shape)
  if (before && before.extra.digest !== digest)
    throw new Failure('usage', `${path}: expected a checkpoint of this training, found one of another`, 'train in another folder')
  const kept: Kept = before?.extra ?? { digest, tokens: 0, train: [], dev: [], best: null }
  const more = new Map(before?.more)
  const trainer = new Trainer(shape, before?.state ?? freshState(shape, o.from), plan.optimiser)
  if (before) onEvent?.({ kind: 'resumed', step: trainer.step })
  const hint = path === null ? '' : `; the last checkpoint is kept: ${path}`
  // Exact divergences are from whole laws, which are too much to be kept: the reference itself is.
  let divergent = goal.kl ? laterReference(o, plan, more) : null
  const moreOf = (): More => ({ H: goal.H, ...(divergent === null ? {} : { laws: lawsOf(divergent) }) })
  const save = async (): Promise<void> => {
    if (path === null) return
    saveCheckpoint(path, shape, await trainer.state(), kept, more)
    onEvent?.({ kind: 'saved', step: trainer.step, path })
  }
  const measured = dev.length > 0 && plan.evaluateEvery > 0
  const heldOut = async (): Promise<void> => {
    const { step } = trainer
    const found = await measure(trainer, goal, plan, dev, more, moreOf())
    const best = kept.best === null || found.loss < kept.best.loss
    kept.dev.push({ step, ...found })
    if (best) {
      kept.best = { step, loss: found.loss }
      for (const [name, data] of await trainer.weights()) more.set(`best.${name}`, data)
    }
    onEvent?.({ kind: 'measured', best, step, ...found })
  }
  const bestWeights = (): Weights => new Map(tensors(shape).map(t => [t.name, more.get(`best.${t.name}`)!]))
  let over = kept.best !== null && plan.patience > 0 && sinceBest(kept) >= plan.patience
  try {
    if (!before) {
      await constants(o, plan, goal, trainer, more)
      if (measured) await heldOut()
    }
    let began = performance.now()
    let tokens = 0
    while (trainer.step < steps && !over && !signal?.aborted) {
      const { rows: at, first } = batches[trainer.step]
      if (first && plan.reference === 'iterate' && goal.lr) {
        more.set('lr', await fixed(trainer, rows, plan.micro))
        if (dev.length > 0) more.set('dev.lr', await fixed(trainer, dev, plan.micro))
      }
      if (first && plan.reference === 'iterate' && divergent !== null) {
        for (const [name, data] of await trainer.weights()) more.set(`ref.${name}`, data)
        divergent.close()
        divergent = laterReference(o, plan, more)
      }
      const step = trainer.step + 1
      const rate = tuneRate(plan, step, steps)
      const { priced, norm } = await one(trainer, goal, plan, rows, at, more, rate, moreOf(), trainer.step / steps)
      if (!Number.isFinite(priced.loss) || !Number.isFinite(norm))
        throw new Failure(
          'model',
          `expected a finite loss and gradient, found ${priced.loss} and ${norm} at step ${step}`,
          'train with a lower rate',
        )
      const count = at.reduce((n, i) => n + rows[i].tokens.length, 0)
      kept.tokens += count
      tokens += count
      const point: TunePoint = { step, loss: priced.loss, metrics: { ...priced.metrics } }
      kept.train.push(point)
      const speed = Math.round((tokens * 1000) / Math.max(1, performance.now() - began))
      onEvent?.({ kind: 'progress', ...point, steps, norm, rate, speed })
      if (measured && (step % plan.evaluateEvery === 0 || step === steps)) {
        await heldOut()
        over = plan.patience > 0 && sinceBest(kept) >= plan.patience
        began = performance.now()
        tokens = 0
      }
      if (step % saveEvery === 0 || step === steps || over) {
        // A step that ran away shows in what the network says next: such weights replace no good checkpoint.
        await look(trainer, rows, passesOf(rows, at, plan.micro, goal.values).slice(0, 1))
        await save()
      }
      // A step never waits for anything: without this no signal and no timer would get its turn.
      await new Promise(go => setImmediate(go))
    }
    const finished = over || trainer.step >= steps
    if (!finished) await save()
    return {
      plan,
      weights: kept.best === null ? await trainer.weights() : bestWeights(),
      step: trainer.step,
      finished,
      tokens: kept.tokens,
      train: kept.train,
      dev: kept.dev,
      best: kept.best?.step ?? null,
    }
  } catch (e) {
    throw told(e, trainer.step + 1, hint)
  } finally {
    trainer.close()
    divergent?.close()
  }
}

/** A reference whose laws are asked for: the weights given, those at the start of this epoch, or those it starts from. */
function laterReference(o: TuneOptions, plan: TunePlan, more: ReadonlyMap<string, Float32Array>): Trainer {
  if (plan.reference === 'none')
    throw new Failure('usage', 'exact divergences: they need a reference, and there is none', 'reference: start or iterate')
  const begun = more.has('ref.embed')
  const weights: Weights = begun ? new Map(tensors(o.shape).map(t => [t.name, more.get(`ref.${t.name}`)!])) : (o.reference ?? o.from)
  return new Trainer(o.shape, freshState(o.shape, weights), plan.optimiser)
}

const sinceBest = (k: Kept): number => k.dev.filter(d => d.step > k.best!.step).length

function checkWeights(w: Weights, shape: Shape, what: string): void {
  for (const t of tensors(shape)) {
    const data = w.get(t.name)
    if (data === undefined) throw new Failure('model', `${what}: expected the tensor ${t.name}, found none`)
    if (data.length !== sizeOf(t.shape))
      throw new Failure(
        'model',
        `${what}: expected ${sizeOf(t.shape)} numbers in ${t.name}, found ${data.length}`,
        'they are of another shape',
      )
    if (data.some(x => !Number.isFinite(x)))
      throw new Failure('model', `${what}: expected finite numbers in ${t.name}, found one that is none`)
  }
}

/** Logprobs that stay what they are: of the policy that drew the rows, which is the one training starts from, and of the reference. */
async function constants(
  o: TuneOptions,
  plan: TunePlan,
  goal: Objective,
  trainer: Trainer,
  more: Map<string, Float32Array>,
): Promise<void> {
  const sets = [
    ['', o.rows],
    ['dev.', o.dev ?? []],
  ] as const
  if (goal.lr && plan.reference === 'none')
    throw new Failure('usage', `loss ${plan.losses[0].id}: it needs a reference, and there is none`, 'reference: start or iterate')
  let other: Trainer | null = null
  try {
    if (goal.lr && o.reference !== undefined) other = new Trainer(o.shape, freshState(o.shape, o.reference), plan.optimiser)
    for (const [name, rows] of sets) {
      if (rows.length === 0 || !(goal.lo || goal.lr)) continue
      const mine = goal.lo || other === null ? await fixed(trainer, rows, plan.micro) : null
      if (goal.lo) more.set(`${name}lo`, mine!)
      if (goal.lr) more.set(`${name}lr`, other === null ? mine!.slice() : await fixed(other, rows, plan.micro))
    }
  } finally {
    other?.close()
  }
}

const knownOf = (rows: readonly TuneRow[], more: ReadonlyMap<string, Float32Array>, name: string): Known[] => {
  const [lo, lr] = [cut(more.get(`${name}lo`), rows), cut(more.get(`${name}lr`), rows)]
  return rows.map((_, i) => ({ ...(lo[i] === undefined ? {} : { lo: lo[i] }), ...(lr[i] === undefined ? {} : { lr: lr[i] }) }))
}

/** One step: logprobs of the whole batch, its loss, then the gradient pass by pass, so that every denominator is that of the batch. */
async function one(
  trainer: Trainer,
  goal: Objective,
  plan: TunePlan,
  rows: readonly TuneRow[],
  at: readonly number[],
  more: ReadonlyMap<string, Float32Array>,
  rate: number,
  asked: More,
  done: number,
): Promise<{ priced: Priced; norm: number }> {
  const [begun, end] = plan.curriculum ?? [1, 1]
  const passes = passesOf(rows, at, plan.micro, goal.values)
  const seen = await look(trainer, rows, passes, asked)
  const known = knownOf(rows, more, '')
  const priced = goal.price(
    at.map(i => rows[i]),
    at.map(i => seen.get(i)!),
    at.map(i => known[i]),
    {
      step: (plan.before ?? 0) + trainer.step,
      along: begun + (end - begun) * done,
      random: new AddressedRandom(plan.seed, trainer.step, 0, 'tune loss'),
    },
  )
  const slopes = new Map(at.map((i, k) => [i, priced.slopes[k]]))
  const wide = asked.H || asked.laws !== undefined
  if (passes.length === 1 && !wide)
    return { priced, norm: (await trainer.descend(passes[0].rows, cotangentsOf(passes[0], slopes).lp, rate)).norm }
  for (const pass of passes) {
    const c = cotangentsOf(pass, slopes)
    if (wide) await trainer.figuresGradient(pass.rows, c, await asked.laws?.(pass))
    else await trainer.gradient(pass.rows, c.lp)
  }
  return { priced, norm: await trainer.apply(rate) }
}

/** The same loss over held-out rows, all at once. */
async function measure(
  trainer: Trainer,
  goal: Objective,
  plan: TunePlan,
  dev: readonly TuneRow[],
  more: ReadonlyMap<string, Float32Array>,
  asked: More,
): Promise<{ loss: number; metrics: Record<string, number> }> {
  const all = [...dev.keys()]
  const seen = await look(trainer, dev, passesOf(dev, all, plan.micro, goal.values), asked)
  const { loss, metrics } = goal.price(
    dev,
    all.map(i => seen.get(i)!),
    knownOf(dev, more, 'dev.'),
    { step: (plan.before ?? 0) + trainer.step, random: new AddressedRandom(plan.seed, 0, 0, 'tune held out') },
  )
  return { loss, metrics: { ...metrics } }
}
