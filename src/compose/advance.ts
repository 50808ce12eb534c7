import type { EdgeId, NodeId, Policy, Sampling, Search } from '../contract/index.ts'
import { finish } from './finish.ts'

/**
 * One step on for all that stand on some nodes: as many draws at each node as stand there, taken, and rewarded where they end. Who stand on one node
 * draw together, so every request follows from its place and from how many stand there, none from an order of arrival.
 *
 * @param standing how many stand on each node
 * @param o.by who draws; default: the frame's policy @param o.aside kept and paid for, but not searched @param o.hint words at the end of the prompts
 * @param o.tries how often a draw that the world refuses is asked for again, default 1 @param o.reward false: ends are not rewarded
 * @param o.untilSolved stop the search once an end is proven
 * @returns for each node, in their order, where its draws led: one entry a draw, repeats and all; draws that led nowhere are missing
 */
export async function advance<S, A, Ans>(
  s: Search<S, A, Ans>,
  standing: ReadonlyMap<NodeId, number>,
  o: {
    tries?: number
    sampling?: Sampling
    by?: Policy<S, A, void> | undefined
    aside?: boolean
    hint?: string
    reward?: boolean
    untilSolved?: boolean
  } = {},
): Promise<NodeId[][]> {
  const { tries = 1, sampling = { grain: 'step' } } = o
  return Promise.all(
    [...standing].map(async ([from, n]) => {
      const edges = await s.propose(from, {
        n,
        tries,
        sampling,
        ...(o.aside === true ? { aside: true } : {}),
        ...(o.by === undefined ? {} : { by: o.by }),
        ...(o.hint === undefined ? {} : { hint: o.hint }),
      })
      const nodes = await s.step([...new Set(edges)])
      if (o.reward !== false) await finish(s, nodes, o)
      const taken = new Set<EdgeId>(nodes)
      return edges.filter((e): e is NodeId => taken.has(e))
    }),
  )
}

/** How often each comes, in the order of their first coming. */
export function counted<T>(xs: readonly T[]): Map<T, number> {
  const out = new Map<T, number>()
  for (const x of xs) out.set(x, (out.get(x) ?? 0) + 1)
  return out
}
