// What a round of a loop comes to, and what its parts are handed. Types only.
import type { TrainDevice, TuneEvent, TuneResult } from '../learn/index.ts'
import type { WorldEntry } from '../world/index.ts'
import type { LoopAct } from './kept.ts'
import type { Measured } from './measure.ts'
import type { PromptValue } from './pcl.ts'
import type { LoopPlan } from './plan.ts'
import type { Beliefs } from './select.ts'
import type { LoopSpec } from './spec.ts'

export interface Round {
  readonly round: number
  readonly problems: number
  /** Of those, with a right end somewhere. */
  readonly solved: number
  /** Problems that were made of those of the round before, besides; kept: those with a right end. Absent where the loop makes none. */
  readonly imagined?: { readonly problems: number; readonly kept: number }
  /** Calls of its searches. */
  readonly calls: number
  readonly rows: { readonly policy: number; readonly value: number }
  readonly trained: { readonly policy: Trained | null; readonly value: Trained | null }
  readonly settings: Readonly<Record<string, number>>
  readonly measured: Measured
  /** Names after --model. */
  readonly policy: string
  readonly critic: string
  readonly seconds: number
}
export type Trained = Pick<TuneResult, 'step' | 'tokens'> & { readonly loss: number }
export interface LoopState {
  readonly plan: LoopPlan
  /** The first is before any training. */
  readonly rounds: Round[]
  /** Of the problems already searched, so that each round has others. */
  at: number
  beliefs: Beliefs
  /** What PCL learnt of prompts. */
  prompts?: PromptValue
  /** Problems for the next round that were made of others, as one types them. */
  imagined?: readonly string[]
  /** Rounds that were asked for last. */
  of?: number
}
export type LoopEvent =
  | { kind: 'begun'; round: number; rounds: number }
  | { kind: 'resumed'; rounds: number }
  | { kind: 'searched'; round: number; problems: number; solved: number; calls: number; of: number }
  | { kind: 'tuning'; round: number; part: 'policy' | 'value'; event: TuneEvent }
  | { kind: 'measuring'; round: number }
  | ({ kind: 'told'; round: number } & LoopAct)
  | ({ kind: 'round' } & Round)

/** A loop at work. */
export interface Work {
  spec: LoopSpec
  plan: LoopPlan
  name: string
  folder: string
  store: string
  models: string
  entry: WorldEntry
  apart: boolean
  device: TrainDevice | undefined
  onEvent(e: LoopEvent): void
  signal: AbortSignal | undefined
}
/** The weights of a round, as names after --model. */
export interface Now {
  policy: string
  critic: string
}
