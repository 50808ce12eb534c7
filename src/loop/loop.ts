// Rounds of search, data, training and measurement. Everything lies in the store: a loop that was stopped or killed anywhere goes on where it was.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AddressedRandom, Failure } from '../kernel/index.ts'
import {
  runTuneJob,
  type TrainDevice,
  type TuneEvent,
  type TunePlan,
  type TuneResult,
  type TuneRow,
  taken,
  takesPart,
  tuneApart,
  tunedModel,
  tunePlan,
  writeTuneJob,
} from '../learn/index.ts'
import { draftWeights, loadSeedling, seedlingProvider, shippedWeights, weightsPath } from '../model/seedling/index.ts'
import { worldEntry } from '../run/index.ts'
import { listen, lock } from '../store/index.ts'
import type { Named, WorldEntry } from '../world/index.ts'
import { curriculumShare, eased, easiestFirst, mostProblems } from './curriculum.ts'
import { problemsOf, runsOf, type Searching, Stopped, searchOnce } from './harvest.ts'
import { type LoopAct, loopLetters, loopLock, loopLog } from './kept.ts'
import { said } from './look.ts'
import { type Measured, measure, type Outcomes, outcomes, triesOf } from './measure.ts'
import { learntPrompts, type PromptValue, readPrompts } from './pcl.ts'
import { type LoopPlan, loopFolder, loopPlan, loopStateFile } from './plan.ts'
import { type Beliefs, believed, chooseProblems } from './select.ts'
import type { Harvest, Look, LoopRows, LoopSearch, LoopSpec } from './spec.ts'

export interface Round {
  readonly round: number
  readonly problems: number
  /** Of those, with a right end somewhere. */
  readonly solved: number
  /** Calls of its searches. */
  readonly calls: number
  readonly rows: { readonly policy: number; readonly value: number }
  readonly trained: { readonly policy: Trained | null; readonly value: Trained | null }
  readonly settings: Readonly<Record<string, number>>
  readonly measured: Measured
  /** Names after --model. */
  readonly policy: string
  readonly critic: string
  readonly seconds: number
}
type Trained = Pick<TuneResult, 'step' | 'tokens'> & { readonly loss: number }
export interface LoopState {
  readonly plan: LoopPlan
  /** The first is before any training. */
  readonly rounds: Round[]
  /** Of the problems already searched, so that each round has others. */
  at: number
  beliefs: Beliefs
  /** What PCL learnt of prompts. */
  prompts?: PromptValue
  /** Rounds that were asked for last. */
  of?: number
}
export type LoopEvent =
  | { kind: 'begun'; round: number; rounds: number }
  | { kind: 'resumed'; rounds: number }
  | { kind: 'searched'; round: number; problems: number; solved: number; calls: number; of: number }
  | { kind: 'tuning'; round: number; part: 'policy' | 'value'; event: TuneEvent }
  | { kind: 'measuring'; round: number }
  | ({ kind: 'told'; round: number } & LoopAct)
  | ({ kind: 'round' } & Round)
export interface LoopOptions extends Partial<Omit<LoopPlan, 'loop'>> {
  /** Folder of runs and weights. */
  store: string
  /** Of the loop, its runs and weights. Default: LOOP-PARTS-SEED. */
  name?: string
  rounds?: number
  /** Train in a process of its own. Default true. */
  apart?: boolean
  /** Where its trainings compute. Weights of two devices differ by rounding; which it was decides nothing else. */
  device?: TrainDevice
  onEvent?(e: LoopEvent): void
  signal?: AbortSignal
}
export interface LoopResult {
  readonly name: string
  readonly plan: LoopPlan
  readonly rounds: readonly Round[]
  /** false: stopped by the signal, or by word that another process left (`tellLoop`); the same call goes on. */
  readonly finished: boolean
}

/** Where the weights of a name are. @throws Failure */
export function pathOf(model: string, models: string): string {
  if (model === 'seedling') return shippedWeights
  const name = /^seedling@([\w.-]+)$/.exec(model)?.[1]
  if (name === undefined)
    throw new Failure('usage', `expected a seedling to train, found ${model}`, 'take seedling, seedling@draft or seedling@NAME')
  const own = weightsPath(models, name)
  return name === 'draft' && !existsSync(own) ? draftWeights : own
}

