// Every search method under its id.
import type { Method } from '../contract/index.ts'
import { abMcts } from './ab-mcts.ts'
import { adaptiveConsistency } from './adaptive-consistency.ts'
import { agentQ } from './agent-q.ts'
import { alphallm } from './alphallm.ts'
import { alphamath } from './alphamath.ts'
import { alphamathBeam } from './alphamath-beam.ts'
import { auto } from './auto.ts'
import { autonomousTreeSearch } from './autonomous-tree-search.ts'
import { backtrackOrNot } from './backtrack-or-not.ts'
import { bagOfTricks } from './bag-of-tricks.ts'
import { bavt } from './bavt.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { boardGamesPlanning } from './board-games-planning.ts'
import { cosmos } from './cosmos.ts'
import { depthFirst } from './depth-first.ts'
import { diffusionTreeSampling } from './diffusion-tree-sampling.ts'
import { diffusionTreeSamplingGreedy } from './diffusion-tree-sampling-greedy.ts'
import { dser } from './dser.ts'
import { dvts } from './dvts.ts'
import { ets } from './ets.ts'
import { globalEpisodicBonus } from './global-episodic-bonus.ts'
import { greedy } from './greedy.ts'
import { gumbelSearch } from './gumbel-search.ts'
import { iMcts } from './i-mcts.ts'
import { intelligentGoExplore } from './intelligent-go-explore.ts'
import { lats } from './lats.ts'
import { lmAgentTreeSearch } from './lm-agent-tree-search.ts'
import { mapElites } from './map-elites.ts'
import { master } from './master.ts'
import { mctsDpo } from './mcts-dpo.ts'
import { particleIts } from './particle-its.ts'
import { particleItsGibbs } from './particle-its-gibbs.ts'
import { pav } from './pav.ts'
import { puct } from './puct.ts'
import { qStarSearch } from './q-star-search.ts'
import { rebase } from './rebase.ts'
import { repexp } from './repexp.ts'
import { restMcts } from './rest-mcts.ts'
import { rethinkMcts } from './rethink-mcts.ts'
import { rsd } from './rsd.ts'
import { rstarMath } from './rstar-math.ts'
import { selfCertainty } from './self-certainty.ts'
import { selfConsistency } from './self-consistency.ts'
import { spar } from './spar.ts'
import { srlm } from './srlm.ts'
import { stepBeam } from './step-beam.ts'
import { sweSearch } from './swe-search.ts'
import { taxonsSerene } from './taxons-serene.ts'
import { toolChainStar } from './tool-chain-star.ts'
import { toolllmDfsdt } from './toolllm-dfsdt.ts'
import { treeOfThoughts } from './tree-of-thoughts.ts'
import { treepo } from './treepo.ts'
import { uct } from './uct.ts'
import { vStarVed } from './v-star-ved.ts'

export { sampleFrom } from './diffusion-tree-sampling.ts'
export { verbalisedConfidence } from './srlm.ts'
export {
  abMcts,
  adaptiveConsistency,
  agentQ,
  alphallm,
  alphamath,
  alphamathBeam,
  auto,
  autonomousTreeSearch,
  backtrackOrNot,
  bagOfTricks,
  bavt,
  bestFirst,
  bestOfN,
  boardGamesPlanning,
  cosmos,
  depthFirst,
  diffusionTreeSampling,
  diffusionTreeSamplingGreedy,
  dser,
  dvts,
  ets,
  globalEpisodicBonus,
  greedy,
  gumbelSearch,
  iMcts,
  intelligentGoExplore,
  lats,
  lmAgentTreeSearch,
  mapElites,
  master,
  mctsDpo,
  particleIts,
  particleItsGibbs,
  pav,
  puct,
  qStarSearch,
  rebase,
  repexp,
  restMcts,
  rethinkMcts,
  rsd,
  rstarMath,
  selfCertainty,
  selfConsistency,
  spar,
  srlm,
  stepBeam,
  sweSearch,
  taxonsSerene,
  toolChainStar,
  toolllmDfsdt,
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
  boardGamesPlanning,
  qStarSearch,
  toolChainStar,
  rsd,
  autonomousTreeSearch,
  backtrackOrNot,
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
  rstarMath,
  alphamath,
  alphamathBeam,
  alphallm,
  mctsDpo,
  treepo,
  vStarVed,
  selfCertainty,
  srlm,
  spar,
  repexp,
  dser,
  bagOfTricks,
  diffusionTreeSampling,
  diffusionTreeSamplingGreedy,
  globalEpisodicBonus,
  intelligentGoExplore,
  mapElites,
  taxonsSerene,
  auto,
]
/** The methods by id: baselines first, then searches. */
export const methods: ReadonlyMap<string, Method> = new Map(all.map(m => [m.id, m]))
export const methodIds: readonly string[] = [...methods.keys()]
