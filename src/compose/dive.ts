import type { EdgeId, NodeId, Search, Sim } from '../contract/index.ts'
import { argmax, descendEdges, type Score, unless } from '../kernel/index.ts'
import type { Growth } from './growth.ts'

/**
 * Selection and expansion of one simulation: walks down by `score`, draws where the walk ends at a node that wants a draw, and takes one edge.
 * An edge that leads nowhere is pruned; then the walk begins again.
 *
 * @param o.through only what lies on the way to this edge, and below it
 * @returns the node of this simulation: new, or (a game's end) one seen before. While everything open is under way it waits, with the simulation.
 */
export async function dive<S, A, Ans>(
  s: Search<S, A, Ans>,
  sim: Sim,
  score: Score,
  growth: Growth<S, A>,
  o: { through?: EdgeId } = {},
): Promise<NodeId> {
  const t = s.tree
  const way = o.through === undefined ? null : new Set(t.path(o.through))
  const deep = way === null ? -1 : t.depth(o.through!)
  const astray = (e: EdgeId): boolean => t.depth(e) <= deep && !way!.has(e)
  const open = unless(score, e => growth.spent(e) || astray(e))
  const any = unless(score, e => t.is(e, 'failed') || astray(e))
  const go = (n: NodeId): boolean => t.depth(n) < deep || !growth.wants(n)
  for (;;) {
    const e = sim.hold(descendEdges(t, open, sim.random, { go }))
    if (s.world.player !== undefined && t.is(e, 'end')) {
      // In a game a finished line costs nothing to visit again. Not while a better one is only closed because it is under way.
      const better = descendEdges(t, any, sim.random, { go, meet: true })
      if (better !== null && !t.is(better, 'end') && t.O[better] > 0) sim.hold(null)
    }
    let edge: EdgeId | undefined = e
    if (t.taken(e)) {
      if (!growth.wants(e)) return e
      await growth.draw(e)
      edge = argmax(t.edges(e), x => (t.taken(x) ? Number.NaN : open(x, e)), sim.random)
      if (edge === undefined) continue
    }
    const [n] = await s.step([sim.hold(edge)])
    if (n !== undefined) return n
    s.prune(edge)
  }
}
