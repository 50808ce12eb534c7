// Every search method under its id.
import type { Method } from '../contract/index.ts'
import { adaptiveConsistency } from './adaptive-consistency.ts'
import { auto } from './auto.ts'
import { bagOfTricks } from './bag-of-tricks.ts'
import { bestFirst } from './best-first.ts'
import { bestOfN } from './best-of-n.ts'
import { depthFirst } from './depth-first.ts'
import { diffusionTreeSampling } from './diffusion-tree-sampling.ts'
import { diffusionTreeSamplingGreedy } from './diffusion-tree-sampling-greedy.ts'
import { dser } from './dser.ts'
import { dvts } from './dvts.ts'
import { greedy } from './greedy.ts'
import { gumbelSearch } from './gumbel-search.ts'
import { puct } from './puct.ts'
import { repexp } from './repexp.ts'
import { restMcts } from './rest-mcts.ts'
import { selfCertainty } from './self-certainty.ts'
import { selfConsistency } from './self-consistency.ts'
import { srlm } from './srlm.ts'
import { stepBeam } from './step-beam.ts'
import { treeOfThoughts } from './tree-of-thoughts.ts'
import { uct } from './uct.ts'

export { sampleFrom } from './diffusion-tree-sampling.ts'
export { verbalisedConfidence } from './srlm.ts'
export {
  adaptiveConsistency,
  auto,
  bagOfTricks,
  bestFirst,
  bestOfN,
  depthFirst,
  diffusionTreeSampling,
  diffusionTreeSamplingGreedy,
  dser,
  dvts,
  greedy,
  gumbelSearch,
  puct,
  repexp,
  restMcts,
  selfCertainty,
  selfConsistency,
  srlm,
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
  selfCertainty,
  srlm,
  repexp,
  dser,
  bagOfTricks,
  diffusionTreeSampling,
  diffusionTreeSamplingGreedy,
  auto,
]
/** The methods by id: baselines first, then searches. */
export const methods: ReadonlyMap<string, Method> = new Map(all.map(m => [m.id, m]))
export const methodIds: readonly string[] = [...methods.keys()]
