import { labelKinds, pairRows, pairsOf } from '../learn/from-trees.ts'
import type { LoopSpec } from './spec.ts'

/** Least difference of Q between the two of a pair. The paper's own is not known. */
const theta = 0.2

/**
 * Putta et al. 2024. Search over real actions, blended values, preferences off the tree.
 *
 * 1. K actions are drawn at a state and ranked by the critic, the model itself; the best-ranked is taken, and the policy acts on to an end.
 * 2. Q = alpha Qtilde + (1 - alpha) Qhat: the mean of the returns with what the rank says. The blend that selection used orders the pairs too.
 * 3. Every node gives all pairs of its visited actions whose Q differ by more than theta. What was only ranked and never tried is in none: its Qtilde of 0 would
 *    call it as bad as what failed.
 * 4. DPO. The reference is the policy that drew the actions, so each round goes on from the weights of the one before, against them.
 */
export const agentQLoop: LoopSpec = {
  id: 'agent-q',
  describe: 'tree search with actions ranked by the model itself; step pairs by the blended Q, learnt by DPO',
  paper: {
    title: 'Agent Q: Advanced Reasoning and Learning for Autonomous AI Agents',
    id: 'arXiv:2408.07199',
    dossier: 'agent-q',
  },
  search: { method: 'agent-q', preset: 'published', knobs: { untilSolved: false }, budget: { calls: 120 } },
  critic: 'policy',
  reference: 'last',
  rows: trees => ({
    policy: trees.flatMap(h =>
      pairRows(
        pairsOf(h.teller, { labels: labelKinds.q(h.tree), right: h.right, scope: 'all', minVisits: 1 }).filter(p => p.margin! > theta),
        h.name,
      ),
    ),
    value: [],
  }),
  policy: { losses: [{ id: 'dpo', options: { beta: 0.1 } }], epochs: 1, rate: 1e-4, batch: 64 },
}
