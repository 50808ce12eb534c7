import type { NodeId, Search, Value } from '../contract/index.ts'

/** What tells states apart: the world's key, or the node itself in a world without one. */
export const stateOf = <S, A, Ans>(s: Search<S, A, Ans>, n: NodeId): string | number => s.world.key?.(s.tree.state(n)) ?? n

/**
 * Values of unfinished states, each state judged once: nodes of equal key share one judgement, also one that is still under way. Which of equal
 * nodes is judged follows the order of asking. A judgement that failed leaves V unknown, and is asked for again when its state comes again.
 *
 * @param o.by who judges; default: the frame's value
 * @returns a function that writes V of those of the nodes that have none yet; finished ones are left out, they have a reward (see `finish`)
 */
export function appraiser<S, A, Ans>(
  s: Search<S, A, Ans>,
  o: { by?: Value<S, A> | undefined } = {},
): (nodes: readonly NodeId[]) => Promise<void> {
  const t = s.tree
  const { V } = t
  const judged = new Map<string | number, Promise<number>>()
  const judge = async (n: NodeId): Promise<number> => {
    await s.value([n], o.by === undefined ? {} : { by: o.by })
    return V[n]
  }
  return async nodes => {
    await Promise.all(
      [...new Set(nodes)].map(async n => {
        if (t.is(n, 'end') || !Number.isNaN(V[n])) return
        const key = stateOf(s, n)
        let asked = judged.get(key)
        if (asked === undefined) judged.set(key, (asked = judge(n)))
        V[n] = await asked
        if (Number.isNaN(V[n]) && judged.get(key) === asked) judged.delete(key)
      }),
    )
  }
}

/** The unfinished ones of some nodes, of equal states only the first: what a level or a list of candidates holds. */
export function distinctStates<S, A, Ans>(s: Search<S, A, Ans>, nodes: readonly NodeId[]): NodeId[] {
  const first = new Map<string | number, NodeId>()
  for (const n of nodes) {
    if (s.tree.is(n, 'end') || s.tree.is(n, 'failed')) continue
    const key = stateOf(s, n)
    if (!first.has(key)) first.set(key, n)
  }
  return [...first.values()]
}