/**
 * Runs a loop, or goes on with it.
 * @throws Failure (usage) where the name holds a loop of another plan, or the loop has nothing of the parts asked for; (store) where another process works on it
 */
export async function loop(spec: LoopSpec, o: LoopOptions): Promise<LoopResult> {
  const { store, rounds = 3, apart = true, device, onEvent: heard, signal: given, name: called, ...changes } = o
  const plan: LoopPlan = { ...loopPlan, ...ownOf(spec), ...changes, loop: spec.id }
  if (plan.parts !== 'both' && spec[plan.parts] === undefined)
    throw new Failure(
      'usage',
      `loop ${spec.id} trains no ${plan.parts}`,
      `it trains: ${spec.policy ? 'policy' : ''}${spec.value ? ' value' : ''}`,
    )
  const name = called ?? `${spec.id}-${plan.parts}-${plan.seed}`
  const folder = loopFolder(store, name)
  if (plan.curriculum === 'success' && plan.select === 'order')
    throw new Failure(
      'usage',
      'the curriculum success moves what selection aims at, and nothing is selected',
      'with --select mopps or --select pcl',
    )
  const file = loopStateFile(store, name)
  const entry = await worldEntry(plan.world)
  const models = join(store, 'models')
  const begin = pathOf(plan.model, models)
  if (plan.model === spec.on?.model && !existsSync(begin))
    throw new Failure('usage', `there are no weights ${plan.model} for loop ${spec.id} to begin with`, `make them: ${spec.on.begin}`)
  loadSeedling(begin)
  const held = problemsOf(entry, plan.seed, plan.measured.split, plan.measured.problems)
  let state: LoopState = { plan, rounds: [], at: 0, beliefs: {} }
  mkdirSync(folder, { recursive: true })
  const since = Date.now() / 1000
  const mine = lock(loopLock(store, name), `loop ${name}`)
  const told = new AbortController()
  const signal = given === undefined ? told.signal : AbortSignal.any([given, told.signal])
  let over = false
  try {
    return await going()
  } finally {
    mine.release()
  }

  async function going(): Promise<LoopResult> {
    const log = loopLog(store, name)
    const onEvent = (e: LoopEvent): void => {
      log(e)
      heard?.(e)
    }
    if (existsSync(file)) {
      state = JSON.parse(readFileSync(file, 'utf8')) as LoopState
      if (JSON.stringify(state.plan) !== JSON.stringify(plan))
        throw new Failure('usage', `${folder} holds a loop of another plan`, 'choose another name, or go on with its own settings')
      onEvent({ kind: 'resumed', rounds: state.rounds.length })
    }
    state.of = rounds
    const keep = (): void => {
      writeFileSync(`${file}.part`, JSON.stringify(state))
      renameSync(`${file}.part`, file)
    }
    keep()
    const deaf = listen(
      () => loopLetters(store, name),
      act => {
        over ||= act.do === 'stop'
        onEvent({ kind: 'told', round: state.rounds.length, do: act.do as LoopAct['do'] })
        told.abort()
      },
      { since, stale: ['pause', 'stop'] },
    )
    const work: Work = { spec, plan, name, folder, store, models, entry, apart, device, onEvent, signal }
    try {
      for (let round = state.rounds.length; round <= rounds; round++) {
        if (signal.aborted) throw new Stopped()
        onEvent({ kind: 'begun', round, rounds })
        const began = performance.now()
        const last = state.rounds.at(-1)
        const now = last ?? { policy: plan.model, critic: plan.model }
        const made =
          round === 0
            ? {
                ...now,
                problems: 0,
                solved: 0,
                calls: 0,
                rows: { policy: 0, value: 0 },
                trained: { policy: null, value: null },
                settings: {},
                at: state.at,
                beliefs: state.beliefs,
                prompts: state.prompts,
              }
            : await grow(work, round, now, state)
        onEvent({ kind: 'measuring', round })
        const measured = await measure(searching(work, made, 0), held, plan.measured.split, plan.measured.calls, plan.abreast)
        const { at, beliefs, prompts, ...rest } = made
        const done: Round = {
          round,
          problems: rest.problems,
          solved: rest.solved,
          calls: rest.calls,
          rows: rest.rows,
          trained: rest.trained,
          settings: rest.settings,
          measured,
          policy: rest.policy,
          critic: rest.critic,
          seconds: (performance.now() - began) / 1000,
        }
        state.rounds.push(done)
        state.at = at
        state.beliefs = beliefs
        if (prompts !== undefined) state.prompts = prompts
        keep()
        onEvent({ kind: 'round', ...done })
      }
    } catch (e) {
      if (!(e instanceof Stopped) && !signal.aborted) throw e
      if (over) {
        state.of = Math.max(0, state.rounds.length - 1)
        keep()
      }
      return { name, plan, rounds: state.rounds, finished: false }
    } finally {
      deaf()
    }
    return { name, plan, rounds: state.rounds.slice(0, rounds + 1), finished: true }
  }
}

