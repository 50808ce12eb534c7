import type {
  EdgeId,
  Frame,
  KnobValue,
  Limits,
  Need,
  NodeId,
  Provider,
  RunEvent,
  RunOptions,
  RunResult,
  Usage,
  World,
} from '../contract/index.ts'
import { binding, Failure, type FlatTree, isGame, maximum, seenFromRoot, usage } from '../kernel/index.ts'
import { brief } from './brief.ts'
import { type Clock, realClock, virtualClock } from './clock.ts'
import type { Ended } from './course.ts'
import { Engine, type EngineOptions } from './engine.ts'
import type { Event, EventData, EventKind } from './events.ts'
import { gates } from './gate.ts'
import { type Act, type Journal, noJournal, type Turn } from './journal.ts'
import { Ledger } from './ledger.ts'
import { Scope } from './meter.ts'
import { neededFor } from './method.ts'
import { asRoles } from './model.ts'
import type { Tap } from './request.ts'
import { RunningSearch } from './search.ts'
import { runSpan } from './telemetry.ts'

/** What a run can be given beside its frame and task. */
export interface RunSetup extends RunOptions {
  /** Its name; default: one that is free in this process. */
  run?: string
  journal?: Journal
  recall?: EngineOptions['recall']
  remember?: EngineOptions['remember']
  replayOnly?: boolean
  /** Raises the limits once the record has been replayed. */
  raise?: Limits
  /** What became of the answer with which the record ends: the search goes on from there, with its method run again below it. */
  turn?: Turn
  /** Told what models are writing, piece by piece, where they can tell, and at which address. A call of which something was told is not made again when it fails. */
  heard?: EngineOptions['heard']
  /** Told of requests and judgements, those of a replay too. */
  tap?: Tap
  /** Answers questions to people. */
  people?(q: { question: string; choices?: string[] }, signal: AbortSignal): Promise<string>
}
/** A run under way: a promise of its result, and the stream of its events. */
export interface Run<S, A, Ans> extends PromiseLike<RunResult<S, A, Ans>>, AsyncIterable<Event> {
  readonly id: string
  catch<R>(f: (e: unknown) => R | PromiseLike<R>): Promise<RunResult<S, A, Ans> | R>
  finally(f: () => void): Promise<RunResult<S, A, Ans>>
  /** No further call starts; what is under way ends and is recorded. The run can be resumed. Again: what is under way is cancelled. */
  interrupt(): void
  /** No further effects; the method lands with the best answer so far. Recorded: the run is over. */
  stop(): void
  /** Something from outside, such as to prune the node of an address. Recorded, at its place among the completions. */
  act(act: Act): void
  /** Hears events until the function that comes back is called. Nothing is built while nobody listens. */
  listen(hear: (e: Event) => void): () => void
  /** As it is now, and as it grows. */
  readonly tree: FlatTree<S, A, Ans>
  readonly ledger: Ledger
  /** Until now. */
  readonly spent: Usage
  /** What has started and not ended: its address, and the second in which it started. */
  underWay(): { k: number; at: string; kind: string; what: string; since: number }[]
  /** Seconds of the run. */
  readonly time: number
  /** What the world says of a text as an action of a node of the tree. */
  read(n: NodeId, text: string): { action: A } | { why: string }
  /** What is known about the search at this moment. */
  readonly report: RunReport
}
/** Figures of the engine that a result does not carry. */
export interface RunReport {
  replayed: number
  effects: number
  missing: number
  recalled: number
  inFlight: number
  paid: number
  fingerprint: number
  /** What this session charged for answers that were known: nobody was paid for them. */
  known: Usage
}

let serial = 0

/** Concurrency where none is asked for. */
export const defaultConcurrency = 8

/**
 * Runs a method on a task. Without a journal nothing outlives the process; `solve` of the run room keeps one.
 * Throws a Failure when something is missing before anything is spent; rejects with one when the outside refuses for good.
 */
