import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdgeId, NodeId } from '../contract/index.ts'
import { descend, descendEdges } from './descend.ts'
import { AddressedRandom } from './random.ts'
import { type Score, uct } from './select.ts'
import { FlatTree } from './tree.ts'

const rng = (purpose = 'x') => new AddressedRandom(11, 0, 0, purpose)
const tree = () => new FlatTree<string, string>('', { outcome: () => null })
const edge = (t: FlatTree, p: EdgeId, name: string): EdgeId => t.edge(p, name, name, { rank: t.size })
const node = (t: FlatTree, p: EdgeId, name: string): NodeId => t.take(edge(t, p, name), name)
const byName =
  (t: FlatTree, scores: Record<string, number>): Score =>
  e =>
    scores[t.action(e)] ?? 0

describe('descend', () => {
  test('follows the best child down to a leaf; edges not taken are not seen', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    node(t, t.root, 'b')
    edge(t, t.root, 'c')
    const aa = node(t, a, 'aa')
    edge(t, aa, 'aaa')
    expect(descend(t, byName(t, { a: 1, c: 9 }), rng())).toBe(aa)
  })
  test('a bare root is the leaf, until its expansion is under way', () => {
    const t = tree()
    expect(descend(t, () => 0, rng())).toBe(t.root)
    t.hold(t.root, 1)
    expect(descend(t, () => 0, rng())).toBeNull()
    t.N[t.root] = 1
    expect(descend(t, () => 0, rng())).toBe(t.root)
  })
  test('a leaf whose first expansion is under way is closed; one visited before is not', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const b = node(t, t.root, 'b')
    t.hold(a, 1)
    expect(descend(t, byName(t, { a: 1 }), rng())).toBe(b)
    t.hold(b, 1)
    expect(descend(t, byName(t, { a: 1 }), rng())).toBeNull()
    t.N[a] = 1
    expect(descend(t, byName(t, { b: 1 }), rng())).toBe(a)
    // Children make it inner, whatever its counts: its own children are open.
    t.N[a] = 0
    const aa = node(t, a, 'aa')
    expect(descend(t, byName(t, { a: 1 }), rng())).toBe(aa)
  })
  test('NaN closes a child, and a node all of whose children are closed is closed', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const b = node(t, t.root, 'b')
    node(t, a, 'aa')
    node(t, a, 'ab')
    expect(descend(t, byName(t, { a: 1, aa: Number.NaN, ab: Number.NaN }), rng())).toBe(b)
    expect(descend(t, byName(t, { a: 1, aa: Number.NaN, ab: Number.NaN, b: Number.NaN }), rng())).toBeNull()
  })
  test('go: stops where it says so', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    node(t, a, 'aa')
    expect(descend(t, () => 0, rng(), { go: n => n !== a })).toBe(a)
    expect(descend(t, () => 0, rng(), { go: () => false })).toBe(t.root)
  })
  test('pruned children do not count', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const aa = node(t, a, 'aa')
    t.flag(aa, 'pruned')
    expect(descend(t, () => 0, rng())).toBe(a)
  })
  test('starts at the moved root and never goes back above it', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    node(t, t.root, 'b')
    const aa = node(t, a, 'aa')
    t.reroot(a)
    expect(descend(t, () => 0, rng())).toBe(aa)
    expect(descend(t, () => Number.NaN, rng())).toBeNull()
  })
  test('ties at random, each as often; the draw by softmax follows the scores', () => {
    const t = tree()
    const nodes = ['a', 'b', 'c'].map(x => node(t, t.root, x))
    const r = rng()
    const tally = (f: () => NodeId | null) => {
      const seen = new Map<NodeId | null, number>()
      for (let i = 0; i < 6000; i++) {
        const n = f()
        seen.set(n, (seen.get(n) ?? 0) + 1)
      }
      return nodes.map(n => (seen.get(n) ?? 0) / 6000)
    }
    for (const share of tally(() => descend(t, () => Infinity, r))) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.03)
    const score = byName(t, { a: Math.log(1), b: Math.log(3), c: Number.NaN })
    const [a, b, c] = tally(() => descend(t, score, r, { draw: 'softmax' }))
    expect(c).toBe(0)
    expect(b / a).toBeGreaterThan(2.7)
    expect(b / a).toBeLessThan(3.4)
  })
  test('a closed subtree costs each of its edges once, not every way through it', () => {
    // Eight levels of three, all leaves under way: every way through it, in every order, would be far more than its edges.
    const t = tree()
    let level: NodeId[] = [t.root]
    for (let d = 0; d < 8; d++) level = level.flatMap(n => [0, 1, 2].map(i => node(t, n, `${t.action(n) ?? ''}${i}`)))
    for (const n of level) t.hold(n, 1)
    let calls = 0
    const score: Score = e => {
      calls++
      return -e
    }
    expect(descend(t, score, rng())).toBeNull()
    expect(calls).toBeLessThan(t.size * 3)
    const last = level[level.length - 1]
    t.N[last] = 1
    expect(descend(t, score, rng())).toBe(last)
  })
  test('chains of 100,000', () => {
    const t = tree()
    let n = t.root
    for (let i = 0; i < 100_000; i++) n = t.take(t.edge(n, 'x', 'x'), '')
    expect(descend(t, uct(t, { c: 1 }), rng())).toBe(n)
    t.hold(n, 1)
    expect(descend(t, uct(t, { c: 1 }), rng())).toBeNull()
  })
  test('finds an open leaf exactly where there is one', () => {
    const shape = fc.array(fc.record({ parent: fc.nat(1000), N: fc.nat(1), O: fc.nat(1), shut: fc.boolean() }), { maxLength: 25 })
    fc.assert(
      fc.property(shape, rows => {
        const t = tree()
        const nodes: NodeId[] = [t.root]
        const shut = new Set<EdgeId>()
        rows.forEach((r, i) => {
          const n = node(t, nodes[r.parent % nodes.length], String(i))
          nodes.push(n)
          t.N[n] = r.N
          t.O[n] = r.O
          if (r.shut) shut.add(n)
        })
        const reach = (n: NodeId): NodeId[] => {
          const kids = t.children(n)
          if (kids.length === 0) return t.N[n] === 0 && t.O[n] > 0 ? [] : [n]
          return kids.filter(k => !shut.has(k)).flatMap(reach)
        }
        const open = reach(t.root)
        const found = descend(t, e => (shut.has(e) ? Number.NaN : e % 3), rng())
        if (open.length === 0) expect(found).toBeNull()
        else expect(open).toContain(found)
      }),
    )
  })
})

