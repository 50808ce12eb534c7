import type { NodeId, Policy, Propose, Search } from '../contract/index.ts'
import { rollout } from './rollout.ts'

/**
 * A whole answer that follows from a node: the node itself where it is one, else an attempt from there where the world can read one, else steps to an end.
 * Everything on the way is kept aside: paid for, shown, and not searched.
 *
 * @param o.by who writes it; default: the frame's policy @param o.steps most steps, where it is made of steps (default 64)
 * @returns the answer's node; undefined where none was reached
 */
export async function complete<S, A, Ans>(
  s: Search<S, A, Ans>,
  n: NodeId,
  o: { by?: Policy<S, A, void> | undefined; steps?: number } = {},
): Promise<NodeId | undefined> {
  const t = s.tree
  if (t.is(n, 'end') || t.outcome(n) !== null) return n
  const grain = s.world.grains?.includes('attempt') ? 'attempt' : 'step'
  const draw: Propose<S, A, void> = { n: 1, aside: true, sampling: { grain } }
  if (o.by !== undefined) draw.by = o.by
  const steps = grain === 'attempt' ? 1 : (o.steps ?? 64)
  const path = await rollout(
    t,
    n,
    m => s.expand(m, draw),
    () => 0,
    { steps },
  )
  const last = path.at(-1)
  return last !== undefined && !t.is(last, 'failed') && (t.is(last, 'end') || t.outcome(last) !== null) ? last : undefined
}
