// Requests under way: how many, what they may still do, and how they end.
import type { Provider, RunResult, Usage } from '../contract/index.ts'
import { frameOf, modelsOf, type Plan, type Planned, type SolveOptions, type Solving, solve } from '../run/index.ts'
import type { Event, Turn } from '../runtime/index.ts'
import { openStore, type RunMeta, type Store } from '../store/index.ts'
import { worldNamed } from '../world/index.ts'
import type { Account } from './account.ts'
import { direct, type Piece } from './direct.ts'
import type { Metrics } from './metrics.ts'
import { Refusal } from './refusal.ts'
import type { Asked } from './request.ts'
import { less, type Said, saidOf } from './said.ts'
import type { ServeSettings } from './settings.ts'

/** A place taken by a request. */
export interface Seat {
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortController
  /** Aborted then, and when its time is up or the server closes: the best so far is the answer. */
  readonly over: AbortSignal
  leave(): void
}
/** What is heard of a search on its way. */
export interface Searching extends Ears {
  readonly account?: Account | undefined
  readonly origin?: string | undefined
  readonly resume?: RunMeta
  readonly turn?: Turn
  readonly solve?: Partial<SolveOptions>
}
export interface Ears {
  onRun?(id: string): void
  onEvent?(e: Event): void
  /** Pieces of the answer, where a model is asked once. */
  heard?(p: Piece): void
}

/** A search under way in this server. */
export interface Live {
  readonly run: Solving<any, any, any>
  readonly plan: Plan
  readonly planned: Planned
}

export class Desk {
  readonly #settings: ServeSettings
  readonly #metrics: Metrics
  /** One for all runs: to open it for each would cost each some milliseconds. */
  readonly store: Store | null
  readonly #providers = new Map<string, Promise<Provider>>()
  /** Searches under way, by their ids. */
  readonly live = new Map<string, Live>()
  /** Told when one begins or ends. */
  readonly watchers = new Set<(id: string) => void>()
  readonly #seats = new Map<Seat, AbortController>()
  #open = true
  #empty: (() => void) | undefined
  readonly #others: (() => Promise<unknown>)[] = []
  constructor(settings: ServeSettings, metrics: Metrics) {
    this.#settings = settings
    this.#metrics = metrics
    this.store = settings.store === null ? null : openStore(settings.store)
  }
  get open(): boolean {
    return this.#open
  }
  get taken(): number {
    return this.#seats.size
  }

