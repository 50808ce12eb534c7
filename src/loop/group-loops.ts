// Policy gradients over groups of answers to one problem. They differ in how answers are drawn, what an answer's advantage is, and how terms are averaged.
import type { Paper } from '../contract/index.ts'
import { advantageKinds, type GroupAdvantage, groupRows, type LossPlan } from '../learn/from-trees.ts'
import { groupsOf, type LoopSearch, type LoopSpec, sampled } from './spec.ts'

const groups = (
  id: string,
  describe: string,
  paper: Paper,
  search: LoopSearch,
  by: GroupAdvantage,
  loss: LossPlan,
  rate = 3e-4,
): LoopSpec => ({
  id,
  describe,
  paper,
  search,
  rows: trees => ({ policy: groupRows(by === 'tree' ? trees : groupsOf(trees), by), value: [] }),
  // At 1e-3 the small network forgets within a round how a step is written.
  policy: { losses: [loss], epochs: 1, rate, batch: 64 },
})

/** Liu et al. 2025: mean of the group, deviation of the whole batch, mean over all tokens, PPO's clip. Two tricks, no critic. */
export const litePpo = groups(
  'lite-ppo',
  'groups of answers; group mean, batch deviation, token mean',
  { title: 'Part I: Tricks or Traps? A Deep Dive into RL for LLM Reasoning', id: 'arXiv:2508.08221', dossier: 'lite-ppo' },
  sampled(16),
  advantageKinds['lite-ppo'],
  { id: 'lite-ppo' },
)

/** Chen et al. 2025: leave-one-out advantages without a deviation, PPO's clip, means of the sequences. */
export const loopLoop = groups(
  'loop',
  'groups of answers; leave-one-out advantages, clipped',
  { title: 'Reinforcement Learning for Long-Horizon Interactive LLM Agents', id: 'arXiv:2502.01600', dossier: 'loop' },
  sampled(16),
  advantageKinds.loop,
  { id: 'loop' },
)

/** Li et al. 2025: answers drawn as a tree that share their beginnings, advantages averaged over the ancestors, by the batch's deviation; DAPO's clip. */
export const treepoLoop = groups(
  'treepo',
  'answers drawn as a tree; advantages averaged over their ancestors',
  {
    title: 'TreePO: Bridging the Gap of Policy Optimization and Efficacy and Inference Efficiency with Heuristic Tree-based Modeling',
    id: 'arXiv:2508.17445',
    dossier: 'treepo',
  },
  { method: 'treepo', preset: 'published', knobs: { W: 16 }, budget: { calls: 60 } },
  'tree',
  { id: 'dapo' },
  // Steps that could not be read are not in its trees: nothing holds it back there.
  1e-4,
)
