import { imitationRows, labelKinds, verdictRows } from '../learn/from-trees.ts'
import { imitating, type LoopSpec } from './spec.ts'

/**
 * Chen et al. 2024. One network: its value head is trained beside its words.
 *
 * 1. Search by PUCT without playouts; a state is valued by the network that also writes.
 * 2. Right solutions are imitated; wrong ones teach values only.
 * 3. The value of every visited state is its Q, from -1 to 1, read here as a verdict from 0 to 1; the cross-entropy stands for the square error of a tanh head.
 */
export const alphamathLoop: LoopSpec = {
  id: 'alphamath',
  describe: 'one network for steps and values, trained together on the Q of its own trees',
  paper: { title: 'AlphaMath Almost Zero: process Supervision without process', id: 'arXiv:2405.03553', dossier: 'alphamath' },
  search: { method: 'alphamath', preset: 'data', budget: { calls: 60 } },
  critic: 'policy',
  rows: trees => ({
    policy: trees.flatMap(h => imitationRows(h.teller, { top: 4, right: h.right })),
    value: trees.flatMap(h => verdictRows(h.teller, labelKinds.q(h.tree), { scale: [-1, 1] })),
  }),
  policy: imitating,
  value: { epochs: 2, verdicts: 0.5 },
}