export function run<S, A, Ans, T>(frame: Frame<S, A, Ans, T>, task: T, o: RunSetup = {}): Run<S, A, Ans> {
  const models = asRoles(frame.model)
  checkFrame(frame, models)
  const id = o.run ?? `run-${process.pid}-${++serial}`
  const limits: Limits = { ...frame.budget }
  delete (limits as { share?: number }).share
  const concurrency = o.concurrency ?? defaultConcurrency
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new Failure('usage', `concurrency: expected a whole number from 1, found ${concurrency}`)
  const providers = [...new Set(Object.values(models))]
  const kind = o.clock ?? (providers.length > 0 && providers.every(p => p.clock === 'virtual') ? 'virtual' : 'real')
  const clock: Clock = kind === 'virtual' ? virtualClock() : realClock()
  const budget = new Scope(limits)
  const journal = o.journal ?? noJournal()
  const resumed = journal.size > 0

  // Events: to a callback, and to whoever iterates. Nothing is built while nobody listens.
  const queue: Event[] = []
  const readers: ((e: IteratorResult<Event>) => void)[] = []
  let seq = 0
  let iterated = false
  let over = false
  const ears = new Set<(e: Event) => void>()
  const listening = (): boolean => iterated || ears.size > 0 || o.onEvent !== undefined
  const emit = (kind: EventKind, data: EventData[EventKind], address?: string): void => {
    if (!listening()) return
    const event = { run: id, seq: seq++, kind, data, ...(address === undefined ? {} : { address }) } as Event
    o.onEvent?.(event as RunEvent)
    for (const hear of ears) hear(event)
    if (iterated) {
      const reader = readers.shift()
      reader === undefined ? queue.push(event) : reader({ value: event, done: false })
    }
    if (kind === 'effect.end') preview()
  }

  const ledger = new Ledger()
  const engine = new Engine({
    run: id,
    journal,
    clock,
    slots: concurrency,
    seed: o.seed ?? 1,
    get emit() {
      return listening() ? emit : undefined
    },
    ...(o.recall === undefined ? {} : { recall: o.recall }),
    ...(o.remember === undefined ? {} : { remember: o.remember }),
    ...(o.replayOnly === undefined ? {} : { replayOnly: o.replayOnly }),
    ...(o.raise === undefined ? {} : { raise: o.raise }),
    ...(o.turn === undefined ? {} : { turn: o.turn }),
    ...(o.heard === undefined ? {} : { heard: o.heard }),
    ...(o.tap === undefined ? {} : { tap: o.tap }),
    charge(job, used) {
      const t = search.tree
      // What a search within spent is shown at the place where it was begun.
      const e = job.tree === t ? (job.node ?? t.root) : t.find(job.at.slice(0, 16))
      ledger.charge((e < 0 ? t.root : e) as EdgeId, used)
    },
    onLive: () => watchDeadline(),
    onAct(act, time) {
      let row: number | null = null
      if (act.do === 'deadline') search.deadline()
      else if (act.do === 'stop') search.stop()
      else if (act.do === 'raise') {
        search.reopen()
        search.raise(act.limits)
        watchDeadline()
      } else if (act.do === 'change') {
        search.change(act)
        watchDeadline()
      } else if (act.do === 'turn') {
        search.turn(act)
        watchDeadline()
      } else {
        const e = search.tree.find(act.do === 'prefer' ? act.better : act.key)
        if (e >= 0) {
          row = e
          if (act.do === 'prune') search.prune(e as NodeId)
          else if (act.do === 'pin' || act.do === 'unpin') search.flag(e as NodeId, 'pinned', act.do === 'pin')
          else if (act.do === 'edit' && search.tree.taken(e as EdgeId)) row = search.edit(e as NodeId, act.text)
        }
      }
      emit('act', { act, time, row })
    },
  })
  const gate = gates(concurrency, {
    limited: (model, seconds, slots) => emit('model.limited', { model, seconds, slots }),
    retry: (model, attempt, message) => emit('model.retry', { model, attempt, message }),
  })
  const search = new RunningSearch<S, A, Ans, T>(
    {
      engine,
      strict: o.strict ?? false,
      gate,
      ledger,
      ...(o.tap === undefined ? {} : { tap: o.tap }),
      ...(o.people === undefined ? {} : { people: o.people }),
      get emit() {
        return listening() ? emit : undefined
      },
    },
    frame,
    task,
    budget,
  )

  let watched: AbortController | null = null
  function watchDeadline(): void {
    watched?.abort()
    const { seconds } = budget.limits
    if (seconds === undefined || engine.replaying) return
    const mine = new AbortController()
    watched = mine
    clock.until((seconds - budget.kept.seconds) * 1000, Number.MAX_SAFE_INTEGER, mine.signal).then(() => {
      if (!mine.signal.aborted && !over) engine.act({ do: 'deadline' })
    })
  }

  // The best answer so far, looked for less and less often as the tree grows: a look costs a walk over the answers.
  let shown = ''
  let wait = 0
  function preview(): void {
    if (--wait > 0) return
    wait = Math.ceil(search.tree.size / 500)
    let r: ReturnType<typeof search.result>
    try {
      r = search.result('done')
    } catch {
      return // a method's `answer` may need what is not there yet
    }
    if (r.answer === undefined) return
    const n = r.nodes[0]
    const verified = n === undefined ? null : verdict(search, n).solved
    const text = brief(r.answer, 500)
    const mark = `${text}|${r.score}|${verified}`
    if (mark === shown) return
    shown = mark
    emit('answer', { text, value: r.answer, score: r.score, verified, nodes: r.nodes })
  }

  async function whole(): Promise<RunResult<S, A, Ans>> {
    const span = runSpan(frame.method.id, frame.world.id, id)
    emit('run.start', {
      world: frame.world.id,
      method: frame.method.id,
      knobs: search.bound.knobs as Record<string, KnobValue>,
      models: Object.fromEntries(Object.entries(models).map(([role, p]) => [role, p.id])),
      limits,
      seed: o.seed ?? 1,
      concurrency,
      task,
      resumed,
    })
    const onAbort = (): void => interrupt()
    o.signal?.addEventListener('abort', onAbort)
    try {
      // The pump's turns, and all that they begin, follow from here.
      const rest = span.within(() => engine.rest()).then((): Ended => 'cancelled')
      if (!resumed) watchDeadline()
      search.start()
      engine.start()
      if (o.signal?.aborted) engine.park()
      let ended: Ended
      for (;;) {
        ended = await Promise.race([search.finished, engine.failure, rest])
        if (ended === 'cancelled' || (await engine.finish()) === 'ended') break
      }
      const result = assemble(ended)
      // What the last effect brought, and what verified it at the end, has not been shown yet.
      wait = 0
      if (listening()) preview()
      emit('run.end', { ended, solved: result.solved, spent: result.spent, nodes: search.tree.size, depth: search.tree.deepest })
      span.end({ 'espalier.ended': ended, 'espalier.nodes': search.tree.size, 'espalier.calls': result.spent.calls })
      return result
    } catch (e) {
      await engine.settleFailure()
      const failure =
        e instanceof Failure
          ? e
          : new Failure(
              'internal',
              `${frame.method.id}: ${(e as Error)?.message ?? String(e)}`,
              'this is a fault of the method or of Espalier; what was paid for is in the journal',
              { cause: e },
            )
      try {
        Object.assign(failure, { partial: assemble('cancelled') })
      } catch {
        // The tree may be in no state to answer; the failure itself matters more.
      }
      span.end({ 'espalier.ended': 'failed' }, failure)
      throw failure
    } finally {
      o.signal?.removeEventListener('abort', onAbort)
      over = true
      engine.close()
      for (const r of readers.splice(0)) r({ value: undefined, done: true })
    }
  }
  function assemble(ended: Ended): RunResult<S, A, Ans> {
    const r = search.result(ended)
    const n = r.nodes[0]
    const { solved, verifiedBy } = n === undefined || r.answer === undefined ? noAnswer(search) : verdict(search, n)
    return {
      ...r,
      run: id,
      solved,
      verifiedBy,
      yield: engine.paid === 0 ? 1 : Math.max(0, engine.entered) / engine.paid,
      slotUse: engine.slotUse,
      inDoubt: usage(engine.inDoubtUsage),
      ...whyOf(search.tree),
      ...(ended === 'budget' && engine.paid === 0 ? unusable(search) : {}),
    }
  }
  let interrupts = 0
  function interrupt(): void {
    if (++interrupts === 1) engine.park()
    else engine.abandon()
  }

  // Begins in a step of its own, so that who called may begin to iterate first.
  const result = Promise.resolve().then(whole)
  result.catch(() => {})
  return {
    id,
    // biome-ignore lint/suspicious/noThenProperty: a run is awaited like the result it stands for
    then: (a, b) => result.then(a, b),
    catch: f => result.catch(f),
    finally: f => result.finally(f),
    interrupt,
    stop: () => engine.act({ do: 'stop' }),
    act: a => engine.act(a),
    listen(hear) {
      ears.add(hear)
      return () => void ears.delete(hear)
    },
    tree: search.tree,
    ledger,
    get spent() {
      return usage(budget.spent)
    },
    get time() {
      return engine.now
    },
    underWay: () => engine.underWay(),
    read: (n, text) => search.read(n, text),
    get report() {
      return {
        replayed: engine.replayed,
        effects: engine.issued,
        missing: engine.missing,
        recalled: engine.recalled,
        inFlight: engine.pending.size,
        paid: engine.paid,
        fingerprint: search.tree.fingerprint,
        known: usage(engine.knownUsage),
      }
    },
    [Symbol.asyncIterator]() {
      iterated = true
      return {
        next: () => {
          const event = queue.shift()
          if (event !== undefined) return Promise.resolve({ value: event, done: false as const })
          if (over) return Promise.resolve({ value: undefined, done: true as const })
          return new Promise<IteratorResult<Event>>(resolve => readers.push(resolve))
        },
        return: () => {
          iterated = false
          queue.length = 0
          return Promise.resolve({ value: undefined, done: true as const })
        },
      }
    },
  }
}