const ownOf = ({ on }: LoopSpec): Partial<LoopPlan> => (on === undefined ? {} : { world: on.world, model: on.model })

interface Work {
  spec: LoopSpec
  plan: LoopPlan
  name: string
  folder: string
  store: string
  models: string
  entry: WorldEntry
  apart: boolean
  device: TrainDevice | undefined
  onEvent: LoopOptions['onEvent']
  signal: AbortSignal | undefined
}
interface Now {
  policy: string
  critic: string
}

/**
 * The weights of a round on held-out problems, outcome by outcome, with the draws that the loop itself is measured by: so rounds and loops of one seed can be
 * compared problem by problem. Problems in an order that no seed changes.
 * @param o.store folder of the weights @param o.calls of the search @param o.tries answers drawn at temperature 1; of them the right ones are told @throws Failure (usage) on names that are no seedling's
 */
export async function heldOut(
  now: { policy: string; critic: string },
  o: {
    store: string
    world: string
    seed: number
    split: 'dev' | 'test'
    problems: number
    calls: number
    tries: number
    abreast?: number
  },
): Promise<{ greedy: Outcomes; search: Outcomes; tries: number[] }> {
  const entry = await worldEntry(o.world)
  const models = modelsOf(now, join(o.store, 'models'), true)
  const w: Searching = { store: o.store, loop: 'held out', entry, models, seed: o.seed }
  const problems = problemsOf(entry, 0, o.split, o.problems)
  const abreast = o.abreast ?? loopPlan.abreast
  return { ...(await outcomes(w, problems, o.split, o.calls, abreast)), tries: await triesOf(w, problems, o.tries, abreast) }
}

/** Models as providers. @param measured a model's id is part of what chance is drawn by: all rounds of all loops are measured with the same draws */
function modelsOf(now: Now, models: string, measured: boolean): Searching['models'] {
  const load = (spec: string) => {
    const { shape, weights } = loadSeedling(pathOf(spec, models))
    return { spec, provider: seedlingProvider(shape, weights, { id: measured ? 'seedling' : spec }) }
  }
  const policy = load(now.policy)
  return { policy, critic: now.critic === now.policy ? policy : load(now.critic) }
}

/** Round 0: for measuring. Seeds differ from round to round, so that a problem that comes again is searched anew. */
const searching = (w: Work, now: Now, round: number): Searching => ({
  store: w.store,
  loop: w.name,
  entry: w.entry,
  models: modelsOf(now, w.models, round === 0),
  seed: w.plan.seed + 1000 * round,
  signal: w.signal,
})

type Made = Now &
  Pick<Round, 'problems' | 'solved' | 'calls' | 'rows' | 'trained' | 'settings'> &
  Pick<LoopState, 'at' | 'beliefs'> & { prompts: PromptValue | undefined }

