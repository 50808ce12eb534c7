import type { Frame, RunResult } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { type Event, noJournal, type Run, type RunReport, run, type Tap } from '../runtime/index.ts'
import { openStore, type RunHandle, type RunMeta } from '../store/index.ts'
import { answers } from './answers.ts'
import { comparisonId } from './compare-store.ts'
import { frameOf, type Plan, type Planned } from './plan.ts'

export interface Replayed {
  run: string
  holds: boolean
  /** Where and how it differs; undefined: it holds. */
  why?: string
  effects: number
  result?: RunResult<any, any, any>
}

/** The frame of a recorded run, from the plan that it was asked for with. */
export async function recorded(meta: RunMeta, changes: Partial<Plan> = {}): Promise<Planned & { plan: Plan }> {
  if (meta.method.id === comparisonId)
    throw new Failure('usage', `${meta.id} is a comparison, which is many runs`, `its runs: espalier runs --of ${meta.id}`)
  const plan = meta.options.plan as Plan | undefined
  if (plan === undefined)
    throw new Failure(
      'usage',
      `run ${meta.id} was started by a program with parts of its own`,
      'resume or replay it from that program: solve(frame, task, { store, resume })',
    )
  const whole: Plan = { ...plan, ...changes, budget: { ...plan.budget, ...changes.budget } }
  return { ...(await frameOf(whole)), plan: whole }
}

/** A record that was run again: nothing was asked of any model. */
export interface Rerun {
  readonly run: Run<any, any, any>
  readonly result: RunResult<any, any, any>
  /** Records that there were. Of a run that another process works on, more may come. */
  readonly records: number
}

/**
 * Runs a record again, as far as it goes. It lets the event loop turn between the records, so that a server can do it beside its work.
 * @param planned frame and task as they were when the run began
 * @param o.onRun told of the run before it begins @param o.signal puts it down where it is
 * @throws Failure; Divergence where the record does not fit the frame; the signal's reason
 */
export async function rerun(
  handle: RunHandle,
  planned: Pick<Planned, 'frame' | 'task'>,
  o: { tap?: Tap; onEvent?(e: Event): void; onRun?(r: Run<any, any, any>): void; signal?: AbortSignal } = {},
): Promise<Rerun> {
  const { meta, journal } = handle
  const budget = (meta.options.first as Frame<any, any, any, any>['budget']) ?? meta.limits
  const records = journal.size
  const going = run({ ...planned.frame, budget }, planned.task, {
    run: meta.id,
    journal,
    replayOnly: true,
    seed: meta.seed,
    concurrency: meta.concurrency,
    clock: 'virtual',
    ...(o.tap === undefined ? {} : { tap: o.tap }),
    ...(o.onEvent === undefined ? {} : { onEvent: e => o.onEvent!(e as Event) }),
    ...(o.signal === undefined ? {} : { signal: o.signal }),
  })
  o.onRun?.(going)
  const result = await going
  o.signal?.throwIfAborted()
  return { run: going, result, records }
}

/** Runs a recorded run again from its record alone, and says whether every request, the tree and the spend come out the same. Costs nothing. */
export async function replay(id: string, o: { store: string; frame?: Frame<any, any, any, any>; task?: unknown }): Promise<Replayed> {
  const store = openStore(o.store)
  try {
    const handle = store.open(id)
    const { meta } = handle
    const { frame, task } = o.frame === undefined ? await recorded(meta) : { frame: o.frame, task: o.task }
    const budget = (meta.options.first as Frame<any, any, any, any>['budget']) ?? meta.limits
    const going = run({ ...frame, budget }, task, {
      run: meta.id,
      journal: handle.journal,
      replayOnly: true,
      seed: meta.seed,
      concurrency: meta.concurrency,
      clock: 'virtual',
    })
    try {
      const result = await going
      const { damage } = handle.journal
      if (damage !== null)
        return {
          run: meta.id,
          holds: false,
          why: `the journal is damaged at record ${damage.record}: ${damage.why}; everything before it holds`,
          effects: going.report.replayed,
          result,
        }
      const { calls } = meta.spent
      const same = calls === undefined || meta.status === 'running' || calls === result.spent.calls
      return {
        run: meta.id,
        holds: same,
        ...(same ? {} : { why: `the spend differs: ${result.spent.calls} calls now, ${calls} then` }),
        effects: going.report.replayed,
        result,
      }
    } catch (e) {
      if (e instanceof Failure && e.name === 'Divergence')
        return { run: meta.id, holds: false, why: e.message, effects: going.report.replayed }
      throw e
    }
  } finally {
    store.close()
  }
}

export interface WhatIf {
  run: string
  method: string
  /** Share of its requests that the record covers. 1: this is exactly what would have happened. */
  covered: number
  requests: number
  result: RunResult<any, any, any>
}

/**
 * What another method, other knobs or another budget would have done with the answers on record. Nothing is asked of any model.
 * @param o.planned frame and task, changed already
 */
export async function whatIf(
  id: string,
  changes: Partial<Plan>,
  o: { store: string; planned?: Pick<Planned, 'frame' | 'task'> },
): Promise<WhatIf> {
  const store = openStore(o.store)
  try {
    const handle = store.open(id)
    const { meta } = handle
    // Knobs belong to a method: another method starts from its own.
    const { frame, task } =
      o.planned ??
      (await recorded(meta, changes.method !== undefined && changes.method !== meta.method.id ? { knobs: {}, ...changes } : changes))
    const known = answers(handle.journal)
    const going = run(frame, task, {
      journal: noJournal(),
      recall: key => known.get(key) ?? 'missing',
      seed: meta.seed,
      concurrency: changes.concurrency ?? meta.concurrency,
      clock: 'virtual',
    })
    const result = await going
    const { recalled, missing }: RunReport = going.report
    return {
      run: meta.id,
      method: frame.method.id,
      covered: recalled + missing === 0 ? 1 : recalled / (recalled + missing),
      requests: recalled + missing,
      result,
    }
  } finally {
    store.close()
  }
}