function verdict(search: RunningSearch<any, any, any, any>, n: NodeId): { solved: boolean | null; verifiedBy: string | null } {
  const t = search.tree
  const reward = search.frame.reward
  const by = reward === undefined ? (t.outcome(n)?.reward === undefined ? null : 'exact') : reward.verifies ? reward.id : null
  if (by === null || Number.isNaN(t.R[n])) return { solved: null, verifiedBy: null }
  if (!isGame(t)) return { solved: t.R[n] >= 1, verifiedBy: by }
  // A line of play proves nothing of its first move, unless that move ends it: the opponent need not have played well.
  return t.depth(n) === 1 ? { solved: seenFromRoot(t, n, t.R[n]) >= 1, verifiedBy: by } : { solved: null, verifiedBy: null }
}
/** A budget that covers not even the first request is said to be the reason. */
function unusable(search: RunningSearch<any, any, any, any>): { why?: string } {
  const asked = search.party.stuck[0]?.build()
  if (asked === null || asked === undefined) return {}
  const max = maximum(asked.max)
  const { limits, spent, reserved, kept } = search.budget
  const measure = binding(limits, spent, reserved, max, search.party.final ? undefined : kept)
  return measure === null
    ? {}
    : { why: `the budget of ${limits[measure]} ${measure} covers no request: the first one may need ${max[measure]}` }
}
/** Nothing to answer with: not solved, where it could have been verified. */
function noAnswer(search: RunningSearch<any, any, any, any>): { solved: boolean | null; verifiedBy: string | null } {
  const { reward } = search.frame
  if (reward?.verifies) return { solved: false, verifiedBy: reward.id }
  const ruled = reward === undefined && search.tree.ends().some(n => search.tree.outcome(n)?.reward !== undefined)
  return ruled ? { solved: false, verifiedBy: 'exact' } : { solved: null, verifiedBy: null }
}
/** What the method says of its own decisions: the last note of kind `why` at the root. */
function whyOf(t: RunningSearch<any, any, any, any>['tree']): { why?: string } {
  const said = t.notes(t.root).findLast(n => n.kind === 'why')
  return said === undefined ? {} : { why: said.text }
}

