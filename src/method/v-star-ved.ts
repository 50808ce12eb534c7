// V-STAR's value-guided efficient decoding: a small beam, then one child at a time where the value is high and the policy undecided.
import { appraiser, finish, growth } from '../compose/index.ts'
import type { Drawing, EdgeId, NodeId } from '../contract/index.ts'
import { argmax, backup, DepthGate, descend, mean, type Score, top } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * V-STAR 2026 (for recommendation: an item is a few tokens). The decoding half: sibling advantages are `treeAdvantage` of the kernel, their use is left to
 * the learning room.
 *
 * 1. A start tree by beam search: at each level the `beam` paths of the greatest sum of log priors, down to their ends.
 * 2. Priority of a node: G = V + lambdaH H, V the critic's value, H the entropy of the policy over its next steps.
 * 3. From the root to the child of the greatest U = G + beta sqrt(ln(N(root) + 1) / (N + 1)), while it is greater than the node's own, or where the node may
 *    not be expanded.
 * 4. A node may be expanded if it has a step not yet taken and G is at least the mean G of the nodes of its depth that still have one.
 * 5. ONE child is added, its likeliest step not taken; the visits of the path and the mean of the depth are brought up to date.
 * 6. Until `expansions`, or the budget, is used up. The candidates are the complete leaves; the best by reward is the answer.
 *
 * Traps: entropy prefers noise near the root, hence the gate by depth: G is not comparable between depths. Where nodes that are used up counted in the
 * mean, nothing might pass it. H and the priors want a policy that gives its law over steps; of sampled steps they are the shares of the draws, and of one
 * list of distinct steps all are equal: then only the value speaks. When a walk stops at a node (3) is our reading.
 */
export const vStarVed = method({
  id: 'v-star-ved',
  version: 1,
  slot: 'learn',
  paper: {
    title: 'Spend Search Where It Pays: Value-Guided Structured Sampling and Optimization for Generative Recommendation',
    id: 'arXiv:2602.10699',
    dossier: 'v-star-ved',
  },
  knobs: {
    beam: { default: 8, min: 1, max: 10_000, doc: 'width of the start tree' },
    lambdaH: { default: 0.1, min: 0, max: 1000, doc: 'weight of the entropy, in nats' },
    beta: { default: 0.1, min: 0, max: 1000, doc: 'exploration, in units of the value (not given by our source)' },
    expansions: { default: 64, min: 0, max: 10_000_000, doc: 'children added after the start tree; 0: until the budget ends' },
    how: {
      default: 'distinct',
      choices: ['distinct', 'all', 'iid'],
      doc: 'steps listed by one call, enumerated with the priors of the policy (the paper: tokens), or sampled',
    },
    width: { default: 8, min: 1, max: 1000, doc: 'steps drawn at a node' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: for training data' },
  },
  presets: { published: { untilSolved: false } },
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const { N, P, V } = t
    const G = t.column('priority')
    const appraise = appraiser(s)
    const grown = growth(s, { draw: { n: k.how === 'all' ? Infinity : k.width, how: k.how as Drawing, sampling: { grain: 'step' } } })
    const unexpanded = (n: NodeId): EdgeId[] => t.edges(n).filter(e => !t.taken(e))
    /** How many nodes at or below one may be expanded. */
    const ways = t.column('ways', 0)
    const gate = new DepthGate<NodeId>((n, passes) => {
      for (let m: NodeId | null = n; m !== null; m = t.parent(m)) ways[m] += passes ? 1 : -1
    }) // 4
    const count = (n: NodeId): void => gate.set(n, t.depth(n), unexpanded(n).length > 0 ? G[n] : Number.NaN)
    /** The law over a node's steps comes with it, as from one forward pass. */
    const arrive = async (nodes: readonly NodeId[]): Promise<void> => {
      await finish(s, nodes, k)
      const open = nodes.filter(n => !t.is(n, 'end'))
      await Promise.all([appraise(open), ...open.filter(grown.wants).map(n => grown.draw(n))])
      for (const n of nodes) {
        const priors = t.edges(n).map(e => P[e])
        const all = priors.reduce((a, p) => a + p, 0)
        G[n] = V[n] + k.lambdaH * priors.reduce((h, p) => (p > 0 ? h - (p / all) * Math.log(p / all) : h), 0) // 2
        count(n)
        const up = t.parent(n)
        if (up !== null) count(up)
        backup(t, n, V[n], mean)
      }
    }
    await arrive([t.root])
    const likely = t.column('likelihood', 0)
    for (let level: NodeId[] = [t.root]; level.length > 0; ) {
      const edges = level.flatMap(unexpanded)
      for (const e of edges) likely[e] = likely[t.parent(e)!] + Math.log(P[e])
      level = (await s.step(top(edges, k.beam, e => likely[e]))).filter(n => !t.is(n, 'failed')) // 1
      await arrive(level)
      level = level.filter(n => !t.is(n, 'end'))
    }
    await s.workers(
      async sim => {
        const shut = new Set<EdgeId>()
        const score: Score = e => {
          if (!t.taken(e) || shut.has(e) || ways[e] === 0) return Number.NaN
          return G[e] + k.beta * Math.sqrt(Math.log(N[t.root] + t.O[t.root] + 1) / (N[e] + t.O[e] + 1))
        }
        const best = (n: NodeId): number =>
          Math.max(
            ...t
              .children(n)
              .map(c => score(c, n))
              .filter(u => !Number.isNaN(u)),
            Number.NEGATIVE_INFINITY,
          )
        for (;;) {
          const n = sim.hold(descend(t, score, sim.random, { go: n => !gate.passes(n) || best(n) > score(n, n) })) // 3
          const e = gate.passes(n) ? argmax(unexpanded(n), e => (t.O[e] > 0 ? Number.NaN : P[e])) : undefined
          if (e !== undefined) return arrive(await s.step([sim.hold(e)])) // 5
          // All of it is under way, or was pruned.
          count(n)
          if (n === t.root) sim.hold(null)
          shut.add(n)
        }
      },
      k.expansions > 0 ? { times: k.expansions } : {},
    )
  },
})