/** Searches, rows, training. */
async function grow(w: Work, round: number, now: Now, state: LoopState): Promise<Made> {
  const { spec, plan } = w
  const s = searching(w, now, round)
  const known = runsOf(w.store, w.name)
  const listed = problemsOf(w.entry, plan.seed, 'train', mostProblems)
  const { at: last, beliefs } = state
  // Who follows what became of problems begins anew with the first of its list.
  const chosen = plan.select !== 'order' || plan.curriculum === 'world'
  const at = chosen ? 0 : last
  const prompts = plan.select === 'pcl' ? await readPrompts(s, listed, state.prompts) : null
  const { search: once, again: twice, hinted: thrice } = spec
  const each = [once, twice?.search, thrice?.search].reduce((n, x) => n + (x?.budget.calls ?? 0), 0)
  const m = Math.ceil(plan.spend / each)
  const problems = chosen ? chooseProblems(listed, { ...plan, round, beliefs, prompts, m, rank: easiestFirst(w.entry, plan) }) : listed
  let left = plan.spend
  const few = (search: LoopSearch, xs: readonly (Named<unknown> & { hint?: string })[], tag: string): Promise<Harvest[]> => {
    // What these may spend at most never passes what is left of the round; where it is little, fewer are searched rather than all in vain.
    const limit = search.budget.calls
    if (left < limit / 2) return Promise.resolve([])
    const some = xs.slice(0, Math.ceil(left / limit))
    const each = Math.min(limit, Math.floor(left / Math.max(1, some.length)))
    return Promise.all(some.map(p => searchOnce(s, search, p, `r${round} ${tag} ${p.id}`, each, known, p.hint))).then(found => {
      left -= found.reduce((n, h) => n + h.spent, 0)
      return found
    })
  }
  const take = (from: number, n: number) => Array.from({ length: n }, (_, i) => problems[(from + i) % problems.length])
  const many = async (search: LoopSearch, xs: readonly (typeof problems)[number][], tag: string): Promise<Harvest[]> => {
    const out: Harvest[] = []
    for (let i = 0; i < xs.length; i += plan.abreast) out.push(...(await few(search, xs.slice(i, i + plan.abreast), tag)))
    return out
  }
  const prepared = await spec.prepare?.({
    round,
    taught: now.critic !== plan.model,
    probe: (search, n, tag) => many(search, take(at, n), tag),
  })
  const search = prepared?.search ?? spec.search
  const trees: Harvest[] = []
  const again: Harvest[] = []
  const hinted: Harvest[] = []
  const full = problems.length
  while (trees.length < full) {
    const chunk = take(at + trees.length, Math.min(plan.abreast, full - trees.length))
    const found = await few(search, chunk, 'search')
    if (found.length === 0) break
    trees.push(...found)
    const wanted = spec.again === undefined ? [] : found.filter(spec.again.when)
    const more =
      wanted.length === 0
        ? []
        : await few(
            spec.again!.search,
            wanted.map(h => ({ id: h.name, task: h.task })),
            'again',
          )
    again.push(...more)
    if (spec.hinted !== undefined) {
      const { search, hints } = spec.hinted
      const progress = round - left / plan.spend
      const all = found.map(h => {
        const context = { round, entry: w.entry, progress, random: new AddressedRandom(plan.seed, round, 0, `loop hints ${h.name}`) }
        const words = hints(
          h,
          more.find(x => x.name === h.name),
          context,
        )
        return words.map(hint => ({ id: h.name, task: h.task, hint }))
      })
      // The first hint of every problem, then the second ones: where the round's calls end, all have had about as many.
      for (let i = 0; all.some(x => x.length > i); i++)
        hinted.push(
          ...(await few(
            search,
            all.flatMap(x => x.slice(i, i + 1)),
            `hint ${i}`,
          )),
        )
    }
    w.onEvent?.({
      kind: 'searched',
      round,
      problems: trees.length,
      solved: trees.filter(isSolved).length,
      calls: plan.spend - left,
      of: plan.spend,
    })
  }
  const settings = prepared?.settings ?? {}
  const rows = spec.rows(trees, {
    round,
    entry: w.entry,
    random: new AddressedRandom(plan.seed, round, 0, `loop ${spec.id}`),
    again,
    hinted,
    settings,
  })
  const trained = await train(w, round, now, plan.curriculum === 'weights' ? eased(rows, trees) : rows, stepsOf(state))
  return {
    ...trained,
    problems: trees.length,
    solved: trees.filter(isSolved).length,
    calls: plan.spend - left,
    rows: { policy: rows.policy.length, value: rows.value.length },
    settings,
    at: chosen ? 0 : (at + trees.length) % full,
    beliefs: chosen ? believed(beliefs, trees) : beliefs,
    prompts: prompts === null ? undefined : learntPrompts(prompts, trees),
  }
}
/** Steps of the policy's trainings so far: what schedules go on from. */
const stepsOf = (state: LoopState): number => state.rounds.reduce((n, r) => n + (r.trained.policy?.step ?? 0), 0)
// Playouts that were only looked at count: what they found is learnt from, too.
const isSolved = (h: Harvest): boolean => taken(h.tree).some(n => h.right(n) === true)

