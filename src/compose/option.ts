import type { Ask, EdgeId, NodeId, Search } from '../contract/index.ts'
import { editDistance } from '../kernel/index.ts'
import { stateOf } from './appraise.ts'

/** Do two steps come to the same? */
export type Alike = Ask<{ a: string; b: string }, boolean>
/** The same, asked of the judge. */
export const alike: Alike = {
  id: 'alike',
  role: 'judge',
  prompt: ({ a, b }, at) => [
    ...at.messages(),
    { role: 'user', content: `Two next steps:\n1. ${a}\n2. ${b}\nDo they come to the same? Reply yes or no.` },
  ],
  parse: text => /\byes\b/i.test(text),
  otherwise: false,
}

/** What an option is, and which options are too like each other to stand side by side. */
export interface Optional {
  /** Is an option over with this step? The termination function of an option (Sutton, Precup and Singh 1999). */
  terminates(state: unknown, action: unknown): boolean
  /** From this depth on an option runs to an end. */
  maxDepth: number
  /** Most steps of an option. */
  steps: number
  /** A new option is like another where fewer characters than this tell them apart. 0: only where it leads to an equal state. */
  apart: number
  /** So often another one is drawn in place of one that is like a sibling. */
  maxRepeat: number
  /** Asked instead of counting characters, with the share of siblings it must be alike to be refused. */
  alike?: { ask: Alike; share: number } | undefined
}
/** Options at the nodes of a tree of single steps. */
export interface Options {
  /** Where the options taken at n end. */
  of(n: NodeId): NodeId[]
  /** One new option at n; undefined: nothing new came. The first of a node is drawn at temperature 0. */
  draw(n: NodeId): Promise<NodeId | undefined>
}

/**
 * Options over a world's steps: steps are drawn one after the other until the option is over; what lies between is passed through and is nothing to
 * choose at. Of options alike only one is kept: a new one is drawn again while it is like a sibling, and where all tries are, the least alike is taken.
 * One that ends the task is never drawn again (AlphaLLM's state merge, arXiv:2404.12253).
 */
export function options<S, A, Ans>(s: Search<S, A, Ans>, o: Optional): Options {
  const t = s.tree
  const had = new Set<EdgeId>()
  const begun = new Set<NodeId>()
  const text = (e: EdgeId): string => t.draws(e)[0]?.text ?? JSON.stringify(t.action(e))
  const over = (n: NodeId): boolean => t.is(n, 'end') || (t.depth(n) < o.maxDepth && o.terminates(t.state(n), t.action(n)))

  /** How far it is from those beside it: 0 for an equal state, Infinity alone. */
  async function distance(n: NodeId, beside: readonly NodeId[]): Promise<number> {
    const key = stateOf(s, n)
    if (beside.some(m => stateOf(s, m) === key)) return 0
    if (o.alike === undefined) return Math.min(...beside.map(m => editDistance(text(n), text(m))), Number.POSITIVE_INFINITY)
    const { ask, share } = o.alike
    const said = await Promise.all(beside.map(m => s.at(n).ask(ask, { a: text(n), b: text(m) })))
    return said.filter(Boolean).length > share * said.length ? 1 : Number.POSITIVE_INFINITY
  }
  async function first(n: NodeId): Promise<NodeId | undefined> {
    let best: { n: NodeId; far: number } | undefined
    for (let i = 0; i <= o.maxRepeat; i++) {
      const greedy = i === 0 && !begun.has(n)
      begun.add(n)
      const [e] = await s.propose(n, { n: 1, tries: 3, sampling: { grain: 'step', ...(greedy ? { temperature: 0 } : {}) } })
      if (e === undefined || had.has(e)) continue
      had.add(e)
      const [m] = await s.step([e])
      if (m === undefined) continue
      const far = t.is(m, 'end')
        ? Number.POSITIVE_INFINITY
        : await distance(
            m,
            t.children(n).filter(x => x !== m && x !== best?.n),
          )
      const [kept, left] = best === undefined || far > best.far ? [{ n: m, far }, best?.n] : [best, m]
      if (left !== undefined) s.prune(left)
      best = kept
      if (best.far >= Math.max(1, o.alike === undefined ? o.apart : 2)) break
    }
    return best?.n
  }
  return {
    of(n) {
      const out: NodeId[] = []
      const within = t.children(n)
      for (const m of within) {
        if (over(m)) out.push(m)
        else for (const c of t.children(m)) within.push(c)
      }
      return out
    },
    async draw(n) {
      let at = await first(n)
      const head = at
      for (let i = 1; at !== undefined && !over(at); i++) {
        const [next]: NodeId[] = i < o.steps ? await s.expand(at, { n: 1, tries: 3, sampling: { grain: 'step' } }) : []
        if (next === undefined) s.prune(head!)
        at = next
      }
      return at
    },
  }
}
