// Requests under way: how many, what they may still do, and how they end.
import type { Provider, RunResult, Usage } from '../contract/index.ts'
import { modelsOf, type Plan, type Planned, solve } from '../run/index.ts'
import type { Event, Run, Turn } from '../runtime/index.ts'
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
export interface Ears {
  onRun?(id: string): void
  onEvent?(e: Event): void
  /** Pieces of the answer, where a model is asked once. */
  heard?(p: Piece): void
}

export class Desk {
  readonly #settings: ServeSettings
  readonly #metrics: Metrics
  /** Held open, so that no run is the last to close it, which would cost each of them a sweep. */
  readonly store: Store | null
  readonly #providers = new Map<string, Promise<Provider>>()
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

  /** Takes a seat. @param client aborted when the client goes away @throws Refusal: 429 where all are taken, 503 at the end */
  sit(client: AbortSignal): Seat {
    const { inFlight = 256, seconds = 600 } = this.#settings
    if (!this.#open) throw new Refusal(503, 'closing', 'the server is shutting down', { retryAfter: 5 })
    if (this.#seats.size >= inFlight) throw new Refusal(429, 'busy', `${inFlight} requests are under way`, { retryAfter: 1 })
    const gone = new AbortController()
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(), seconds * 1000)
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

  /** The model of a spec, made once and shared; one whose truth is a world's, once a world. */
  provider(spec: string, world = 'game24'): Promise<Provider> {
    const key = /^(simulated|speculative)\b/.test(spec) ? `${world} ${spec}` : spec
    let p = this.#providers.get(key)
    if (p === undefined) {
      const { baseUrl, store } = this.#settings
      p = modelsOf(
        {
          models: { policy: spec },
          seed: 1,
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

  /** Searches. When nobody waits any more or time is up, what is in flight is cancelled and the run is kept as it is, to be resumed. */
  async search(
    asked: Pick<Asked, 'n'>,
    plan: Plan,
    planned: Planned,
    seat: Seat,
    o: Ears & { account?: Account | undefined; origin?: string | undefined; resume?: RunMeta; turn?: Turn },
  ): Promise<Said> {
    const { frame, task } = planned
    let run: Run<any, any, any> | undefined
    const stop = (): void => {
      // Once: nothing new begins. Twice: what is in flight is cancelled.
      run?.interrupt()
      run?.interrupt()
    }
    const charge = (all: Usage, ended: string): void => {
      // What a resumed run had spent before was charged then.
      const u = o.resume === undefined ? all : less(all, o.resume.spent)
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
        ...(this.#settings.store === null ? {} : { store: this.#settings.store }),
        plan,
        ...(o.origin === undefined ? {} : { origin: o.origin }),
        ...(o.resume === undefined ? {} : { resume: o.resume.id }),
        ...(o.turn === undefined ? {} : { turn: o.turn }),
        ...(o.heard === undefined ? {} : { heard: hear }),
        ...(o.onRun === undefined ? {} : { onRun: o.onRun }),
        ...(o.onEvent === undefined ? {} : { onEvent: e => tell(e as Event) }),
      })
      if (seat.over.aborted) stop()
      const r = await run
      charge(r.spent, r.ended)
      const model = frame.model as { policy: Provider } | undefined
      const said = saidOf(r, asked.n, model?.policy.dialect ?? 'text')
      return o.turn === undefined ? said : { ...said, usage: less(r.spent, o.resume!.spent), total: r.spent }
    } catch (e) {
      const { partial } = e as { partial?: RunResult<any, any, any> }
      if (partial !== undefined) charge(partial.spent, 'failed')
      throw e
    } finally {
      seat.over.removeEventListener('abort', stop)
    }
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