/** Does the frame have what its method needs? @throws Failure (usage) that says what is missing, before anything is spent */
export function checkFrame(frame: Frame<any, any, any, any>, models: Record<string, Provider> = asRoles(frame.model)): void {
  const { method, world } = frame
  const policy = models.policy
  for (const [name, part] of Object.entries({ ...method.parts, ...frame.parts })) {
    const what = neededFor(part)
    if (what !== undefined)
      throw new Failure('usage', `${method.id} needs the part '${name}': ${what}`, 'give it in the frame: parts: { ... }')
  }
  const can = (x: Provider['can'][number]): boolean => policy?.can.includes(x) ?? false
  const own = (world as World<any, any, any, any>).outcome !== undefined
  const has: Record<Need, boolean> = {
    policy: policy !== undefined || frame.policy !== undefined || world.actions !== undefined || world.design !== undefined,
    value: frame.value !== undefined,
    actionValue: frame.actionValue !== undefined,
    ranker: frame.ranker !== undefined,
    reward: frame.reward !== undefined || frame.value !== undefined || own,
    logprobs: can('logprobs'),
    certainty: can('logprobs'),
    next: can('next'),
    embed: can('embed'),
  }
  const lacking = (method.needs ?? []).filter(n => !has[n])
  if (lacking.length > 0)
    throw new Failure(
      'usage',
      `${method.id} needs ${lacking.join(' and ')}, and ${policy === undefined ? 'the frame' : policy.id} has none`,
      'bring it in the frame, or choose another method: espalier methods',
    )
  for (const p of Object.values(models)) {
    if (p.dialect !== 'text' && world.dialects?.[p.dialect] === undefined) {
      throw new Failure(
        'usage',
        `${p.id} speaks '${p.dialect}', and the world ${world.id} does not`,
        `it speaks: ${['text', ...Object.keys(world.dialects ?? {})].join(', ')}`,
      )
    }
    if (frame.budget?.usd !== undefined && p.price === undefined) {
      throw new Failure(
        'usage',
        `a budget in usd needs prices, and the price of ${p.id} is unknown`,
        'give it a price, or set the budget in calls or tokens',
      )
    }
  }
}
