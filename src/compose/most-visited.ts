import type { NodeId, Tree } from '../contract/index.ts'
import { argmax } from '../kernel/index.ts'

/** The robust child: the most visited one of the root, of equals the one of greater Q. What a search in a game or a live world would do next. */
export function mostVisited(t: Tree<any, any, any>): NodeId | null {
  const kids = t.children(t.root)
  const most = Math.max(...kids.map(n => t.N[n]))
  const equals = kids.filter(n => t.N[n] === most)
  return argmax(equals, n => t.Q[n]) ?? equals[0] ?? null
}
