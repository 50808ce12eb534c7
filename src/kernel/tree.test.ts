import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdgeId, NodeId } from '../contract/index.ts'
import { backup, mean } from './backup.ts'
import { flagNames } from './flags.ts'
import { AddressedRandom } from './random.ts'
import { decodeTree, decodingTree, encodeTree } from './snapshot.ts'
import { FlatTree, type Rules } from './tree.ts'

interface S {
  text: string
  end?: boolean
}
const rules: Rules<S, string> = {
  outcome: s => (s.end ? { answer: s.text } : null),
  key: s => [...s.text].sort().join(''),
}
const make = () => new FlatTree<S, string, string>({ text: '' }, rules)
const grow = (
  t: FlatTree<S, string, string>,
  p: EdgeId,
  a: string,
  o: { rank?: number; repair?: number; end?: boolean; take?: boolean } = {},
): NodeId => {
  const { end, take = true, ...own } = o
  const e = t.edge(p, a, a, own)
  t.merge(e)
  if (take && !t.taken(e)) t.take(e, { text: t.state(p as NodeId).text + a, ...(end ? { end } : {}) })
  return e as NodeId
}
const words = (t: FlatTree<S, string, string>, es: readonly EdgeId[]): string[] =>
  es.map(e =>
    t
      .path(e)
      .slice(1)
      .map(x => t.action(x))
      .join(''),
  )

describe('edges and nodes', () => {
  test('equal actions are one edge; a repair is another; an edge not taken has no state', () => {
    const t = make()
    const a = grow(t, t.root, 'a')
    expect(grow(t, t.root, 'a')).toBe(a)
    expect([t.M[a], t.size]).toEqual([2, 2])
    const repaired = grow(t, t.root, 'a', { repair: 1, rank: 1 })
    expect(repaired).not.toBe(a)
    const e = t.edge(a, 'x', 'x')
    expect([t.taken(e), t.children(a), t.edges(a)]).toEqual([false, [], [e]])
    const under = t.edge(e, 'y', 'y')
    expect(words(t, [under])).toEqual(['axy'])
  })
  test('an address is the way there: the same in another order of arrival', () => {
    const t = make()
    const u = make()
    const ab = grow(t, grow(t, t.root, 'a'), 'b')
    grow(u, u.root, 'c')
    const ab2 = grow(u, grow(u, u.root, 'a', { rank: 5 }), 'b')
    expect(u.key(ab2)).toBe(t.key(ab))
    expect(t.key(ab)).toMatch(/^[0-9a-f]{16}$/)
    expect(t.find(t.key(ab))).toBe(ab)
    expect(t.find('0123456789abcdef')).toBe(-1)
    expect(t.key(grow(t, t.root, 'ab'))).not.toBe(t.key(ab))
  })
  test('lists come in tree order, whatever the order of arrival; a lower rank moves an edge', () => {
    const order = (arrivals: readonly number[]): string[] => {
      const t = make()
      for (const i of arrivals) grow(t, grow(t, t.root, 'abcdef'[i], { rank: i }), 'x', { end: true })
      return [...words(t, t.nodes()), ...words(t, t.ends()), ...words(t, t.edges(t.root)), t.digest()]
    }
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
        xs => void expect(order(xs)).toEqual(order([0, 1, 2, 3, 4, 5])),
      ),
    )
    const t = make()
    const [b, a] = [grow(t, t.root, 'b', { rank: 3 }), grow(t, t.root, 'a', { rank: 4 })]
    grow(t, a, 'x', { end: true })
    grow(t, b, 'x', { end: true })
    grow(t, t.root, 'a', { rank: 1 })
    expect([words(t, t.edges(t.root)), words(t, t.ends())]).toEqual([
      ['a', 'b'],
      ['ax', 'bx'],
    ])
    expect([...Array(t.size).keys()].filter(i => t.nextSibling[i] === i)).toEqual([])
  })
  test('an observation enters the addresses below', () => {
    const t = make()
    const u = make()
    const a = t.take(t.edge(t.root, 'a', 'a'), { text: 'a' }, 'rain')
    const b = u.take(u.edge(u.root, 'a', 'a'), { text: 'a' }, 'sun')
    expect(t.key(a)).toBe(u.key(b))
    expect(t.key(t.edge(a, 'x', 'x'))).not.toBe(u.key(u.edge(b, 'x', 'x')))
  })
  test('twins: the first node of the same state', () => {
    const t = make()
    const ab = grow(t, grow(t, t.root, 'a'), 'b')
    const ba = grow(t, grow(t, t.root, 'b', { rank: 1 }), 'a')
    expect([t.twin(ab), t.twin(ba)]).toEqual([null, ab])
  })
  test('columns stay good while the tree grows, own ones from their initial value', () => {
    const t = make()
    const { N, Q } = t
    const g = t.column('g', 7)
    for (let i = 0; i < 500; i++) grow(t, t.root, String(i), { rank: i })
    const last = (t.size - 1) as NodeId
    t.N[last] = 3
    expect([N[last], Q[last], g[last], t.column('g')[last], t.column('h')[last]]).toEqual([3, Number.NaN, 7, 7, Number.NaN])
  })
})

