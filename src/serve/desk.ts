// Requests under way: how many, what they may still do, and how they end.
import type { Provider } from '../contract/index.ts'
import { modelsOf, type Plan, type Planned, solve } from '../run/index.ts'
import type { Event, Run } from '../runtime/index.ts'
import { worldNamed } from '../world/index.ts'
import type { Account } from './door.ts'
import type { Metrics } from './metrics.ts'
import { Refusal } from './refusal.ts'
import type { Asked } from './request.ts'
import { direct, type Said, saidOf } from './said.ts'
import type { ServeSettings } from './settings.ts'

/** A place taken by a request. */
export interface Seat {
  readonly gone: AbortController
  leave(): void
}

export class Desk {
  readonly #settings: ServeSettings
  readonly #metrics: Metrics
  readonly #providers = new Map<string, Promise<Provider>>()
  readonly #seats = new Set<Seat>()
  #open = true
  #empty: (() => void) | undefined
  constructor(settings: ServeSettings, metrics: Metrics) {
    this.#settings = settings
    this.#metrics = metrics
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
    const timer = setTimeout(() => gone.abort(), seconds * 1000)
    const away = (): void => gone.abort()
    client.addEventListener('abort', away, { once: true })
    if (client.aborted) gone.abort()
    const seat: Seat = {
      gone,
      leave: () => {
        clearTimeout(timer)
        client.removeEventListener('abort', away)
        if (!this.#seats.delete(seat)) return
        this.#metrics.busy.set(this.#seats.size)
        if (this.#seats.size === 0) this.#empty?.()
      },
    }
    this.#seats.add(seat)
    this.#metrics.busy.set(this.#seats.size)
    return seat
  }

  /** The provider of a spec, made once and shared. */
  provider(spec: string, world = 'game24'): Promise<Provider> {
    let p = this.#providers.get(spec)
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
      this.#providers.set(spec, p)
      p.catch(() => this.#providers.delete(spec))
    }
    return p
  }

  /** Searches. When the client goes away, what is in flight is cancelled and the run is kept as it is, to be resumed. */
  async search(
    asked: Asked,
    plan: Plan,
    planned: Planned,
    seat: Seat,
    o: { account?: Account | undefined; onRun?(id: string): void; onEvent?(e: Event): void },
  ): Promise<Said> {
    let run: Run<any, any, any> | undefined
    const stop = (): void => {
      run?.interrupt()
      run?.interrupt()
    }
    seat.gone.signal.addEventListener('abort', stop, { once: true })
    try {
      run = solve(planned.frame, planned.task, {
        seed: plan.seed ?? 1,
        concurrency: plan.concurrency ?? 8,
        ...(this.#settings.store === null ? {} : { store: this.#settings.store }),
        plan,
        ...(o.onRun === undefined ? {} : { onRun: o.onRun }),
        ...(o.onEvent === undefined ? {} : { onEvent: e => o.onEvent!(e as Event) }),
      })
      if (seat.gone.signal.aborted) stop()
      const r = await run
      o.account?.charge(r.spent)
      this.#metrics.spent(plan.method, r.spent, r.ended)
      return saidOf(r, asked.n)
    } finally {
      seat.gone.signal.removeEventListener('abort', stop)
    }
  }

  async direct(asked: Asked, provider: Provider, seat: Seat, account: Account | undefined): Promise<Said> {
    const s = await direct(asked, provider, seat.gone.signal)
    account?.charge(s.usage)
    this.#metrics.spent('none', s.usage, 'done')
    return s
  }

  /** Takes no one else; lets those under way end for `grace` milliseconds, then parks them. Closes the models. */
  async close(grace: number): Promise<void> {
    this.#open = false
    if (this.#seats.size > 0) {
      const empty = new Promise<void>(resolve => (this.#empty = resolve))
      let timer: NodeJS.Timeout | undefined
      await Promise.race([empty, new Promise<void>(resolve => (timer = setTimeout(resolve, grace)))])
      clearTimeout(timer)
      for (const s of this.#seats) s.gone.abort()
      if (this.#seats.size > 0) await Promise.race([empty, new Promise<void>(resolve => setTimeout(resolve, 2000).unref())])
    }
    for (const p of this.#providers.values()) await (await p.catch(() => undefined))?.close?.()
  }
}
