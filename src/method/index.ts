// Every search method under its id.
import type { Method } from '../contract/index.ts'
import { adaptiveConsistency } from './adaptive-consistency.ts'
import { auto } from './auto.ts'
import { autonomousTreeSearch } from './autonomous-tree-search.ts'
import { backtrackOrNot } from './backtrack-or-not.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { depthFirst } from './depth-first.ts'
import { dvts } from './dvts.ts'
import { greedy } from './greedy.ts'
import { gumbelSearch } from './gumbel-search.ts'
import { puct } from './puct.ts'
import { restMcts } from './rest-mcts.ts'
import { rsd } from './rsd.ts'
import { selfConsistency } from './self-consistency.ts'
import { stepBeam } from './step-beam.ts'
import { treeOfThoughts } from './tree-of-thoughts.ts'
import { uct } from './uct.ts'

export {
  adaptiveConsistency,
  auto,
  autonomousTreeSearch,
  backtrackOrNot,
  bestFirst,
  bestOfN,
  depthFirst,
  dvts,
  greedy,
  gumbelSearch,
  puct,
  restMcts,
  rsd,
  selfConsistency,
  stepBeam,
  treeOfThoughts,
  uct,
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
  rsd,
  autonomousTreeSearch,
  backtrackOrNot,
  auto,
]
/** The methods by id: baselines first, then searches. */
export const methods: ReadonlyMap<string, Method> = new Map(all.map(m => [m.id, m]))
export const methodIds: readonly string[] = [...methods.keys()]
