// Every search method under its id.
import type { Method } from '../contract/index.ts'
import { abMcts } from './ab-mcts.ts'
import { adaptiveConsistency } from './adaptive-consistency.ts'
import { agentQ } from './agent-q.ts'
import { auto } from './auto.ts'
import { bavt } from './bavt.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { cosmos } from './cosmos.ts'
import { depthFirst } from './depth-first.ts'
import { dvts } from './dvts.ts'
import { ets } from './ets.ts'
import { greedy } from './greedy.ts'
import { gumbelSearch } from './gumbel-search.ts'
import { particleIts } from './particle-its.ts'
import { particleItsGibbs } from './particle-its-gibbs.ts'
import { pav } from './pav.ts'
import { lats } from './lats.ts'
import { lmAgentTreeSearch } from './lm-agent-tree-search.ts'
import { iMcts } from './i-mcts.ts'
import { master } from './master.ts'
import { puct } from './puct.ts'
import { rebase } from './rebase.ts'
import { restMcts } from './rest-mcts.ts'
import { rethinkMcts } from './rethink-mcts.ts'
import { selfConsistency } from './self-consistency.ts'
import { stepBeam } from './step-beam.ts'
import { toolllmDfsdt } from './toolllm-dfsdt.ts'
import { sweSearch } from './swe-search.ts'
import { treeOfThoughts } from './tree-of-thoughts.ts'
import { uct } from './uct.ts'

export {
  abMcts,
  adaptiveConsistency,
  agentQ,
  auto,
  bavt,
  bestFirst,
  bestOfN,
  cosmos,
  depthFirst,
  dvts,
  ets,
  greedy,
  gumbelSearch,
  particleIts,
  particleItsGibbs,
  pav,
  lats,
  lmAgentTreeSearch,
  iMcts,
  master,
  puct,
  rebase,
  restMcts,
  rethinkMcts,
  selfConsistency,
  stepBeam,
  toolllmDfsdt,
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
  rebase,
  ets,
  particleIts,
  particleItsGibbs,
  pav,
  depthFirst,
  treeOfThoughts,
  bestFirst,
  uct,
  puct,
  gumbelSearch,
  restMcts,
  lats,
  lmAgentTreeSearch,
  toolllmDfsdt,
  bavt,
  agentQ,
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
