import { pairRows } from '../learn/from-trees.ts'
import { type Harvest, type LoopSpec, sampled } from './spec.ts'

/** The best answer by the model's own word against the worst; none where it has one word for all. */
function ownPair({ tree, teller, name }: Harvest) {
  const ends = tree
    .nodes()
    .filter(n => tree.is(n, 'end') && !tree.is(n, 'failed') && !Number.isNaN(tree.R[n]))
    .sort((a, b) => tree.R[b] - tree.R[a] || a - b)
  const [best, worst] = [ends[0], ends.at(-1)]
  if (best === undefined || worst === undefined || !(tree.R[best] > tree.R[worst])) return []
  const pair = {
    kind: 'preference' as const,
    prompt: teller.wholeMessages(),
    chosen: teller.solution(best),
    rejected: teller.solution(worst),
    margin: tree.R[best] - tree.R[worst],
    source: { node: tree.key(tree.root) },
  }
  return pairRows([pair], name)
}

/**
 * Yuan et al. 2024, the baseline without a truth. The model answers, judges its own answers, and learns by DPO to prefer the best to the worst; the reference is
 * the model of the last round. No answer is verified: what it is wrong about, it teaches itself.
 */
export const selfRewarding: LoopSpec = {
  id: 'self-rewarding',
  describe: 'baseline: answers judged by the model itself, best against worst by DPO',
  paper: { title: 'Self-Rewarding Language Models', id: 'arXiv:2401.10020' },
  search: { ...sampled(60), reward: 'critic' },
  critic: 'policy',
  reference: 'last',
  rows: trees => ({ policy: trees.flatMap(ownPair), value: [] }),
  policy: { losses: [{ id: 'dpo', options: { beta: 0.1 } }], epochs: 1, rate: 1e-4 },
}
