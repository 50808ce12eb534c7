// Methods on the same tasks at equal spend, beside best-of-n and self-consistency. Did searching pay?
import type { Frame, Grader, Key, KnobValue, Limits, Method, RunEvent, RunOptions, Split, Usage } from '../contract/index.ts'
import { canonical, Failure, hashText } from '../kernel/index.ts'
import { bestOfN, selfConsistency } from '../method/index.ts'
import { asRoles, checkFrame, defaultConcurrency, type Run } from '../runtime/index.ts'
import { openStore, type RunHandle, type RunMeta, type Store } from '../store/index.ts'
import { type CellRecord, recordOf, Trail } from './compare-cell.ts'
import { type Cell, meanUsage, type Row, rows, spentIn, unitOf } from './compare-statistics.ts'
import { verdict } from './compare-verdict.ts'
import type { Plan } from './plan.ts'
import { contractVersion, solve } from './solve.ts'

/** A frame without what a comparison sets. */
export type Common<S, A, Ans, T> = Omit<Frame<S, A, Ans, T>, 'method' | 'knobs' | 'preset' | 'parts' | 'budget'>
/** A method with settings of its own. `label`: its name in the table; default: its id, with the preset after an @. */
export interface Contestant {
  method: Method
  knobs?: Record<string, KnobValue>
  preset?: string
  parts?: Record<string, unknown>
  label?: string
}
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
}

export interface CellResult {
  method: string
  item: string
  seed: number
  /** The run in the store. */
  run: string
  /** null: it failed. */
  correct: number | null
  spent: Usage | null
  ended: string
  why?: string
  note?: string
  error?: string
}
export interface Comparison {
  schema: 1
  /** Its id in the store. */
  id: string
  ended: 'done' | 'cancelled'
  world: string
  models: Record<string, string>
  reward: string
  grader: string
  budget: Limits
  /** What the curves are drawn over. */
  unit: keyof Limits
  items: number
  seeds: number
  concurrency: number
  rows: Row[]
  /** Methods that the frame has not what they need for. */
  excluded: { method: string; why: string }[]
  /** Of all cells together. */
  spent: Usage
  inDoubt: Usage
  verdict: string
  cells: CellResult[]
}
/** Data of the events of a comparison. */
export interface CompareEventData {
  'compare.start': {
    methods: string[]
    excluded: { method: string; why: string }[]
    items: number
    seeds: number
    cells: number
    known: number
  }
  'compare.cell': {
    method: string
    item: string
    seed: number
    correct: number | null
    calls: number
    error?: string
    known: boolean
    done: number
    of: number
  }
  'compare.end': { ended: 'done' | 'cancelled'; verdict: string }
}
export type CompareEvent = { [K in keyof CompareEventData]: RunEvent & { kind: K; data: CompareEventData[K] } }[keyof CompareEventData]

/** A comparison under way. */
export interface Comparing extends PromiseLike<Comparison> {
  catch<R>(f: (e: unknown) => R | PromiseLike<R>): Promise<Comparison | R>
  finally(f: () => void): Promise<Comparison>
  /** No further run begins, those under way end softly. Again: their calls are cancelled. It can be resumed. */
  interrupt(): void
}

interface Entrant extends Contestant {
  label: string
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
  }
  const onAbort = (): void => interrupt()
  o.signal?.addEventListener('abort', onAbort)
  if (o.signal?.aborted) interrupt()
  const result = whole(o, going, () => interrupts > 0).finally(() => o.signal?.removeEventListener('abort', onAbort))
  result.catch(() => {})
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is awaited like the result it stands for
    then: (a, b) => result.then(a, b),
    catch: f => result.catch(f),
    finally: f => result.finally(f),
    interrupt,
  }
}

