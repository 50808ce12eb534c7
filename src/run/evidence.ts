import type { RunResult } from '../contract/index.ts'
import { brief } from '../runtime/index.ts'

/** One action on the way to an answer, with what is known of the state it led to. NaN: unknown. */
export interface Evidence {
  /** Address of the action: the same in every run that goes this way. */
  key: string
  /** What the policy wrote; else the action as JSON. */
  text: string
  /** Visits, backed-up value, the critic's value, own reward. */
  N: number
  Q: number
  V: number
  R: number
}

/** The actions from the root to a result's node, first to last. Empty where there is no answer, or where it is no single node's. */
export function evidence(r: Pick<RunResult<any, any, any>, 'tree' | 'nodes'>): Evidence[] {
  const n = r.nodes[0]
  if (n === undefined) return []
  const t = r.tree
  return t.path(n).flatMap(e => {
    if (t.parent(e) === null) return []
    const written = t.draws(e)[0]?.text?.trim()
    return [{ key: t.key(e), text: written || brief(t.action(e), 500), N: t.N[e], Q: t.Q[e], V: t.V[e], R: t.R[e] }]
  })
}
