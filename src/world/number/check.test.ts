import { describe, expect, test } from 'vitest'
import { answerText, checkExpression } from './check.ts'
import { rulesCountdown } from './game.ts'

const four = [4, 9, 10, 13]

describe('checkExpression', () => {
  test.each([
    '(10 - 4) * (13 - 9)',
    '(10-4)*(13-9) = 24',
    '24 = (10 - 4) * (13 - 9)',
    'Answer: (10 - 4) * (13 - 9) = 24',
    'The answer is (10 \u2212 4) \u00D7 (13 \u2212 9).',
    '**Answer:** `(10 - 4) \u00B7 (13 - 9) = 24`',
    'Answer:\n[10 - 4] x {13 - 9}',
    '$\\boxed{(10 - 4) \\times (13 - 9)} = 24$',
    '\\[ \\left(10 - 4\\right) \\cdot \\left(13 - 9\\right) = 24 \\]',
    '(10-4)(13-9)',
    '13 - 9 = 4\n10 - 4 = 6\nAnswer: (10 - 4) * (13 - 9) = 6 * 4 = 24',
    'Let me see.\n(10 - 4) * (13 - 9) = 24\nThat is it.',
    '\uFF0810 - 4\uFF09* (13 - 9)',
  ])('right: %s', text => expect(checkExpression(text, four, 24)).toEqual({ ok: true, value: '24' }))

  test.each([
    ['24', '24'],
    ['24 = 24', '24'],
    ['', 'too early'],
    ['no idea', 'is no number'],
    ['(10 - 4) * (13 - 9', 'bracket'],
    ['(10 - 4) * 4', '4'],
    ['(10 - 4) * (13 - 9) * 1', '1'],
    ['10 - 4 + 9', '13'],
    ['(10 - 4) * (13 + 9)', '132'],
    ['13 / (9 - 9) + 10 + 4', '9'],
    ['13 ** 9 - 10 - 4', 'does not belong'],
    ['10\u00B2 - 4 + 9 + 13', 'does not belong'],
    ['(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((10', 'brackets'],
  ])('wrong: %s', (text, why) => {
    const c = checkExpression(text, four, 24)
    expect(c.ok).toBe(false)
    expect(c.why).toContain(why)
  })
  test('fractions are exact', () => {
    expect(checkExpression('8 / (3 - 8/3)', [3, 3, 8, 8], 24).ok).toBe(true)
    expect(checkExpression('\\frac{8}{3 - \\frac{8}{3}} = 24', [3, 3, 8, 8], 24).ok).toBe(true)
    expect(checkExpression('8 \u00F7 (3 \u2212 8 \u00F7 3)', [3, 3, 8, 8], 24).ok).toBe(true)
    expect(checkExpression('8 / (3 - 2.667) + 3 - 3', [3, 3, 8, 8], 24).ok).toBe(false)
  })
  test('a division by zero is named', () => {
    expect(checkExpression('(9 - 4) / (5 - 5)', [4, 5, 5, 9], 24).why).toContain('zero')
  })
  test('Countdown: not all numbers, but only positive whole results', () => {
    expect(checkExpression('5 * 11 - 2', [2, 5, 8, 11], 53, rulesCountdown).ok).toBe(true)
    expect(checkExpression('100', [100, 2, 3], 100, rulesCountdown).ok).toBe(true)
    expect(checkExpression('(5 - 11) * 2 + 8', [2, 5, 8, 11], 53, rulesCountdown).why).toContain('no positive whole number')
    expect(checkExpression('5 / 2 * 8', [2, 5, 8, 11], 20, rulesCountdown).ok).toBe(false)
    expect(checkExpression('5 * 11 - 2 - 2', [2, 5, 8, 11], 51, rulesCountdown).ok).toBe(false)
  })
})

test('the answer of a text', () => {
  expect(answerText('Answer: 1 + 2 = 3')).toEqual({ text: '1 + 2', marked: true })
  expect(answerText('1 + 2 = 3\n3 + 4 = 7')).toEqual({ text: '3 + 4', marked: false })
  expect(answerText('Answer: 24')).toEqual({ text: '24', marked: false })
})
