// What a search asks of the engine, and the search as the engine sees it.
import type { Assessment, EdgeId, Limits, Live, Usage } from '../contract/index.ts'
import type { OpenRecord } from './journal.ts'
import type { Reservation, Scope } from './meter.ts'

/** What an effect is told while it runs, beyond what a provider is. */
export interface Handling extends Live {
  /** Waits for something that is not work: a place at a rate-limited server. Simulated time may go on meanwhile. */
  idle<T>(wait: () => Promise<T>): Promise<T>
  /** Says that so many milliseconds of it were no work. */
  waited(ms: number): void
  /** Was it asked to end? Cheaper than the signal. */
  readonly cancelled: boolean
  /** Was a piece of it told to somebody? Then it cannot be made again behind his back. */
  readonly told: boolean
}
/** One effect, as it is asked for. */
export interface Job {
  at: string // scope and node key
  kind: string
  what: string // for people: the model, the tool
  request: string // as text: its hash is what a replay is checked against
  count: number // samples it draws: the next equal request at this address begins there
  max: Limits
  stamp: number // fingerprint of the tree
  tree?: unknown
  node?: EdgeId
  cacheable: boolean
  run(live: Handling): Promise<{ value: unknown; usage: Partial<Usage> }>
}
/** Told of each request as it is asked for, and of each judgement as it is given: in a replay, too, so that what no record holds can be looked at again. */
export interface Tap {
  request?(k: number, job: Job): void
  judged?(e: EdgeId, column: string, by: string, a: Assessment): void
}
/** A completion known beforehand: from a cache (charged at its recorded price) or from another run's record. */
export interface Known {
  payload: string
  usage: Partial<Usage>
}
/** What a request needs now: a job to start, or only room in the budget (no job). null: it does not fit at all. */
export type Build = () => { max: Limits; job?: Job } | null
/** A request on its way: asked for, perhaps waiting for room, issued, started. All fields are there from the beginning, so that all are of one shape. */
export class Pending {
  readonly party: Party
  readonly build: Build
  readonly optional: boolean
  readonly resolve: (v: any) => void
  readonly reject: (e: unknown) => void
  job!: Job
  k = -1
  ord = 0
  hash = ''
  after = 0
  fp = 0
  reservation!: Reservation
  abort: AbortController | undefined = undefined // made when somebody listens: most calls are never cancelled
  cancelled = false
  state: 'parked' | 'queued' | 'running' = 'queued'
  opened: OpenRecord | null = null // its record, once met in the journal or written
  local = 0 // its own time, ms
  waited = 0 // ms of it not spent working
  constructor(party: Party, build: Build, optional: boolean, resolve: (v: any) => void, reject: (e: unknown) => void) {
    this.party = party
    this.build = build
    this.optional = optional
    this.resolve = resolve
    this.reject = reject
  }
}
/** One search as the engine sees it: what is under way for it, what waits, and whether it may still ask. */
export class Party {
  readonly budget: Scope
  readonly outer: Party | undefined
  /** Effects, sub-searches and turns under way. */
  active = 0
  /** Requests that the budget cannot cover. */
  stuck: Pending[] = []
  /** Simulations that wait for a change. */
  waiters: ((more: boolean) => void)[] = []
  /** No further effects. */
  halted = false
  /** Its time is up: what is cancelled for that waits, as what the budget does not cover does, for more of it. */
  expired = false
  /** What was kept back may be used. */
  final = false
  done = false
  /** Is among those that the next turn tells of a change, or asks whether they have ended. */
  woken = false
  watched = false
  /** Told when nothing is under way any more and everything that followed has happened. */
  quiet: () => void = () => {}
  /** Its own time, or that of a search around it. */
  get timeIsUp(): boolean {
    for (let p: Party | undefined = this; p !== undefined; p = p.outer) if (p.expired) return true
    return false
  }
  /** Is this one, or a search within it. */
  isWithin(outer: Party): boolean {
    for (let p: Party | undefined = this; p !== undefined; p = p.outer) if (p === outer) return true
    return false
  }
  constructor(budget: Scope, outer?: Party) {
    this.budget = budget
    this.outer = outer
  }
}
