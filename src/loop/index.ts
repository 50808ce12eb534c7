// The learning loops by name. A new loop is a file here, and a line in the list below.
import { Failure, nearest } from '../kernel/index.ts'
import { alphamathLoop } from './alphamath.ts'
import { bStar } from './b-star.ts'
import { litePpo, loopLoop, treepoLoop } from './group-loops.ts'
import { mctsDpoLoop } from './mcts-dpo.ts'
import { chord, hpt } from './mixed-loops.ts'
import { restEm } from './rest-em.ts'
import { restMctsLoop } from './rest-mcts.ts'
import { rstarMathLoop } from './rstar-math.ts'
import { selfRewarding } from './self-rewarding.ts'
import type { LoopSpec } from './spec.ts'

export { type KeptLoop, type LoopNow, loopNames, readLoop, type TrainPoint } from './kept.ts'
export { type LoopEvent, type LoopOptions, type LoopResult, loop, type Round } from './loop.ts'
export { type Measured, measuring } from './measure.ts'
export { type LoopPlan, loopFolder, loopPlan, type Parts, quickPlan } from './plan.ts'
export { loopPlot, loopReport } from './report.ts'
export { type Beliefs, believed, byMopps } from './select.ts'
export { type Harvest, type LoopRows, type LoopSearch, type LoopSpec, type RoundContext, sampled, successOf } from './spec.ts'
export { loopStatus, roundLine } from './status.ts'

const all: readonly LoopSpec[] = [
  restMctsLoop,
  alphamathLoop,
  mctsDpoLoop,
  rstarMathLoop,
  bStar,
  hpt,
  chord,
  litePpo,
  loopLoop,
  treepoLoop,
  restEm,
  selfRewarding,
]
/** Every loop by its id. */
export const loops: ReadonlyMap<string, LoopSpec> = new Map(all.map(l => [l.id, l]))

/** @throws Failure (usage) that names the nearest */
export function loopNamed(id: string): LoopSpec {
  const found = loops.get(id)
  if (found !== undefined) return found
  const near = nearest(id, [...loops.keys()])
  throw new Failure(
    'usage',
    `no loop is called '${id}'`,
    near === undefined ? `there are: ${[...loops.keys()].join(', ')}` : `did you mean ${near}?`,
  )
}
