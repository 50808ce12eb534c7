import type { EdgeId, NodeId, Search } from '../contract/index.ts'
import { canonical } from '../kernel/index.ts'

/** An action in one line, as it is shown to a model among others: as one writes it in the world, else as the policy wrote it. */
export function inWords<S, A, Ans>(s: Search<S, A, Ans>, e: EdgeId): string {
  const t = s.tree
  const action = t.action(e)
  const text = s.world.show?.(action, t.state(t.parent(e) as NodeId)) ?? t.draws(e)[0]?.text
  return (text ?? (typeof action === 'string' ? action : canonical(action))).trim().replace(/\s+/g, ' ')
}
