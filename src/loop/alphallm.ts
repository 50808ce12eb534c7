import { imitationRows, softLabels, verdictRows } from '../learn/from-trees.ts'
import type { LoopSpec } from './spec.ts'

/**
 * Tian et al. 2024, the loop around eta-MCTS.
 *
 * 0. Imagination: a quarter as many problems as a round had are made of them, one number changed, or the target where the world lets it. The next round searches them,
 *    and keeps what finds an answer that the world verifies; of the others nobody knows whether they can be solved.
 * 1. Search: as wide as a place is important, equal states merged, a new state valued by the value critic and by a fast rollout from it; the whole budget.
 * 2. Policy: the best right trace of a tree, by its mean Q, is imitated.
 * 3. Critics: the value of a state is regressed on the outcomes of what was sampled from it, which is the label of a process reward too; of a whole answer on
 *    whether it is right. All of them are verdicts of one network: v and the process reward before the end, the outcome reward at it.
 */
export const alphallmLoop: LoopSpec = {
  id: 'alphallm',
  describe:
    'problems made of others, searched as wide as a place is important, with critics of values and outcomes; best traces imitated, critics fitted to what came of states',
  paper: {
    title: 'Toward Self-Improvement of LLMs via Imagination, Searching, and Criticizing',
    id: 'arXiv:2404.12253',
    dossier: 'alphallm',
  },
  search: {
    method: 'alphallm',
    preset: 'published',
    // A problem's budget is a small part of the paper's 40 iterations with a root of 40; steps of a few numbers are told apart by their states.
    knobs: { root: 6, children: 2, cMax: 4, searchTime: 0, rollouts: 1, apart: 0, untilSolved: false },
    budget: { calls: 60 },
  },
  imagined: 0.25,
  rows: trees => ({
    policy: trees.flatMap(h => imitationRows(h.teller, { top: 1, right: h.right })),
    value: trees.flatMap(h => verdictRows(h.teller, softLabels(h.tree, h.right))),
  }),
  policy: { losses: [{ id: 'sft' }], epochs: 2 },
  value: { epochs: 2 },
}
