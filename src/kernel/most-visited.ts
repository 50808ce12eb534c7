import type { NodeId, Tree } from '../contract/index.ts'
import { argmax } from './rank.ts'

type AnyTree = Tree<any, any, any>

/** The robust child: the most visited one of the root, of equals the one of greater Q. What a search in a game or a live world would do next. */
export function mostVisited(t: AnyTree): NodeId | null {
  const kids = t.children(t.root)
  const most = Math.max(...kids.map(n => t.N[n]))
  const equals = kids.filter(n => t.N[n] === most)
  return argmax(equals, n => t.Q[n]) ?? equals[0] ?? null
}

/** Is this a game of several players? It is where the move passes to another one. */
export const isGame = (t: AnyTree): boolean => t.children(t.root).some(n => t.player(n) !== t.player(t.root))

/** A value of a node as the player to move there sees it, in the eyes of the one who is to move at the root. */
export const seenFromRoot = (t: AnyTree, n: NodeId, value: number): number => (t.player(n) === t.player(t.root) ? value : -value)
