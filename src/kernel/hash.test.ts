import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, chain, hashText, keyText, mix } from './hash.ts'

const ones = (x: number): number => x.toString(2).replaceAll('0', '').length

describe('mix', () => {
  test('the same numbers always', () => {
    expect([mix(0, 0), mix(1, 2), mix(0xffffffff, 7), hashText(''), hashText('espalier')]).toMatchInlineSnapshot(`
      [
        493009611,
        2007225770,
        3328472367,
        4241522095,
        3559562350,
      ]
    `)
  })
  test('one flipped bit flips about half of the result', () => {
    let flipped = 0
    for (let i = 0; i < 2000; i++) flipped += ones((mix(i, 5) ^ mix(i ^ (1 << (i % 32)), 5)) >>> 0)
    expect(flipped / 2000).toBeGreaterThan(15.5)
    expect(flipped / 2000).toBeLessThan(16.5)
  })
  test('is one to one in each argument', () => {
    const seen = new Set<number>()
    for (let i = 0; i < 50_000; i++) seen.add(mix(12345, i))
    expect(seen.size).toBe(50_000)
  })
})

describe('chain', () => {
  test('the same keys always', () => {
    const { hi, lo } = chain(0, 0, 'a')
    expect(keyText(hi, lo)).toMatchInlineSnapshot(`"2f3cc3fffbb2d922"`)
  })
  test('order, text, parent and salt all matter; no collision in 100,000', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 50_000; i++) {
      const a = chain(1, 2, `step ${i}`)
      const b = chain(a.hi, a.lo, 'next')
      seen.add(keyText(a.hi, a.lo)).add(keyText(b.hi, b.lo))
    }
    expect(seen.size).toBe(100_000)
    const of = (hi: number, lo: number, text: string, salt?: number) => {
      const k = chain(hi, lo, text, salt)
      return keyText(k.hi, k.lo)
    }
    expect(new Set([of(1, 2, 'a'), of(2, 1, 'a'), of(1, 2, 'b'), of(1, 2, 'a', 1), of(0, 2, 'a'), of(1, 0, 'a')]).size).toBe(6)
  })
  test('both halves are spread evenly', () => {
    const bins = [new Array(64).fill(0), new Array(64).fill(0)]
    for (let i = 0; i < 64_000; i++) {
      const { hi, lo } = chain(3, 4, String(i))
      bins[0][hi >>> 26]++
      bins[1][lo & 63]++
    }
    // Chi-square with 63 degrees of freedom: beyond 120 once in 100,000.
    for (const bin of bins) expect(bin.reduce((s, n) => s + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(120)
  })
})

describe('canonical', () => {
  test('keys in any order, undefined left out', () => {
    expect(canonical({ b: 1, a: [true, null, { d: 'x', c: undefined }] })).toBe('{"a":[true,null,{"d":"x"}],"b":1}')
    expect(canonical({ a: 1, b: 2 })).toBe(canonical({ b: 2, a: 1 }))
  })
  test('reads back as what it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), v => {
        expect(JSON.parse(canonical(v))).toEqual(JSON.parse(JSON.stringify(v)))
      }),
    )
  })
})
