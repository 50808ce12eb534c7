// Depth-first search over thoughts with a value threshold (Tree of Thoughts, algorithm 2).
import { appraiser, finish } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { Frontier, telling } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Yao et al. 2023, algorithm 2: DFS(s, t) goes to the best child first, recurses only where V(child) > v_th, and backtracks.
 *
 * 1. Propose up to k next thoughts in one call.
 * 2. Value the new states.
 * 3. Go to them best first; those at or below the threshold are cut.
 * 4. Where a state is finished, or at depth T, its answer is recorded, and the search goes back to the nearest state with an untried child.
 *
 * The paper's crosswords: k = 3, at most 100 states visited. Values here are the frame's, on its scale; v_th is on that scale.
 *
 * Traps: an optimistic value never lets the search leave a bad early choice, a strict threshold cuts the only solution. `relax` (not in the paper)
 * takes up the best of what was cut when nothing else is left. Equal states are judged once, but the threshold is asked for each.
 */
export const depthFirst = method({
  id: 'depth-first',
  version: 1,
  paper: {
    title: 'Tree of Thoughts: Deliberate Problem Solving with Large Language Models',
    id: 'arXiv:2305.10601',
    dossier: 'tree-of-thoughts',
  },
  knobs: {
    k: { default: 8, min: 1, max: 1000, doc: 'most thoughts proposed at a state, in one call' },
    maxPerState: { default: 3, min: 1, max: 1000, doc: 'most children gone to at a state' },
    vth: { default: 0.1, min: -1e9, max: 1e9, doc: 'a child is cut unless its value is above this' },
    T: { default: 64, min: 1, max: 10_000, doc: 'most thoughts on a path' },
    visits: { default: 100, min: 0, max: 1_000_000, doc: 'most states expanded; 0: until the budget ends' },
    relax: { default: false, doc: 'when nothing above the threshold is left, go on with the best of what was cut' },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { relax: false }, robust: { relax: true, visits: 0, maxPerState: 8 } },
  promises: ['optimum', 'orderFree', 'anytime', 'diverse'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    const stack: NodeId[] = [t.root]
    const cut = new Frontier<NodeId>()
    const value = telling(t, 'value', (n: NodeId) => t.V[n])
    for (let visits = 0; visits < (k.visits || Infinity); visits++) {
      const n = stack.pop() ?? (k.relax ? cut.pop() : undefined)
      if (n === undefined) return
      const kids = await s.expand(n, { n: k.k, how: 'distinct' })
      await finish(s, kids, k)
      if (t.depth(n) + 1 >= k.T) continue
      const open = kids.filter(c => !t.is(c, 'end') && !t.is(c, 'failed'))
      await appraise(open)
      open.sort((a, b) => t.V[b] - t.V[a])
      const gone = open.filter(c => value(c) > k.vth).slice(0, k.maxPerState)
      stack.push(...gone.reverse())
      for (const c of open) if (!gone.includes(c)) cut.push(c, t.V[c])
    }
  },
})
