import { imitationRows, pairRows, pairsOf } from '../learn/from-trees.ts'
import type { LoopSpec } from './spec.ts'

/**
 * Chen et al. 2024. Depth-first search leaves failed branches beside the way that succeeded: each becomes a pair.
 *
 * 1. A depth-first decision tree (DFSDT), four children a node, ended at the first right answer. A move is a call, its numbers are the parameters.
 * 2. Stage 1: the success path is imitated.
 * 3. Stage 2: each step of that path against every sibling below which something failed, by DPO on that one step; the reference is what came of stage 1. A sibling
 *    that nothing ended below is unknown, and in no pair; deeper steps of failed branches have no counterpart.
 *
 * A prompt is the state alone: that siblings were tried before is in no row.
 */
export const tpLlama: LoopSpec = {
  id: 'tp-llama',
  describe: 'depth-first trees: the success path imitated, then its steps against failed siblings by DPO',
  paper: {
    title: 'Advancing Tool-Augmented Large Language Models: Integrating Insights from Errors in Inference Trees',
    id: 'arXiv:2406.07115',
    dossier: 'tp-llama',
  },
  search: { method: 'toolllm-dfsdt', preset: 'robust', budget: { calls: 60 } },
  reference: 'last',
  rows: trees => ({
    first: trees.flatMap(h => imitationRows(h.teller, { top: 1, right: h.right })),
    policy: trees.flatMap(h => pairRows(pairsOf(h.teller, { kind: 'success', right: h.right, seen: true }), h.name)),
    value: [],
  }),
  first: { losses: [{ id: 'sft' }], epochs: 1 },
  policy: { losses: [{ id: 'dpo', options: { beta: 0.5 } }], epochs: 1, rate: 1e-4 },
}
