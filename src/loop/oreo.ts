import { trajectoryRows } from '../learn/from-trees.ts'
import { type LoopSpec, sampled } from './spec.ts'

/**
 * The value is the logit of a verdict. With rewards of -2 and 2 in place of 0 and 1 it says 0.12 of a hopeless state and 0.88 of a sure one. Rewards, values and
 * beta all 4 times as large: the same problem, its losses 16 times as large.
 */
const scale = 4

/**
 * Wang et al. 2024. Policy and value learn together to be consistent: V(s) = R - beta sum of log-ratios from there on, at every state of every trajectory, right or
 * wrong, with no pairs.
 *
 * 1. 16 answers to a problem; of each at most 4 right and 4 wrong ones stay, not more right than wrong ones but one at least.
 * 2. A state is the beginning of a step, an action the whole step. The value's residual and the policy's are squared; the policy's holds later steps fixed.
 * 3. The divergence from the first weights beside it, over the whole vocabulary, a mean over an answer's words, kappa = 0.1.
 * 4. Again, with answers of the new policy.
 *
 * At test time the value guides a beam over steps: `--method step-beam`.
 */
export const oreoLoop: LoopSpec = {
  id: 'oreo',
  describe: 'unpaired right and wrong answers; policy and value made consistent by the soft Bellman equation',
  paper: { title: 'Offline Reinforcement Learning for LLM Multi-Step Reasoning', id: 'arXiv:2412.16145', dossier: 'oreo' },
  search: sampled(16),
  critic: 'policy',
  rows: trees => ({
    policy: trees.flatMap(h => trajectoryRows(h.teller, { right: h.right, most: 4, rewards: [-scale / 2, scale / 2] })),
    value: [],
  }),
  policy: {
    losses: [
      { id: 'oreo', options: { beta: 0.03 * scale, states: 'known' }, weight: 1 / scale ** 2 },
      { id: 'kl-exact', options: { reduction: 'sequence' }, weight: 0.1 },
    ],
    epochs: 2,
    rate: 1e-4,
  },
}
