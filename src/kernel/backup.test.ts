import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeId } from '../contract/index.ts'
import { backup, childMean, maxOf, mean, minimax, mixed, replace, soft, withPrior } from './backup.ts'
import { FlatTree } from './tree.ts'

const tree = (player?: (s: string) => number) =>
  new FlatTree<string, string>('', player ? { outcome: () => null, player } : { outcome: () => null })
const node = (t: FlatTree, p: NodeId, name: string): NodeId => t.take(t.edge(p, name, name, { rank: t.size }), t.state(p) + name)
const stats = (t: FlatTree, n: NodeId) => [t.N[n], t.W[n], t.Q[n]]

describe('backup', () => {
  test('N, W and Q from the node to the root, not beside it', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const b = node(t, t.root, 'b')
    const aa = node(t, a, 'a')
    backup(t, aa, 1)
    backup(t, a, 0)
    expect(stats(t, aa)).toEqual([1, 1, 1])
    expect(stats(t, a)).toEqual([2, 1, 0.5])
    expect(stats(t, t.root)).toEqual([2, 1, 0.5])
    expect(stats(t, b)).toEqual([0, 0, Number.NaN])
  })
  test('an unknown return counts nothing', () => {
    const t = tree()
    backup(t, t.root, Number.NaN)
    expect(stats(t, t.root)).toEqual([0, 0, Number.NaN])
  })
  test('discounted per level', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const aa = node(t, a, 'a')
    backup(t, aa, 1, mean, { gamma: 0.5 })
    expect([t.W[aa], t.W[a], t.W[t.root]]).toEqual([1, 0.5, 0.25])
  })
  test('stops at the moved root', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const aa = node(t, a, 'a')
    t.reroot(a)
    backup(t, aa, 1)
    expect(t.N[a]).toBe(1)
    expect(t.N[0 as NodeId]).toBe(0)
  })
  test('enters the fingerprint', () => {
    const t = tree()
    const before = t.fingerprint
    backup(t, t.root, 0.25)
    expect(t.fingerprint).not.toBe(before)
  })
})

describe('players', () => {
  const alternate = (s: string) => s.length % 2
  test('a return is turned where the player changes: Q is as seen by who chose the action', () => {
    const t = tree(alternate)
    const a = node(t, t.root, 'a')
    const aa = node(t, a, 'a')
    // Player 0 is to move at aa and wins: good for a choice of player 0 at the root, bad for that of player 1 at a.
    backup(t, aa, 1)
    expect([t.Q[aa], t.Q[a], t.Q[t.root]]).toEqual([-1, 1, 1])
  })
  test('players that do not alternate', () => {
    const t = tree(s => (s === '' ? 0 : 1))
    const a = node(t, t.root, 'a')
    const aa = node(t, a, 'a')
    backup(t, aa, 1)
    expect([t.Q[aa], t.Q[a], t.Q[t.root]]).toEqual([1, -1, -1])
  })
  test('probabilities of winning turn by 1 - r; a player may be given', () => {
    const t = tree()
    const a = node(t, t.root, 'a')
    backup(t, a, 0.8, mean, { flip: r => 1 - r, player: n => t.depth(n) })
    expect(t.Q[a]).toBeCloseTo(0.2, 12)
  })
  test('minimax is that of a recursion, whatever the order of the returns', () => {
    const leaf = fc.integer({ min: -5, max: 5 })
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.array(leaf, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        game => {
          const t = tree(alternate)
          const leaves: [NodeId, number][] = []
          game.forEach((g, i) => {
            const a = node(t, t.root, String(i))
            g.forEach((h, j) => {
              const b = node(t, a, String(j))
              h.forEach((v, k) => {
                leaves.push([node(t, b, String(k)), v])
              })
            })
          })
          // Values are those of the player to move at the leaf: player 1.
          for (const [n, v] of leaves.reverse()) backup(t, n, v, minimax)
          const value = Math.max(...game.map(g => Math.min(...g.map(h => Math.max(...h.map(v => -v))))))
          expect(t.Q[t.root]).toBe(value)
          t.children(t.root).forEach((a, i) => {
            expect(t.Q[a] + 0).toBe(Math.min(...game[i].map(h => Math.max(...h.map(v => -v)))) + 0)
          })
        },
      ),
    )
  })
})

