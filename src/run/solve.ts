import type { Frame, Limits, Provider, RunResult } from '../contract/index.ts'
import { encodeTerms, encodeTree, Failure, type FlatTree } from '../kernel/index.ts'
import { type Act, asRoles, defaultConcurrency, type Event, type Known, type Run, type RunSetup, run, type Tap } from '../runtime/index.ts'
import { listen, openStore, type RunHandle, type RunMeta, type Snapshots, type Store } from '../store/index.ts'
import { answers } from './answers.ts'
import { type Evidence, evidence } from './evidence.ts'
import type { Plan } from './plan.ts'
import { Requests } from './requests.ts'

/** The contract's own number: raised when recorded runs would go another way under it. */
export const contractVersion = 1

export interface SolveOptions extends Omit<RunSetup, 'journal' | 'run' | 'recall' | 'remember' | 'replayOnly' | 'raise' | 'store'> {
  /**
   * Folder that keeps the run: it survives a kill and can be resumed, replayed, exported. Or a store of it that is open, and is left open: to open one takes some
   * milliseconds. Default: none, nothing is written.
   */
  store?: string | Store | null
  /** Goes on with this run of the store. Its frame must be the same; limits may be higher. */
  resume?: string
  /** How the run was asked for, so that it can be started again from its id alone. */
  plan?: Plan
  /** The run that this one is a part of (its `origin` in the store), and what part: a cell of a comparison. */
  part?: { of: string; name: string }
  /** The run that this one continues, as a turn of one exchange continues the former (its `origin` in the store). */
  origin?: string
  /** A run of the store whose answers need not be paid for again where this one asks the same (its `origin`), up to so many completions and acts of its record. */
  knows?: { run: string; until?: number }
  /** Called with the run's id before the first effect. */
  onRun?(id: string): void
}

/**
 * Searches for an answer: `frame.method` over `frame.world` by `frame.model`, paid for by `frame.reward`, within `frame.budget`.
 * Await it for the result; iterate it for events.
 *
 * @example
 * const r = await solve({ world: game24.world, method: restMcts, model, budget: { calls: 200 } }, game24.parseTask('4 9 10 13'), { seed: 7 })
 * console.log(r.answer, r.solved, r.spent.calls)
 *
 * @throws Failure: `usage` before anything is spent; `model`, `world` or `store` when the outside refuses for good. What was paid for is in the store.
 */
