import { describe, expect, test } from 'vitest'
import type { EdgeId, NodeId } from '../contract/index.ts'
import { descend, descendEdges } from './descend.ts'
import { ellipticOrder } from './elliptic.ts'
import { Frontier } from './frontier.ts'
import { AddressedRandom } from './random.ts'
import { top } from './rank.ts'
import { retain } from './retain.ts'
import { type Score, uct, unless } from './select.ts'
import { chosenBy, encodeTerms, recallTerms, tell, telling, termsOf } from './terms.ts'
import { FlatTree } from './tree.ts'

const rng = () => new AddressedRandom(11, 0, 0, 'x')
/** A root with three nodes; the first has two of its own, of which one was not taken. */
function made() {
  const t = new FlatTree<string, string>('', { outcome: () => null })
  const node = (p: EdgeId, name: string): NodeId => t.take(t.edge(p, name, name, { rank: t.size }), name)
  const [a, b, c] = ['a', 'b', 'c'].map(x => node(t.root, x))
  const aa = node(a, 'aa')
  t.edge(a, 'ab', 'ab', { rank: 9 })
  for (const [n, visits, q] of [
    [t.root, 9, 0.4],
    [a, 4, 0.5],
    [b, 3, 0.3],
    [c, 2, 0.2],
    [aa, 3, 0.6],
  ] as const) {
    t.N[n] = visits
    t.Q[n] = q
    t.W[n] = visits * q
  }
  return { t, a, b, c, aa, ab: 5 as EdgeId }
}

describe('said of an edge', () => {
  test('nothing, where nothing was chosen', () => {
    const { t, a } = made()
    expect([termsOf(t, a), encodeTerms(t)]).toEqual([null, null])
  })
  test.for([descend, descendEdges])('after a walk: the parts of its score, from what is known by then', (walk, { expect }) => {
    const { t, a } = made()
    walk(t, uct(t, { c: 1 }), rng())
    expect(termsOf(t, a)).toEqual({ exploit: 0.5, explore: expect.closeTo(Math.sqrt(Math.log(9) / 4), 12) })
    t.Q[a] = 0.25
    expect(termsOf(t, a)).toMatchObject({ exploit: 0.25 })
    expect(termsOf(t, t.root)).toBeNull()
  })
  test('what was told, beside them; the last word holds; no number is no term', () => {
    const { t, a, b, c } = made()
    chosenBy(t, (() => 7) as Score)
    tell(t, 'share', c, 3)
    tell(t, 'share', a, 1)
    tell(t, 'share', a, 2)
    tell(t, 'share', b, Number.NaN)
    expect([a, b, c].map(e => termsOf(t, e))).toEqual([{ score: 7, share: 2 }, { score: 7 }, { score: 7, share: 3 }])
  })
  test('by a function that is told on its way through another', () => {
    const { t, a, b, c } = made()
    expect(
      top(
        [a, b, c],
        2,
        telling(t, 'value', n => -t.Q[n]),
      ),
    ).toEqual([c, b])
    expect([a, b, c].map(e => termsOf(t, e))).toEqual([{ value: -0.5 }, { value: -0.3 }, { value: -0.2 }])
  })
  test('by a score that cannot be made any more: what was told alone', () => {
    const { t, a } = made()
    chosenBy(t, () => {
      throw new Error('gone')
    })
    tell(t, 'draw', a, 0.5)
    expect(termsOf(t, a)).toEqual({ draw: 0.5 })
  })
  test('a tree that keeps no terms is left alone', () => {
    const other = {} as FlatTree
    const f = (e: EdgeId): number => e
    tell(other, 'x', 1 as EdgeId, 2)
    expect(telling(other, 'x', f)).toBe(f)
  })
})

describe('each primitive', () => {
  test('a frontier tells priorities as they are given and given anew', () => {
    const { t, a, b } = made()
    const open = new Frontier<NodeId>('min', (n, f) => tell(t, 'f', n, f))
    open.push(a, 3)
    open.push(b, 1)
    expect([open.pop(), termsOf(t, a), termsOf(t, b)]).toEqual([b, { f: 3 }, { f: 1 }])
    open.reprioritise(() => 8)
    expect([termsOf(t, a), termsOf(t, b)]).toEqual([{ f: 8 }, { f: 1 }])
  })
  test('what is retained: the mass, and whether it was kept', () => {
    const { t, a, b, c } = made()
    const kept = retain(t, [a, b, c], [0.7, 0.25, 0.05], [0, 0, 0], { cost: 1, cover: 0 })
    expect([a, b, c].map(e => termsOf(t, e))).toEqual([0.7, 0.25, 0.05].map((mass, i) => ({ mass, kept: Number(kept[i]) })))
    expect(kept).toContain(false)
  })
  test('an elliptic order tells the bonus of all that were compared', () => {
    const told = new Map<number, number>()
    const order = ellipticOrder(
      [
        [1, 0],
        [1, 0],
        [0, 1],
      ],
      { first: 0, told: (i, bonus) => told.set(i, bonus) },
    )
    expect([order, [...told.keys()].sort()]).toEqual([
      [0, 2, 1],
      [1, 2],
    ])
    expect(told.get(2)!).toBeGreaterThan(told.get(1)!)
  })
})

test('they enter no fingerprint and no digest, and no random number is drawn for them', () => {
  const { t, a, b } = made()
  const before = [t.fingerprint, t.digest(), t.stampAt(a)]
  descend(t, uct(t, { c: 1 }), rng())
  tell(t, 'x', b, 1)
  encodeTerms(t)
  termsOf(t, a)
  expect([t.fingerprint, t.digest(), t.stampAt(a)]).toEqual(before)
})
test('as bytes they come back, of every edge: those of the score as they are now, and those told', () => {
  const { t, a, b, c, aa, ab } = made()
  let scans = 0
  const score = unless(uct(t, { c: 1, norm: 'minmax' }), e => e === b)
  const scan = score.scan!
  score.scan = p => {
    scans += Number(p !== -1)
    scan(p)
  }
  descendEdges(t, score, rng())
  tell(t, 'share', aa, 4)
  const u = made().t
  scans = 0
  recallTerms(u, encodeTerms(t)!)
  expect(scans).toBe(2) // once a row of siblings
  for (const e of [a, b, c, aa, ab]) {
    const { closed: _, ...known } = termsOf(t, e)!
    expect(termsOf(u, e)).toEqual(known)
  }
  for (const bad of [new Uint8Array(4), new Uint8Array(64), encodeTerms(t)!.slice(0, -8)])
    expect(() => recallTerms(u, bad)).toThrow(/not the terms of this tree/)
  const small = new FlatTree<string, string>('', { outcome: () => null })
  expect(() => recallTerms(small, encodeTerms(t)!)).toThrow(/not the terms of this tree/)
})
