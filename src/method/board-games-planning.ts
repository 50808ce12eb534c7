// External search of "Mastering Board Games": asynchronous PUCT, one call for policy and value, virtual counts that fade towards the root.
import { appraiser, finish } from '../compose/index.ts'
import type { Drawing, EdgeId, NodeId, Tree } from '../contract/index.ts'
import { argmax, backup, descendEdges, isGame, mean, mostVisited, puct, softmax, unless } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/** The child of greatest value, less a margin that shrinks with its visits. */
const valued = (t: Tree<any, any, any>, margin: number): NodeId | null =>
  argmax(t.children(t.root), n => (t.N[n] > 0 ? t.Q[n] - margin / Math.sqrt(t.N[n]) : Number.NaN)) ?? null

/**
 * Schultz et al. 2024, the external search.
 *
 * 1. One call gives the actions of a state with their values (multi-action-value): the policy's draws carry a `forecast`. A policy without forecasts is
 *    helped out by the frame's value: then V is the critic's, and P what the policy says.
 * 2. Prior P(a) = (1 - eps) softmax(Q(a) / tau) + eps / |A| over the actions drawn. The root is evaluated first, alone.
 * 3. Value of a new state: the greatest of its actions' values, as the player to move sees it.
 * 4. Selection by PUCT over visits and virtual counts. A simulation adds its counts on the way down, and the next ones go on selecting until `batch` are
 *    under way; when its answer arrives, they are taken back and the visit is counted.
 * 5. Dynamic virtual counts: max(n_min, floor(n_max 2^(depth - depth of the leaf))): much at the leaf, little near the root, whose statistics stay true.
 * 6. A move that the world cannot follow, or a state of which nothing can be read, is never chosen again.
 * 7. The move: `robust` the most visited, `max` of greatest value, `secure` of greatest value - c / sqrt(N), `maxRobust` the most visited after as many
 *    more simulations as it takes for it to have the greatest value, too (twice the simulations at most).
 *
 * c, tau, eps and the number of actions are not in the paper's text; they are set here. Virtual counts add visits and no loss. Traps: values are nearly
 * flat, so the temperature must be low. Where many moves are as good as won, `gamma` below 1 prefers the shorter way. With no virtual counts those
 * under way crowd into one leaf, are answered by one call, and count it often.
 */
export const boardGamesPlanning = method({
  id: 'board-games-planning',
  version: 1,
  paper: {
    title: 'Mastering Board Games by External and Internal Planning with Language Models',
    id: 'arXiv:2412.12119',
    dossier: 'board-games-planning',
  },
  knobs: {
    simulations: { default: 100, min: 0, max: 10_000_000, doc: 'simulations for a move; 0: until the budget ends' },
    batch: { default: 16, min: 1, max: 100_000, doc: 'simulations under way at once' },
    c: { default: 1.25, min: 0, max: 1000, doc: 'exploration (c_puct)' },
    tau: { default: 0.1, min: 0.0001, max: 1000, doc: 'temperature of the prior, in units of value' },
    eps: { default: 0.05, min: 0, max: 1, doc: 'share of the prior that is even' },
    virtual: { default: 'dynamic', choices: ['dynamic', 'constant', 'none'], doc: 'virtual counts; constant: n_max everywhere' },
    nMax: { default: 8, min: 1, max: 10_000, doc: 'virtual count of the leaf' },
    nMin: { default: 2, min: 0, max: 10_000, doc: 'least virtual count of a node on the way' },
    gamma: { default: 1, min: 0, max: 1, doc: 'discount of values for each move' },
    how: {
      default: 'distinct',
      choices: ['distinct', 'iid', 'all'],
      doc: 'actions listed by one call, sampled, or enumerated by the world',
    },
    width: { default: 8, min: 1, max: 1000, doc: 'actions drawn at a state; with `all` every one' },
    choose: { default: 'robust', choices: ['robust', 'max', 'maxRobust', 'secure'], doc: 'the move, in a game; elsewhere the best answer' },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: {} },
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const { F, P, V } = t
    const appraise = appraiser(s)
    const game = s.world.player !== undefined
    const fading = (depth: number, leaf: number): number => Math.max(k.nMin, Math.floor(k.nMax * 2 ** (depth - leaf)))
    const virtual = { dynamic: fading, constant: () => k.nMax, none: () => 0 }[k.virtual as 'dynamic' | 'constant' | 'none'] // 5
    const score = unless(puct(t, { c: k.c }), e => t.is(e, 'failed') || (!game && (t.is(e, 'end') || t.is(e, 'closed')))) // 4
    const evaluate = async (n: NodeId): Promise<void> => {
      const edges = [...new Set(await s.propose(n, { how: k.how as Drawing, ...(k.how === 'all' ? {} : { n: k.width }) }))] // 1
      const known = edges.filter(e => !Number.isNaN(F[e]))
      if (edges.length === 0) {
        if (n === t.root) s.stop()
        else s.prune(n) // 6
      } else if (known.length > 0) {
        const weight = softmax(
          edges.map(e => F[e]),
          k.tau,
        )
        edges.forEach((e, i) => {
          P[e] = (1 - k.eps) * weight[i] + k.eps / edges.length // 2
        })
        V[n] = Math.max(...known.map(e => F[e])) // 3
      } else await appraise([n])
    }
    const asked = new Map<EdgeId, Promise<void>>()
    /** Two under way to one state share its evaluation. */
    const once = (n: NodeId): Promise<void> => {
      let under = asked.get(n)
      if (under === undefined) asked.set(n, (under = evaluate(n).finally(() => asked.delete(n))))
      return under
    }
    const simulate = (times: number): Promise<void> =>
      s.workers(
        async sim => {
          const met = descendEdges(t, score, sim.random, { meet: true })
          // The best place is being evaluated: better to wait for it than to go where the search would not go by itself.
          const e = sim.hold(met === null || (t.N[met] === 0 && t.O[met] > 0) ? null : met, virtual)
          const [n] = await s.step([e])
          if (n === undefined) return s.prune(e) // 6
          await finish(s, [n], k)
          if (!t.is(n, 'end') && (t.first(n) === -1 || Number.isNaN(V[n]))) await once(n)
          backup(t, n, V[n], mean, { gamma: k.gamma })
        },
        { slots: k.batch, ...(times > 0 ? { times } : {}) },
      )
    await once(t.root)
    await simulate(k.simulations)
    if (k.choose !== 'maxRobust' || !game) return
    for (let more = k.simulations; more > 0 && mostVisited(t) !== valued(t, 0); more -= k.batch) await simulate(Math.min(more, k.batch)) // 7
  },
  answer(t, k) {
    if (!isGame(t)) return bestAnswer(t)
    if (k.choose === 'robust' || k.choose === 'maxRobust') return mostVisited(t)
    return valued(t, k.choose === 'secure' ? k.c : 0) ?? mostVisited(t)
  },
})