describe('flags', () => {
  test('a parent below which all has ended, failed or was pruned is closed; a new draw opens it', () => {
    const t = make()
    const a = grow(t, t.root, 'a')
    const b = grow(t, t.root, 'b', { rank: 1 })
    const x = grow(t, a, 'x', { end: true })
    expect([t.is(x, 'end'), t.is(a, 'closed'), t.is(t.root, 'closed')]).toEqual([true, true, false])
    t.flag(b, 'pruned')
    expect(t.is(t.root, 'closed')).toBe(true)
    const y = t.edge(a, 'y', 'y', { rank: 9 })
    expect([t.is(a, 'closed'), t.is(t.root, 'closed')]).toEqual([false, false])
    t.flag(y, 'failed')
    expect(t.is(t.root, 'closed')).toBe(true)
    t.flag(b, 'pruned', false)
    expect(t.is(t.root, 'closed')).toBe(false)
  })
  test('a proof marks the way to it', () => {
    const t = make()
    const a = grow(t, t.root, 'a')
    const x = grow(t, a, 'x', { end: true })
    grow(t, t.root, 'b', { rank: 1 })
    t.flag(x, 'solved')
    expect(t.nodes().filter(n => t.is(n, 'solved'))).toEqual([t.root, a, x])
  })
  test('what is pruned, replaced, aside or gone is not open for search; ends and answers still show it', () => {
    for (const f of ['pruned', 'replaced', 'aside', 'gone'] as const) {
      const t = make()
      const a = grow(t, t.root, 'a', { end: true })
      t.flag(a, f)
      expect([t.edges(t.root), t.children(t.root), t.nodes(), t.leaves(), t.ends()]).toEqual([[], [], [t.root], [t.root], [a]])
      expect(t.answers()).toEqual(f === 'pruned' ? [] : [a])
    }
    expect(new Set(flagNames).size).toBe(10)
  })
  test('leaves: neither finished nor grown', () => {
    const t = make()
    const a = grow(t, t.root, 'a')
    t.edge(a, 'untaken', 'untaken')
    grow(t, t.root, 'z', { rank: 1, end: true })
    expect(t.leaves()).toEqual([a])
  })
})

describe('holds, notes, parents, walks', () => {
  test('what is under way counts on the whole path until it is given back', () => {
    const t = make()
    const x = grow(t, grow(t, t.root, 'a'), 'x')
    t.hold(x, 1)
    t.hold(x, 1, (depth, leaf) => leaf - depth)
    expect(t.path(x).map(n => t.O[n])).toEqual([3, 2, 1])
    t.hold(x, -1, (depth, leaf) => leaf - depth)
    t.hold(x, -1)
    expect(t.path(x).map(n => t.O[n])).toEqual([0, 0, 0])
  })
  test('notes reach as far as they say', () => {
    const t = make()
    const a = grow(t, t.root, 'a')
    const x = grow(t, a, 'x')
    const b = grow(t, t.root, 'b', { rank: 1 })
    t.note(a, { text: 'here', from: a, scope: 'node', kind: '' })
    t.note(a, { text: 'below', from: a, scope: 'below', kind: '' })
    t.note(b, { text: 'everywhere', from: b, scope: 'tree', kind: '' })
    const texts = (n: NodeId) => t.notesAt(n).map(n => n.text)
    expect([texts(a), texts(x), texts(b), texts(t.root)]).toEqual([
      ['here', 'below', 'everywhere'],
      ['below', 'everywhere'],
      ['everywhere'],
      ['everywhere'],
    ])
  })
  test('first and after walk the open edges', () => {
    const t = make()
    for (let i = 0; i < 5; i++) grow(t, t.root, String(i), { rank: i })
    t.flag(2 as NodeId, 'pruned')
    const seen: number[] = []
    for (let e = t.first(t.root); e !== -1; e = t.after(e)) seen.push(e)
    expect(seen).toEqual(t.edges(t.root))
    expect(seen.length).toBe(4)
  })
  test('walk visits every row below once, in order, as a recursive definition does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), picks => {
        const t = make()
        picks.forEach((p, i) => {
          grow(t, (p % t.size) as EdgeId, `n${i}`, { rank: (p * 7919) % 13 })
        })
        const naive = (n: EdgeId): EdgeId[] => [n, ...t.edges(n).flatMap(naive)]
        expect([...t.walk()]).toEqual(naive(t.root))
        const order = [...t.walk()]
        for (let i = 1; i < order.length; i++) expect(t.before(order[i - 1], order[i])).toBe(true)
      }),
    )
  })
})