export function solve<S, A, Ans, T>(frame: Frame<S, A, Ans, T>, task: T, o: SolveOptions = {}): Solving<S, A, Ans> {
  const { store: where, resume, plan, part, origin, knows, onRun, durability, ...setup } = o
  if (where === undefined || where === null) {
    if (resume !== undefined) throw new Failure('usage', `run ${resume} can be resumed from a store only`, 'give the store that holds it')
    const r = run(frame, task, setup)
    onRun?.(r.id)
    return r
  }
  const since = Date.now() / 1000
  const own = typeof where === 'string'
  const store = own ? openStore(where, durability === undefined ? {} : { durability }) : where
  const requests = new Requests()
  let handle: RunHandle | undefined
  let going: Run<S, A, Ans>
  let raise: Limits | undefined
  try {
    if (resume === undefined) {
      handle = store.create(describe(frame, task, o))
    } else {
      handle = store.open(resume, { write: true })
      const meta = handle.meta
      agree(meta, frame)
      if (handle.journal.damage !== null) {
        const { record, why } = handle.journal.damage
        throw new Failure(
          'store',
          `the journal of ${meta.id} is damaged at record ${record}: ${why}`,
          `everything before it is whole: espalier resume ${meta.id} --salvage makes a new run of it`,
        )
      }
      const { turn } = o
      // A turn says for itself what it may spend.
      if (turn === undefined) raise = raised(meta.limits, originalLimits(meta), frame.budget)
      const limits = turn === undefined ? raise : turn.limits
      store.update(handle.id, { status: 'running', ...(limits === undefined ? {} : { limits: { ...meta.limits, ...limits } }) })
      setup.seed = meta.seed
      setup.concurrency = meta.concurrency
      setup.clock ??= meta.options.clock as SolveOptions['clock']
      frame = { ...frame, budget: originalLimits(meta) }
    }
    setup.tap = both(requests, setup.tap)
    const cache = setup.cache ? store.cache : undefined
    const known = knownOf(store, handle.meta)
    going = run(frame, task, {
      ...setup,
      run: handle.id,
      journal: handle.journal,
      ...(raise === undefined ? {} : { raise }),
      ...(cache === undefined && known === undefined
        ? {}
        : {
            recall: (key: string, cacheable: boolean): Known | undefined =>
              known?.get(key) ?? (cacheable ? (cache?.get(`${setup.seed ?? 1}|${key}`) ?? undefined) : undefined),
          }),
      ...(cache === undefined
        ? {}
        : {
            remember: (key: string, known: Known) => cache.put(`${setup.seed ?? 1}|${key}`, known.payload, known.usage),
          }),
    })
  } catch (e) {
    handle?.close()
    if (own) store.close()
    throw e
  }
  onRun?.(handle.id)
  const { id } = handle
  const kept = going.then(
    r => {
      keep(store, own, handle, going, requests, r, r.ended === 'cancelled' ? 'paused' : 'done', r.why)
      return r
    },
    e => {
      const partial = (e as { partial?: RunResult<S, A, Ans> }).partial
      try {
        keep(store, own, handle, going, requests, partial, 'failed', (e as Error).message)
      } catch {
        // The first failure matters more than that it could not be noted.
      }
      throw e
    },
  ) as Promise<RunResult<S, A, Ans>>
  kept.catch(() => {})
  // A higher limit is a record of the run, and what the index says of it.
  const steer = (act: Act): void => {
    if (act.do === 'raise') store.update(id, { limits: { ...store.get(id).limits, ...act.limits } })
    going.act(act)
  }
  // Other processes leave word in the store, since the journal has one writer.
  const held = handle
  const deaf = listen(
    () => store.take(held),
    act => (act.do === 'pause' ? going.interrupt() : steer(act as Act)),
    { since, stale: ['pause'] },
  )
  kept.then(deaf, deaf)
  return {
    ...going,
    id,
    requests,
    act: steer,
    // biome-ignore lint/suspicious/noThenProperty: a run is awaited like the result it stands for
    then: (a, b) => kept.then(a, b),
    catch: f => kept.catch(f),
    finally: f => kept.finally(f),
    get report() {
      return going.report
    },
    get spent() {
      return going.spent
    },
    get time() {
      return going.time
    },
    [Symbol.asyncIterator]: (): AsyncIterator<Event> => going[Symbol.asyncIterator](),
  }
}

/** A run under way. */
export interface Solving<S, A, Ans> extends Run<S, A, Ans> {
  /** What it asked of its models, where it is kept. */
  readonly requests?: Requests
}
const both = (mine: Tap, other: Tap | undefined): Tap =>
  other === undefined
    ? mine
    : {
        request(k, job) {
          mine.request?.(k, job)
          other.request?.(k, job)
        },
        judged(e, column, by, a) {
          mine.judged?.(e, column, by, a)
          other.judged?.(e, column, by, a)
        },
      }

/** A record of fewer requests is run again before anybody notices: what that tells is not kept. */
export const worthKeeping = 256

/** What is known of a run beside its tree: how it ended, why, and the path to its answer. */
export interface Kept {
  ended: string
  /** What its method said of its own decisions; of a failed run, its error. */
  why?: string
  path: Evidence[]
}
function keep(
  store: Store,
  own: boolean,
  handle: RunHandle,
  run: Run<any, any, any>,
  requests: Requests,
  r: RunResult<any, any, any> | undefined,
  status: 'done' | 'paused' | 'failed',
  why: string | undefined,
): void {
  try {
    if (r !== undefined) {
      const t = r.tree as FlatTree
      handle.snapshot.save('tree', encodeTree(t))
      // So that a look at the answer needs neither the world nor the tree.
      const kept: Kept = { ended: r.ended, ...(why === undefined ? {} : { why }), path: evidence(r) }
      handle.snapshot.save('evidence', JSON.stringify(kept))
      handle.snapshot.save('ledger', run.ledger.encode(t.size))
      try {
        if (requests.size >= worthKeeping) keepDeep(handle.snapshot, requests, t)
      } catch {
        // Its record tells it again: no reason to leave the run without its end.
      }
      store.update(handle.id, {
        status,
        spent: r.spent,
        answer: r.answer ?? null,
        solved: r.solved,
        verifiedBy: r.verifiedBy,
        score: Number.isFinite(r.score) ? r.score : null,
        nodes: t.size,
        depth: t.deepest,
      })
    } else store.update(handle.id, { status })
  } finally {
    handle.close()
    if (own) store.close()
  }
}

