// One training on trees that are there already, or on a data file: a lesson without a loop. All of it lies in STORE/models/NAME, and goes on where it was stopped or killed.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AddressedRandom, auc, Failure, type Interval } from '../kernel/index.ts'
import {
  digestOf,
  type GroupTree,
  type LossPlan,
  labelKinds,
  liveAt,
  readData,
  rightByReward,
  rowsFor,
  runTuneJob,
  Teller,
  type TrainDevice,
  type TuneEvent,
  type TunePlan,
  type TuneResult,
  type TuneRow,
  tuneApart,
  tunePlan,
  unitsOf,
  verdictRows,
  type WantedOptions,
  wantedBy,
  writeTuneJob,
} from '../learn/index.ts'
import { decode, loadSeedling, type Shape, seedlingProvider, token, type Weights, weightsPath, words } from '../model/seedling/index.ts'
import { runsNamed, treeOf } from '../run/index.ts'
import { openStore } from '../store/index.ts'
import { lockWeights, pathOf, trainingLock } from './weights.ts'

/** What decides the weights, beside the runs or the file. */
export interface LessonPlan extends WantedOptions {
  part: 'policy' | 'value'
  /** Weights it begins with: `seedling`, `seedling@draft`, `seedling@NAME`. */
  model: string
  /** A loss of the catalogue; `verdict`: cross-entropy of labelled states, which is what a value head is taught by. */
  loss: string
  /** Of the loss. */
  options?: LossPlan['options']
  /** Weight of verdicts learnt beside a policy's words, from states labelled by `labels`; 0: none. */
  verdicts: number
  /** Reward from which an answer is right. */
  right: number
  /** Share of the tasks (of the units of a file) that is held out, for measuring. */
  held: number
  tune?: Partial<TunePlan>
}
export const lessonPlan = { model: 'seedling', verdicts: 0, right: 1, held: 0.15 } as const satisfies Partial<LessonPlan>

export interface LessonOptions extends Partial<LessonPlan> {
  part: LessonPlan['part']
  /** Folder of runs and weights. */
  store: string
  /** Of the weights: `seedling@NAME`. */
  name: string
  /** Runs, comparisons, or names of loops: all their trees. */
  runs?: readonly string[]
  /** JSON Lines in place of runs: rows of tokens, or of one of the field's formats in the dialect of tokens. */
  data?: string
  /** Train in a process of its own. Default true. */
  apart?: boolean
  /** Where its trainings compute. Weights of two devices differ by rounding; which it was decides nothing else. */
  device?: TrainDevice
  onEvent?(e: LessonEvent): void
  signal?: AbortSignal
}
export type LessonEvent =
  | { kind: 'rows'; trees: number; train: number; held: number }
  | { kind: 'tuning'; event: TuneEvent }
  | { kind: 'measuring' }
/** How well P(good) ranks held-out unfinished states: those below which a right end was found against those below which only wrong ones were. */
export interface Ranked {
  readonly states: number
  readonly good: number
  readonly auc: number | null
  readonly interval: Interval | null
}
export interface Lesson {
  readonly name: string
  readonly plan: LessonPlan
  /** Of the weights; null: stopped before the end, and the same call goes on. */
  readonly path: string | null
  readonly trees: number
  readonly rows: { readonly train: number; readonly held: number }
  readonly result: TuneResult | null
  /** Before and after; null: nothing is held out, or nothing is judged. */
  readonly ranks: { readonly before: Ranked; readonly after: Ranked } | null
}
interface Head {
  readonly plan: LessonPlan
  readonly source: unknown
  readonly trees: number
  readonly rows: Lesson['rows']
}

const files = { head: 'lesson.json', states: 'states.jsonl', ranks: 'ranks.json' } as const

/**
 * Trains weights on trees of the store or on a data file, in STORE/models/NAME. Called again it goes on, or gives what it came to.
 * @throws Failure (store) where another process is at it; (usage) where the name holds other weights or a lesson of other settings, where the runs give no row, and on bad rows, named by line
 */
export async function tuneRuns(o: LessonOptions): Promise<Lesson> {
  const folder = join(o.store, 'models', o.name)
  mkdirSync(folder, { recursive: true })
  const mine = lockWeights(folder, o.name)
  try {
    return await lesson(o, folder)
  } finally {
    mine.release()
    // What was refused before it began leaves no folder that looks like weights.
    if (readdirSync(folder).every(f => f.startsWith(trainingLock))) rmSync(folder, { recursive: true, force: true })
  }
}

