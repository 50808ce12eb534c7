import { expect, test } from 'vitest'
import { repeats } from './repetition.ts'

test('eight times the same 32 characters', () => {
  const phrase = 'and so it goes on and on again. ' // 32 characters
  expect(phrase).toHaveLength(32)
  expect(repeats(phrase.repeat(7))).toBe(false)
  expect(repeats(phrase.repeat(8))).toBe(true)
  expect(repeats('ab'.repeat(100))).toBe(true)
})
test('other lengths and counts; short texts and varied ones do not', () => {
  expect(repeats('abcabc', { length: 3, times: 2 })).toBe(true)
  expect(repeats('abcabd', { length: 3, times: 2 })).toBe(false)
  expect(repeats('')).toBe(false)
  expect(repeats(Array.from({ length: 400 }, (_, i) => i * i).join(' '))).toBe(false)
})
