// UCT: bandit-based Monte-Carlo planning.
import { appraiser, dive, finish, growth, growthKnobs, paced, paceKnob, rollout } from '../compose/index.ts'
import type { Drawing, NodeId, Sim } from '../contract/index.ts'
import { backup, maxOf, mean, mixed, mostVisited, uct as ucb } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Kocsis and Szepesvári 2006: UCB1 at every node of the tree.
 *
 * 1. Selection: the child of greatest Q + c sqrt(ln N(parent) / N); unvisited ones first. c = 2 C_p, and C_p = 1 / sqrt 2 for returns in [0, 1].
 * 2. Expansion: one new node. Actions are all that the world enumerates (`how: all`), or drawn from the policy.
 * 3. Simulation: the critic's value, or a playout to an end: by random legal actions where the world enumerates them, else by the policy.
 *    Playouts are kept aside in the tree: paid for, shown, and not searched.
 * 4. Backup: the mean of the returns, seen by the player who chose.
 *
 * Traps: c is in units of the returns; `norm` scales Q to the siblings' range, which matters more than c where values crowd together. In a game
 * finished nodes are visited again and again, and `simulations` must end it; in other worlds they are closed. A playout that was cut off says nothing.
 */
export const uct = method({
  id: 'uct',
  version: 1,
  paper: { title: 'Bandit Based Monte-Carlo Planning', id: 'doi:10.1007/11871842_29' },
  knobs: {
    c: { default: Math.SQRT2, min: 0, max: 1000, doc: 'exploration (2 C_p), in units of the returns, or of their range with `norm`' },
    norm: { default: 'none', choices: ['none', 'minmax'], doc: 'minmax: Q scaled to the range of the siblings' },
    fpu: { default: 1e9, min: -1e9, max: 1e9, doc: 'first-play urgency: score of an unvisited child; by default above all others' },
    simulate: { default: 'value', choices: ['value', 'playout'], doc: "the critic's value of a new state, or a playout to an end" },
    ...growthKnobs,
    simulations: { default: 1000, min: 0, max: 10_000_000, doc: 'most simulations; 0: until the budget ends' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of a playout' },
    meanShare: { default: 1, min: 0, max: 1, doc: 'Q = meanShare x mean + (1 - meanShare) x greatest of the returns' },
    choose: { default: 'answer', choices: ['answer', 'move'], doc: 'the best answer found, or (in games) the most visited move' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { norm: 'none', widening: 0 }, robust: { c: 0.3, fpu: 0.7, meanShare: 0, widening: 0.5, simulations: 0 } },
  promises: ['optimum', 'diverse'],
  needs: ['policy'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    const rule = k.meanShare === 1 ? mean : mixed(k.meanShare, mean, maxOf)
    const score = ucb(t, { c: k.c, norm: k.norm as 'none' | 'minmax', unvisited: k.fpu })
    const grown = growth(s, { draw: { n: k.width, how: k.how as Drawing }, widening: k.widening })
    const aside = async (n: NodeId, sim: Sim) => {
      const legal = k.how === 'all' ? s.world.actions?.(t.state(n)) : undefined
      if (legal === undefined) return s.expand(n, { n: 1, aside: true })
      return legal.length > 0 ? s.step([s.insert(n, sim.random.pick(legal), { aside: true })]) : []
    }
    await s.workers(
      paced(s, k.pace, async sim => {
        const n = await dive(s, sim, score, grown) // 1, 2
        let end: NodeId = n
        if (!t.is(n, 'end')) {
          if (k.simulate === 'value')
            await appraise([n]) // 3
          else
            end =
              (
                await rollout(
                  t,
                  n,
                  m => aside(m, sim),
                  () => 0,
                  { steps: k.steps },
                )
              ).at(-1) ?? n
        }
        await finish(s, [end], k)
        backup(t, n, k.simulate === 'value' || end === n ? t.V[n] : seenFrom(n, end), rule) // 4
      }),
      k.simulations > 0 ? { times: k.simulations } : {},
    )
    /** The reward of a playout's end, as the player to move at n sees it; of one that did not end, nothing. */
    function seenFrom(n: NodeId, end: NodeId): number {
      if (!t.is(end, 'end')) return Number.NaN
      const mover = s.world.player
      return mover === undefined || mover(t.state(n)) === mover(t.state(end)) ? t.R[end] : -t.R[end]
    }
  },
  answer: (t, k) => (k.choose === 'move' ? mostVisited(t) : bestAnswer(t)),
})
