import type { Ask, NodeId, Search } from '../contract/index.ts'
import { canonical } from '../kernel/index.ts'
import { inWords } from './in-words.ts'

/** Asked at a state that ended badly: what went wrong, and what to do instead. */
export const reflection: Ask<void, string> = {
  id: 'reflect',
  prompt: (_, at) => [
    ...at.messages({ for: 'judgement' }),
    { role: 'user', content: 'Not a verdict this time. This attempt failed. What went wrong, and which short plan avoids it?' },
  ],
  parse: text => text.trim(),
  otherwise: '',
}

/**
 * Verbal reinforcement (Reflexion, arXiv:2303.11366; LATS, arXiv:2310.04406): a failed end is asked what went wrong, and the attempt with the reply
 * enters every later prompt of the search, for proposals and for judgements. Each answer is reflected on once.
 *
 * @param o.most reflections in all; 0: none. A model that reads no words gets none.
 * @returns at a finished node: asks, notes, and says whether anything was learnt. An end that is worth 1, or of unknown worth, is left alone.
 */
export function reflector<S, A, Ans>(
  s: Search<S, A, Ans>,
  o: { most: number; ask?: Ask<void, string> },
): (end: NodeId) => Promise<boolean> {
  const t = s.tree
  const met = new Set<string>()
  return async end => {
    const outcome = t.outcome(end)
    if (!t.is(end, 'end') || !(t.R[end] < 1) || met.size >= o.most || s.model().dialect !== 'text') return false
    const key = outcome === null || outcome.failed ? t.key(end) : (outcome.key ?? canonical(outcome.answer))
    if (met.has(key)) return false
    met.add(key)
    const said = await s.at(end).ask(o.ask ?? reflection)
    if (said === '') return false
    const steps = t
      .path(end)
      .slice(1)
      .map(n => inWords(s, n))
    s.note(end, `An earlier attempt failed: ${steps.join('; ')}. Learnt from it: ${said}`, {
      scope: 'tree',
      kind: 'reflection',
    })
    return true
  }
}
