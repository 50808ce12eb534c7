// AB-MCTS: wider or deeper, decided anew at every node by Thompson sampling.
import { paced, paceKnob, worthOf } from '../compose/index.ts'
import type { NodeId, Random } from '../contract/index.ts'
import { argmax, backup, betaDraw, gaussianDraw, mean, mixedDraw, observe, type Seen, telling, unseen } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Inoue et al. 2025. A node is an answer with a score in [0, 1]; a child is another answer drawn from it (a refinement, at the root a fresh one). Every
 * node has, beside its children, one way more: GEN, which draws a new child. So the branching factor is found while searching.
 *
 * 1. From the root down: at each node choose GEN or a child by a draw from what is believed of each; at a leaf there is only GEN.
 * 2. GEN draws one action; the new node is scored: the reward where it is an answer, else the critic's value.
 * 3. The score is backed up to the root.
 *
 * Variant A, node aggregation: at a node, GEN has the scores of the children it drew, CONT those of everything below the children. The greater draw
 * decides; for CONT the child with the greatest draw from its own scores (itself and all below it) is next. Posteriors are normal-inverse-chi-squared
 * or Beta, all conjugate. Variant M, mixed model: each child is a group of scores (itself and all below it), normal about the child's level, levels
 * normal about an overall mean; GEN is a group not seen yet. The greatest predictive draw decides. The paper fits this by MCMC; here everything but two
 * spreads is in closed form, and these are summed over a grid (kernel `mixedDraw`): same model and priors, another way to compute.
 *
 * Traps: scores outside [0, 1] defeat the priors. A draw that repeats a child tells GEN something and grows nothing: after `patience` such draws in a row
 * GEN is closed there. Finished children cannot be refined: their scores count, and the walk goes elsewhere. Draws spread concurrent walks by
 * themselves; visits under way are not counted. Where steps are no answers, it is only as good as the critic.
 */
export const abMcts = method({
  id: 'ab-mcts',
  version: 1,
  paper: {
    title: 'Wider or Deeper? Scaling LLM Inference-Time Compute with Adaptive Branching Tree Search',
    id: 'arXiv:2503.04412',
    dossier: 'ab-mcts',
  },
  slot: 'search',
  knobs: {
    variant: { default: 'A', choices: ['A', 'M'], doc: 'node aggregation, or mixed model' },
    posterior: { default: 'gaussian', choices: ['gaussian', 'beta'], doc: 'of variant A' },
    priorMean: { default: 0, min: -1e6, max: 1e6, doc: 'gaussian: guess of a mean score (m)' },
    kappa: { default: 1, min: 1e-6, max: 1e6, doc: 'gaussian: observations that the guess of the mean is worth' },
    nu: { default: 1, min: 1e-6, max: 1e6, doc: 'gaussian: observations that the guess of the variance is worth' },
    tauSquare: { default: 0.1, min: 1e-9, max: 1e6, doc: 'gaussian: guess of the variance' },
    alpha: { default: 0.5, min: 1e-6, max: 1e6, doc: 'beta: successes believed before the first (Jeffreys)' },
    beta: { default: 0.5, min: 1e-6, max: 1e6, doc: 'beta: failures believed before the first' },
    average: { default: 0.5, min: -1e6, max: 1e6, doc: 'variant M: guess of the overall mean' },
    averageSd: { default: 0.2, min: 1e-6, max: 1e6, doc: 'variant M: and how far it may be off' },
    groupSd: { default: 0.2, min: 1e-6, max: 1e6, doc: 'variant M: scale of the spread between children' },
    noiseSd: { default: 0.3, min: 1e-6, max: 1e6, doc: 'variant M: scale of the spread below a child' },
    patience: { default: 3, min: 1, max: 1000, doc: 'draws in a row that bring nothing new, after which a node draws no more' },
    generations: { default: 0, min: 0, max: 10_000_000, doc: 'most draws; 0: until the budget ends' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { untilSolved: false } },
  needs: ['policy'],
  async run(s, k) {
    const t = s.tree
    const worth = worthOf(s, k)
    const fruitless = t.column('fruitless', 0)
    const beliefs = new Map<NodeId, { gen: Seen; cont: Seen; own: Seen }>()
    const of = (n: NodeId) => {
      let b = beliefs.get(n)
      if (b === undefined) beliefs.set(n, (b = { gen: unseen(), cont: unseen(), own: unseen() }))
      return b
    }
    const gaussian = { mean: k.priorMean, kappa: k.kappa, nu: k.nu, tauSquare: k.tauSquare }
    const mixed = { mean: k.average, meanSd: k.averageSd, groupSd: k.groupSd, noiseSd: k.noiseSd }
    const draw = (rng: Random, x: Seen): number => (k.posterior === 'beta' ? betaDraw(rng, x, k) : gaussianDraw(rng, x, gaussian))
    const dry = (n: NodeId): boolean => fruitless[n] >= k.patience
    const over = (n: NodeId): boolean => t.is(n, 'end') || t.is(n, 'failed') || (t.is(n, 'closed') && dry(n))

    /** 1: where to draw; null: nothing is left to do. */
    const descend = (rng: Random): NodeId | null => {
      for (let n = t.root; ; ) {
        const kids = t.children(n)
        const open = kids.filter(c => !over(c))
        if (open.length === 0) return dry(n) ? null : n
        let next: NodeId | undefined
        if (k.variant === 'M') {
          const drawn = mixedDraw(
            rng,
            kids.map(c => of(c).own),
            mixed,
          )
          next = argmax(
            open,
            telling(t, 'draw', c => drawn.groups[kids.indexOf(c)]),
          )
          if (!dry(n) && drawn.fresh >= drawn.groups[kids.indexOf(next!)]) return n
        } else {
          if (!dry(n) && draw(rng, of(n).gen) >= draw(rng, of(n).cont)) return n
          next = argmax(
            open,
            telling(t, 'draw', c => draw(rng, of(c).own)),
          )
        }
        n = next!
      }
    }
    const count = (child: NodeId, r: number): void => {
      if (Number.isNaN(r)) return
      observe(of(child).own, r)
      for (let n = t.parent(child)!; n !== t.root; n = t.parent(n)!) {
        observe(of(n).own, r)
        observe(of(t.parent(n)!).cont, r)
      }
      backup(t, child, r, mean)
    }
    await s.workers(
      paced(s, k.pace, async sim => {
        const n = sim.hold(descend(sim.random))
        const hint = t.judged(n)?.feedback
        const [e] = await s.propose(n, hint === undefined ? { n: 1 } : { n: 1, hint }) // 2
        const repeated = e === undefined || t.taken(e)
        fruitless[n] = repeated ? fruitless[n] + 1 : 0
        const [child] = e === undefined ? [] : await s.step([e])
        if (child === undefined) {
          if (e !== undefined) s.prune(e)
          else if (dry(n) && t.first(n) === -1) n === t.root ? s.stop() : s.prune(n)
          return
        }
        const r = await worth(child)
        if (!Number.isNaN(r)) observe(of(n).gen, r)
        if (t.N[child] === 0) count(child, r) // 3
      }),
      k.generations > 0 ? { times: k.generations } : {},
    )
  },
})
