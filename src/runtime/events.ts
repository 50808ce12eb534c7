// What a run tells while it works. The terminal, a studio and a program see the same stream.
import type { Flag, KnobValue, Limits, RunEvent, Usage } from '../contract/index.ts'
import type { Act } from './journal.ts'

/** Data of each kind of event. Node and edge numbers are those of the run's tree. */
export interface EventData {
  /** Before the first effect. */
  'run.start': {
    world: string
    method: string
    knobs: Readonly<Record<string, KnobValue>>
    models: Record<string, string>
    limits: Limits
    seed: number
    concurrency: number
    task: unknown
    resumed: boolean
  }
  /** The record was replayed; from here on effects are live. */
  'run.live': { replayed: number; inDoubt: number }
  'effect.start': { k: number; kind: string; what: string; inFlight: number }
  'effect.end': {
    k: number
    kind: string
    what: string
    status: string
    usage: Partial<Usage>
    cached: boolean
    inFlight: number
    spent: Usage
  }
  /** A server asked to slow down: no new call to that model before `seconds` (of the run) have come; `slots` are left. */
  'model.limited': { model: string; seconds: number; slots: number }
  'model.retry': { model: string; attempt: number; message: string }
  'tree.edge': { edge: number; parent: number; action: string; aside: boolean }
  'tree.node': { node: number; parent: number; depth: number; state: string; end: boolean }
  'tree.judged': { node: number; column: string; value: number }
  'tree.flag': { node: number; flag: Flag; on: boolean }
  /** The best answer if the search ended now has changed. `value`: the answer itself, as after the completion before the last. */
  answer: { text: string; value?: unknown; score: number; verified: boolean | null; nodes: readonly number[] }
  /** Nothing more fits the budget; `lastly` bodies run now. */
  'run.landing': { why: 'budget' | 'deadline' | 'stopped' | 'cancelled' | 'done' }
  /** Something from outside was recorded. `row`: of its node, and of an edit the row it made; null: none. */
  act: { act: Act; time: number; row: number | null }
  /** The commit of the journal failed (a full disk); it is tried again. */
  'store.waiting': { message: string }
  /** The answer was acted on outside: the search goes on from `node`. `replayed`: it did so before, and is on record. */
  'run.turn': { node: number; limits: Limits; replayed: boolean }
  'run.end': { ended: string; solved: boolean | null; spent: Usage; nodes: number; depth: number }
  /** A sub-search began or ended. */
  'sub.start': { scope: string; method: string }
  'sub.end': { scope: string; ended: string }
}
export type EventKind = keyof EventData
/** A run's event with its data typed by its kind. */
export type Event = { [K in EventKind]: RunEvent & { kind: K; data: EventData[K] } }[EventKind]
