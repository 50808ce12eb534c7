import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressedRandom } from './random.ts'
import { follow, linearise, readTrace, type Traceable, type TraceLine, traceLine } from './trace.ts'

/** A random tree: parents before children, some leaves solved. */
const trees = fc
  .tuple(fc.integer({ min: 1, max: 25 }), fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([size, seed, share]) => {
    const r = new AddressedRandom(seed, 0, 0, 'tree')
    const parent = Array.from({ length: size }, (_, i) => (i === 0 ? -1 : r.int(i)))
    const children = parent.map((_, i) => parent.flatMap((p, j) => (p === i ? [j] : [])))
    const solved = parent.map((_, i) => i > 0 && children[i].length === 0 && r.next() < share * 0.3)
    const t: Traceable<number> = { children: i => children[i], action: i => i, solved: i => solved[i] }
    return { t, parent, children, solved }
  })
/** Depth-first order up to the first solution, by recursion. */
function walked({ children, solved }: { children: number[][]; solved: boolean[] }): { order: number[]; found: boolean } {
  const order: number[] = []
  const visit = (i: number): boolean => children[i].some(c => order.push(c) > 0 && (solved[c] || visit(c)))
  return { order, found: visit(0) }
}

describe('a trace', () => {
  test('names every node that the search went to, in order, and gives the tree back', () => {
    fc.assert(
      fc.property(trees, tree => {
        const events = linearise(tree.t)
        const { order, found } = walked(tree)
        expect(events.flatMap(e => ('step' in e ? [e.step] : []))).toEqual(order)
        const { nodes, end } = follow(events)
        for (const n of nodes) expect(n.parent < 0 ? 0 : nodes[n.parent].action).toBe(tree.parent[n.action])
        if (found) expect(tree.solved[nodes[end].action]).toBe(true)
      }),
    )
  })
  test('leaving all that failed out leaves the way to the solution', () => {
    fc.assert(
      fc.property(trees, tree => {
        const { order, found } = walked(tree)
        const events = linearise(tree.t, { keep: () => false })
        expect(events.some(e => 'back' in e)).toBe(false)
        const way: number[] = []
        if (found) for (let i = order.at(-1)!; i > 0; i = tree.parent[i]) way.unshift(i)
        expect(events.map(e => ('step' in e ? e.step : -1))).toEqual(way)
      }),
    )
  })
  test('a return stands before a step that does not continue the last one, and nowhere else', () => {
    const children = [[1, 2], [3, 4], [5], [], [], []]
    const t: Traceable<number> = { children: i => children[i], action: i => i, solved: i => i === 5 }
    expect(linearise(t)).toEqual([{ step: 1 }, { step: 3 }, { back: 1 }, { step: 4 }, { back: 0 }, { step: 2 }, { step: 5 }])
    expect(linearise({ ...t, solved: () => true })).toEqual([])
    expect(follow([{ step: 1 }, { back: 7 }, { step: 2 }])).toEqual({
      nodes: [
        { parent: -1, action: 1 },
        { parent: 0, action: 2 },
      ],
      end: 1,
    })
  })
  test('a chain of 50,000 is no matter', () => {
    const t: Traceable<number> = { children: i => (i < 50_000 ? [i + 1] : []), action: i => i, solved: i => i === 50_000 }
    expect(linearise(t)).toHaveLength(50_000)
  })
})

describe('a trace in words', () => {
  test('what is written is read back', () => {
    const line = fc.record({
      id: fc.nat(999),
      from: fc.nat(999),
      step: fc.constantFrom('6 - 3 = 3 (left: 2 3 4)', 'r1c2 = 3', '2 -> 3', 'go on: so'),
      verdict: fc.constantFrom('promising' as const, 'impossible' as const, 'solved' as const, undefined),
    })
    fc.assert(
      fc.property(fc.array(line), lines => {
        const text = `Level 1\n${lines.map((l: TraceLine) => traceLine(l)).join('\nback to it\n')}\nAnswer: 24\nwith more`
        expect(readTrace(text)).toEqual({ lines, answer: 'Answer: 24\nwith more' })
      }),
    )
  })
  test('other ways of writing', () => {
    expect(readTrace('- **[2] from [1]**: 4 * 6 = 24 -> dead end').lines).toEqual([
      { id: 2, from: 1, step: '4 * 6 = 24', verdict: 'impossible' },
    ])
    expect(readTrace('[3] from 1: 4 * 6 = 24 — goal.').lines).toEqual([{ id: 3, from: 1, step: '4 * 6 = 24', verdict: 'solved' }])
    expect(readTrace('I would add the two largest.')).toEqual({ lines: [] })
  })
})
