// Gumbel search: sequential halving at the root over actions drawn without replacement, an improved policy below.
import { appraiser, dive, finish, growth, growthKnobs } from '../compose/index.ts'
import type { Drawing, EdgeId, NodeId, Tree } from '../contract/index.ts'
import {
  argmax,
  backup,
  completedByMixedValue,
  consideredVisits,
  improvedPolicy,
  maxOf,
  mean,
  mixed,
  mostVisited,
  siblings,
  telling,
  top,
} from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Danihelka et al. 2022, "Policy improvement by planning with Gumbel".
 *
 * 1. At the place to move from: logits are the logarithms of the policy's priors; one Gumbel variable g for each action.
 * 2. The m actions of greatest g + logit: a draw of m without replacement.
 * 3. Sequential halving: n simulations in rounds; each round visits the best of those considered once, by g + logit + sigma(q).
 *    Simulations of a round are in flight together; a round waits for the one before, since its choice hangs on those values.
 * 4. Below, selection is deterministic: greatest pi'(a) - N(a) / (1 + sum N), pi' = softmax(logits + sigma(completed q)).
 * 5. The most visited action of greatest g + logit + sigma(q) is taken, and the search goes on from there until an end, all in one tree.
 *
 * Traps: g is drawn once for a place and pass, not for each simulation. Values must lie in [0, 1], or `rescale`. With few simulations the prior decides
 * most; from one list of distinct actions all priors are equal, and only g and q speak. In a game set `moves` to 1 and choose the `move`.
 */
export const gumbelSearch = method({
  id: 'gumbel-search',
  version: 1,
  paper: { title: 'Policy improvement by planning with Gumbel', id: 'OpenReview bERaNdoegnO' },
  knobs: {
    n: { default: 16, min: 1, max: 1_000_000, doc: 'simulations for each move' },
    m: { default: 16, min: 1, max: 10_000, doc: 'actions considered at a place' },
    cVisit: { default: 50, min: 0, max: 1e6, doc: 'c_visit' },
    cScale: { default: 1, min: 0, max: 1e6, doc: 'c_scale; sigma(q) = (c_visit + max N) c_scale q' },
    rescale: { default: true, doc: 'Q scaled to the range of the siblings' },
    ...growthKnobs,
    meanShare: { default: 1, min: 0, max: 1, doc: 'Q = meanShare x mean + (1 - meanShare) x greatest of the returns' },
    moves: { default: 0, min: 0, max: 10_000, doc: 'most actions taken in a pass; 0: until an end' },
    choose: { default: 'answer', choices: ['answer', 'move'], doc: 'the best answer found, or (in games) the most visited move' },
    passes: {
      default: 1,
      min: 0,
      max: 1_000_000,
      doc: 'how often to begin again at the root, with what is known; 0: until the budget ends',
    },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { passes: 1 }, robust: { passes: 0, m: 8, widening: 0.5, meanShare: 0 } },
  promises: ['optimum', 'diverse'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    const grown = growth(s, { draw: { n: k.width, how: k.how as Drawing }, widening: k.widening })
    const rule = k.meanShare === 1 ? mean : mixed(k.meanShare, mean, maxOf)
    const sigma = completedByMixedValue({ valueScale: k.cScale, maxVisitInit: k.cVisit, rescale: k.rescale })
    const below = interior(t, sigma) // 4

    const simulate = async (through: EdgeId[]) => {
      const mine = new Map<number, EdgeId>()
      await s.workers(
        async sim => {
          if (!mine.has(sim.index)) mine.set(sim.index, through[mine.size])
          const n = await dive(s, sim, below, grown, { through: mine.get(sim.index)! })
          await finish(s, [n], k)
          await appraise([n])
          backup(t, n, t.V[n], rule)
        },
        { times: through.length },
      )
    }
    const bestMove = async (at: NodeId, pass: number): Promise<EdgeId | undefined> => {
      if (grown.wants(at)) await grown.draw(at)
      const g = new Map(t.edges(at).map(e => [e, s.at(e).random('gumbel', pass).gumbel()])) // 1
      const worth = () => {
        const row = known(t, at)
        const q = sigma(row)
        const of = new Map(row.edges.map((e, i) => [e, g.get(e)! + row.logits[i] + q[i]]))
        return telling(t, 'worth', (e: EdgeId) => of.get(e)!)
      }
      const open = (e: EdgeId) => !grown.spent(e)
      const visits = new Map(top(t.edges(at).filter(open), k.m, e => g.get(e)! + Math.log(t.P[e])).map(e => [e, 0])) // 2
      for (const round of rounds(consideredVisits(visits.size, k.n))) {
        // 3
        const now = [...visits.keys()].filter(e => visits.get(e) === round.visit)
        const arms = top(now, round.size, worth())
        for (const e of arms) visits.set(e, round.visit + 1)
        await simulate(arms.filter(open))
      }
      const most = Math.max(...visits.values())
      return argmax(
        [...visits.keys()].filter(e => visits.get(e) === most),
        worth(),
      ) // 5
    }

    for (let pass = 0; pass < (k.passes || Infinity); pass++) {
      const had = t.size
      let at: NodeId = t.root
      for (let move = 0; move < (k.moves || Infinity) && !t.is(at, 'end'); move++) {
        const best = await bestMove(at, pass)
        const [next] = best === undefined ? [] : await s.step([best])
        if (next === undefined) break
        await finish(s, [next], k)
        at = next
      }
      if (t.size === had) return
    }
  },
  answer: (t, k) => (k.choose === 'move' ? mostVisited(t) : bestAnswer(t)),
})

/** Siblings by what is known of them: visits under way do not count, and a place that no critic has seen is worth what was found below it. */
function known(t: Tree<any, any, any>, n: NodeId) {
  const row = siblings(t, n)
  const raw = [t.V[n], t.Q[n]].find(x => !Number.isNaN(x)) ?? 0
  return { ...row, visits: row.edges.map(e => t.N[e]), raw, value: Number.isNaN(row.value) ? raw : row.value }
}

/** The improved policy less the share of the visits, those under way included; computed once for a row of siblings. */
function interior(t: Tree<any, any, any>, sigma: ReturnType<typeof completedByMixedValue>) {
  let at: NodeId | -1 = -1
  let scores = new Map<EdgeId, number>()
  const read = (p: NodeId) => {
    const row = known(t, p)
    const policy = improvedPolicy(row, sigma(row))
    const visits = row.edges.map(e => t.N[e] + t.O[e])
    const all = visits.reduce((a, b) => a + b, 1)
    return new Map(row.edges.map((e, i) => [e, policy[i] - visits[i] / all]))
  }
  const score = (e: EdgeId, p: NodeId): number => (p === at ? scores : read(p)).get(e) ?? Number.NaN
  return Object.assign(score, {
    scan(p: NodeId | -1) {
      if (p !== -1) scores = read(p)
      at = p
    },
  })
}

/** Runs of equal counts in the schedule: how many actions are visited for the (visit + 1)-th time before the next choice. */
function rounds(schedule: readonly number[]): { visit: number; size: number }[] {
  const out: { visit: number; size: number }[] = []
  for (const visit of schedule) {
    const last = out.at(-1)
    if (last !== undefined && last.visit === visit) last.size++
    else out.push({ visit, size: 1 })
  }
  return out
}