describe('rules', () => {
  test('largest, latest, mixed', () => {
    const t = tree()
    const run = (rule: typeof mean, rs: number[]) => {
      const n = node(t, t.root, `${t.size}`)
      t.Q[n] = 0.9
      for (const r of rs) backup(t, n, r, rule)
      return t.Q[n]
    }
    expect(run(maxOf, [0.2, 0.7, 0.5])).toBe(0.7)
    expect(run(maxOf, [-3, -2])).toBe(-2)
    expect(run(replace, [0.2, 0.7, 0.5])).toBe(0.5)
    expect(run(mixed(0.25, maxOf, mean), [0, 1])).toBeCloseTo(0.25 * 1 + 0.75 * 0.5, 12)
  })
  test('mean of children by visits, evenly, by multiplicity; unknown ones do not count; without any, Q stays', () => {
    const t = tree()
    const [a, b, c] = ['a', 'b', 'c'].map(x => node(t, t.root, x))
    t.edge(t.root, 'not taken', 'not taken')
    t.N[a] = 1
    t.N[b] = 3
    t.M[a] = 2
    t.M[b] = 2
    t.Q[a] = 1
    t.Q[b] = 0
    t.N[c] = 5
    const q = (rule: typeof mean) => {
      backup(t, t.root, 0, rule)
      return t.Q[t.root]
    }
    expect(q(childMean('visits'))).toBe(0.25)
    expect(q(childMean('even'))).toBe(0.5)
    expect(q(childMean('multiplicity'))).toBe(0.5)
    t.Q[a] = t.Q[b] = Number.NaN
    t.Q[t.root] = 0.75
    expect(q(childMean('visits'))).toBe(0.75)
    t.Q[t.root] = Number.NaN
    backup(t, t.root, 0.4, childMean('visits'))
    expect(t.Q[t.root]).toBe(0.4)
  })
  test('soft value: between mean and largest; exact; stable', () => {
    const t = tree()
    const kids = ['a', 'b'].map(x => node(t, t.root, x))
    const q = (lambda: number, qs: number[], weight: 'even' | 'multiplicity' | 'prior' = 'even') => {
      kids.forEach((k, i) => {
        t.Q[k] = qs[i]
      })
      backup(t, t.root, 0, soft(lambda, weight))
      return t.Q[t.root]
    }
    expect(q(2, [0.1, 0.7])).toBeCloseTo(Math.log((Math.exp(0.2) + Math.exp(1.4)) / 2) / 2, 12)
    expect(q(-2, [0.1, 0.7])).toBeCloseTo(Math.log((Math.exp(-0.2) + Math.exp(-1.4)) / 2) / -2, 12)
    expect(q(0, [0.1, 0.7])).toBeCloseTo(0.4, 12)
    expect(q(1e-9, [0.1, 0.7])).toBeCloseTo(0.4, 8)
    expect(q(Infinity, [0.1, 0.7])).toBe(0.7)
    expect(q(-Infinity, [0.1, 0.7])).toBe(0.1)
    expect(q(1000, [-5000, 9000])).toBeCloseTo(9000 - Math.log(2) / 1000, 9)
    expect(q(2, [0.1, Number.NaN])).toBeCloseTo(0.1, 12)
    t.M[kids[0]] = 1
    t.M[kids[1]] = 3
    expect(q(2, [0.1, 0.7], 'multiplicity')).toBeCloseTo(Math.log((Math.exp(0.2) + 3 * Math.exp(1.4)) / 4) / 2, 12)
    t.P[kids[0]] = 0
    t.P[kids[1]] = 1
    expect(q(2, [0.1, 0.7], 'prior')).toBeCloseTo(0.7, 12)
  })
})

describe('a mean held to a prior', () => {
  const played = (rule: (t: FlatTree) => ReturnType<typeof withPrior>) => {
    const t = tree()
    const a = node(t, t.root, 'a')
    const prior = t.column('prior')
    prior[a] = 0.8
    const seen = [1, 0, 0].map(r => {
      backup(t, a, r, rule(t))
      return [t.Q[a], t.Q[t.root]]
    })
    return seen
  }
  test('as so many returns: it fades', () => {
    const seen = played(t => withPrior(t.column('prior'), { visits: 2 }))
    expect(seen.map(x => x[0])).toEqual([2.6 / 3, 2.6 / 4, 2.6 / 5].map(x => expect.closeTo(x, 12)))
  })
  test('as a share: it stays', () => {
    const seen = played(t => withPrior(t.column('prior'), { share: 0.5 }))
    expect(seen.map(x => x[0])).toEqual([0.9, 0.65, 0.4 + 0.5 / 3].map(x => expect.closeTo(x, 12)))
  })
  test('where nothing was thought before, and with no weight, it is the mean', () => {
    expect(played(t => withPrior(t.column('prior'), { visits: 0 })).map(x => x[0])).toEqual([1, 0.5, expect.closeTo(1 / 3, 12)])
    expect(played(t => withPrior(t.column('prior'), { share: 0.5 })).map(x => x[1])).toEqual([1, 0.5, expect.closeTo(1 / 3, 12)])
  })
})
