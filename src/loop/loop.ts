// Rounds of search, data, training and measurement. Everything lies in the store: a loop that was stopped or killed anywhere goes on where it was.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AddressedRandom, Failure } from '../kernel/index.ts'
import type { TrainDevice } from '../learn/index.ts'
import { loadSeedling } from '../model/seedling/index.ts'
import { worldEntry } from '../run/index.ts'
import { listen, lock } from '../store/index.ts'
import type { Named } from '../world/index.ts'
import { eased } from './curriculum.ts'
import { problemsOf, Stopped } from './harvest.ts'
import { imagined } from './imagine.ts'
import { type LoopAct, loopLetters, loopLock, loopLog } from './kept.ts'
import { measure } from './measure.ts'
import { learntPrompts, type PromptValue } from './pcl.ts'
import { type LoopPlan, loopFolder, loopPlan, loopStateFile } from './plan.ts'
import type { LoopEvent, LoopState, Now, Round, Work } from './round.ts'
import { searching, searchRound } from './search-round.ts'
import { believed } from './select.ts'
import { type Harvest, isSolved, type LoopSpec } from './spec.ts'
import { trainRound } from './train-round.ts'
import { pathOf } from './weights.ts'

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
        const now: Now = { policy: last?.policy ?? plan.model, critic: last?.critic ?? plan.model }
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
                next: [],
              }
            : await grow(work, round, now, state)
        onEvent({ kind: 'measuring', round })
        const measured = await measure(searching(work, made, 0), held, plan.measured.split, plan.measured.calls, plan.abreast)
        const { at, beliefs, prompts, next, ...rest } = made
        const done: Round = { round, ...rest, measured, seconds: (performance.now() - began) / 1000 }
        state.rounds.push(done)
        state.at = at
        state.beliefs = beliefs
        if (prompts !== undefined) state.prompts = prompts
        if (spec.imagined !== undefined) state.imagined = next
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

type Made = Now &
  Pick<Round, 'problems' | 'solved' | 'calls' | 'imagined' | 'rows' | 'trained' | 'settings'> &
  Pick<LoopState, 'at' | 'beliefs'> & { prompts: PromptValue | undefined; next: readonly string[] }

/** Searches, rows, training. */
async function grow(w: Work, round: number, now: Now, state: LoopState): Promise<Made> {
  const { spec, plan } = w
  const { trees, imagined: tried, again, hinted, settings, calls, chosen, prompts, at, listed } = await searchRound(w, round, now, state)
  const kept = tried.filter(isSolved)
  const all = [...trees, ...kept]
  const rows = spec.rows(all, {
    round,
    entry: w.entry,
    random: new AddressedRandom(plan.seed, round, 0, `loop ${spec.id}`),
    again,
    hinted,
    settings,
  })
  const trained = await trainRound(w, round, now, plan.curriculum === 'weights' ? eased(rows, all) : rows, stepsOf(state))
  return {
    ...trained,
    problems: trees.length,
    solved: trees.filter(isSolved).length,
    ...(spec.imagined === undefined ? {} : { imagined: { problems: tried.length, kept: kept.length } }),
    calls,
    rows: { policy: rows.policy.length, value: rows.value.length },
    settings,
    at,
    beliefs: chosen ? believed(state.beliefs, trees) : state.beliefs,
    prompts: prompts === null ? undefined : learntPrompts(prompts, trees),
    next: imagine(w, round, all, listed),
  }
}
/** Problems for the next round. */
const imagine = ({ spec, plan, entry }: Work, round: number, trees: readonly Harvest[], listed: readonly Named<unknown>[]): string[] => {
  const n = Math.ceil((spec.imagined ?? 0) * trees.length)
  return imagined(entry, trees, listed, n, new AddressedRandom(plan.seed, round, 0, 'loop imagined'))
}
/** Steps of the policy's trainings so far: what schedules go on from. */
const stepsOf = (state: LoopState): number => state.rounds.reduce((n, r) => n + (r.trained.policy?.step ?? 0), 0)
