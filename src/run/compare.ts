// Methods on the same tasks at equal spend, beside best-of-n and self-consistency. Did searching pay?
import type { Grader, Key, Limits, Method, RunOptions, Split } from '../contract/index.ts'
import { canonical, Failure, hashText } from '../kernel/index.ts'
import { asRoles, defaultConcurrency, type Run } from '../runtime/index.ts'
import { listen } from '../store/index.ts'
import { type CellDone, type CellRecord, frameFor, runCell } from './compare-cell.ts'
import { admit, type Common, type Contestant, enter } from './compare-field.ts'
import type { CellResult, CompareEventData, Comparison } from './compare-result.ts'
import { unitOf } from './compare-statistics.ts'
import { openShelf } from './compare-store.ts'
import { type ToldCell, tellComparison } from './compare-told.ts'
import type { Plan } from './plan.ts'

export interface CompareItem<T, X extends Split> {
  id: string
  task: T
  key: Key<X>
}
export interface CompareOptions<S, A, Ans, T, X extends Split> extends Omit<RunOptions, 'cache'> {
  /** What all cells have in common; as a function: made for each cell, where model or reward depend on the task or the seed. */
  frame: Common<S, A, Ans, T> | ((cell: { task: T; item: string; seed: number }) => Common<S, A, Ans, T> | Promise<Common<S, A, Ans, T>>)
  /** Best-of-n and self-consistency are added where they are missing, drawing as many attempts as the budget covers. */
  methods: readonly (Method | Contestant)[]
  items: readonly CompareItem<T, X>[]
  grader: Grader<Ans, NoInfer<X>>
  /** Of each cell: the same for every method, task and seed. What judges cost counts. */
  budget: Limits
  /** Seeds an item. Default 1. They are `seed`, `seed` + 1, ... */
  seeds?: number
  /** Runs in flight at once, each with `concurrency` calls. Results do not depend on it. Default 8. */
  inFlight?: number
  /** Goes on with this comparison of the store: what is finished is read, what was interrupted resumed. */
  resume?: string
  /** How it was asked for, so that it can be started again from its id alone. */
  plan?: unknown
  /** How one cell could be asked for by itself, so that its run can be replayed from its id alone. */
  cellPlan?(cell: { task: T; seed: number; entrant: Contestant }): Plan
  /** Names to tell it by; default: the ids in the frame of the first cell. */
  shown?: { models?: Record<string, string>; reward?: string }
  /** Graded answers on the way, for the plot. Default true; false spares a costly grader. */
  curve?: boolean
  /** Called with the comparison's id before the first effect. */
  onRun?(id: string): void
  /** Where cells run, if not here. */
  elsewhere?: Elsewhere
}
/** A cell by its names. */
export interface CellAsked {
  label: string
  item: string
  seed: number
  resume?: string
  part?: { of: string; name: string }
}
/** Something that runs cells: other threads. */
export interface Elsewhere {
  run(cell: CellAsked): Promise<CellDone>
  interrupt(): void
}

/** A comparison under way. */
export interface Comparing extends PromiseLike<Comparison> {
  catch<R>(f: (e: unknown) => R | PromiseLike<R>): Promise<Comparison | R>
  finally(f: () => void): Promise<Comparison>
  /** No further run begins, those under way end softly. Again: their calls are cancelled. It can be resumed. */
  interrupt(): void
  /** As people ask for it, from here or by the store from another process. Runs under way are parked softly, however often that is asked for. */
  act(act: CompareAct): void
}
/** pause: it can be resumed. stop: it is over, and its result is about what is finished; who resumes it all the same goes on with the rest. */
export interface CompareAct {
  readonly do: 'pause' | 'stop'
}

/**
 * Runs every method on every item with every seed, each within the same budget, and grades the answers with keys that no search holds.
 * The cache is off. One run in the store for each cell, with its tree; a cell that fails is told and does not lose the others.
 *
 * @example
 * const c = await compare({ frame: { world, model }, methods: [gumbelSearch, auto], items, grader, budget: { calls: 142 }, seeds: 3, store: '.espalier' })
 * console.log(c.verdict)
 *
 * @throws Failure: `usage` before anything is spent; `model` or `world` where several tasks in a row fail with every method; `store`
 */
