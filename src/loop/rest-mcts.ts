import { distanceLabels, imitationRows, verdictRows } from '../learn/from-trees.ts'
import type { LoopSpec } from './spec.ts'

/**
 * Zhang et al. 2024. Tree search by process reward; each round
 *
 * 1. searches the train problems with policy and value of the round before, the whole budget, without early stop;
 * 2. keeps right traces of a mean value of at least 0.2 for imitation, the two best of a tree;
 * 3. relabels states by their reasoning distance, which trains the value; trees without a right end give no label.
 */
export const restMctsLoop: LoopSpec = {
  id: 'rest-mcts',
  describe: 'tree search by a learnt value; imitation of verified traces, values by reasoning distance',
  paper: { title: 'ReST-MCTS*: LLM Self-Training via Process Reward Guided Tree Search', id: 'arXiv:2406.03816', dossier: 'rest-mcts' },
  search: { method: 'rest-mcts', knobs: { critic: 'none', data: true }, budget: { calls: 60 } },
  rows: trees => ({
    policy: trees.flatMap(h => imitationRows(h.teller, { top: 2, least: 0.2, right: h.right })),
    value: trees.flatMap(h => verdictRows(h.teller, distanceLabels(h.tree, h.right))),
  }),
  policy: { losses: [{ id: 'sft' }], epochs: 2 },
  value: { epochs: 2 },
}