  /** Takes a seat. @param client aborted when the client goes away @param seconds that it may stay; Infinity: until it is done @throws Refusal: 429 where all are taken, 503 at the end */
  sit(client: AbortSignal, seconds = this.#settings.seconds ?? 600): Seat {
    const { inFlight = 256 } = this.#settings
    if (!this.#open) throw new Refusal(503, 'closing', 'the server is shutting down', { retryAfter: 5 })
    if (this.#seats.size >= inFlight) throw new Refusal(429, 'busy', `${inFlight} requests are under way`, { retryAfter: 1 })
    const gone = new AbortController()
    const over = new AbortController()
    const timer = Number.isFinite(seconds) ? setTimeout(() => over.abort(), seconds * 1000) : undefined
    const away = (): void => gone.abort()
    gone.signal.addEventListener('abort', () => over.abort(), { once: true })
    client.addEventListener('abort', away, { once: true })
    if (client.aborted) gone.abort()
    const seat: Seat = {
      gone,
      over: over.signal,
      leave: () => {
        clearTimeout(timer)
        client.removeEventListener('abort', away)
        if (!this.#seats.delete(seat)) return
        this.#metrics.busy.set(this.#seats.size)
        if (this.#seats.size === 0) this.#empty?.()
      },
    }
    this.#seats.set(seat, over)
    this.#metrics.busy.set(this.#seats.size)
    return seat
  }

  /** The model of a spec, made once and shared; one whose truth is a world's, once a world and seed. */
  provider(spec: string, world = 'game24', seed = 1): Promise<Provider> {
    const key = /^(simulated|speculative)\b/.test(spec) ? `${world} ${seed} ${spec}` : spec
    let p = this.#providers.get(key)
    if (p === undefined) {
      const { baseUrl, store } = this.#settings
      p = modelsOf(
        {
          models: { policy: spec },
          seed,
          ...(baseUrl === undefined ? {} : { baseUrl }),
          ...(store === null ? {} : { store: `${store}/models` }),
        },
        worldNamed(world),
      ).then(m => m.policy)
      this.#providers.set(key, p)
      p.catch(() => this.#providers.delete(key))
    }
    return p
  }

  /** The frame of a plan, with the models of this server where they are the same. @throws Failure */
  async framed(plan: Plan): Promise<Planned> {
    if (plan.baseUrl !== this.#settings.baseUrl || /^\.{0,2}\/|\.[cm]?[jt]s(#|$)/.test(plan.world)) return frameOf(plan)
    const models: Record<string, Provider> = {}
    for (const [role, spec] of Object.entries(plan.models)) models[role] = await this.provider(spec, plan.world, plan.seed)
    return frameOf(plan, models)
  }

  /**
   * Begins a search that no client waits for, and goes on with it: until it is done, is told to end, or the server closes.
   * @returns its id, once it is on record @throws Failure, Refusal
   */
  begin(
    plan: Plan,
    planned: Planned,
    o: { account?: Account | undefined; resume?: RunMeta; origin?: string; release?(): void; solve?: Partial<SolveOptions> } = {},
  ): Promise<string> {
    const seat = this.sit(new AbortController().signal, Number.POSITIVE_INFINITY)
    return new Promise((resolve, reject) => {
      this.run(plan, planned, seat, {
        ...o,
        onRun: id => resolve(id),
      })
        .catch(reject) // after it has begun: what became of it is in the store
        .finally(() => {
          o.release?.()
          seat.leave()
        })
    })
  }

  /** Searches. When nobody waits any more or time is up, what is in flight is cancelled and the run is kept as it is, to be resumed. */
  async search(asked: Pick<Asked, 'n'>, plan: Plan, planned: Planned, seat: Seat, o: Searching): Promise<Said> {
    const r = await this.run(plan, planned, seat, o)
    const model = planned.frame.model as { policy: Provider } | undefined
    const said = saidOf(r, asked.n, model?.policy.dialect ?? 'text')
    return o.turn === undefined ? said : { ...said, usage: less(r.spent, o.resume!.spent), total: r.spent }
  }
  async run(plan: Plan, planned: Planned, seat: Seat, o: Searching): Promise<RunResult<any, any, any>> {
    const { frame, task } = planned
    let run: Solving<any, any, any> | undefined
    const stop = (): void => {
      // Once: nothing new begins. Twice: what is in flight is cancelled.
      run?.interrupt()
      run?.interrupt()
    }
    const charge = (all: Usage, ended: string): void => {
      // What a resumed run had spent before was charged then, and what was known cost nobody anything.
      const u = less(o.resume === undefined ? all : less(all, o.resume.spent), run!.report.known)
      o.account?.charge(u)
      this.#metrics.spent(plan.method, u, ended)
    }
    // Of former turns nobody wants to hear again.
    let former = o.turn !== undefined
    const tell = (e: Event): void => {
      if (e.kind === 'run.turn' && !e.data.replayed) former = false
      if (!former) o.onEvent!(e)
    }
    // The first that is asked writes the answer; who is asked elsewhere judges it.
    let where: string | undefined
    const hear = (piece: Piece, at: string): void => {
      where ??= at
      if (at === where) o.heard!(piece)
    }
    seat.over.addEventListener('abort', stop, { once: true })
    try {
      // To begin a run takes some milliseconds of files: who came meanwhile gets a first word before.
      await new Promise(setImmediate)
      run = solve(frame, task, {
        seed: plan.seed ?? 1,
        concurrency: plan.concurrency ?? 8,
        store: this.store,
        plan,
        ...(o.origin === undefined ? {} : { origin: o.origin }),
        ...(o.resume === undefined ? {} : { resume: o.resume.id }),
        ...(o.turn === undefined ? {} : { turn: o.turn }),
        ...(o.heard === undefined ? {} : { heard: hear }),
        ...(o.onRun === undefined ? {} : { onRun: o.onRun }),
        ...o.solve,
        ...(o.onEvent === undefined ? {} : { onEvent: e => tell(e as Event) }),
      })
      if (seat.over.aborted) stop()
      this.live.set(run.id, { run, plan, planned })
      this.#tell(run.id)
      const r = await run
      charge(r.spent, r.ended)
      return r
    } catch (e) {
      const { partial } = e as { partial?: RunResult<any, any, any> }
      if (partial !== undefined) charge(partial.spent, 'failed')
      throw e
    } finally {
      seat.over.removeEventListener('abort', stop)
      if (run !== undefined) {
        this.live.delete(run.id)
        this.#tell(run.id)
      }
    }
  }
  #tell(id: string): void {
    for (const watcher of this.watchers) watcher(id)
  }

  /** Passes a request through. */
  async direct(
    asked: Asked,
    provider: Provider,
    seat: Seat,
    o: { account?: Account | undefined; heard?: (p: Piece) => void },
  ): Promise<Said> {
    const charge = (u: Usage, ended: string): void => {
      o.account?.charge(u)
      this.#metrics.spent('none', u, ended)
    }
    try {
      const s = await direct(asked, provider, seat.over, o.heard)
      charge(s.usage, 'done')
      return s
    } catch (e) {
      const { usage } = e as { usage?: Usage }
      if (usage !== undefined) charge(usage, seat.over.aborted ? 'cancelled' : 'failed')
      if (seat.over.aborted) throw new Refusal(504, 'time', 'the time of this request is up')
      throw e
    }
  }

  /** What else is under way here, to be parked when the server closes: it has no seat, for nobody waits for it. */
  closing(park: () => Promise<unknown>): void {
    this.#others.push(park)
  }

  /** Takes no one else; lets those under way end for `grace` milliseconds, then parks them. Closes the models. */
  async close(grace: number): Promise<void> {
    this.#open = false
    const parked = Promise.all(this.#others.map(park => park()))
    if (this.#seats.size > 0) {
      const empty = new Promise<void>(resolve => (this.#empty = resolve))
      const within = async (ms: number): Promise<void> => {
        let timer: NodeJS.Timeout | undefined
        await Promise.race([empty, new Promise<void>(resolve => (timer = setTimeout(resolve, ms)))])
        clearTimeout(timer)
      }
      await within(grace)
      for (const over of this.#seats.values()) over.abort()
      if (this.#seats.size > 0) await within(2000)
      for (const s of this.#seats.keys()) s.gone.abort()
    }
    await parked
    for (const p of this.#providers.values()) await (await p.catch(() => undefined))?.close?.()
    this.store?.close()
  }
}
