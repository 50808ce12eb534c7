// Q* search: A* with edges, not nodes, on the open list.
import { finish, stateOf } from '../compose/index.ts'
import type { Drawing, EdgeId, NodeId } from '../contract/index.ts'
import { argmax, chosenBy, Frontier, tell, terms } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Agostinelli et al. 2021, "A* Search Without Expansions". One call gives q(s, a) for all actions of a state, so that a child is made only when its
 * edge is popped.
 *
 * 1. q(s, a) = c(s, a) + h(s'): cost of the step and what is left after it. Cost of an edge on the open list: f(s, a) = w g(s) + q(s, a).
 * 2. All edges of the root are pushed; CLOSED[root] = 0.
 * 3. The B edges of least f are popped (each with probability eps a random one instead) and taken, g' = g + c. A goal lowers the upper bound. A state in
 *    CLOSED at no greater cost is dropped, else CLOSED[s'] = g', and one call for each survivor scores its actions; all are pushed.
 * 4. The end: the first of the popped costs f is at least w times the bound; `firstGoal`: the first goal.
 * 5. The path is a shortest one if h never overestimates and the step's cost is never underestimated, with w = 1 and eps = 0.
 *
 * The frame's action values are values, greater is better: -q where they are costs to pay (`q: cost`), or a chance of success p, and then q = -ln p.
 * Traps: q has the step's cost in it already. Duplicates are seen only when made, so dead edges stay open, |A| to a state. A cheaper way re-opens a state.
 * An action of unknown value is popped after all others. A batch pops worse than the best: the end looks at the first.
 */
export const qStarSearch = method({
  id: 'q-star-search',
  version: 1,
  paper: {
    title: 'A* Search Without Expansions: Learning Heuristic Functions with Deep Q-Networks',
    id: 'arXiv:2102.04518',
    dossier: 'q-star-search',
  },
  knobs: {
    w: { default: 1, min: 0, max: 1, doc: 'weight of the cost so far; less is greedier' },
    B: { default: 1, min: 1, max: 100_000, doc: 'edges popped at a time' },
    eps: { default: 0, min: 0, max: 1, doc: 'chance that a random open edge is popped instead' },
    firstGoal: { default: false, doc: 'end at the first goal' },
    q: { default: 'cost', choices: ['cost', 'chance'], doc: 'what action values are: minus the cost to pay, or the chance of success' },
    how: {
      default: 'distinct',
      choices: ['distinct', 'iid', 'all'],
      doc: 'actions listed by one call, sampled, or enumerated by the world',
    },
    width: { default: 0, min: 0, max: 100_000, doc: 'actions of a state; 0: as many as there are' },
    iterations: { default: 0, min: 0, max: 10_000_000, doc: 'most pops; 0: until the end, or the budget' },
  },
  presets: { published: {} },
  promises: ['orderFree'],
  needs: ['policy', 'actionValue'],
  async run(s, k) {
    const t = s.tree
    const G = t.column('g', 0)
    const open = new Frontier<EdgeId>('min', (e, f) => tell(t, 'f', e, f))
    const closed = new Map<string | number, number>([[stateOf(s, t.root), 0]])
    const q = (e: EdgeId): number => (k.q === 'cost' ? -t.F[e] : -Math.log(t.F[e]))
    chosenBy(t, terms(t, { g: e => k.w * G[t.parent(e)!], q }))
    const draw = { how: k.how as Drawing, ...(k.width > 0 ? { n: k.width } : k.how === 'iid' ? { n: 8 } : {}) }
    const push = async (nodes: readonly NodeId[]): Promise<void> => {
      const edges = await Promise.all(
        nodes.map(async n => {
          const drawn = [...new Set(await s.propose(n, draw))]
          const unknown = drawn.filter(e => Number.isNaN(t.F[e]))
          if (unknown.length > 0) await s.forecast(unknown) // 1
          return drawn
        }),
      )
      // Of equal f first what has less left to go.
      for (const e of edges.flat()) open.push(e, k.w * G[t.parent(e)!] + q(e) * (1 + 1e-9))
    }
    let bound = Number.POSITIVE_INFINITY
    await push([t.root]) // 2
    for (let i = 0; open.size > 0 && (bound === Number.POSITIVE_INFINITY || open.peek()!.priority < k.w * bound); i++) {
      if (k.iterations > 0 && i >= k.iterations) return // 4
      const random = s.random('pop', i)
      const popped: EdgeId[] = []
      for (let b = 0; b < k.B && open.size > 0; b++) {
        const odd = k.eps > 0 && random.next() < k.eps ? random.pick(open.items()).item : undefined
        popped.push(open.pop(odd === undefined ? undefined : e => e === odd)!)
      }
      const survivors: NodeId[] = []
      const made = await s.step(popped) // 3
      for (const n of made) {
        const p = t.parent(n)!
        G[n] = G[p] + (s.world.cost?.(t.state(p), t.action(n)) ?? 1)
        const key = stateOf(s, n)
        if (!t.is(n, 'end') && G[n] >= (closed.get(key) ?? Number.POSITIVE_INFINITY)) s.prune(n)
        else {
          closed.set(key, Math.min(G[n], closed.get(key) ?? G[n]))
          survivors.push(n)
        }
      }
      await finish(s, survivors)
      const goals = survivors.filter(n => t.is(n, 'end') && !t.outcome(n)?.failed && !t.is(n, 'failed') && !(t.R[n] <= 0))
      for (const n of goals) bound = Math.min(bound, G[n])
      if (k.firstGoal && goals.length > 0) return s.stop()
      // A state reached twice in one batch goes on from its cheaper way only.
      await push(survivors.filter(n => !t.is(n, 'end') && G[n] === closed.get(stateOf(s, n))))
    }
  },
  answer(t) {
    const G = t.column('g', 0)
    const proven = t.answers().filter(n => t.is(n, 'end') && t.is(n, 'solved'))
    return argmax(proven, n => -G[n]) ?? bestAnswer(t)
  },
})
