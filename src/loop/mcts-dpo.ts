import { stepPairRows, stepPairs } from '../learn/from-trees.ts'
import type { LoopSpec } from './spec.ts'

/**
 * Xie et al. 2024. A search for each committed step; siblings there become pairs.
 *
 * 1. The child of greatest Q against that of least, at each place the search committed to.
 * 2. Conservative DPO: the label is wrong with the chance that the visits give, 1 / (N(chosen) / N(rejected) + 1), at most a half.
 * 3. The next round's pairs come from the updated policy; the reference stays what the loop began with.
 *
 * The policy judges its own states. No value is trained.
 */
export const mctsDpoLoop: LoopSpec = {
  id: 'mcts-dpo',
  describe: 'step pairs of a search that commits, learnt by conservative DPO from the updated policy',
  paper: {
    title: 'Monte Carlo Tree Search Boosts Reasoning via Iterative Preference Learning',
    id: 'arXiv:2405.00451',
    dossier: 'mcts-dpo',
  },
  search: { method: 'mcts-dpo', preset: 'data', knobs: { nIters: 8, rootFactor: 2 }, budget: { calls: 60 } },
  critic: 'policy',
  reference: 'start',
  rows: trees => ({ policy: trees.flatMap(h => stepPairRows(h.teller, stepPairs(h.tree), h.name)), value: [] }),
  policy: { losses: [{ id: 'dpo', options: { beta: 0.1 } }], epochs: 1, rate: 1e-4, batch: 64 },
}
