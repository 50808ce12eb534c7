// Reinforcement and imitation side by side: what the policy reaches alone it reinforces, what search finds it imitates.
import { advantageKinds, groupRows, hptGate, imitationRows } from '../learn/from-trees.ts'
import { groupsOf, type LoopSearch, type LoopSpec, sampled, successOf } from './spec.ts'

/** Who demonstrates: a search over the same problem, kept where it is verified. */
const expert: LoopSearch = { method: 'rest-mcts', knobs: { critic: 'none' }, budget: { calls: 60 } }

/**
 * Lv et al. 2025. A gate for each problem: where the policy's own answers succeed, policy gradient on them (Dr. GRPO: no deviation, a constant length); where all
 * fail, the failures are dropped and a demonstration is imitated. A small entropy bonus on what the policy wrote. Here the demonstration is what a search of that problem found.
 */
export const hpt: LoopSpec = {
  id: 'hpt',
  describe: 'per problem: policy gradient where it succeeds, imitation of what search found where it fails',
  paper: { title: 'Towards a Unified View of Large Language Model Post-Training', id: 'arXiv:2509.04419', dossier: 'hpt' },
  search: sampled(16),
  again: { search: expert, when: h => !(successOf(h) > 0) },
  rows(trees, { again }) {
    const own = trees.filter(h => hptGate(0)(successOf(h) || 0).rl > 0)
    return {
      policy: [
        ...groupRows(groupsOf(own), advantageKinds['dr-grpo']),
        ...again.flatMap(h => imitationRows(h.teller, { top: 1, as: 'demo', right: h.right })),
      ],
      value: [],
    }
  },
  policy: {
    losses: [
      { id: 'dr-grpo', on: 'policy', options: { length: 32 } },
      { id: 'entropy', on: 'policy', weight: 0.001 },
      { id: 'sft', on: 'demo' },
    ],
    epochs: 1,
    rate: 3e-4,
    batch: 64,
  },
}

/**
 * Zhang et al. 2025. (1 - mu) GRPO on the policy's answers + mu phi-weighted imitation of an expert's: tokens that are known or impossible are silenced. mu
 * rises and falls over the steps of all rounds. The expert is a search of the same problems.
 */
export const chord: LoopSpec = {
  id: 'chord',
  describe: 'policy gradient and imitation of what search found, in one loss with a fading weight',
  paper: {
    title: 'On-Policy RL Meets Off-Policy Experts: Harmonizing Supervised Fine-Tuning and Reinforcement Learning via Dynamic Weighting',
    id: 'arXiv:2508.11408',
    dossier: 'chord',
  },
  search: sampled(16),
  again: { search: expert, when: () => true },
  rows: (trees, { again }) => ({
    policy: [
      ...groupRows(groupsOf(trees), advantageKinds.grpo),
      ...again.flatMap(h => imitationRows(h.teller, { top: 1, as: 'demo', right: h.right })),
    ],
    value: [],
  }),
  policy: {
    losses: [
      { id: 'phi', on: 'demo', weight: { mu: { warmup: 5, decay: 100, peak: 0.5, valley: 0.02 } } },
      { id: 'grpo', on: 'policy', weight: { mu: { warmup: 5, decay: 100, peak: 0.5, valley: 0.02 }, complement: true } },
    ],
    epochs: 1,
    rate: 3e-4,
    batch: 64,
  },
}
