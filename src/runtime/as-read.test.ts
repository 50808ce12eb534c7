import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asRead } from './as-read.ts'

const byText = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

test('gives what its text would give back', () => {
  const anything = fc.anything({
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  })
  fc.assert(
    fc.property(anything, value => {
      expect(asRead(value)).toStrictEqual(byText(value))
    }),
    { numRuns: 1000 },
  )
})

test('what JSON drops, changes, or asks the value itself about', () => {
  class Own {
    x = 1
    get y(): number {
      return 2
    }
  }
  const keyed = { toJSON: (key: string) => `at ${key}` }
  const own = JSON.parse('{"__proto__": {"a": 1}, "b": 2}')
  const deep = Array.from({ length: 200 }).reduce<unknown>(x => [x], 'end')
  for (const value of [undefined, () => 1, Symbol('s'), [undefined, () => 1], { a: undefined, b: Number.NaN, c: -0 }, new Array(2)])
    expect(asRead(value)).toStrictEqual(byText(value))
  for (const value of [new Own(), { list: [keyed] }, own, deep, new Date(0), new Float32Array(2), '\ud800', { 2: 'b', 1: 'a' }])
    expect(asRead(value)).toStrictEqual(byText(value))
  expect(Object.is((asRead({ c: -0 }) as { c: number }).c, 0)).toBe(true)
  expect(() => asRead({ n: 1n })).toThrow(TypeError)
  const ring: unknown[] = []
  ring.push(ring)
  expect(() => asRead(ring)).toThrow(TypeError)
})

test('is a copy: what is changed afterwards is not seen', () => {
  const sample = { text: 'a', tokens: [{ id: 1 }] }
  const read = asRead([sample])
  sample.tokens[0].id = 2
  sample.text = 'b'
  expect(read).toEqual([{ text: 'a', tokens: [{ id: 1 }] }])
})