export function compare<S, A, Ans, T, X extends Split = 'test'>(o: CompareOptions<S, A, Ans, T, X>): Comparing {
  const going = new Set<Run<any, any, any>>()
  let interrupts = 0
  const interrupt = (): void => {
    interrupts++
    for (const r of going) r.interrupt()
    o.elsewhere?.interrupt()
  }
  let stopped = false
  const act = (asked: CompareAct): void => {
    stopped ||= asked.do === 'stop'
    if (interrupts === 0) interrupt()
  }
  const onAbort = (): void => interrupt()
  o.signal?.addEventListener('abort', onAbort)
  if (o.signal?.aborted) interrupt()
  const result = whole(o, going, { interrupted: () => interrupts > 0, stopped: () => stopped, act }).finally(() =>
    o.signal?.removeEventListener('abort', onAbort),
  )
  result.catch(() => {})
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is awaited like the result it stands for
    then: (a, b) => result.then(a, b),
    catch: f => result.catch(f),
    finally: f => result.finally(f),
    interrupt,
    act,
  }
}

async function whole<S, A, Ans, T, X extends Split>(
  o: CompareOptions<S, A, Ans, T, X>,
  going: Set<Run<any, any, any>>,
  { interrupted, stopped, act }: { interrupted(): boolean; stopped(): boolean; act(act: CompareAct): void },
): Promise<Comparison> {
  const since = Date.now() / 1000
  const { items, seeds = 1, seed: firstSeed = 1, concurrency = defaultConcurrency, inFlight = 8, elsewhere } = o
  const unit = unitOf(o.budget)
  if (unit === undefined) throw new Failure('usage', 'a comparison at equal spend needs a budget', 'as in budget: { calls: 142 }')
  if (items.length === 0) throw new Failure('usage', 'there is no task to compare on', 'give at least one')
  for (const [name, n] of Object.entries({ seeds, inFlight, concurrency }))
    if (!Number.isInteger(n) || n < 1) throw new Failure('usage', `${name}: expected a whole number from 1, found ${n}`)
  const twice = items.find((x, i) => items.findIndex(y => y.id === x.id) !== i)
  if (twice !== undefined) throw new Failure('usage', `two tasks are called ${twice.id}`, 'an id names one task')

  const sample = await frameFor(o.frame, items[0], firstSeed)
  const { entrants, excluded } = admit(enter(o.methods), sample, o.budget)
  const roles = o.shown?.models ?? Object.fromEntries(Object.entries(asRoles(sample.model)).map(([role, p]) => [role, p.id]))
  const asked = {
    methods: entrants.map(({ label, method, knobs = {}, preset }) => ({
      label,
      id: method.id,
      version: method.version ?? 1,
      knobs,
      preset,
    })),
    items: { count: items.length, first: items[0].id, hash: hashText(canonical(items.map(x => [x.id, x.task]))) },
    world: sample.world.id,
    models: roles,
    reward: o.shown?.reward ?? sample.reward?.id ?? 'exact',
    grader: o.grader.id,
    budget: o.budget,
    seeds,
    seed: firstSeed,
    concurrency,
  }
  const shelf = o.store === undefined || o.store === null ? null : openShelf(o.store, o, asked)
  const id = shelf?.handle.id ?? `compare-${process.pid}`
  let seq = 0
  const emit = <K extends keyof CompareEventData>(kind: K, data: CompareEventData[K]): void =>
    o.onEvent?.({ run: id, seq: seq++, kind, data })

  const wanted: { method: number; item: number; seed: number }[] = []
  for (let seed = 0; seed < seeds; seed++)
    for (let item = 0; item < items.length; item++)
      for (let method = 0; method < entrants.length; method++) wanted.push({ method, item, seed })
  const out = new Map<string, CellResult & { record: CellRecord | null }>()
  let failure: Failure | undefined
  /** Methods that turned out, in a run, not to fit the frame. */
  const unfit = new Map<string, Failure>()
  /** Failures since a cell succeeded. */
  let inARow = { items: new Set<number>(), cells: 0 }
  let taken = 0
  let done = 0

  const nameOf = (w: (typeof wanted)[number]): string => `${entrants[w.method].label} ${items[w.item].id} ${firstSeed + w.seed}`
  async function cell(w: (typeof wanted)[number]): Promise<void> {
    const entrant = entrants[w.method]
    const { label } = entrant
    if (unfit.has(label)) return
    const item = items[w.item]
    const seed = firstSeed + w.seed
    const name = nameOf(w)
    const before = shelf?.cells.get(name)
    const known = before?.status === 'done' ? (before.options.graded as CellRecord | undefined) : undefined
    const put = (run: string, record: CellRecord | null, ended: string, error?: string): void => {
      out.set(name, {
        method: label,
        item: item.id,
        seed,
        run,
        correct: record?.correct ?? null,
        spent: record?.spent ?? null,
        ended,
        ...(record?.why === undefined ? {} : { why: record.why }),
        ...(record?.note === undefined ? {} : { note: record.note }),
        ...(error === undefined ? {} : { error }),
        record,
      })
      const { correct = null } = record ?? {}
      const calls = record?.spent.calls ?? 0
      done++
      emit('compare.cell', {
        method: label,
        item: item.id,
        seed,
        correct,
        calls,
        ...(error === undefined ? {} : { error }),
        known: known !== undefined,
        done,
        of: wanted.length,
      })
    }
    if (known !== undefined) return put(before!.id, known, known.ended)
    const asked = {
      seed,
      ...(before === undefined ? {} : { resume: before.id }),
      ...(shelf === null ? {} : { part: { of: id, name } }),
    }
    const r = elsewhere
      ? await elsewhere.run({ ...asked, label, item: item.id })
      : await runCell({ ...asked, entrant, item, frame: o.frame, budget: o.budget, unit: unit!, options: o, going, interrupted })
    if (r.record !== null) {
      shelf?.keep(r.run, r.record)
      inARow = { items: new Set(), cells: 0 }
      return put(r.run, r.record, r.ended)
    }
    if (r.failure === undefined) return
    const f = new Failure(r.failure.code, r.failure.message, r.failure.hint)
    inARow.items.add(w.item)
    inARow.cells++
    // What the frame lacks for a method it lacks in every cell; if it does for all of them, that is no comparison.
    if (f.code === 'usage') {
      unfit.set(label, f)
      if (unfit.size === entrants.length) failure ??= f
      return
    }
    // A store that fails would fail again; and where several tasks in a row fail, whatever the method, the outside is at fault.
    const all = inARow.items.size >= Math.min(3, items.length) && inARow.cells >= Math.min(inFlight, wanted.length)
    if (f.code === 'store' || all) failure ??= f
    put(r.run, null, 'failed', f.message)
  }
  const deaf = shelf === null ? undefined : listen(shelf.letters, x => act(x as CompareAct), { since, stale: ['pause', 'stop'] })
  try {
    if (shelf !== null) o.onRun?.(id)
    emit('compare.start', {
      methods: entrants.map(e => e.label),
      excluded,
      items: items.length,
      seeds,
      cells: wanted.length,
      known: shelf?.finished ?? 0,
    })
    await Promise.all(
      Array.from({ length: Math.min(inFlight, wanted.length) }, async () => {
        while (taken < wanted.length && !interrupted() && failure === undefined) await cell(wanted[taken++])
      }),
    )
    if (failure !== undefined) throw failure
    const fit = entrants.filter(e => !unfit.has(e.label))
    const rated = wanted.filter(w => !unfit.has(entrants[w.method].label))
    const cells = rated.flatMap((w): ToldCell[] => {
      const { record = null, ...shown } = out.get(nameOf(w)) ?? {}
      return 'run' in shown ? [{ shown, record }] : []
    })
    const ended = cells.length === rated.length ? 'done' : stopped() ? 'stopped' : 'cancelled'
    const result = tellComparison(id, asked, {
      ended,
      methods: fit.map(e => ({ label: e.label, id: e.method.id })),
      excluded: [...excluded, ...[...unfit].map(([method, f]) => ({ method, why: f.message }))],
      items: new Map(items.map((x, i) => [x.id, i])),
      cells,
    })
    shelf?.end(ended === 'cancelled' ? 'paused' : 'done', result)
    emit('compare.end', { ended, verdict: result.verdict })
    return result
  } catch (e) {
    shelf?.end('paused')
    throw e
  } finally {
    deaf?.()
    shelf?.close()
  }
}