async function whole<S, A, Ans, T, X extends Split>(
  o: CompareOptions<S, A, Ans, T, X>,
  going: Set<Run<any, any, any>>,
  interrupted: () => boolean,
): Promise<Comparison> {
  const { items, seeds = 1, seed: firstSeed = 1, concurrency = defaultConcurrency, inFlight = 8 } = o
  const unit = unitOf(o.budget)
  if (unit === undefined) throw new Failure('usage', 'a comparison at equal spend needs a budget', 'as in budget: { calls: 142 }')
  if (items.length === 0) throw new Failure('usage', 'there is no task to compare on', 'give at least one')
  for (const [name, n] of Object.entries({ seeds, inFlight, concurrency }))
    if (!Number.isInteger(n) || n < 1) throw new Failure('usage', `${name}: expected a whole number from 1, found ${n}`)
  const twice = items.find((x, i) => items.findIndex(y => y.id === x.id) !== i)
  if (twice !== undefined) throw new Failure('usage', `two tasks are called ${twice.id}`, 'an id names one task')
  const frameFor = async (item: CompareItem<T, X>, seed: number): Promise<Common<S, A, Ans, T>> =>
    typeof o.frame === 'function' ? o.frame({ task: item.task, item: item.id, seed }) : o.frame

  const sample = await frameFor(items[0], firstSeed)
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
  /** Failures since a cell succeeded. */
  let inARow = { items: new Set<number>(), cells: 0 }
  let taken = 0
  let done = 0

  const nameOf = (w: (typeof wanted)[number]): string => `${entrants[w.method].label} ${items[w.item].id} ${firstSeed + w.seed}`
  async function cell(w: (typeof wanted)[number]): Promise<void> {
    const { label, method, knobs, preset, parts } = entrants[w.method]
    const item = items[w.item]
    const seed = firstSeed + w.seed
    const name = nameOf(w)
    const before = shelf?.cells.get(name)
    const known = before?.status === 'done' ? (before.options.graded as CellRecord | undefined) : undefined
    let run = before?.id ?? ''
    const put = (record: CellRecord | null, ended: string, error?: string): void => {
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
    if (known !== undefined) return put(known, known.ended)
    try {
      const common = await frameFor(item, seed)
      const trail = new Trail(u => spentIn(u, unit!))
      const mine = solve({ ...common, method, knobs, preset, parts, budget: o.budget } as Frame<S, A, Ans, T>, item.task, {
        seed,
        concurrency,
        store: o.store ?? null,
        ...(before === undefined ? {} : { resume: before.id }),
        ...(shelf === null ? {} : { part: { of: id, name } }),
        ...(o.cellPlan === undefined ? {} : { plan: o.cellPlan({ task: item.task, seed, entrant: entrants[w.method] }) }),
        ...(o.clock === undefined ? {} : { clock: o.clock }),
        ...(o.durability === undefined ? {} : { durability: o.durability }),
        ...(o.strict === undefined ? {} : { strict: o.strict }),
        onRun: x => {
          run = x
        },
        onEvent: e => trail.see(e),
      })
      going.add(mine)
      if (interrupted()) mine.interrupt()
      const r = await mine.finally(() => going.delete(mine))
      run = r.run
      if (r.ended === 'cancelled') return
      const record = await recordOf(r, trail, {
        unit: u => spentIn(u, unit!),
        grader: o.grader,
        key: item.key,
        model: common.model,
        grains: common.world.grains ?? ['step'],
        curve: o.curve ?? true,
      })
      shelf?.keep(run, record)
      inARow = { items: new Set(), cells: 0 }
      put(record, r.ended)
    } catch (e) {
      const f = e instanceof Failure ? e : new Failure('internal', `${name}: ${(e as Error)?.message ?? e}`, '', { cause: e })
      inARow.items.add(w.item)
      inARow.cells++
      // These would come again with every cell; and where several tasks in a row fail, whatever the method, the outside is at fault.
      const all = inARow.items.size >= Math.min(3, items.length) && inARow.cells >= Math.min(inFlight, wanted.length)
      if (f.code === 'usage' || f.code === 'store' || all) failure ??= f
      put(null, 'failed', f.message)
    }
  }
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
    const cells = wanted.flatMap((w): Cell[] => {
      const c = out.get(nameOf(w))
      return c === undefined ? [] : [{ ...w, record: c.record }]
    })
    const baseline = entrants.findIndex(e => e.method.id === bestOfN.id)
    const ended = out.size < wanted.length ? 'cancelled' : 'done'
    const told = {
      schema: 1 as const,
      id,
      ended: ended as Comparison['ended'],
      world: asked.world,
      models: roles,
      reward: asked.reward,
      grader: o.grader.id,
      budget: o.budget,
      unit,
      items: items.length,
      seeds,
      concurrency,
      rows: rows(cells, {
        methods: entrants.map(e => e.label),
        items: items.length,
        baseline: baseline < 0 ? null : baseline,
        budget: o.budget,
        seed: firstSeed,
      }),
      excluded,
      spent: meanUsage(
        cells.flatMap(c => c.record?.spent ?? []),
        1,
      ),
      inDoubt: meanUsage(
        cells.flatMap(c => c.record?.inDoubt ?? []),
        1,
      ),
    }
    const result: Comparison = {
      ...told,
      verdict: verdict(told, entrants[baseline]?.label),
      cells: wanted.flatMap(w => {
        const { record: _, ...c } = out.get(nameOf(w)) ?? { record: null }
        return 'run' in c ? [c] : []
      }),
    }
    shelf?.end(ended === 'done' ? 'done' : 'paused', result)
    emit('compare.end', { ended, verdict: result.verdict })
    return result
  } catch (e) {
    shelf?.end('paused')
    throw e
  } finally {
    shelf?.close()
  }
}

