import type { Limits } from '../contract/index.ts'
import { Divergence } from './errors.ts'
import type { InFlight } from './in-flight.ts'
import type { ActRecord, DoneRecord, JournalRecord, OpenRecord } from './journal.ts'
import type { Pending } from './request.ts'

/** What a replay is held against. */
export interface Replayed {
  readonly pending: InFlight
  /** Requests made. */
  readonly issued: number
  /** A request of the method is that of the record, and started then. */
  met(p: Pending, was: OpenRecord): void
  /** A session began with calls in doubt, and charged them. */
  charged(most: Limits): void
}

/** A record, read while its method runs again: what was delivered, in its order; what was asked for is held against what is asked for now. */
export class Replay {
  readonly #records: Iterator<JournalRecord>
  readonly #now: Replayed

  constructor(records: Iterable<JournalRecord>, now: Replayed) {
    this.#records = records[Symbol.iterator]()
    this.#now = now
  }
  /** What is delivered next; null: the record ends. @throws Divergence that names the request */
  next(): DoneRecord | ActRecord | null {
    for (;;) {
      const step = this.#records.next()
      if (step.done) return null
      const r = step.value
      if (r.t === 'open') this.#match(r)
      // Spend of earlier crashes stays in doubt, whatever became of the repeated calls.
      else if (r.t === 'session') this.#now.charged(r.charged)
      else return r
    }
  }
  #match(was: OpenRecord): void {
    const { pending, issued } = this.#now
    const p = pending.get(was.k)
    const where = `request ${was.k} (${was.kind} at ${was.at || 'the root'})`
    if (p === undefined)
      throw new Divergence(
        `${where} is in the record, and the method has not made it: it made ${issued} requests, ${pending.size} of them wait`,
      )
    let why = ''
    if (p.job.at !== was.at || p.job.kind !== was.kind) why = `the method now asks for ${p.job.kind} at ${p.job.at || 'the root'}`
    else if (p.hash !== was.hash) why = 'the same address with another request'
    else if (p.ord !== was.ord) why = `it is number ${p.ord} of its kind there, the record says ${was.ord}`
    else if (p.after !== was.after) why = `asked for after ${p.after} completions, the record says ${was.after}`
    else if (p.fp !== was.fp) why = 'the tree differs'
    if (why !== '') throw new Divergence(`${where}: ${why}`)
    this.#now.met(p, was)
  }
}