/** One network for both where the policy judges itself, else one for each. No rows, no training: the weights stay. */
async function train(w: Work, round: number, now: Now, given: LoopRows, before: number): Promise<Now & Pick<Round, 'trained'>> {
  const { spec, plan } = w
  const own = spec.critic === 'policy'
  const wantPolicy = plan.parts !== 'value' && spec.policy !== undefined
  const wantValue = plan.parts !== 'policy' && spec.value !== undefined
  const valuePlan: Partial<TunePlan> = { losses: [], verdicts: spec.value?.losses === undefined ? 1 : 0, ...spec.value }
  const out = { ...now, trained: { policy: null as Trained | null, value: null as Trained | null } }
  const rows = spec.weigh === undefined ? given : await spec.weigh(given, looking(w, now))
  const along = plan.curriculum === 'weights' ? { curriculum: curriculumShare(round) } : {}
  const tuned = async (
    part: 'policy' | 'value' | 'first',
    from: string,
    some: readonly TuneRow[],
    changes: Partial<TunePlan>,
  ): Promise<string> => {
    // A round may bring no row for one of the losses: no answer that succeeded, or none that failed.
    const losses = (changes.losses ?? tunePlan.losses).filter(l => some.some(r => takesPart(l, r)))
    if (some.length === 0 || (losses.length === 0 && !(changes.verdicts! > 0))) return from
    const job = join(w.folder, `round-${round}`, part)
    const begin = spec.from === 'start' && from === now[part === 'value' ? 'critic' : 'policy'] ? plan.model : from
    const { shape, weights } = loadSeedling(pathOf(begin, w.models))
    const frozen = part === 'policy' && (spec.reference ?? 'start') === 'start' && begin !== plan.model
    writeTuneJob(job, {
      shape,
      from: weights,
      rows: some,
      ...(frozen ? { reference: loadSeedling(pathOf(plan.model, w.models)).weights } : {}),
      plan: {
        ...tunePlan,
        micro: 32,
        ...changes,
        ...plan.tune,
        ...along,
        ...(losses.some(l => typeof l.weight === 'object') ? { before } : {}),
        losses,
        seed: plan.seed + 1000 * round,
      },
    })
    const options = {
      onEvent: (event: TuneEvent) => w.onEvent?.({ kind: 'tuning', round, part: part === 'value' ? part : 'policy', event }),
      ...(w.signal === undefined ? {} : { signal: w.signal }),
      ...(w.device === undefined ? {} : { device: w.device }),
    }
    const result = await (w.apart ? tuneApart(job, options) : runTuneJob(job, options))
    if (result === null) throw new Stopped()
    const name = `${w.name}-r${round}-${part}`
    const path = weightsPath(w.models, name)
    mkdirSync(join(path, '..'), { recursive: true })
    copyFileSync(tunedModel(job), `${path}.part`)
    renameSync(`${path}.part`, path)
    if (part !== 'first') out.trained[part] = { step: result.step, tokens: result.tokens, loss: result.train.at(-1)!.loss }
    return `seedling@${name}`
  }
  if (own && wantPolicy && (wantValue || spec.value === undefined)) {
    const joint = { ...spec.policy!, verdicts: wantValue && rows.value.length > 0 ? (spec.value!.verdicts ?? 1) : 0 }
    out.policy = await tuned('policy', now.policy, wantValue ? [...rows.policy, ...rows.value] : rows.policy, joint)
    out.critic = out.policy
    return out
  }
  const begin = wantPolicy && spec.first !== undefined ? await tuned('first', now.policy, rows.first ?? [], spec.first) : now.policy
  if (wantPolicy) out.policy = await tuned('policy', begin, rows.policy, spec.policy!)
  if (wantValue) out.critic = await tuned('value', now.critic, rows.value, valuePlan)
  return out
}

/** What the networks of a round say of rows, before they are trained. One that is asked twice for the same rows is read once. */
function looking(w: Work, now: Now): Look {
  const known: { model: string; rows: readonly TuneRow[]; seen: ReturnType<Look> }[] = []
  return (who, rows) => {
    const model = who === 'start' ? w.plan.model : now[who]
    let found = known.find(k => k.model === model && k.rows === rows)
    if (found === undefined) {
      const { shape, weights } = loadSeedling(pathOf(model, w.models))
      found = { model, rows, seen: said(seedlingProvider(shape, weights), rows, w.signal) }
      known.push(found)
    }
    return found.seen
  }
}
