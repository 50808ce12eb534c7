// DFSDT: depth-first search over a decision tree, of ToolLLM.
import type { NodeId } from '../contract/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Qin et al. 2023: an agent that may give a branch up. Siblings are drawn one after the other, each told what the former ones tried and what came of it.
 *
 * 1. Pre-order: draw a child, take it, go on below it; no value is asked for.
 * 2. Up to `width` children at a node. From the second on the prompt lists the former ones with what they showed, and asks for something different; that
 *    list is of this call only, and no descendant sees it.
 * 3. A branch that ended without an answer has given up: back by pruneBack levels, the given-up node itself the first. With 2 its parent is not asked
 *    again, and the grandparent's next child is tried; 1 asks the parent again, 3 leaves the grandparent too.
 * 4. An answer: the search ends with `answers` of them, else goes back by finalBack levels.
 * 5. The depth limit, and a node whose children are all used, go back by one level: they are not giving up.
 *
 * Traps: the paper counts its depth in nodes, three to a step (thought, action, input): `perStep`. The published search ends unsolved when the tree is
 * exhausted; `restart` begins again at the root with new draws. Tools are taken to be without effects that last. `told: false` leaves out the list.
 */
export const toolllmDfsdt = method({
  id: 'toolllm-dfsdt',
  version: 1,
  paper: {
    title: 'ToolLLM: Facilitating Large Language Models to Master 16000+ Real-world APIs',
    id: 'arXiv:2307.16789',
    dossier: 'toolllm-dfsdt',
  },
  knobs: {
    width: { default: 2, min: 1, max: 1000, doc: 'children of a node, one after the other' },
    answers: { default: 1, min: 1, max: 1_000_000, doc: 'answers at which the search ends' },
    queries: { default: 60, min: 0, max: 1_000_000, doc: 'most draws (max_query_count); 0: until the budget ends' },
    depth: { default: 12, min: 1, max: 100_000, doc: 'most nodes of a chain (single_chain_max_step)' },
    perStep: { default: 3, min: 1, max: 1000, doc: 'nodes that a step counts as' },
    pruneBack: { default: 2, min: 1, max: 1_000_000, doc: 'levels that giving up goes back' },
    finalBack: { default: 2, min: 1, max: 1_000_000, doc: 'levels that an answer goes back' },
    told: { default: true, doc: 'a sibling is told what the former ones tried' },
    restart: { default: false, doc: 'begin again at the root when the tree is exhausted' },
  },
  presets: { published: { width: 2, restart: false }, robust: { width: 4, restart: true, queries: 0 } },
  promises: ['orderFree'],
  needs: ['policy'],
  async run(s, k) {
    const t = s.tree
    const levels = Math.ceil(k.depth / k.perStep)
    let found = 0
    let asked = 0
    const visit = async (n: NodeId): Promise<number> => {
      if (t.is(n, 'end')) {
        if (t.outcome(n)?.failed !== true) return ++found >= k.answers ? Infinity : k.finalBack // 4
        s.prune(n)
        return k.pruneBack // 3
      }
      if (t.is(n, 'failed') || t.depth(n) >= levels) return 1 // 5
      for (let i = 0; i < k.width; i++) {
        if (k.queries > 0 && asked >= k.queries) return Infinity
        asked++
        const [child] = await s.expand(n, { n: 1, how: k.told ? 'sequential' : 'iid', tries: 3 }) // 1, 2
        const back = child === undefined ? 1 : await visit(child)
        if (back > 1) return back - 1
      }
      return 1
    }
    // A tree that three passes in a row left as it was will not grow any more.
    for (let idle = 0; idle < 3; ) {
      const size = t.size
      if ((await visit(t.root)) === Infinity || !k.restart) return
      idle = t.size > size ? 0 : idle + 1
    }
  },
  answer: t => t.ends().find(n => t.outcome(n)?.failed !== true && t.outcome(n) !== null && !t.is(n, 'pruned')) ?? null,
})
