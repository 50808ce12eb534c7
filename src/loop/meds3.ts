import {
  imitationRows,
  type Labels,
  levelPairs,
  lookBackLabels,
  pairRows,
  pairsOf,
  softLabels,
  type TuneRow,
  verdictRows,
} from '../learn/from-trees.ts'
import type { Harvest, LoopSpec } from './spec.ts'

/** Least difference of the values in a pair. */
const gap = 0.8

/** Of a tree with good and bad steps; of others nobody learns what tells them apart. */
function judged({ tree, teller, right }: Harvest): TuneRow[] {
  const labels: Labels = lookBackLabels(tree, softLabels(tree, right), { soft: true })
  const known = labels.filter(l => !Number.isNaN(l))
  return known.some(l => l > 0) && known.some(l => l <= 0) ? verdictRows(teller, labels) : []
}

/**
 * Jiang et al. 2025. Trees whose values are the accuracies of rollouts, for the policy twice and for a process reward model.
 *
 * 1. Search: UCB with c = 2 and a finite bonus of 5 for what was never visited, three children, a rollout from each new state.
 * 2. Policy: right answers are imitated. Then, by DPO against what came of that, partial traces of one depth under different parents, each with more than one child,
 *    whose values differ by more than 0.8, and whole answers, right against wrong. The prompt of a pair is the question.
 * 3. Process reward: a step is good if it did not lower the value. Look back: l = v - (v_parent - v); where v lies below both neighbours, the parent less the best
 *    child stands for the drop. The loss has both sides, -l log p(good) - (1 - l) log p(bad), l cut to [0, 1]; only of questions with steps of both classes.
 */
export const meds3Loop: LoopSpec = {
  id: 'meds3',
  describe: 'values by rollouts; imitation and pairs of one depth for the policy, look-back labels for a process reward of both sides',
  paper: {
    title: 'MedS^3: Towards Medical Small Language Models with Self-Evolved Slow Thinking',
    id: 'arXiv:2501.12051',
    dossier: 'meds3',
  },
  search: {
    method: 'uct',
    knobs: { c: 2, fpu: 5, how: 'iid', width: 3, simulate: 'playout', simulations: 0, untilSolved: false },
    budget: { calls: 60 },
  },
  reference: 'last',
  rows: trees => ({
    first: trees.flatMap(h => imitationRows(h.teller, { top: 2, right: h.right })),
    policy: trees.flatMap(h => {
      const pairs = [
        ...levelPairs(h.teller, { right: h.right, margin: gap, most: 8 }),
        ...pairsOf(h.teller, { kind: 'answers', right: h.right, most: 2 }),
      ]
      return pairRows(pairs, h.name)
    }),
    value: trees.flatMap(judged),
  }),
  first: { losses: [{ id: 'sft' }], epochs: 1, rate: 1e-4 },
  policy: { losses: [{ id: 'dpo', options: { beta: 0.1 } }], epochs: 1, rate: 5e-5 },
  value: { epochs: 2 },
}