/** What a replay would tell beside the tree, so that none is needed to look at a node: requests and judgements, and the terms of choices. */
export function keepDeep(snapshots: Snapshots, requests: Requests, t: FlatTree): void {
  snapshots.save('requests', requests.encode())
  const terms = encodeTerms(t)
  if (terms !== null) snapshots.save('terms', terms)
}

function describe(frame: Frame<any, any, any, any>, task: unknown, o: SolveOptions): Parameters<Store['create']>[0] {
  const models: Record<string, Provider> = asRoles(frame.model)
  const from = o.part?.of ?? o.origin ?? o.knows?.run
  return {
    world: frame.world.id,
    method: { id: frame.method.id, version: frame.method.version ?? 1 },
    models: Object.fromEntries(Object.entries(models).map(([role, p]) => [role, p.id])),
    task,
    knobs: { ...frame.method.with({ knobs: frame.knobs, preset: frame.preset, parts: frame.parts }).knobs },
    options: {
      ...(o.plan === undefined ? {} : { plan: o.plan }),
      ...(o.clock === undefined ? {} : { clock: o.clock }),
      reward: frame.reward?.id ?? null,
      first: frame.budget ?? {},
      ...(o.part === undefined ? {} : { part: o.part.name }),
      ...(o.knows === undefined ? {} : { fork: o.knows.run, ...(o.knows.until === undefined ? {} : { until: o.knows.until }) }),
    },
    ...(from === undefined ? {} : { origin: from }),
    limits: { ...frame.budget },
    seed: o.seed ?? 1,
    concurrency: o.concurrency ?? defaultConcurrency,
    codeHash: frame.method.code ?? '',
    contractVersion,
  }
}
/** What a fork need not pay for: the answers of the run that it was made from, while that is there. */
function knownOf(store: Store, meta: RunMeta): ReadonlyMap<string, Known> | undefined {
  let known: Map<string, Known> | undefined
  let until = meta.options.until as number | undefined
  for (let from = meta.options.fork; typeof from === 'string'; ) {
    let of: RunHandle
    try {
      of = store.open(from)
    } catch {
      break
    }
    try {
      // What the nearer one was answered goes first.
      known = new Map([...answers(of.journal, until), ...(known ?? [])])
      // Who knows a part of a record only knows no more of what that one knew.
      from = until === undefined ? of.meta.options.fork : undefined
      until = of.meta.options.until as number | undefined
    } finally {
      of.close()
    }
  }
  return known
}
/** The limits a run began with: raised ones come from its record. */
const originalLimits = (meta: RunMeta): Limits => (meta.options.first as Limits | undefined) ?? meta.limits

/** What a resume must have in common with its record. */
function agree(meta: RunMeta, frame: Frame<any, any, any, any>): void {
  const no = (what: string, was: unknown, is: unknown, hint: string): never => {
    throw new Failure('store', `run ${meta.id} was made with ${what} ${was}, and this is ${is}`, hint)
  }
  const again = 'start a new run, or resume it with the version that made it'
  if (meta.world !== frame.world.id) no('the world', meta.world, frame.world.id, again)
  if (meta.method.id !== frame.method.id)
    no(
      'the method',
      meta.method.id,
      frame.method.id,
      `to see what ${frame.method.id} would have done: espalier replay ${meta.id} --method ${frame.method.id}`,
    )
  if (meta.method.version !== (frame.method.version ?? 1))
    no(`${meta.method.id} version`, meta.method.version, frame.method.version ?? 1, again)
  if (meta.contractVersion !== contractVersion) no('contract version', meta.contractVersion, contractVersion, again)
  const models = asRoles(frame.model)
  for (const [role, id] of Object.entries(meta.models))
    if (models[role] !== undefined && models[role].id !== id) no(`the model ${role}:`, id, models[role].id, again)
}

/** Limits that are higher now than in the record. Lower ones cannot be: what was spent was spent. */
function raised(was: Limits, first: Limits, now: Limits | undefined): Limits | undefined {
  const out: Limits = {}
  for (const [unit, limit] of Object.entries(now ?? {}) as [keyof Limits, number][]) {
    const before = was[unit]
    // The frame as it was when the run began asks for nothing new.
    if (limit === first[unit] || limit === before) continue
    if (before !== undefined && limit > before) out[unit] = limit
    else
      throw new Failure(
        'usage',
        `a resumed run's limits can only rise: ${unit} was ${before ?? 'unlimited'}, asked for ${limit}`,
        'leave the limit out to go on with the old one',
      )
  }
  return Object.keys(out).length === 0 ? undefined : out
}
