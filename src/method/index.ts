// Every search method under its id.
import type { Method } from '../contract/index.ts'
import { abMcts } from './ab-mcts.ts'
import { adaptiveConsistency } from './adaptive-consistency.ts'
import { auto } from './auto.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { cosmos } from './cosmos.ts'
import { depthFirst } from './depth-first.ts'
import { dvts } from './dvts.ts'
import { greedy } from './greedy.ts'
import { gumbelSearch } from './gumbel-search.ts'
import { iMcts } from './i-mcts.ts'
import { master } from './master.ts'
import { puct } from './puct.ts'
import { restMcts } from './rest-mcts.ts'
import { rethinkMcts } from './rethink-mcts.ts'
import { selfConsistency } from './self-consistency.ts'
import { stepBeam } from './step-beam.ts'
import { sweSearch } from './swe-search.ts'
import { treeOfThoughts } from './tree-of-thoughts.ts'
import { uct } from './uct.ts'

export {
  abMcts,
  adaptiveConsistency,
  auto,
  bestFirst,
  bestOfN,
  cosmos,
  depthFirst,
  dvts,
  greedy,
  gumbelSearch,
  iMcts,
  master,
  puct,
  restMcts,
  rethinkMcts,
  selfConsistency,
  stepBeam,
  sweSearch,
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
  abMcts,
  sweSearch,
  master,
  rethinkMcts,
  iMcts,
  cosmos,
  auto,
]
/** The methods by id: baselines first, then searches. */
export const methods: ReadonlyMap<string, Method> = new Map(all.map(m => [m.id, m]))
export const methodIds: readonly string[] = [...methods.keys()]