async function lesson(o: LessonOptions, folder: string): Promise<Lesson> {
  const { store, name, runs = [], data, apart = true, onEvent, signal, device, ...changes } = o
  const plan: LessonPlan = { ...lessonPlan, loss: o.part === 'value' ? 'verdict' : 'sft', ...changes }
  const source = data === undefined ? { runs } : { data: digestOf(readText(data)) }
  const head = begun(folder, plan, source) ?? (await begin(folder, plan, { store, runs, source, ...(data === undefined ? {} : { data }) }))
  onEvent?.({ kind: 'rows', trees: head.trees, train: head.rows.train, held: head.rows.held })
  const options = {
    onEvent: (event: TuneEvent) => onEvent?.({ kind: 'tuning', event }),
    ...(signal === undefined ? {} : { signal }),
    ...(device === undefined ? {} : { device }),
  }
  const result = await (apart ? tuneApart(folder, options) : runTuneJob(folder, options)).catch(e => {
    // Nothing came of it, such as rows that the loss cannot read: the name stays free for a better call.
    if (!existsSync(join(folder, 'checkpoint.safetensors'))) rmSync(join(folder, files.head), { force: true })
    throw e
  })
  const path = weightsPath(join(store, 'models'), name)
  const none = { name, plan, trees: head.trees, rows: head.rows }
  if (result === null) return { ...none, path: null, result: null, ranks: null }
  const known = join(folder, files.ranks)
  if (!existsSync(known)) {
    const states = readFileSync(join(folder, files.states), 'utf8').split('\n').filter(Boolean)
    if (states.length > 0) onEvent?.({ kind: 'measuring' })
    const held = states.map(s => JSON.parse(s) as State)
    const before = loadSeedling(pathOf(plan.model, join(store, 'models')))
    const ranks = held.length === 0 ? null : { before: await ranking(before, held), after: await ranking(loadSeedling(path), held) }
    put(known, JSON.stringify(ranks))
  }
  return { ...none, path, result, ranks: JSON.parse(readFileSync(known, 'utf8')) as Lesson['ranks'] }
}

/** The lesson that is there. @throws Failure (usage) where something else is */
function begun(folder: string, plan: LessonPlan, source: unknown): Head | null {
  const at = join(folder, files.head)
  if (!existsSync(at)) {
    if (existsSync(join(folder, 'model.safetensors')) || existsSync(join(folder, 'checkpoint.safetensors')))
      throw new Failure('usage', `${folder} has other weights in it already`, 'choose another name: --out NAME')
    return null
  }
  const head = JSON.parse(readFileSync(at, 'utf8')) as Head
  if (digestOf(head.plan, head.source) !== digestOf(plan, source))
    throw new Failure(
      'usage',
      `${folder} holds a training of other settings`,
      'choose another name: --out NAME, or go on with its own settings',
    )
  return head
}

/** Rows of the trees, parted by task, written down: what comes later does not read the runs again. */
async function begin(
  folder: string,
  plan: LessonPlan,
  o: { store: string; runs: readonly string[]; source: unknown; data?: string },
): Promise<Head> {
  const { shape, weights } = loadSeedling(pathOf(plan.model, join(o.store, 'models')))
  const { part, loss, verdicts } = plan
  const wanted = o.data === undefined ? wantedBy(loss) : null
  if (part === 'policy' && loss === 'verdict') throw new Failure('usage', 'loss verdict teaches a value head', 'espalier train value')
  if (part === 'value' && wanted !== null && wanted !== 'verdict' && wanted !== 'preference-model')
    throw new Failure(
      'usage',
      `loss ${loss} teaches no value head`,
      'take verdict or value-ranking; espalier train policy takes the others',
    )
  const found = o.data === undefined ? await ofRuns(o.store, o.runs, plan) : ofData(o.data, plan, shape)
  if (found.train.length === 0)
    throw new Failure(
      'usage',
      `${o.data === undefined ? `the ${found.trees} runs give` : 'the file gives'} no row for ${loss}`,
      'nothing in them is known to be right, or nothing differs: take more runs, or other labels',
    )
  const changes: Partial<TunePlan> = {
    losses: loss === 'verdict' ? [] : [{ id: loss, ...(plan.options === undefined ? {} : { options: plan.options }) }],
    verdicts: loss === 'verdict' ? 1 : verdicts,
    ...(found.held.length > 0 ? { evaluateEvery: 20 } : {}),
    ...plan.tune,
  }
  mkdirSync(folder, { recursive: true })
  // A job without its head was cut off while it was written.
  rmSync(join(folder, 'plan.json'), { force: true })
  put(join(folder, files.states), found.states.map(s => `${JSON.stringify(s)}\n`).join(''))
  writeTuneJob(folder, { shape, from: weights, rows: found.train, dev: found.held, plan: { ...tunePlan, ...changes } })
  const head: Head = { plan, source: o.source, trees: found.trees, rows: { train: found.train.length, held: found.held.length } }
  put(join(folder, files.head), JSON.stringify(head))
  return head
}

