import { expect, test } from 'vitest'
import { isGame, mostVisited, seenFromRoot } from './most-visited.ts'
import { FlatTree } from './tree.ts'

/** A root with two replies; states are whose move it is. */
function tree(players: readonly number[]) {
  const t = new FlatTree<number, string, string>(players[0], { outcome: () => null, player: s => s })
  const kids = players.slice(1).map((p, i) => t.take(t.edge(t.root, `m${i}`, `m${i}`), p))
  return { t, kids }
}

test('the most visited, of equals the one of greater Q; none known: the first', () => {
  const { t, kids } = tree([0, 1, 1, 1])
  expect(mostVisited(t)).toBe(kids[0])
  t.N[kids[1]] = t.N[kids[2]] = 3
  t.Q[kids[1]] = 0.2
  t.Q[kids[2]] = 0.4
  expect(mostVisited(t)).toBe(kids[2])
  t.N[kids[0]] = 4
  expect(mostVisited(t)).toBe(kids[0])
  expect(mostVisited(tree([0]).t)).toBeNull()
})

test('a game is where the move passes on; values there turn with the player', () => {
  expect(isGame(tree([0]).t)).toBe(false)
  expect(isGame(tree([0, 0, 0]).t)).toBe(false)
  const { t, kids } = tree([1, 0, 1])
  expect(isGame(t)).toBe(true)
  expect(seenFromRoot(t, kids[0], -1)).toBe(1)
  expect(seenFromRoot(t, kids[1], -1)).toBe(-1)
})
