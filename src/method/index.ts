// Every search method under its id.
import type { Method } from '../contract/index.ts'
import { adaptiveConsistency } from './adaptive-consistency.ts'
import { alphallm } from './alphallm.ts'
import { alphamath } from './alphamath.ts'
import { alphamathBeam } from './alphamath-beam.ts'
import { auto } from './auto.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { depthFirst } from './depth-first.ts'
import { dvts } from './dvts.ts'
import { greedy } from './greedy.ts'
import { gumbelSearch } from './gumbel-search.ts'
import { mctsDpo } from './mcts-dpo.ts'
import { puct } from './puct.ts'
import { restMcts } from './rest-mcts.ts'
import { rstarMath } from './rstar-math.ts'
import { selfConsistency } from './self-consistency.ts'
import { stepBeam } from './step-beam.ts'
import { treeOfThoughts } from './tree-of-thoughts.ts'
import { treepo } from './treepo.ts'
import { uct } from './uct.ts'
import { vStarVed } from './v-star-ved.ts'

export {
  adaptiveConsistency,
  alphallm,
  alphamath,
  alphamathBeam,
  auto,
  bestFirst,
  bestOfN,
  depthFirst,
  dvts,
  greedy,
  gumbelSearch,
  mctsDpo,
  puct,
  restMcts,
  rstarMath,
  selfConsistency,
  stepBeam,
  treeOfThoughts,
  treepo,
  uct,
  vStarVed,
}

const all: readonly Method[] = [
  greedy,
  bestOfN,
  selfConsistency,
  adaptiveConsistency,
  stepBeam,
  dvts,
  depthFirst,
  treeOfThoughts,
  bestFirst,
  uct,
  puct,
  gumbelSearch,
  restMcts,
  rstarMath,
  alphamath,
  alphamathBeam,
  alphallm,
  mctsDpo,
  treepo,
  vStarVed,
  auto,
]
/** The methods by id: baselines first, then searches. */
export const methods: ReadonlyMap<string, Method> = new Map(all.map(m => [m.id, m]))
export const methodIds: readonly string[] = [...methods.keys()]
