// What decides a loop's outcome, and where it lies. Nothing that trains is loaded with it.
import { join } from 'node:path'
import type { TunePlan } from '../learn/index.ts'
import type { Curriculum } from './curriculum.ts'
import type { Select } from './select.ts'

/** What is trained: the network that writes, the one that judges, or both. */
export type Parts = 'policy' | 'value' | 'both'

/** What decides a loop's outcome. */
export interface LoopPlan {
  loop: string
  world: string
  /** Weights it begins with: `seedling`, `seedling@draft`, `seedling@NAME`. */
  model: string
  seed: number
  parts: Parts
  /** Calls of each round's searches: what loops are compared at. */
  spend: number
  /** Problems searched at once. */
  abreast: number
  /** Held-out problems, their split, and the calls of each one's search. */
  measured: { problems: number; split: 'dev' | 'test'; calls: number }
  /** Which problems a round takes: others each time, in an order of the seed's; or those that about half succeed at, by a belief about each (MoPPS) or by a value that
   *  is learnt of their prompts (PCL). */
  select: Select
  /** Easy before hard; absent: no. See `Curriculum`. */
  curriculum?: Curriculum
  /** Changes of every training. */
  tune?: Partial<TunePlan>
}
export const loopPlan: Omit<LoopPlan, 'loop'> = {
  world: 'game24',
  model: 'seedling',
  seed: 1,
  parts: 'both',
  spend: 12_000,
  abreast: 16,
  select: 'order',
  measured: { problems: 200, split: 'dev', calls: 40 },
}
/** A loop in small: to see that all of it works, and roughly where it goes. */
export const quickPlan: Partial<LoopPlan> = { spend: 1500, measured: { problems: 60, split: 'dev', calls: 24 } }

export const loopFolder = (store: string, name: string): string => join(store, 'loops', name)
export const loopStateFile = (store: string, name: string): string => join(loopFolder(store, name), 'loop.json')
