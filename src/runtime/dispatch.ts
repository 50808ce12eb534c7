// The outside's side of the engine: requests leave, and what comes back waits for its delivery.
import type { Usage } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { asRead } from './as-read.ts'
import type { Clock } from './clock.ts'
import type { EventData, EventKind } from './events.ts'
import { outside } from './guard.ts'
import type { Act, DoneRecord, Journal, JournalRecord, Status } from './journal.ts'
import type { Known, Pending } from './request.ts'
import { type Bench, Running } from './running.ts'

/** What came from outside: an act, or the end of a request. */
export interface Arrival {
  pending: Pending | null
  record: JournalRecord
  /** The payload as it is delivered; undefined: it is read from the record. */
  value: unknown
  k: number
}
/** What making requests needs to know of the run. */
export interface DispatchOptions {
  readonly run: string
  readonly seed: number
  readonly clock: Clock
  readonly heard?: Bench['heard']
  readonly journal: Journal
  /** Undefined while nobody listens, so that nothing is built for nobody. */
  readonly emit?: ((kind: EventKind, data: EventData[EventKind], address?: string) => void) | undefined
  /** Looks a request up instead of making it. `missing`: it may not be made either (what-if over a record). */
  recall?(key: string, cacheable: boolean): Known | 'missing' | undefined
  remember?(key: string, known: Known): void
}
/** Who sends requests out, and is told of those that will not arrive. */
export interface Sender {
  next(): void
  /** A recall says that it may not be made. */
  withheld(p: Pending): void
  /** The outside refused for good. */
  refused(p: Pending, e: Failure): void
  /** Let go after the run was abandoned. */
  dropped(p: Pending, usage: Partial<Usage>): void
}

export class Dispatch implements Bench {
  readonly run: string
  /** Of chance. */
  seed: number
  readonly clock: Clock
  readonly heard: Bench['heard']
  /** Requests that a recall answered, and those it withheld. */
  recalled = 0
  missing = 0
  /** Slots taken: requests that start, or have started. */
  running = 0
  /** What is cancelled from here on does not arrive. */
  abandoned = false
  /** Of those that have started: how many do not wait for the clock. */
  #busy = 0
  #arrivals: Arrival[] = []
  readonly #o: DispatchOptions
  readonly #sender: Sender

  constructor(o: DispatchOptions, sender: Sender) {
    this.run = o.run
    this.seed = o.seed
    this.clock = o.clock
    this.heard = o.heard
    this.#o = o
    this.#sender = sender
  }
  /** Nothing works, and nothing has arrived: simulated time may go on. */
  get still(): boolean {
    return this.#busy === 0 && this.#arrivals.length === 0
  }
  get waiting(): number {
    return this.#arrivals.length
  }

