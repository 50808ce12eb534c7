// The journal: what a run asked for and what it was answered, in an order from which it can be run again.
import type { Limits, Sampling, Usage } from '../contract/index.ts'

/** How an effect ended. */
export type Status = 'ok' | 'error' | 'timeout' | 'cancelled'

/** Written before an effect starts. Issue order is `k`. */
export interface OpenRecord {
  t: 'open'
  k: number // number of the request in its run, from 0
  after: number // completions and acts delivered before it was asked for
  at: string // address: scope and node key
  kind: string // sample, call, step, ...
  ord: number // ordinal among equal requests at this address
  hash: string // of the request
  fp: number // fingerprint of the tree when it was asked for
  time: number // seconds since the run began, at its start
  max: Limits // what was reserved
}

/** Written when an effect has ended, in the order of delivery. `payload` is JSON. */
export interface DoneRecord {
  t: 'done'
  k: number
  status: Status
  payload: string
  usage: Partial<Usage>
  time: number
  cached?: boolean // answered from the cache, charged at its recorded price
}

/** Something from outside that the run reacted to, at its place in the order of delivery. `act` is JSON. */
export interface ActRecord {
  t: 'act'
  act: Act
  time: number
}

/** What can happen from outside, or by the runtime's own decision. */
export type Act =
  | { do: 'deadline' } // the time limit was reached
  | { do: 'raise'; limits: Limits } // the limits were raised
  | { do: 'stop' } // a person or a program: no further effects
  | { do: 'prune' | 'pin' | 'unpin'; key: string } // on the node of that address
  | ({ do: 'turn' } & Turn) // the answer was acted on outside
  | { do: 'prefer'; better: string; worse: string; why?: string } // two addresses: a pair for training, which changes nothing of the search
  | { do: 'edit'; key: string; text: string } // another action below that node, as the world reads it: it is taken
  | ({ do: 'change' } & Change) // the search goes on in another way

/** What is otherwise from a place of a record on. What was asked for before stays as it was asked. */
export interface Change {
  /** Of chance. */
  seed?: number
  /** Models by role: the role of the frame whose model answers from here on. Roles without a model of their own follow the policy, as always. */
  models?: Readonly<Record<string, string>>
  /** Limits; lower ones, too, but never below what was spent. */
  limits?: Limits
}

/** What became of a search's answer outside. It is observed below the node that was answered with, and the search goes on from there. */
export interface Turn {
  /** Address of the node that was answered with. */
  key: string
  /** What came of it, as an action of the world. */
  action: unknown
  /** Of the whole run, from here on; what was spent before counts. Default: as they were. */
  limits?: Limits
  /** How is sampled from here on. Default: as before. */
  sampling?: Sampling
}

/** A process began to work on the run. Outside the order of delivery: the tree does not depend on it. */
export interface SessionRecord {
  t: 'session'
  pid: number
  wall: number // Unix time in seconds
  after: number // completions replayed
  inDoubt: readonly number[] // requests that had started and never ended: they may have been paid for, and are made again
  charged: Limits // the most that those may have cost
}

export type JournalRecord = OpenRecord | DoneRecord | ActRecord | SessionRecord

/** Where a run's records are kept. All of it is synchronous: a commit has happened when it returns. */
export interface Journal {
  /** Appends in one transaction: all or nothing. Throws a Failure of code `store` when it cannot, having written nothing. */
  append(records: readonly JournalRecord[]): void
  /** The whole readable prefix, in the order of writing, streamed. */
  read(): Iterable<JournalRecord>
  /** Number of records that `read` would give; 0: a new run. */
  readonly size: number
  /** It keeps nothing: what is appended needs no payloads. */
  readonly blank?: boolean
  close(): void
}

/** Keeps records in memory. */
export class MemoryJournal implements Journal {
  readonly records: JournalRecord[]
  constructor(records: readonly JournalRecord[] = []) {
    this.records = records.slice()
  }
  get size(): number {
    return this.records.length
  }
  append(records: readonly JournalRecord[]): void {
    for (const r of records) this.records.push(r)
  }
  read(): Iterable<JournalRecord> {
    return this.records.slice()
  }
  close(): void {}
}

/** Keeps nothing: for runs that need no resume. */
export const noJournal = (): Journal => ({ append() {}, read: () => [], size: 0, blank: true, close() {} })
