// Best-of-N: independent attempts, the one of the highest reward is the answer.
import { attemptRounds } from '../compose/index.ts'
import { method } from '../runtime/index.ts'

/**
 * The baseline that a search has to beat at equal spend (Stiennon et al. 2020; Cobbe et al. 2021 with a trained verifier).
 *
 * 1. Draw n whole attempts, independent of each other: one sample each where world and model allow it, else steps from the root to an end.
 * 2. Reward every finished one.
 * 3. Answer with the best; of equals the one that stands first in the tree.
 *
 * Traps: with a reward that is only an opinion, more attempts find more of what fools it; watch the grade fall as n grows. Attempts that never end
 * are no answers. With a proof (`untilSolved`) attempts come in doubling rounds, so what is paid is at most twice what was needed.
 */
export const bestOfN = method({
  id: 'best-of-n',
  version: 1,
  paper: { title: 'Learning to summarize from human feedback', id: 'arXiv:2009.01325', dossier: 'learning-to-summarize' },
  knobs: {
    n: { default: 0, min: 0, max: 100_000, doc: 'attempts; 0: as many as the budget covers (64 where it limits nothing that they use)' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where attempts are made of steps' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: always all n' },
  },
  promises: ['orderFree', 'anytime'],
  needs: ['policy', 'reward'],
  run: (s, k) => attemptRounds(s, { ...k, unlimited: 64 }),
})