/** The methods, with the baselines, under names that tell them apart. */
function enter(given: readonly (Method | Contestant)[]): Entrant[] {
  const all: Contestant[] = given.map(x => ('method' in x ? x : { method: x }))
  if (!all.some(x => x.method.id === bestOfN.id)) all.push({ method: bestOfN })
  if (!all.some(x => x.method.id === selfConsistency.id)) all.push({ method: selfConsistency })
  const taken = new Map<string, number>()
  return all.map(x => {
    // Its paper draws 40; at equal spend it draws what the budget covers, unless it was given settings.
    const bare = x.method.id === selfConsistency.id && x.knobs === undefined && x.preset === undefined
    const name = x.label ?? (x.preset === undefined ? x.method.id : `${x.method.id}@${x.preset}`)
    const count = (taken.get(name) ?? 0) + 1
    taken.set(name, count)
    return { ...x, ...(bare ? { knobs: { n: 0 } } : {}), label: count === 1 ? name : `${name}#${count}` }
  })
}

/** Who can take part. A knob that is wrong is an error; a need that the frame does not meet is a reason to stay away. */
function admit(
  all: Entrant[],
  common: Common<any, any, any, any>,
  budget: Limits,
): { entrants: Entrant[]; excluded: Comparison['excluded'] } {
  const entrants: Entrant[] = []
  const excluded: Comparison['excluded'] = []
  let first: Failure | undefined
  for (const e of all) {
    const frame = { ...common, method: e.method, knobs: e.knobs, preset: e.preset, parts: e.parts, budget } as Frame<any, any, any, any>
    try {
      checkFrame(frame)
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'usage') throw error
      first ??= error
      excluded.push({ method: e.label, why: error.message })
      continue
    }
    e.method.with({ knobs: e.knobs, preset: e.preset, parts: e.parts })
    entrants.push(e)
  }
  if (entrants.length === 0) throw first
  return { entrants, excluded }
}

/** A comparison in the store: a run of its own that holds the lock, and the cells' runs, whose origin it is. */
interface Shelf {
  handle: RunHandle
  cells: Map<string, RunMeta>
  finished: number
  keep(run: string, record: CellRecord): void
  end(status: 'done' | 'paused', result?: Comparison): void
  close(): void
}