  // ------------------------------------------------------------------------------------------------------------ leaving
  /** Makes a request that has its slot. */
  start(p: Pending): void {
    const o = this.#o
    const { emit } = o
    p.state = 'running'
    p.local = p.opened!.time * 1000
    const { job } = p
    const known = o.recall?.(`${p.hash}#${p.ord}`, job.cacheable)
    this.#busy++
    if (emit !== undefined) emit('effect.start', { k: p.k, kind: job.kind, what: job.what, inFlight: this.running }, job.at)
    if (known === 'missing') {
      this.missing++
      this.#busy--
      this.running--
      return this.#sender.withheld(p)
    }
    if (known !== undefined) {
      this.recalled++
      return this.#give(p, known)
    }
    const live = new Running(this, p)
    outside(() => job.run(live)).then(
      r => {
        const remember = job.cacheable && o.remember !== undefined
        const payload = o.journal.blank === true && !remember ? '' : (JSON.stringify(r.value) ?? 'null')
        const usage = r.usage
        usage.workingSeconds = live.worked()
        if (remember) o.remember!(`${p.hash}#${p.ord}`, { payload, usage })
        // The method gets the DECODED payload: it never sees what the record cannot hold.
        this.#arrive(p, 'ok', payload, usage, { value: asRead(r.value) })
      },
      (e: { status?: Status; usage?: Partial<Usage>; name?: string; message?: string; reason?: string }) => {
        if (e instanceof Failure && !p.cancelled) {
          this.running--
          this.#busy--
          return this.#sender.refused(p, e)
        }
        const why = p.cancelled
          ? { reason: 'cancelled', message: 'cancelled' }
          : { reason: e?.reason ?? e?.name ?? 'Error', message: e?.message ?? String(e) }
        const status = p.cancelled ? 'cancelled' : e?.status === 'timeout' ? 'timeout' : 'error'
        this.#arrive(p, status, JSON.stringify(why), { ...(e?.usage ?? job.max), workingSeconds: live.worked() })
      },
    )
  }
  /** What is known beforehand saves the call, and under simulated time takes as long as it took then: else another order would make another tree. */
  #give(p: Pending, { payload, usage }: Known): void {
    const { clock } = this
    const took = (usage.workingSeconds ?? 0) * 1000
    if (clock.kind !== 'virtual' || took === 0) return this.#arrive(p, 'ok', payload, usage, { cached: true })
    p.local += took
    p.abort ??= new AbortController()
    this.atRest()
    clock.until(p.local, p.k, p.abort.signal).then(() => {
      this.atWork()
      if (p.cancelled) {
        p.local = clock.now()
        this.#arrive(p, 'cancelled', '{"reason":"cancelled","message":"cancelled"}', usage, { cached: true })
      } else this.#arrive(p, 'ok', payload, usage, { cached: true })
    })
  }
  /** One that worked now waits. Simulated time goes on when all do. */
  atRest(): void {
    if (--this.#busy === 0 && this.clock.kind === 'virtual') this.#sender.next()
  }
  atWork(): void {
    this.#busy++
  }

  // ----------------------------------------------------------------------------------------------------------- arriving
  #arrive(p: Pending, status: Status, payload: string, usage: Partial<Usage>, o: { value?: unknown; cached?: boolean } = {}): void {
    this.running--
    this.#busy--
    if (this.abandoned && status === 'cancelled') this.#sender.dropped(p, usage)
    else this.#arrivals.push({ pending: p, k: p.k, record: this.#doneRecord(p, status, payload, usage, o.cached), value: o.value })
    this.#sender.next()
  }
  #doneRecord(p: Pending, status: Status, payload: string, usage: Partial<Usage>, cached = false): DoneRecord {
    const time = (this.clock.kind === 'virtual' ? Math.max(this.clock.now(), p.local) : this.clock.now()) / 1000
    return { t: 'done', k: p.k, status, payload, usage, time, ...(cached ? { cached } : {}) }
  }
  /** Something that nobody asked for: it takes its place among the completions. */
  act(act: Act): void {
    this.#arrivals.push({ pending: null, k: -1, record: { t: 'act', act, time: this.clock.now() / 1000 }, value: undefined })
  }
  /** One that was cancelled before it left: it has its record all the same, and costs nothing. */
  neverLeft(p: Pending): void {
    const record = this.#doneRecord(p, 'cancelled', '{"reason":"cancelled","message":"cancelled before it started"}', {})
    this.#arrivals.push({ pending: p, k: p.k, record, value: undefined })
  }
  /** What is to be delivered next; under simulated time only when nothing works any more, so that the order is that of its time. */
  arrived(): Arrival | undefined {
    const arrivals = this.#arrivals
    const virtual = this.clock.kind === 'virtual'
    if (arrivals.length === 0 || (virtual && this.#busy > 0)) return
    if (arrivals.length > 1 && virtual)
      arrivals.sort((a, b) => (a.record.t === 'session' || b.record.t === 'session' ? 0 : a.record.time - b.record.time || a.k - b.k))
    return arrivals.shift()
  }
  /** All that has arrived, for which there is no delivery any more. */
  undelivered(): Arrival[] {
    const all = this.#arrivals
    this.#arrivals = []
    return all
  }
}
