import { imitationRows } from '../learn/from-trees.ts'
import { imitating, type LoopSpec, sampled } from './spec.ts'

/**
 * Singh et al. 2023, the baseline without a tree. Each round samples whole answers, keeps the right and different ones, at most ten of a problem, and trains the
 * model that the loop began with, not that of the last round.
 */
export const restEm: LoopSpec = {
  id: 'rest-em',
  describe: 'baseline: whole answers sampled, right ones imitated, always from the first weights',
  paper: { title: 'Beyond Human Data: Scaling Self-Training for Problem-Solving with Language Models', id: 'arXiv:2312.06585' },
  search: sampled(16),
  from: 'start',
  rows: trees => ({ policy: trees.flatMap(h => imitationRows(h.teller, { top: 10, score: 'reward', right: h.right })), value: [] }),
  policy: imitating,
}
