// AlphaMath: tree search with a value head and no playouts, for mathematical reasoning step by step.
import { appraiser, finish, growth, paced, paceKnob, readOff } from '../compose/index.ts'
import type { Drawing, NodeId } from '../contract/index.ts'
import { backup, descend, mean, meanLogprob, puct, unless } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Chen et al. 2024. The searching half: what is learnt from its trees is left to the learning room.
 *
 * 1. A step is one action of the world, with what its execution showed. A branch ends with an answer, or fails at `maxDepth`.
 * 2. Prior of a sampled step: P = exp((1/L) sum log p(token)), not normalised over siblings. Without log-probabilities it is the share of the draws.
 * 3. Selection: greatest Q + c P sqrt(N(parent)) / (1 + N) among the children that have not ended; Q of an unvisited one is 0.
 * 4. Expansion: n steps are sampled; equal ones are one.
 * 5. Evaluation without playouts. An end is rewarded and backed up the moment it is there; else the critic's value: of the node that was expanded, or
 *    (`updateLeafValue`) of each new child instead.
 * 6. Backup: N += 1, W += value, up to and with the root; Q = W / N.
 * 7. Answer: the best by reward, or (`choose: walk`) the way down the finished tree by Q, subtrees without a valid answer left out.
 *
 * Traps: the paper's values and rewards lie in [-1, 1], so that 0, an unvisited child's Q, is in the middle; `signed` maps a frame's [0, 1] there. Priors
 * do not sum to 1: c interacts with how sure the policy is of its tokens. Visiting ended children would waste simulations, so they are closed; their
 * value is in their parents' Q all the same.
 */
export const alphamath = method({
  id: 'alphamath',
  version: 1,
  slot: 'search',
  paper: { title: 'AlphaMath Almost Zero: process Supervision without process', id: 'arXiv:2405.03553', dossier: 'alphamath' },
  knobs: {
    simulations: { default: 40, min: 0, max: 10_000_000, doc: 'N, most simulations; 0: until the budget ends' },
    n: { default: 5, min: 1, max: 1000, doc: 'steps sampled at a node' },
    how: { default: 'iid', choices: ['iid', 'distinct', 'all'], doc: 'sampled one by one, listed by one call, or enumerated by the world' },
    maxDepth: { default: 8, min: 1, max: 10_000, doc: 'a branch this long that has not ended has failed' },
    c: { default: 1.25, min: 0, max: 1000, doc: 'exploration (the paper: 1.25 to answer, 1.5 to make data)' },
    updateLeafValue: { default: false, doc: 'value and back up every new child, not the node expanded' },
    signed: { default: true, doc: 'values and rewards in [0, 1] become 2 x - 1; false: they are in [-1, 1] already' },
    widening: { default: 0, min: 0, max: 1, doc: 'a node of N visits is drawn at N^widening times; 0: once (the paper)' },
    choose: { default: 'best', choices: ['best', 'walk'], doc: 'the best answer by reward, or the walk down the tree by Q' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer; false: for training data' },
  },
  presets: { published: {}, data: { c: 1.5, untilSolved: false }, robust: { how: 'distinct', n: 8, simulations: 0, widening: 0.3 } },
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const { P, V } = t
    const appraise = appraiser(s)
    const worth = (x: number): number => (k.signed ? 2 * x - 1 : x)
    const grown = growth(s, { draw: { n: k.n, how: k.how as Drawing, sampling: { grain: 'step', logprobs: true } }, widening: k.widening })
    const score = unless(puct(t, { c: k.c }), e => grown.spent(e) || t.depth(e) >= k.maxDepth) // 3
    await s.workers(
      paced(s, k.pace, async sim => {
        const leaf = sim.hold(descend(t, score, sim.random, { go: n => !grown.wants(n) }))
        const kids = await s.step(await grown.draw(leaf)) // 4
        for (const n of kids) {
          const prior = Math.exp(meanLogprob(t.draws(n)[0] ?? { action: null })) // 2
          if (!Number.isNaN(prior)) P[n] = prior
        }
        await finish(s, kids, k)
        const over = (n: NodeId): boolean => t.is(n, 'end') || t.depth(n) >= k.maxDepth
        for (const n of kids.filter(over)) backup(t, n, t.is(n, 'end') ? worth(V[n]) : -1, mean) // 5
        const judged = k.updateLeafValue ? kids.filter(n => !over(n)) : [leaf]
        await appraise(judged)
        for (const n of judged) backup(t, n, worth(V[n]), mean) // 6
      }),
      k.simulations > 0 ? { times: k.simulations } : {},
    )
  },
  answer: (t, k) => (k.choose === 'walk' ? (readOff(t, n => t.Q[n]) ?? bestAnswer(t)) : bestAnswer(t)), // 7
})
