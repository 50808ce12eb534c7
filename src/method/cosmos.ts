// COS(M+O)S: a search for stories, paid at every step by a critic that likes moderate surprise.
import { complete, finish, growth, paced, paceKnob } from '../compose/index.ts'
import type { NodeId, Tree } from '../contract/index.ts'
import { argmax, average, backup, descend, mean, uct, unless } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Materzok 2025. A space without a right answer: an action is a plan in words and the piece of text that follows from it.
 *
 * 1. Selection by UCT, down to a node that was not expanded.
 * 2. Expansion: `branch` actions sampled.
 * 3. Every new state is valued at once, not only ends: by the frame's critic (in the paper one of curiosity and coherence: see the value `curiosity`).
 * 4. Backup: each value goes up its path into the running mean Q.
 * 5. Answer: the node of greatest mean value along its path, of those of full length or finished. Where there is none yet, the best path is told to its
 *    end with what was held back of the budget, up to a quarter.
 *
 * Its values also separate better from worse continuations of one text, for preference training. Traps: the critic decides everything; without a part
 * for coherence, nonsense of the right surprise wins. Values of steps and rewards of ends share one mean, so they must share a scale.
 */
export const cosmos = method({
  id: 'cosmos',
  version: 1,
  paper: {
    title: 'COS(M+O)S: Curiosity and RL-Enhanced MCTS for Exploring Story Space via Language Models',
    id: 'arXiv:2501.17104',
    dossier: 'cosmos',
  },
  slot: 'search',
  knobs: {
    branch: { default: 4, min: 1, max: 1000, doc: 'actions sampled at a node' },
    c: { default: Math.SQRT2, min: 0, max: 1000, doc: 'exploration, in units of the value' },
    depth: { default: 8, min: 1, max: 10_000, doc: 'most actions of a text' },
    iterations: { default: 0, min: 0, max: 10_000_000, doc: 'most expansions; 0: until the budget ends' },
    temperature: { default: 1, min: 0, max: 2, doc: 'of the proposals' },
    ...paceKnob,
  },
  presets: { published: {}, robust: { c: 0.1 } },
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const { V } = t
    const grown = growth(s, { draw: { n: k.branch, how: 'iid', sampling: { temperature: k.temperature } } })
    const spent = (e: NodeId): boolean => t.depth(e) >= k.depth
    const open = unless(uct(t, { c: k.c }), e => grown.spent(e) || (t.taken(e) && (spent(e) || allSpent(e))))
    const full = t.column('full', 0) // everything below has the greatest depth
    const allSpent = (n: NodeId): boolean => full[n] === 1
    const close = (from: NodeId): void => {
      for (let n: NodeId | null = from; n !== null; n = t.parent(n)) {
        const kids = t.children(n)
        if (kids.length === 0 || kids.some(c => !t.is(c, 'end') && !spent(c) && full[c] === 0)) return
        full[n] = 1
      }
    }
    const held = Math.min(k.depth, Math.floor((s.budget.limits.calls ?? Number.POSITIVE_INFINITY) / 4))
    if (held > 0)
      s.lastly({ calls: held }, async () => {
        const best = argmax(t.leaves(), n => along(t, n))
        if (best !== undefined && t.answers().length === 0) await complete(s, best, { steps: held })
      })
    await s.workers(
      paced(s, k.pace, async sim => {
        if (full[t.root] === 1) return s.stop()
        const n = sim.hold(descend(t, open, sim.random, { go: m => !grown.wants(m) })) // 1
        const kids = await s.step(await grown.draw(n)) // 2
        await finish(s, kids)
        await s.value(kids.filter(c => !t.is(c, 'end') && Number.isNaN(V[c]))) // 3
        for (const c of kids) backup(t, c, V[c], mean) // 4
        close(n)
      }),
      k.iterations > 0 ? { times: k.iterations } : {},
    )
  },
  answer(t, k) {
    const all = t.answers()
    const proven = all.filter(n => t.is(n, 'solved'))
    const ends = all.filter(n => t.is(n, 'end') || t.depth(n) >= k.depth)
    return argmax([proven, ends, all].find(xs => xs.length > 0) ?? [], n => along(t, n)) ?? null // 5
  },
})

/** Mean of the known values along a path; 0 where none is known. */
function along(t: Tree<any, any, any>, n: NodeId): number {
  const known = t.path(n).flatMap(m => (m === t.root || Number.isNaN(t.V[m]) ? [] : [t.V[m]]))
  return known.length === 0 ? 0 : average(known)
}
