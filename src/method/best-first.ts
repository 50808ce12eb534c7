// Best-first search: always grow the most promising state anywhere in the tree.
import { appraiser, distinctStates, finish, paced, paceKnob, stateOf } from '../compose/index.ts'
import type { Drawing, NodeId } from '../contract/index.ts'
import { aggregate, Frontier, tell } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Greedy best-first search (Pearl 1984): an open list ordered by the value of states alone.
 *
 * 1. Take the open state of the highest value (of equals the first that came).
 * 2. Draw its next actions; reward what is finished, value what is not.
 * 3. Put the new states on the open list, each state once.
 *
 * Textbook search enumerates all actions of a state, so that a state is done with once expanded. A language model lists only some, and what it
 * left out may be the only way: `again` puts an expanded state back, worth `again` times what it was. The root counts as worth 1.
 *
 * Traps: a value that is too sure of itself keeps the search in one branch; values of different depths must be on one scale. Several in flight
 * means that also the second best is grown. 0 < again < 1 presumes values that are not negative.
 */
export const bestFirst = method({
  id: 'best-first',
  version: 1,
  paper: { title: 'Heuristics: Intelligent Search Strategies for Computer Problem Solving', id: 'ISBN 0-201-05594-5' },
  knobs: {
    width: { default: 8, min: 1, max: 1000, doc: 'actions drawn at a state' },
    how: {
      default: 'distinct',
      choices: ['distinct', 'iid', 'all'],
      doc: 'drawn by one call that lists them, one by one, or enumerated by the world',
    },
    along: {
      default: 'last',
      choices: ['last', 'mean', 'min', 'product'],
      doc: 'worth of a state from the values on its path: the last one alone, or all of them',
    },
    again: { default: 0, min: 0, max: 1, doc: 'worth of an expanded state against its first worth; 0: it is not expanded again' },
    expansions: { default: 0, min: 0, max: 10_000_000, doc: 'most expansions; 0: until the budget ends or nothing is open' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { again: 0 }, robust: { again: 0.75, along: 'mean' } },
  promises: ['optimum', 'diverse'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    const open = new Frontier<{ n: NodeId; worth: number }>('max', ({ n }, worth) => tell(t, 'worth', n, worth))
    const seen = new Set([stateOf(s, t.root)])
    open.push({ n: t.root, worth: 1 }, 1)
    await s.workers(
      paced(s, k.pace, async sim => {
        const entry = open.pop(({ n }) => !t.is(n, 'pruned')) // 1
        const n = sim.hold(entry?.n)
        const had = t.edges(n).length
        const kids = await s.expand(n, { n: k.width, how: k.how as Drawing }) // 2
        await finish(s, kids, k)
        const fresh = distinctStates(s, kids).filter(c => !seen.has(stateOf(s, c)))
        for (const c of fresh) seen.add(stateOf(s, c))
        await appraise(fresh)
        for (const c of fresh) {
          const worth = aggregate(
            t
              .path(c)
              .slice(1)
              .map(m => t.V[m]),
            k.along as 'last',
          ) // 3
          open.push({ n: c, worth }, worth)
        }
        const worth = entry!.worth * k.again
        if (worth > 0 && t.edges(n).length > had) open.push({ n, worth }, worth)
      }),
      k.expansions > 0 ? { times: k.expansions } : {},
    )
  },
})