describe('descendEdges', () => {
  test('ends at the first edge not yet taken, or at a node without edges', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const b = edge(t, t.root, 'b')
    expect(descendEdges(t, byName(t, { b: 1 }), rng())).toBe(b)
    expect(descendEdges(t, byName(t, { a: 1 }), rng())).toBe(a)
    const aa = edge(t, a, 'aa')
    expect(descendEdges(t, byName(t, { a: 1 }), rng())).toBe(aa)
  })
  test('an edge being taken and a node being expanded are closed', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const b = edge(t, t.root, 'b')
    t.hold(b, 1)
    expect(descendEdges(t, byName(t, { b: 1 }), rng())).toBe(a)
    t.hold(a, 1)
    expect(descendEdges(t, byName(t, { b: 1 }), rng())).toBeNull()
    t.hold(b, -1)
    expect(descendEdges(t, byName(t, { a: 1 }), rng())).toBe(b)
  })
  test('goes back from a node whose edges are all being taken', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const aa = edge(t, a, 'aa')
    const b = edge(t, t.root, 'b')
    t.hold(aa, 1)
    expect(descendEdges(t, byName(t, { a: 1 }), rng())).toBe(b)
  })
})

test('meet: the walk ends at the best there is, though it is under way; otherwise it goes elsewhere', () => {
  const t = tree()
  const a = node(t, t.root, 'a')
  const b = node(t, t.root, 'b')
  const taking = edge(t, a, 'aa')
  t.N[t.root] = t.N[a] = 1
  t.hold(taking, 1)
  const score = byName(t, { a: 2, b: 1 })
  expect(descendEdges(t, score, rng())).toBe(b)
  expect(descendEdges(t, score, rng(), { meet: true })).toBe(taking)
  t.hold(b, 1)
  expect(descendEdges(t, score, rng())).toBeNull()
  expect(descendEdges(t, byName(t, { b: 3 }), rng(), { meet: true })).toBe(b)
  expect(descendEdges(t, byName(t, { a: Number.NaN, b: Number.NaN }), rng(), { meet: true })).toBeNull()
})
