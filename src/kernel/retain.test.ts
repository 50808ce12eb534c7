import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeId } from '../contract/index.ts'
import { retain } from './retain.ts'
import { FlatTree } from './tree.ts'

type T = FlatTree<string, string>
const tree = (): T => new FlatTree<string, string>('', { outcome: () => null })
const node = (t: T, p: NodeId, name: string): NodeId => t.take(t.edge(p, name, name, { rank: t.size }), name)

/** The objective as it stands in the paper. */
function objective(
  t: T,
  leaves: NodeId[],
  keep: boolean[],
  mass: number[],
  cluster: number[],
  o: { cost: number; cover: number; price?(n: NodeId): number },
) {
  const price = o.price ?? (() => 1)
  const sum = (ns: NodeId[]) => ns.reduce((s, n) => s + price(n), 0)
  const union = (ls: NodeId[]) => [...new Set(ls.flatMap(l => t.path(l)))]
  const kept = leaves.filter((_, i) => keep[i])
  const total = sum(union(leaves))
  return (
    mass.reduce((s, m, i) => s + (keep[i] ? m : 0), 0) -
    (total > 0 ? (o.cost * sum(union(kept))) / total : 0) +
    (o.cover * new Set(cluster.filter((_, i) => keep[i])).size) / new Set(cluster).size
  )
}

describe('retain', () => {
  test('shared paths are kept together, a lone one pays for itself', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const b = node(t, node(t, node(t, t.root, 'b'), 'bb'), 'bbb')
    const leaves = [node(t, a, 'a1'), node(t, a, 'a2'), b]
    const mass = [0.4, 0.4, 0.2]
    // Seven nodes. Alone, b brings .2 for three of them.
    expect(retain(t, leaves, mass, [0, 0, 0], { cost: 1, cover: 0 })).toEqual([true, true, false])
    expect(retain(t, leaves, mass, [0, 0, 1], { cost: 1, cover: 1 })).toEqual([true, true, true])
    expect(retain(t, leaves, mass, [0, 0, 0], { cost: 0, cover: 0 })).toEqual([true, true, true])
    expect(retain(t, leaves, mass, [0, 0, 0], { cost: 100, cover: 0 }).filter(x => x)).toHaveLength(1)
    expect(retain(t, [], [], [], { cost: 1, cover: 1 })).toEqual([])
  })
  test('a price per node', () => {
    const t = tree()
    const leaves = [node(t, t.root, 'long'), node(t, t.root, 'short')]
    const price = (n: NodeId) => (n === leaves[0] ? 90 : 5)
    expect(retain(t, leaves, [0.5, 0.5], [0, 1], { cost: 1, cover: 0, price })).toEqual([false, true])
  })
  const problem = (least: number, most: number) =>
    fc.record({
      tree: fc.array(fc.nat(1000), { minLength: 4, maxLength: most + 6 }),
      mass: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: most, maxLength: most }),
      cluster: fc.array(fc.nat(4), { minLength: most, maxLength: most }),
      cost: fc.double({ min: 0, max: 4, noNaN: true }),
      cover: fc.double({ min: 0, max: 3, noNaN: true }),
      size: fc.integer({ min: least, max: most }),
    })
  const grown = (parents: number[]) => {
    const t = tree()
    const nodes: NodeId[] = [t.root]
    for (const p of parents) nodes.push(node(t, nodes[p % nodes.length], String(nodes.length)))
    return { t, leaves: nodes.slice(1).filter(n => t.children(n).length === 0) }
  }
  test('is the optimum of all sets', () => {
    fc.assert(
      fc.property(problem(1, 9), p => {
        const { t, leaves: all } = grown(p.tree)
        const leaves = all.slice(0, p.size)
        const mass = p.mass.slice(0, leaves.length)
        const cluster = p.cluster.slice(0, leaves.length)
        const keep = retain(t, leaves, mass, cluster, p)
        const of = (k: boolean[]) => objective(t, leaves, k, mass, cluster, p)
        let high = -Infinity
        for (let bits = 1; bits < 2 ** leaves.length; bits++) high = Math.max(high, of(leaves.map((_, i) => ((bits >> i) & 1) === 1)))
        expect(keep.some(k => k)).toBe(true)
        expect(of(keep)).toBeCloseTo(high, 9)
      }),
      { numRuns: 300 },
    )
  })
  test('with many leaves no change or exchange of one makes it better', () => {
    fc.assert(
      fc.property(problem(40, 60), p => {
        const t = tree()
        const inner = Array.from({ length: 8 }, (_, i) => node(t, t.root, `i${i}`))
        const leaves = p.tree.map((x, i) => node(t, inner[x % 8], String(i)))
        const mass = leaves.map((_, i) => p.mass[i % p.mass.length] / leaves.length)
        const cluster = leaves.map((_, i) => p.cluster[i % p.cluster.length])
        const keep = retain(t, leaves, mass, cluster, p)
        const of = (k: boolean[]) => objective(t, leaves, k, mass, cluster, p)
        const value = of(keep)
        keep.forEach((_, i) => {
          const other = keep.with(i, !keep[i])
          if (other.some(k => k)) expect(of(other)).toBeLessThanOrEqual(value + 1e-9)
        })
      }),
      { numRuns: 20 },
    )
  })
})
