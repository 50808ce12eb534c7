// DTS*: diffusion tree sampling turned to search, for the greatest reward instead of the law.
import { sampledTree } from '../compose/index.ts'
import { minimax, soft, uct } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'
import { diffusionTreeSampling } from './diffusion-tree-sampling.ts'

/**
 * Jain et al. 2025, the greedy form. As `diffusion-tree-sampling`, but:
 *
 * 2. Select the child of greatest v + c_uct sqrt(ln N(x) / N(child)).
 * 4. Backup: the greatest v of the children (lambda to infinity), with which the paper's search did best in text; or `soft`, by lambda.
 * 5. The answer is the end of greatest reward.
 *
 * Traps: at short budgets a small Ck and alpha search deeper (`robust`, as measured in the claim); the published ones are for hundreds of samples. The value of c_uct is not the
 * paper's: it is in units of the reward.
 */
export const diffusionTreeSamplingGreedy = method({
  id: 'diffusion-tree-sampling-greedy',
  version: 1,
  paper: diffusionTreeSampling.paper!,
  knobs: {
    backup: { default: 'max', choices: ['max', 'soft'], doc: 'the greatest of the children, or their log-mean-exp' },
    lambda: { default: 10, min: 1e-9, max: 1e6, doc: 'of the soft backup' },
    cUct: { default: 1, min: 0, max: 1000, doc: 'exploration, in units of the reward' },
    Ck: { default: 2, min: 1e-3, max: 1000, doc: 'a node of N visits has at most Ck N^alpha samples' },
    alpha: { default: 0.8, min: 0, max: 1, doc: 'the paper: 0.8 for images, 0.7 for text' },
    rollouts: { default: 400, min: 1, max: 10_000_000, doc: 'most samples' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of a sample' },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { untilSolved: false }, robust: { Ck: 1, alpha: 0.5, cUct: 0.1 } },
  needs: ['policy', 'reward'],
  run: (s, k) =>
    sampledTree(s, {
      ...k,
      score: uct(s.tree, { c: k.cUct, unvisited: Number.NaN }),
      draw: 'max',
      rule: k.backup === 'max' ? minimax : soft(k.lambda, 'multiplicity'),
    }),
})
