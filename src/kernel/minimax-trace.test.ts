import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bucketOf,
  bucketValue,
  checkMinimax,
  type MinimaxTrace,
  minimaxTrace,
  readMinimax,
  valueSteps,
  writeMinimax,
} from './minimax-trace.ts'
import { AddressedRandom } from './random.ts'
import { FlatTree } from './tree.ts'

/** A game tree with values for the player to move at each position; states are the ways to them. */
function tree(seed: number, width: number, depth: number) {
  const random = new AddressedRandom(seed, 0, 0, 'test')
  const t = new FlatTree<string[], string, string>([], { outcome: () => null, player: s => s.length % 2 })
  let level = [t.root]
  t.V[t.root] = 0
  for (let d = 0; d < depth; d++) {
    level = level.flatMap(n =>
      Array.from({ length: width }, (_, i) => {
        const move = i === 1 ? `e8=Q${d}` : `m${d}${i}`
        const c = t.take(t.edge(n, move, move, { rank: i }), [...t.state(n), move])
        t.V[c] = 2 * random.next() - 1
        return c
      }),
    )
  }
  return t
}
const show = (move: string): string => move
const traced = (seed: number, breadth: number, depth: number): MinimaxTrace => minimaxTrace(tree(seed, 4, 3), { breadth, depth, show })!

test('what is written is read back, and is right', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), (seed, breadth, depth) => {
      const trace = traced(seed, breadth, depth)
      const again = readMinimax(writeMinimax(trace))
      expect(typeof again).toBe('object')
      expect(writeMinimax(again as MinimaxTrace)).toBe(writeMinimax(trace))
      expect(checkMinimax(again as MinimaxTrace)).toEqual([])
    }),
    { numRuns: 60 },
  )
})

test('with breadth for all moves the move is that of minimax over the leaves', () => {
  for (let seed = 0; seed < 30; seed++) {
    const t = tree(seed, 4, 3)
    const minimax = (way: readonly string[]): number => {
      const n = t.nodes().find(m => t.state(m).join() === way.join())!
      const kids = t.children(n)
      if (kids.length === 0)
        return (
          (way.length % 2 === 0 ? 1 : -1) * bucketValue(bucketOf(way.length % 2 === 0 ? t.V[n] : -t.V[n])) * (way.length % 2 === 0 ? 1 : -1)
        )
      const below = kids.map(c => minimax(t.state(c)))
      return (way.length % 2 === 0 ? Math.max : Math.min)(...below)
    }
    const trace = minimaxTrace(t, { breadth: 4, depth: 3, show })!
    expect(trace.root.backed).toBeCloseTo(minimax([]), 12)
    expect(minimax([trace.best])).toBeCloseTo(minimax([]), 12)
  }
})

test('the moves kept are the best for the one who chooses', () => {
  const t = tree(3, 4, 2)
  const { root } = minimaxTrace(t, { breadth: 2, depth: 2, show })!
  // Values of positions after a move are the opponent's: the least is best.
  const values = t.children(t.root).map(n => -t.V[n])
  expect(root.below.map(c => bucketOf(c.value))).toEqual(
    [...values]
      .sort((a, b) => b - a)
      .slice(0, 2)
      .map(bucketOf),
  )
})

describe('what is wrong is said', () => {
  const trace = traced(5, 2, 2)
  const text = writeMinimax(trace)
  const lines = text.split('\n')
  const worst = trace.root.below.find(c => c.backed < trace.root.backed)!
  const altered = (from: RegExp | string, to: string): string[] => {
    const read = readMinimax(text.replace(from, to))
    return typeof read === 'string' ? [read] : checkMinimax(read)
  }
  test.each([
    ['a wrong sum', /(?<=\n= )\d+/, '0', /the root is worth/],
    ['another move', /best .*/, `best ${worst.move}`, /is not the best move/],
    ['a move that was not looked at', /best .*/, 'best zz', /zz was not looked at/],
    ['a narrower shape', 'search 2 2', 'search 1 2', /2 moves, more than 1/],
    ['a shallower shape', 'search 2 2', 'search 2 1', /deeper than 1/],
    ['no head', 'search 2 2', 'look 2 2', /expected "search/],
    ['no end', /best .*/, '', /expected "best/],
    ['a value out of range', /(?<=\n= )\d+/, String(valueSteps), /expected a value/],
  ])('%s', (_, from, to, why) => {
    expect(altered(from, to).join('\n')).toMatch(why)
  })
  test('a position that was never reached, or is looked at twice', () => {
    expect(readMinimax([lines[0], 'zz : a 1', ...lines.slice(1)].join('\n'))).toMatch(/no position/)
    expect(readMinimax([lines[0], lines[1], ...lines.slice(1)].join('\n'))).toMatch(/twice/)
    expect(readMinimax('')).toMatch(/expected "search/)
  })
  test('illegal moves, where the rules are at hand', () => {
    expect(checkMinimax(trace, { legal: way => (way.length === 0 ? trace.root.below.map(c => c.move) : []) }).join()).toMatch(
      /is not legal after/,
    )
    expect(checkMinimax(trace, { legal: () => null })[0]).toMatch(/not legal/)
  })
})

test('nothing is written of a tree in which nothing is known', () => {
  const t = new FlatTree<number, string, string>(0, { outcome: () => null, player: s => s })
  t.take(t.edge(t.root, 'a', 'a'), 1)
  expect(minimaxTrace(t, { breadth: 2, depth: 2, show })).toBeNull()
})