describe('re-rooting', () => {
  const line = () => {
    const t = make()
    const a = grow(t, t.root, 'a')
    const b = grow(t, t.root, 'b', { rank: 1, end: true })
    const x = grow(t, a, 'x')
    const y = grow(t, a, 'y', { rank: 1 })
    const z = grow(t, x, 'z', { end: true })
    return { t, a, b, x, y, z }
  }
  test('what lies beside is gone, what lies below stays', () => {
    const { t, a, b, x, y, z } = line()
    t.reroot(x)
    expect([t.root, t.nodes(), t.ends(), t.is(b, 'gone'), t.is(y, 'gone'), t.is(a, 'gone')]).toEqual([x, [x, z], [z], true, true, false])
    expect(() => t.reroot(b)).toThrow(/does not lie below/)
  })
  test('a subtree is a tree of its own with all that was known', () => {
    const { t, a, z } = line()
    t.N[z] = 5
    t.column('g')[z] = 2
    const s = t.subtree(a)
    expect(words(s, s.nodes())).toEqual(['', 'x', 'xz', 'y'])
    const z2 = s.ends()[0]
    expect([s.N[z2], s.column('g')[z2], s.state(z2).text]).toEqual([5, 2, 'axz'])
  })
})

describe('fingerprint and digest', () => {
  test('the fingerprint follows every change in its order, the digest only what came of it', () => {
    const t = make()
    const u = make()
    grow(t, t.root, 'a')
    grow(t, t.root, 'b', { rank: 1 })
    grow(u, u.root, 'b', { rank: 1 })
    grow(u, u.root, 'a')
    expect(u.fingerprint).not.toBe(t.fingerprint)
    expect(u.digest()).toBe(t.digest())
    u.N[1 as EdgeId] = 1
    expect(u.digest()).not.toBe(t.digest())
  })
  test('what a request is checked against sees the statistics of its place', () => {
    const t = make()
    const before = t.stampAt(t.root)
    t.Q[t.root] = 0.5
    expect(t.stampAt(t.root)).not.toBe(before)
  })
})

describe('large trees', () => {
  test('a chain of 100,000 is built, backed up, walked, closed, saved and loaded', () => {
    const t = new FlatTree<number, number, number>(0, { outcome: s => (s === 100_000 ? { answer: s } : null) })
    let n = t.root
    for (let i = 1; i <= 100_000; i++) n = t.take(t.edge(n, i, String(i)), i)
    backup(t, n, 1, mean)
    expect([t.depth(n), t.path(n).length, t.nodes().length, t.N[t.root], t.is(t.root, 'closed')]).toEqual([
      100_000,
      100_001,
      100_001,
      1,
      true,
    ])
    const u = decodeTree(encodeTree(t), t.rules)
    expect([u.digest(), u.depth(u.ends()[0]), u.is(u.root, 'closed')]).toEqual([t.digest(), 100_000, true])
    t.reroot(n)
    expect(t.nodes()).toEqual([n])
  })
  test('a million nodes are built, saved, loaded and walked', () => {
    const t = new FlatTree<number, number, number>(0, { outcome: () => null })
    const rng = new AddressedRandom(1, 2, 3, 'tree')
    for (let i = 1; i < 1_000_000; i++) {
      const p = rng.int(t.size) as NodeId
      t.take(t.edge(p, i, String(i), { rank: i }), i)
      t.N[i as NodeId] = i % 7
    }
    expect(t.nodes().length).toBe(1_000_000)
    const bytes = encodeTree(t)
    expect(bytes.length / 1e6).toBeLessThan(200)
    const u = decodeTree<number, number, number>(bytes, t.rules)
    expect(u.size).toBe(1_000_000)
    for (const i of [1, 777, 123_456, 999_999] as NodeId[])
      expect([u.state(i), u.parent(i), u.N[i], u.key(i)]).toEqual([t.state(i), t.parent(i), t.N[i], t.key(i)])
    expect(u.nodes()).toEqual(t.nodes())
  })
})

