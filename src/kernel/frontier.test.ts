import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Frontier } from './frontier.ts'

const drain = <E>(f: Frontier<E>): E[] => {
  const out: E[] = []
  for (let e = f.pop(); e !== undefined; e = f.pop()) out.push(e)
  return out
}

describe('Frontier', () => {
  test('pops by priority, equals in the order of pushing, unknown last: as a stable sort does', () => {
    const priority = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(Number.NaN, Infinity, -Infinity))
    fc.assert(
      fc.property(fc.array(priority, { maxLength: 60 }), fc.constantFrom<'max' | 'min'>('max', 'min'), (ps, order) => {
        const f = new Frontier<number>(order)
        ps.forEach((p, i) => {
          f.push(i, p)
        })
        const sign = order === 'max' ? 1 : -1
        const rank = (i: number) => (Number.isNaN(ps[i]) ? -1e9 : Math.max(-1e6, Math.min(1e6, sign * ps[i])))
        const sorted = ps.map((_, i) => i).sort((a, b) => rank(b) - rank(a) || a - b)
        expect(f.items().map(x => x.item)).toEqual(sorted)
        expect(f.peek()?.item).toBe(sorted[0])
        expect(drain(f)).toEqual(sorted)
        expect(f.size).toBe(0)
      }),
    )
  })
  test('pushes between pops', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(9)), { maxLength: 80 }), acts => {
        const f = new Frontier<string>()
        let plain: { item: string; p: number }[] = []
        acts.forEach((p, i) => {
          if (p !== null) {
            f.push(String(i), p)
            plain.push({ item: String(i), p })
            return
          }
          const best = plain.reduce<{ item: string; p: number } | undefined>((b, x) => (b === undefined || x.p > b.p ? x : b), undefined)
          plain = plain.filter(x => x !== best)
          expect(f.pop()).toBe(best?.item)
        })
        expect(f.size).toBe(plain.length)
      }),
    )
  })
  test('pop(accept) takes the first accepted and leaves those passed over in their order', () => {
    const f = new Frontier<string>()
    for (const [e, p] of [
      ['a', 3],
      ['b', 3],
      ['c', 2],
      ['d', 1],
    ] as const)
      f.push(e, p)
    expect(f.pop(e => e === 'c')).toBe('c')
    expect(f.pop(e => e === 'x')).toBeUndefined()
    expect(f.size).toBe(3)
    expect(drain(f)).toEqual(['a', 'b', 'd'])
  })
  test('drop and reprioritise keep the heap and the order of equals', () => {
    const f = new Frontier<number>('min')
    for (let i = 0; i < 50; i++) f.push(i, (i * 7) % 10)
    expect(f.drop(e => e % 2 === 1)).toBe(25)
    expect(f.drop(() => false)).toBe(0)
    f.reprioritise((e, p) => (e < 20 ? 0 : p + 1))
    const left = drain(f)
    expect(left.slice(0, 10)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
    expect(left.slice(10).map(e => (e * 7) % 10)).toEqual([...left.slice(10).map(e => (e * 7) % 10)].sort((a, b) => a - b))
    expect(left).toHaveLength(25)
  })
})
