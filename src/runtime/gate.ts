// How many calls one server is given at a time, learnt from its answers, and what is tried again.
import type { Provider, ProviderFault, Usage } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import type { Handling } from './request.ts'

/** What to tell of a gate's doings. */
export interface GateReport {
  limited?(model: string, seconds: number, slots: number): void
  retry?(model: string, attempt: number, message: string): void
}

/** Attempts at one call before a fault is final; being limited does not count. */
const faultTries = 6
const limitedTries = 200

/**
 * Adaptive concurrency towards one server: additive increase, multiplicative decrease (AIMD). A 429 halves the places and closes the gate until
 * Retry-After, or for a doubling, jittered pause; each success opens it by a fraction of a place.
 */
export class Gate {
  readonly #model: string
  readonly #report: GateReport
  readonly #most: number
  #places: number
  #inside = 0
  #closedUntil = 0
  #lastCut = Number.NEGATIVE_INFINITY
  #waiting: (() => void)[] = []

  constructor(model: string, most: number, report: GateReport = {}) {
    this.#model = model
    this.#most = most
    this.#places = most
    this.#report = report
  }
  get places(): number {
    return this.#places
  }
  #open(live: Handling): boolean {
    return this.#closedUntil <= live.now() && this.#inside < Math.max(1, Math.floor(this.#places))
  }
  async #enter(live: Handling): Promise<void> {
    for (;;) {
      if (live.cancelled) throw new DOMException('cancelled', 'AbortError')
      const wait = this.#closedUntil - live.now()
      if (wait > 0) await pause(live, wait)
      else if (this.#inside < Math.max(1, Math.floor(this.#places))) {
        this.#inside++
        return
      } else {
        await live.idle(
          () =>
            new Promise<void>(resolve => {
              const go = (): void => {
                live.signal.removeEventListener('abort', go)
                resolve()
              }
              this.#waiting.push(go)
              live.signal.addEventListener('abort', go)
            }),
        )
      }
    }
  }
  #leave(): void {
    this.#inside--
    this.#waiting.shift()?.()
  }
  #limited(now: number, retryAfter: number | undefined, attempt: number, jitter: number): void {
    const pause = retryAfter !== undefined ? retryAfter * 1000 : Math.min(30_000, 500 * 2 ** Math.min(attempt, 6)) * (0.5 + jitter)
    // Calls that were sent before the last cut say nothing new about the size.
    if (now >= this.#lastCut) {
      this.#places = Math.max(1, this.#places / 2)
      this.#lastCut = now + pause
    }
    this.#closedUntil = Math.max(this.#closedUntil, now + pause)
    this.#report.limited?.(this.#model, this.#closedUntil / 1000, Math.floor(this.#places))
  }
  /** Makes a call within the limits. Rate limits are waited out, faults tried again with a growing pause; what neither helps is a Failure of code `model`. */
  async through<T extends { usage: Partial<Usage> }>(live: Handling, call: () => Promise<T>): Promise<T> {
    let faults = 0
    let limits = 0
    let lost: Partial<Usage>[] | undefined
    for (;;) {
      if (!live.cancelled && this.#open(live)) this.#inside++
      else await this.#enter(live)
      try {
        const r = await call()
        this.#places = Math.min(this.#most, this.#places + 1 / Math.max(1, this.#places))
        return lost === undefined ? r : { ...r, usage: [r.usage, ...lost].reduce(plus) }
      } catch (e) {
        const f = e as ProviderFault
        // Cancelled: what the tries before it cost is charged with it.
        if (live.cancelled) throw lost === undefined ? e : Object.assign(f, { usage: [f.usage ?? {}, ...lost].reduce(plus) })
        if (f.usage !== undefined) (lost ??= []).push(f.usage)
        if (f.code === 'limited' && !live.told && ++limits <= limitedTries) {
          this.#limited(live.now(), f.retryAfter, limits, live.random.next())
        } else if (f.code === 'fault' && !live.told && ++faults < faultTries) {
          this.#report.retry?.(this.#model, faults, f.message)
          const wait = f.retryAfter !== undefined ? f.retryAfter * 1000 : Math.min(20_000, 250 * 2 ** faults) * (0.5 + live.random.next())
          await pause(live, wait)
        } else if (f.code === 'limited' || f.code === 'fault' || f.code === 'refused') {
          const tried = faults > 1 || limits > 1 ? ` (tried ${faults + limits} times)` : ''
          throw new Failure('model', `${this.#model}: ${f.message}${tried}`, 'mend the cause, then resume the run', {
            cause: e,
          })
        } else throw e
      } finally {
        this.#leave()
      }
    }
  }
}

/** A wait that is no work. */
async function pause(live: Handling, ms: number): Promise<void> {
  const from = live.now()
  await live.sleep(ms)
  live.waited(live.now() - from)
}

function plus(a: Partial<Usage>, b: Partial<Usage>): Partial<Usage> {
  const out: Partial<Usage> = { ...a }
  for (const [k, v] of Object.entries(b) as [keyof Usage, number | null][]) {
    const was = out[k] ?? 0
    if (k === 'usd') out.usd = v === null || out.usd === null ? null : (was as number) + v
    else out[k] = (was as number) + (v as number)
  }
  return out
}

/** What a model has of the runtime: one gate a provider, shared by all that call it in this process. */
export const gates = (most: number, report: GateReport): ((p: Provider) => Gate) => {
  const all = new Map<Provider, Gate>()
  return p => {
    let gate = all.get(p)
    if (gate === undefined) {
      gate = new Gate(p.id, most, report)
      all.set(p, gate)
    }
    return gate
  }
}
