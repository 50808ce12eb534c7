import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode, token, vocabularySize, words } from './vocabulary.ts'

test('every word has one id, and numbers are their own', () => {
  expect(words).toHaveLength(vocabularySize)
  expect(new Set(words).size).toBe(vocabularySize)
  for (let n = 0; n < 100; n++) expect(encode(String(n))).toEqual([n])
  expect(decode([24, token.colon, 4, token.end])).toBe('24 : 4 $')
})

test('text and ids are each other', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(vocabularySize - 1)), ids => {
      expect(encode(decode(ids))).toEqual(ids)
    }),
  )
})

test('what is no word is named with its place', () => {
  expect(() => encode('24 : 4 8/3')).toThrow(/"8\/3" as word 4/)
  expect(() => encode('100')).toThrow(/"100" as word 1/)
  expect(() => decode([3, 128])).toThrow(/0 to 127, found 128/)
  expect(() => decode([1.5])).toThrow(/found 1.5/)
})
