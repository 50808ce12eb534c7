// Policy gradients over groups of answers to one problem. They differ in how answers are drawn, what an answer's advantage is, and how terms are averaged.
import type { Paper } from '../contract/index.ts'
import { advantageKinds, type GroupAdvantage, groupRows, type LossPlan } from '../learn/from-trees.ts'
import { group, type LoopSearch, type LoopSpec } from './spec.ts'

const groups = (id: string, describe: string, paper: Paper, search: LoopSearch, by: GroupAdvantage, loss: LossPlan): LoopSpec => ({
  id,
  describe,
  paper,
  search,
  rows: trees => ({ policy: groupRows(trees, by), value: [] }),
  // A group's answers are drawn by the weights its round begins with; two epochs stay near enough for the clip to mean what it says.
  policy: { losses: [loss], epochs: 2, rate: 1e-4, batch: 64 },
})

/** Liu et al. 2025: mean of the group, deviation of the whole batch, mean over all tokens, PPO's clip. Two tricks, no critic. */
export const litePpo = groups(
  'lite-ppo',
  'groups of answers; group mean, batch deviation, token mean',
  { title: 'Part I: Tricks or Traps? A Deep Dive into RL for LLM Reasoning', id: 'arXiv:2508.08221', dossier: 'lite-ppo' },
  group(16),
  advantageKinds['lite-ppo'],
  { id: 'lite-ppo' },
)

/** Chen et al. 2025: leave-one-out advantages without a deviation, PPO's clip, means of the sequences. */
export const loopLoop = groups(
  'loop',
  'groups of answers; leave-one-out advantages, clipped',
  { title: 'Reinforcement Learning for Long-Horizon Interactive LLM Agents', id: 'arXiv:2502.01600', dossier: 'loop' },
  group(16),
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
  { method: 'treepo', preset: 'published', knobs: { W: 16 }, refused: 'step', budget: { calls: 60 } },
  'tree',
  { id: 'dapo' },
)