/** A state to be judged, as the tokens that lead to it, and whether it is good. */
interface State {
  readonly tokens: readonly number[]
  readonly good: boolean
}
interface Found {
  readonly trees: number
  readonly train: readonly TuneRow[]
  readonly held: readonly TuneRow[]
  readonly states: readonly State[]
}

async function ofRuns(store: string, ids: readonly string[], plan: LessonPlan): Promise<Found> {
  if (ids.length === 0) throw new Failure('usage', 'expected runs or a data file, found neither', 'espalier runs lists them; --data FILE')
  const s = openStore(store)
  const trees: (GroupTree & { task: string })[] = []
  try {
    for (const { id } of runsNamed(s, ids)) {
      const { tree, entry, task, drawnIn } = await treeOf(s, id)
      if (entry.world.dialects?.tokens === undefined)
        throw new Failure(
          'usage',
          `run ${id}: the world ${entry.world.id} does not speak the dialect tokens`,
          'the seedling learns of game24 and countdown',
        )
      trees.push({
        teller: new Teller(tree, entry.world, { dialect: 'tokens', drawnIn }),
        name: id,
        right: rightByReward(tree, plan.right),
        task,
      })
    }
  } finally {
    s.close()
  }
  // All trees of a task are on one side.
  const out = heldOut([...new Set(trees.map(t => t.task))], plan)
  const side = (held: boolean) => trees.filter(t => out.has(t.task) === held)
  const rows = (some: typeof trees): TuneRow[] => [
    ...rowsFor(plan.loss, some, plan),
    ...(plan.loss !== 'verdict' && plan.verdicts > 0 ? rowsFor('verdict', some, { ...plan, labels: plan.labels ?? 'distance' }) : []),
  ]
  const judged = plan.loss === 'verdict' || plan.loss === 'value-ranking' || plan.verdicts > 0
  const states = judged
    ? side(true).flatMap(t => statesOf(verdictRows(t.teller, labelKinds.hard(t.teller.tree, t.right), { ends: false })))
    : []
  return { trees: trees.length, train: rows(side(false)), held: rows(side(true)), states }
}
function ofData(file: string, plan: LessonPlan, shape: Shape): Found {
  const rows = readData(readText(file), plan.loss, shape, file)
  const units = unitsOf(rows)
  const out = heldOut(
    units.map(u => u[0]),
    plan,
  )
  const side = (held: boolean) => units.filter(u => out.has(u[0]) === held).flatMap(u => u.map(i => rows[i]))
  return { trees: 0, train: side(false), held: side(true), states: statesOf(side(true)) }
}
/** Every verdict that says good or bad. */
const statesOf = (rows: readonly TuneRow[]): State[] =>
  rows.flatMap(r =>
    (r.verdicts ?? []).flatMap(v =>
      v.value === undefined || v.value === 0.5 ? [] : [{ tokens: r.tokens.slice(0, v.at), good: v.value > 0.5 }],
    ),
  )
/** Of several things a share, and never all. */
function heldOut<T>(all: readonly T[], plan: Pick<LessonPlan, 'held' | 'tune'>): Set<T> {
  const n = Math.min(all.length - 1, Math.ceil(plan.held * all.length))
  return new Set(new AddressedRandom(plan.tune?.seed ?? tunePlan.seed, 0, 0, 'lesson held out').shuffle(all).slice(0, Math.max(0, n)))
}

async function ranking({ shape, weights }: { shape: Shape; weights: Weights }, states: readonly State[]): Promise<Ranked> {
  const model = seedlingProvider(shape, weights)
  const values = await Promise.all(
    states.map(async ({ tokens }, i) => {
      const content = `${decode(tokens)} ${words[token.judge]}`
      return (await model.score!([{ role: 'user', content }], words[token.good], liveAt(1, i))).logprob
    }),
  )
  const of = (good: boolean): number[] => values.filter((_, i) => states[i].good === good)
  const { auc: area, interval } = auc(of(true), of(false))
  const known = Number.isFinite(area)
  return { states: states.length, good: of(true).length, auc: known ? area : null, interval: known ? interval : null }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (e) {
    throw new Failure('usage', `${file} cannot be read: ${(e as Error).message}`, '', { cause: e })
  }
}
const put = (path: string, content: string): void => {
  writeFileSync(`${path}.part`, content)
  renameSync(`${path}.part`, path)
}
