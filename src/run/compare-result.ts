// What comes of a comparison, and what it tells on the way.
import type { Limits, RunEvent, Usage } from '../contract/index.ts'
import type { Excluded } from './compare-field.ts'
import type { Row } from './compare-statistics.ts'

/** One run: a method on an item with a seed. */
export interface CellResult {
  method: string
  item: string
  seed: number
  /** The run in the store. */
  run: string
  /** null: it failed. */
  correct: number | null
  spent: Usage | null
  ended: string
  why?: string
  note?: string
  error?: string
}
export interface Comparison {
  schema: 1
  /** Its id in the store. */
  id: string
  /** cancelled: it can be resumed. stopped: it was ended before all of it was done. */
  ended: 'done' | 'cancelled' | 'stopped'
  world: string
  models: Record<string, string>
  reward: string
  grader: string
  budget: Limits
  /** What the curves are drawn over. */
  unit: keyof Limits
  items: number
  seeds: number
  concurrency: number
  rows: Row[]
  /** Methods that the frame has not what they need for. */
  excluded: Excluded[]
  /** Of all cells together. */
  spent: Usage
  inDoubt: Usage
  verdict: string
  cells: CellResult[]
}
/** Data of the events of a comparison. */
export interface CompareEventData {
  'compare.start': {
    methods: string[]
    excluded: Excluded[]
    items: number
    seeds: number
    cells: number
    known: number
  }
  'compare.cell': {
    method: string
    item: string
    seed: number
    correct: number | null
    calls: number
    error?: string
    known: boolean
    done: number
    of: number
  }
  'compare.end': { ended: Comparison['ended']; verdict: string }
}
export type CompareEvent = { [K in keyof CompareEventData]: RunEvent & { kind: K; data: CompareEventData[K] } }[keyof CompareEventData]
