// PUCT: tree search guided by the policy's own probabilities and a value (AlphaZero).
import { appraiser, dive, finish, growth, growthKnobs, paced, paceKnob } from '../compose/index.ts'
import type { Drawing, EdgeId } from '../contract/index.ts'
import { backup, maxOf, mean, mixed, mostVisited, puct as ucb } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * AlphaZero's search (Silver et al. 2018), over actions that a policy proposes.
 *
 * 1. Selection: the edge of greatest Q + c(N) P sqrt(N(parent)) / (1 + N), c(N) = c_init + ln((N(parent) + c_base + 1) / c_base).
 * 2. Expansion: the edge is taken. P is what the policy says of the action: its probability where it gives one, else its share of the draws.
 *    For a language model priors are a call of their own, so a node's actions are drawn when it is first gone on from, not when it is made.
 * 3. Evaluation: the critic's value of the new state, no playout; the reward where it is finished.
 * 4. Backup: the mean, seen by the player who chose.
 *
 * Traps: Q of an unvisited edge (`fpu`) decides how wide the search is: AlphaZero's 0 lies in the middle of [-1, 1], but is the worst of [0, 1].
 * From one list of distinct actions all priors are equal. Root noise is for self-play and is left out.
 */
export const puct = method({
  id: 'puct',
  version: 1,
  paper: {
    title: 'A general reinforcement learning algorithm that masters chess, shogi, and Go through self-play',
    id: 'doi:10.1126/science.aar6404',
  },
  knobs: {
    cInit: { default: 1.25, min: 0, max: 1000, doc: 'exploration' },
    cBase: { default: 19652, min: 1, max: 1e9, doc: 'how slowly exploration grows with the visits' },
    fpu: {
      default: 'zero',
      choices: ['zero', 'parent', 'first'],
      doc: "Q of an unvisited edge: 0, its parent's Q, or before all visited ones",
    },
    norm: { default: 'none', choices: ['none', 'minmax'], doc: 'minmax: Q scaled to the range of the siblings' },
    ...growthKnobs,
    simulations: { default: 800, min: 0, max: 10_000_000, doc: 'most simulations; 0: until the budget ends' },
    meanShare: { default: 1, min: 0, max: 1, doc: 'Q = meanShare x mean + (1 - meanShare) x greatest of the returns' },
    choose: { default: 'answer', choices: ['answer', 'move'], doc: 'the best answer found, or (in games) the most visited move' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { fpu: 'zero', widening: 0 }, robust: { meanShare: 0, widening: 0.5, simulations: 0 } },
  promises: ['optimum', 'diverse'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    const rule = k.meanShare === 1 ? mean : mixed(k.meanShare, mean, maxOf)
    const unvisited = { zero: 0, parent: (e: EdgeId) => t.Q[t.parent(e)!] || 0, first: 1e6 }[k.fpu as 'zero' | 'parent' | 'first']
    const score = ucb(t, { c: k.cInit, base: k.cBase, unvisited, norm: k.norm as 'none' | 'minmax' })
    const grown = growth(s, { draw: { n: k.width, how: k.how as Drawing }, widening: k.widening })
    await s.workers(
      paced(s, k.pace, async sim => {
        const n = await dive(s, sim, score, grown) // 1, 2
        await finish(s, [n], k)
        await appraise([n]) // 3
        backup(t, n, t.V[n], rule) // 4
      }),
      k.simulations > 0 ? { times: k.simulations } : {},
    )
  },
  answer: (t, k) => (k.choose === 'move' ? mostVisited(t) : bestAnswer(t)),
})
