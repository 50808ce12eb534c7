import { distanceLabels, imitationRows, verdictRows } from '../learn/from-trees.ts'
import { imitating, type LoopSpec } from './spec.ts'

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
  // Widened, since the paper's one draw at a place uses up these small problems after some twenty calls; and few calls each, for traces of many problems.
  search: { method: 'rest-mcts', knobs: { critic: 'none', data: true, widening: 0.3 }, budget: { calls: 30 } },
  rows: trees => ({
    policy: trees.flatMap(h => imitationRows(h.teller, { top: 2, least: 0.2, right: h.right })),
    value: trees.flatMap(h => verdictRows(h.teller, distanceLabels(h.tree, h.right))),
  }),
  policy: imitating,
  value: { epochs: 2, rate: 5e-4 },
}