/** The method id of a comparison's own run. */
export const comparisonId = 'compare'

function openShelf(
  folder: string,
  o: { resume?: string; plan?: unknown; durability?: 'crash' | 'power' },
  asked: Record<string, unknown>,
): Shelf {
  const store: Store = openStore(folder, o.durability === undefined ? {} : { durability: o.durability })
  let handle: RunHandle | undefined
  try {
    if (o.resume === undefined) {
      handle = store.create({
        world: asked.world as string,
        method: { id: comparisonId, version: 1 },
        models: asked.models as Record<string, string>,
        task: `${(asked.items as { count: number }).count} tasks, ${(asked.methods as unknown[]).length} methods`,
        options: { comparison: asked, ...(o.plan === undefined ? {} : { comparePlan: o.plan }) },
        limits: asked.budget as Limits,
        seed: asked.seed as number,
        concurrency: asked.concurrency as number,
        contractVersion,
      })
    } else {
      handle = store.open(o.resume, { write: true })
      agree(handle.meta, asked)
      store.update(handle.id, { status: 'running' })
    }
  } catch (e) {
    handle?.close()
    store.close()
    throw e
  }
  const mine = handle
  const cells = new Map<string, RunMeta>()
  if (o.resume !== undefined)
    for (const meta of store.list({ origin: mine.id })) {
      const name = meta.options.part as string | undefined
      // Of two runs of one cell the finished one counts.
      if (name === undefined || cells.get(name)?.options.graded !== undefined) continue
      const good = meta.options.graded === undefined ? usable(store, meta, mine.id) : meta
      if (good !== null) cells.set(name, good)
    }
  return {
    handle: mine,
    cells,
    finished: [...cells.values()].filter(m => m.status === 'done' && m.options.graded !== undefined).length,
    keep(run, record) {
      store.update(run, { options: { ...store.get(run).options, graded: record } })
    },
    end(status, result) {
      if (result !== undefined) mine.snapshot.save('comparison', JSON.stringify(result))
      store.update(mine.id, { status, ...(result === undefined ? {} : { spent: result.spent, answer: result.verdict }) })
    },
    close() {
      mine.close()
      store.close()
    },
  }
}

/** The run of an unfinished cell as it can be resumed. null: the process ended before its journal was there, so nothing was paid. */
function usable(store: Store, meta: RunMeta, of: string): RunMeta | null {
  let damaged: boolean
  try {
    const handle = store.open(meta.id)
    damaged = handle.journal.damage !== null
    handle.close()
  } catch (e) {
    if (e instanceof Failure && e.code === 'store') return null
    throw e
  }
  if (!damaged) return meta
  const whole = store.salvage(meta.id)
  store.update(whole, { origin: of })
  return store.get(whole)
}

/** What a resumed comparison must have in common with its record: everything that its cells follow from. */
function agree(meta: RunMeta, asked: Record<string, unknown>): void {
  const was = meta.options.comparison as Record<string, unknown> | undefined
  if (meta.method.id !== comparisonId || was === undefined)
    throw new Failure('usage', `run ${meta.id} is no comparison`, `espalier resume ${meta.id}`)
  for (const [what, value] of Object.entries(asked))
    if (canonical(was[what]) !== canonical(value))
      throw new Failure(
        'store',
        `comparison ${meta.id} was made with other ${what}: ${short(was[what])}, and this is ${short(value)}`,
        'start a new comparison, or resume this one as it was begun',
      )
}
const short = (x: unknown): string => {
  const text = canonical(x)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

/** The finished comparison of an id; null: it has not ended yet. */
export function readComparison(id: string, o: { store: string }): Comparison | null {
  const store = openStore(o.store)
  try {
    const handle = store.open(id)
    const kept = handle.snapshot.load('comparison')
    return typeof kept === 'string' ? (JSON.parse(kept) as Comparison) : null
  } finally {
    store.close()
  }
}