describe('a tree as bytes', () => {
  const full = () => {
    const t = make()
    const a = grow(t, t.root, 'a')
    const b = grow(t, t.root, 'b', { rank: 1, end: true })
    t.edge(a, 'untaken', 'untaken')
    t.merge(b, 1, { action: 'b', text: 'b!', logprob: -1 })
    t.assess(b, { value: Number.NaN, failed: true, feedback: 'why' })
    t.assess(a, { value: 0.5, parts: { sure: 2 } })
    t.note(a, { text: 'note', from: a, scope: 'below', kind: 'k' })
    t.adopt(b, [t.root, a])
    t.column('mine', 3)[a] = 4
    t.flag(b, 'solved')
    t.Q[a] = 0.25
    return t
  }
  test('holds everything', () => {
    const t = full()
    const u = decodeTree<S, string, string>(encodeTree(t), rules)
    const [a, b] = [1, 2] as NodeId[]
    expect(u.digest()).toBe(t.digest())
    expect(u.fingerprint).toBe(t.fingerprint)
    expect([u.draws(b), u.judged(a), u.notes(a), u.parents(b), u.columns(), u.column('mine')[a]]).toEqual([
      t.draws(b),
      t.judged(a),
      t.notes(a),
      [t.root, a],
      ['mine'],
      4,
    ])
    expect(u.judged(b)).toEqual({ value: Number.NaN, failed: true, feedback: 'why' })
    expect([u.ends(), u.answers(), u.taken(3 as EdgeId)]).toEqual([t.ends(), t.answers(), false])
    expect(encodeTree(u)).toEqual(encodeTree(t))
  })
  test('its texts are read where they are asked for, a group at a time, and stay what they were while it grows', () => {
    const t = new FlatTree<number[], number, number>([], { outcome: s => (s.length % 3 === 2 ? { answer: s[0] } : null) })
    for (let i = 1; i <= 5000; i++) {
      const e = t.edge(t.root, i, String(i))
      if (i % 2 === 1) t.take(e, new Array<number>(i % 5).fill(i))
      // Drawn in another order than their rows.
      if (i % 10 === 0) for (const j of [i, i - 5]) t.merge(j as EdgeId, 1, { action: j, text: `draw ${j}` })
    }
    const u = decodeTree<number[], number, number>(encodeTree(t), t.rules)
    for (const e of [4999, 1, 2500, 0, 777, 10, 5, 4995, 4994] as NodeId[])
      expect([u.action(e), u.state(e), u.draws(e), u.outcome(e)]).toEqual([t.action(e), t.state(e), t.draws(e), t.outcome(e)])
    for (const x of [t, u]) {
      x.merge(5 as EdgeId, 1, { action: 5, text: 'again' })
      x.take(2 as EdgeId, [1, 2])
      x.merge(x.take(x.edge(x.root, 6000, '6000'), [7, 7]), 1, { action: 6000, text: 'new' })
    }
    expect(u.draws(5 as EdgeId).map(d => d.text)).toEqual(['draw 5', 'again'])
    expect([u.ends(), u.answers(), u.digest()]).toEqual([t.ends(), t.answers(), t.digest()])
    expect(encodeTree(u)).toEqual(encodeTree(t))
  })
  test('a snapshot that does not say where its draws lie is read as well', () => {
    const t = full()
    const bytes = encodeTree(t)
    // The name of the field, made another one of the same length.
    const at = Buffer.from(bytes.buffer).indexOf('"drawn"')
    bytes[at + 5] = 'm'.charCodeAt(0)
    const u = decodeTree<S, string, string>(bytes, rules)
    expect([u.draws(2 as EdgeId), u.draws(1 as EdgeId)]).toEqual([t.draws(2 as EdgeId), []])
  })
  test('is read in steps, with what is finished in the order of the tree', () => {
    const t = new FlatTree<number, number, number>(0, { outcome: s => (s % 2 === 1 ? { answer: s } : null) })
    // Later ones stand before earlier ones.
    for (let i = 1; i <= 5000; i++) t.take(t.edge(t.root, i, String(i), { rank: (i * 2503) % 5001 }), i)
    t.end(2 as NodeId)
    const decoding = decodingTree<number, number, number>(encodeTree(t), t.rules)
    let steps = 0
    for (;;) {
      const step = decoding.next()
      steps++
      if (step.done !== true) continue
      expect([step.value.ends(), step.value.answers(), step.value.digest()]).toEqual([t.ends(), t.answers(), t.digest()])
      break
    }
    expect(steps).toBeGreaterThan(5)
  })
  test('bytes that are none are one clear line', () => {
    const bytes = encodeTree(full())
    const decode = (b: Uint8Array) => decodeTree(b, rules)
    expect(() => decode(new Uint8Array([1, 2, 3]))).toThrow(/does not begin like one/)
    for (const n of [16, 100, bytes.length - 9]) expect(() => decode(bytes.slice(0, n))).toThrow(/it ends at byte/)
    const newer = bytes.slice()
    newer[4] = 9
    expect(() => decode(newer)).toThrow(/version 9, expected 1/)
  })
})
