// REBASE: reward balanced search.
import { chooseKnob, elected, rebaseShares, widthSearch } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Wu et al. 2024. A width, not a beam, is carried down the tree: good nodes get many children, doubtful ones some, bad ones none.
 *
 * 1. Draw W first steps; judge each new state, R in [0, 1].
 * 2. What has ended takes its slot with it: the width left is W less the paths that ended so far. Stop when nothing is left.
 * 3. Share what is left out over the live nodes, best first: ceil(left x exp(R / T) / what is left of the sum); each draws its share.
 * 4. Go on from 2, to depth D. Answer with a vote over all that ended, weighted by their reward.
 *
 * Traps: R must be in [0, 1] for T = 0.2 to mean anything; equal scores share evenly. The ceiling favours high scores and starves the tail: rounding
 * each share by itself is another algorithm. A node that was drawn twice counts twice. A paths' slot does not come back when it ends.
 */
export const rebase = method({
  id: 'rebase',
  version: 1,
  paper: {
    title: 'Inference Scaling Laws: An Empirical Analysis of Compute-Optimal Inference for Problem-Solving with Language Models',
    id: 'arXiv:2408.00724',
    dossier: 'ets',
  },
  knobs: {
    width: { default: 16, min: 1, max: 10_000, doc: 'paths carried down the tree (W)' },
    T: { default: 0.2, min: 0, max: 1000, doc: 'temperature of the shares, in units of the value' },
    depth: { default: 25, min: 1, max: 10_000, doc: 'most levels (D)' },
    choose: chooseKnob,
    passes: { default: 1, min: 0, max: 10_000, doc: 'how often the whole search is made, over one tree; 0: until the budget ends' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: finish the pass' },
  },
  presets: { published: { untilSolved: false, passes: 1 }, robust: { width: 8, passes: 0 } },
  promises: ['orderFree'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const share = (live: readonly NodeId[], left: number) => rebaseShares(s.tree, live, left, k.T) // 3
    for (let pass = 0; pass < (k.passes || Infinity); pass++) if ((await widthSearch(s, { ...k, share })) === 0) return
  },
  answer: (t, k) => elected(t, k.choose), // 4
})
