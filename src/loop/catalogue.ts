// The learning loops by name. A new loop is a file here, and a line in the list below. Nothing that trains is loaded with it.
import { Failure, nearest } from '../kernel/index.ts'
import { agentQLoop } from './agent-q.ts'
import { alphallmLoop } from './alphallm.ts'
import { alphamathLoop } from './alphamath.ts'
import { bStar } from './b-star.ts'
import { litePpo, loopLoop, treepoLoop } from './group-loops.ts'
import { igpo } from './igpo.ts'
import { itool } from './itool.ts'
import { lidLoop } from './lid.ts'
import { mctsDpoLoop } from './mcts-dpo.ts'
import { meds3Loop } from './meds3.ts'
import { chord, hpt } from './mixed-loops.ts'
import { oreoLoop } from './oreo.ts'
import { prefixRft } from './prefix-rft.ts'
import { restEm } from './rest-em.ts'
import { restMctsLoop } from './rest-mcts.ts'
import { rstarMathLoop } from './rstar-math.ts'
import { selfRewarding } from './self-rewarding.ts'
import { sparLoop } from './spar.ts'
import type { LoopSpec } from './spec.ts'
import { tpLlama } from './tp-llama.ts'
import { tulu3Rlvr } from './tulu3-rlvr.ts'

/** Those that share a file; every other lies in a file of its own id. */
const shared: Readonly<Record<string, readonly LoopSpec[]>> = {
  'group-loops': [litePpo, loopLoop, treepoLoop],
  'mixed-loops': [chord, hpt],
}
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
  tulu3Rlvr,
  prefixRft,
  igpo,
  itool,
  tpLlama,
  agentQLoop,
  alphallmLoop,
  meds3Loop,
  oreoLoop,
  lidLoop,
  sparLoop,
  restEm,
  selfRewarding,
]
/** Every loop by its id. */
export const loops: ReadonlyMap<string, LoopSpec> = new Map(all.map(l => [l.id, l]))

/** The file of a loop in this folder. */
export const loopFile = (l: LoopSpec): string => `${Object.keys(shared).find(f => shared[f].includes(l)) ?? l.id}.ts`

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
