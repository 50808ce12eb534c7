// ETS: efficient tree search, REBASE over the leaves that are worth keeping in the cache.
import { chooseKnob, counted, elected, meanings, rebaseShares, widthSearch } from '../compose/index.ts'
import type { NodeId, Search } from '../contract/index.ts'
import { retain } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Hooper et al. 2025. As REBASE, but before a width is shared out, leaves are chosen: those that carry the shares, cost few distinct nodes of the
 * tree (each is a piece of the cache), and still cover every meaning.
 *
 * 1. Draw W first steps, judge them; what has ended takes its slot with it.
 * 2. REBASE's shares of the width left; O_i is leaf i's part of them.
 * 3. Clusters: leaves whose last steps mean the same (average linkage over cosine distance, cut at 0.05).
 * 4. Keep the set of leaves S of greatest  sum O_i  -  lambda_b x nodes on the paths to S / those to all  +  lambda_d x clusters in S / clusters.
 * 5. REBASE's shares of the same width over S alone: the width stays, and more of it stands on shared prefixes.
 * 6. Answer with a vote over all that ended, weighted by their reward.
 *
 * Traps: O_i is a share, not the raw reward, or the cost decides alone. A cluster is worth lambda_d / K, so what lambda_d means changes with K: it is
 * the dial between memory and accuracy, and has to be tuned to how often steps repeat. Cluster by the last step: prefixes differ by history.
 */
export const ets = method({
  id: 'ets',
  version: 1,
  paper: { title: 'ETS: Efficient Tree Search for Inference-Time Scaling', id: 'arXiv:2502.13575', dossier: 'ets' },
  knobs: {
    width: { default: 16, min: 1, max: 10_000, doc: 'paths carried down the tree (W)' },
    T: { default: 0.2, min: 0, max: 1000, doc: 'temperature of the shares, in units of the value' },
    depth: { default: 25, min: 1, max: 10_000, doc: 'most levels' },
    lambdaB: { default: 1, min: 0, max: 1000, doc: 'price of the nodes that must be kept' },
    lambdaD: { default: 1.5, min: 0, max: 1000, doc: 'worth of covering every meaning (the paper: 1.5 for width 16, 1.4 for 64)' },
    cut: { default: 0.05, min: 0, max: 2, doc: 'steps nearer than this mean the same, where the model embeds texts' },
    price: { default: 'node', choices: ['node', 'tokens'], doc: 'what a kept node costs: 1, or the length of its step' },
    choose: chooseKnob,
    passes: { default: 1, min: 0, max: 10_000, doc: 'how often the whole search is made, over one tree; 0: until the budget ends' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: finish the pass' },
  },
  presets: { published: { untilSolved: false, passes: 1 }, robust: { width: 8, passes: 0 } },
  parts: {
    /** Cluster numbers of leaves by what their last steps mean. */
    cluster: (s: Search<any, any, any>, leaves: readonly NodeId[], cut: number): Promise<number[]> => meanings(s, leaves, { cut }),
  },
  promises: ['orderFree'],
  needs: ['policy', 'value'],
  async run(s, k, { cluster }) {
    const t = s.tree
    const price = (n: NodeId): number =>
      k.price === 'node' || n === t.root ? 1 : (t.draws(n)[0]?.tokens?.length ?? Math.ceil((t.draws(n)[0]?.text?.length ?? 4) / 4))
    const share = async (live: readonly NodeId[], left: number) => {
      const shares = rebaseShares(t, live, left, k.T) // 2
      const leaves = [...counted(live).keys()]
      const of = await cluster(s, leaves, k.cut) // 3
      const mass = leaves.map(n => (shares.get(n) ?? 0) / left)
      // Where all steps mean the same there is nothing to cover.
      const cover = new Set(of).size > 1 ? k.lambdaD : 0
      const keep = retain(t, leaves, mass, of, { cost: k.lambdaB, cover, price }) // 4
      const kept = new Set(leaves.filter((_, i) => keep[i]))
      return rebaseShares(
        t,
        live.filter(n => kept.has(n)),
        left,
        k.T,
      ) // 5
    }
    for (let pass = 0; pass < (k.passes || Infinity); pass++) if ((await widthSearch(s, { ...k, share })) === 0) return
  },
  answer: (t, k) => elected(t, k.choose), // 6
})
