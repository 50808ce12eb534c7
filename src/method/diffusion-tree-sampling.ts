// Diffusion tree sampling: a tree over the sampling process that learns the law p(x) exp(lambda r(x)), sample by sample.
import { sampledTree } from '../compose/index.ts'
import type { NodeId, Random, Tree } from '../contract/index.ts'
import { descend, type Score, soft } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/** Law of a Boltzmann walk among siblings, as logarithms of weights: multiplicity (what the policy gives) times exp(lambda Q). */
const boltzmann =
  (t: Tree<any, any, any>, lambda: number): Score =>
  e =>
    Math.log(t.M[e]) + lambda * t.Q[e]

/**
 * Jain et al. 2025. Written for diffusion, it holds for any sequential sampler: a state is the text so far, p the policy.
 *
 * 1. Every child is a SAMPLE of p, so p needs no weight. Equal samples are one edge with their count M; the count stands for p everywhere below.
 * 2. Select from the root while a node is full, |C| >= Ck N^alpha: a child by softmax(lambda v). A child is closed until something is known of it.
 * 3. Expand: one new sample from p, and a rollout by p to an end; every state of it becomes a node.
 * 4. Backup along the path: v(end) = r, v(x) = (1 / lambda) ln mean over the children of exp(lambda v(c)), the mean by M and never by visits; N += 1.
 * 5. The finished tree samples from p(x) exp(lambda r(x)) / Z for nothing: `sampleFrom`. The answer is the end of greatest reward found.
 *
 * Traps: means by visits are biased, since visits are already tilted. With Ck = 2 and alpha = 0.8 a node widens at every visit until about 32 of them:
 * below that budget this is plain sampling; scale Ck down. Lambda must be the same in 2, 4 and 5. Without merging, a small discrete space is sampled badly.
 */
export const diffusionTreeSampling = method({
  id: 'diffusion-tree-sampling',
  version: 1,
  paper: {
    title: 'Diffusion Tree Sampling: Scalable inference-time alignment of diffusion models',
    id: 'arXiv:2506.20701',
    dossier: 'diffusion-tree-sampling',
  },
  knobs: {
    lambda: { default: 1, min: 1e-9, max: 1e6, doc: 'inverse temperature of the law that is aimed at, in units of the reward' },
    Ck: { default: 2, min: 1e-3, max: 1000, doc: 'a node of N visits has at most Ck N^alpha samples' },
    alpha: { default: 0.8, min: 0, max: 1, doc: 'the paper: 0.8 for images, 0.7 for text' },
    rollouts: { default: 400, min: 1, max: 10_000_000, doc: 'most samples' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of a sample' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: go on, to sample from the law' },
  },
  presets: { published: { untilSolved: false } },
  needs: ['policy', 'reward'],
  run: (s, k) => sampledTree(s, { ...k, score: boltzmann(s.tree, k.lambda), draw: 'softmax', rule: soft(k.lambda, 'multiplicity') }),
})

/** An end drawn from the law that a finished tree stands for, by a Boltzmann walk from the root: no call is made. null: nothing is known. */
export function sampleFrom(t: Tree<any, any, any>, lambda: number, rng: Random): NodeId | null {
  const n = descend(t, boltzmann(t, lambda), rng, { draw: 'softmax' })
  return n === null || n === t.root ? null : n
}
