import { expect, test } from 'vitest'
import { wordsInCommon } from './likeness.ts'

test('the share of words in common, each once', () => {
  expect(wordsInCommon('a b b c', 'b, c; d')).toBe(0.5)
  expect(wordsInCommon('one two', 'two one')).toBe(1)
  expect(wordsInCommon('one', 'two')).toBe(0)
  expect(wordsInCommon('', '')).toBe(0)
})
