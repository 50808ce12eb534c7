import type { NodeId, Search } from '../contract/index.ts'
import { type Axis, gridCell, hashText } from '../kernel/index.ts'

/** What solutions do, as maps and novelty see it. */
export interface Behaviour {
  /** Cell of a map; null: none, since a feature is unknown. */
  cell(n: NodeId): string | null
  /** Raw observations: numbers, always as many. */
  observe(n: NodeId): readonly number[]
}

/** An answer as one reads it. */
export const observed = (answer: unknown): string => (typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? ''))
/** Signs whose use tells one kind of solution from another: of arithmetic, comparison, calls, branches. */
const signs = ['+', '-', '*', '/', '^', '=', '<', '>', '(', '{', '[']
const wide = 48

/**
 * Features of solutions. The world's `design` says what its designs do. In other worlds the text of the answer stands for it: its cell is which signs it
 * uses and its length in doublings, its observation counts of its signs and (hashed) words.
 *
 * @param o.bins bins of every axis instead of the world's own; 0: the world's
 */
export function behaviour<S, A, Ans>(s: Search<S, A, Ans>, o: { bins?: number } = {}): Behaviour {
  const t = s.tree
  const { design } = s.world
  if (design !== undefined) {
    const axes: Axis[] = design.axes.map(a => (o.bins ? { ...a, bins: o.bins } : a))
    const observe = design.observe?.bind(design) ?? design.features.bind(design)
    return { cell: n => gridCell(design.features(t.state(n)), axes), observe: n => observe(t.state(n)) }
  }
  const text = (n: NodeId): string | null => {
    const answer = t.outcome(n)
    return answer === null ? null : observed(answer.answer)
  }
  return {
    cell(n) {
      const x = text(n)
      return x === null ? null : `${signs.filter(c => x.includes(c)).join('')}|${Math.ceil(Math.log2(1 + x.length))}`
    },
    observe(n) {
      const x = text(n) ?? ''
      const out = new Array<number>(signs.length + wide).fill(0)
      for (const c of x) {
        const i = signs.indexOf(c)
        if (i >= 0) out[i] += 1
      }
      for (const w of x.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) out[signs.length + (hashText(w) % wide)] += 1
      return out
    },
  }
}
