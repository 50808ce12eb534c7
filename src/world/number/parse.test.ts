import { describe, expect, test } from 'vitest'
import { type Action, type State, showMove } from './game.ts'
import { countdown, game24 } from './world.ts'

const said = (a: Action | { reject: string }): string => ('reject' in a ? `! ${a.reject}` : (a as Action).map(showMove).join('; '))
const start = game24.start('4 9 10 13')
const step = (text: string, s: State = start): string => said(game24.parse(text, s, { for: 'step' }))
const attempt = (text: string, s: State = start): string => said(game24.parse(text, s, { for: 'attempt' }))
const place = (moves: string, s: State = start): State =>
  moves.split('; ').reduce((at, t) => game24.step(at, game24.parse(`${t}`, at, { for: 'step' }) as Action), s)
const thirds = game24.step(game24.start('3 3 8 8'), [{ a: [8, 1], op: '/', b: [3, 1] }])
const minus = game24.step(start, [{ a: [4, 1], op: '-', b: [10, 1] }])

describe('a step', () => {
  test.each([
    ['10 - 4 = 6 (left: 6 9 13)', '10 - 4'],
    ['10-4=6', '10 - 4'],
    ['10 \u2212 4 = 6 (left: 6, 9, 13)', '10 - 4'],
    ['  - 10 \u2013 4 = 6', '10 - 4'],
    ['1. 10 - 4 = 6 (left: 6 9 13)', '10 - 4'],
    ['(2) 10 - 4 = 6', '10 - 4'],
    ['Step 1: 10 - 4 = 6 (remaining: 13, 9, 6)', '10 - 4'],
    ['Next step: **10 - 4 = 6** (left: 6 9 13)', '10 - 4'],
    ['* `10 - 4 = 6`, left: 13 9 6.', '10 - 4'],
    ['First I take 10 - 4 = 6, so that 6 9 13 are left', '10 - 4'],
    ['Sure! Here it is:\n\n10 - 4 = 6 (left: 6 9 13)', '10 - 4'],
    ['$10 - 4 = 6$', '10 - 4'],
    ['(10 - 4) = 6', '10 - 4'],
    ['4 \u00D7 9 = 36 (left: 10 13 36)', '4 * 9'],
    ['4 x 9 = 36', '4 * 9'],
    ['4 \\times 9 = 36', '4 * 9'],
    ['4 \u00B7 9 = 36', '4 * 9'],
    ['9 \u00F7 4 = 9/4 (left: 9/4 10 13)', '9 / 4'],
    ['9 / 4 = 9/4', '9 / 4'],
    ['9/4 = 9/4', '9 / 4'],
    ['9 / 4 = 18/8', '9 / 4'],
    ['9 / 4 = 2.25', '9 / 4'],
    ['\\frac{9}{4} = \\frac{9}{4}', '9 / 4'],
    ['\uFF11\uFF10 - 4 = 6', '10 - 4'],
    ['4 - 10 = -6 (left: -6 9 13)', '4 - 10'],
    ['4 - 10 = (\u22126)', '4 - 10'],
  ])('%s', (text, move) => expect(step(text)).toBe(move))

  test.each([
    ['', '! the reply is empty'],
    ['I do not know.', '! no step of the form "a + b = c" in "I do not know."'],
    ['10 - 4', '! no step of the form'],
    ['10 - 4 = 5', '! 10 - 4 is 6, not 5'],
    ['10 - 4 = 6 (left: 6 9)', '! after 10 - 4 = 6 the numbers left are 6 9 13, not 6 9'],
    ['10 - 4 = 6 (left: 4 6 9 13)', '! after 10 - 4 = 6 the numbers left are 6 9 13, not 4 6 9 13'],
    ['10 - 5 = 5', '! 5 is not among the numbers left: 4 9 10 13'],
    ['10 - 10 = 0', '! 10 is left only once: 4 9 10 13'],
    ['13 / 9 = 1.444', '! 13 / 9 is 13/9, not 361/250 (decimals are not exact: write fractions such as 8/3)'],
    ['10 - 4 + 9 = 15', '! no step of the form'],
    ['sure', '! no step'],
  ])('%s: %s', (text, why) => expect(step(text)).toContain(why))

  test('fractions and negative numbers as operands', () => {
    expect(step('8/3 - 3 = -1/3 (left: -1/3 8)', thirds)).toBe('8/3 - 3')
    expect(step('8 * 8/3 = 64/3', thirds)).toBe('8 * 8/3')
    expect(step('3 - (8/3) = 1/3', thirds)).toBe('3 - 8/3')
    expect(step('8 / (8/3) = 3', thirds)).toBe('8 / 8/3')
    expect(step('3 - 2.667 = 0.333', thirds)).toContain('decimals are not exact')
    expect(step('9 - (-6) = 15', minus)).toBe('9 - (-6)')
    expect(step('9 - -6 = 15', minus)).toBe('9 - (-6)')
    expect(step('-6 + 13 = 7 (left: 7 9)', minus)).toBe('-6 + 13')
    expect(step('- 9 + 13 = 22', minus)).toBe('9 + 13')
    expect(step('4 / 0 = 0', place('9 - 9 = 0 (left: 0 4 4)', game24.start('4 4 9 9')))).toContain('divides by zero')
  })
  test('nothing more where all is done', () => {
    expect(step('24 + 1 = 25', place('10 - 4 = 6; 13 - 9 = 4; 6 * 4 = 24'))).toContain('only 24 is left')
  })
})

describe('an attempt', () => {
  const solution = '10 - 4; 13 - 9; 6 * 4'
  test.each([
    '10 - 4 = 6 (left: 6 9 13)\n13 - 9 = 4 (left: 4 6)\n6 * 4 = 24 (left: 24)\nAnswer: (10 - 4) * (13 - 9) = 24',
    '10 - 4 = 6 (left: 6 9 13)\n13 - 9 = 4 (left: 4 6)\n6 * 4 = 24 (left: 24)',
    '1. 10 - 4 = 6\n2. 13 - 9 = 4\n3. 6 \u00D7 4 = 24\nThe answer is 24.',
    '(10 - 4) * (13 - 9)',
    'Answer: (10 - 4) * (13 - 9) = 24',
    'We look for pairs.\n\n(10 - 4) \u00D7 (13 \u2212 9) = 24',
    'Solution:\n10 - 4 = 6\n13 - 9 = 4\n6 * 4 = 24',
    '$$\\boxed{(10 - 4) \\times (13 - 9) = 24}$$',
  ])('%s', text => expect(attempt(text)).toBe(solution))
  test('one that misses is an attempt all the same', () => {
    expect(attempt('10 - 4 = 6\n13 - 9 = 4\n6 + 4 = 10')).toBe('10 - 4; 13 - 9; 6 + 4')
    expect(attempt('Answer: 10 - 4 + (13 - 9) = 24')).toBe('10 - 4; 13 - 9; 6 + 4')
  })
  test.each([
    ['', 'empty'],
    ['10 - 4 = 6\n13 - 9 = 4', 'stops with 4 6 left'],
    ['10 - 4 = 6\n13 - 9 = 5\n6 * 5 = 30', '13 - 9 is 4, not 5'],
    ['Answer: (10 - 4) * 4', 'uses 4 beyond'],
    ['Answer: 10 - 4', 'does not use 9 13'],
    ['Answer: 24 = 24', 'uses 24 beyond'],
    ['I cannot solve this.', 'no number'],
    ['(10 - 4) * (13 - 9', 'bracket'],
  ])('%s: %s', (text, why) => expect(attempt(text)).toContain(why))
  test('from a later place: the rest of the steps, the whole expression, or one of what is left', () => {
    const s = place('10 - 4 = 6')
    expect(attempt('13 - 9 = 4\n6 * 4 = 24', s)).toBe('13 - 9; 6 * 4')
    expect(attempt('Answer: (10 - 4) * (13 - 9)', s)).toBe('13 - 9; 6 * 4')
    expect(attempt('Answer: 6 * (13 - 9)', s)).toBe('13 - 9; 6 * 4')
    expect(attempt('Answer: (13 - 9) * (10 - 4)', place('13 - 9 = 4; 10 - 4 = 6'))).toBe('4 * 6')
    expect(attempt('4 * 6 = 24', place('13 - 9 = 4; 10 - 4 = 6'))).toBe('4 * 6')
    expect(attempt('Answer: (10 + 4) * (13 - 9)', s)).toContain('does not contain the step 10 - 4')
    expect(attempt('Answer: 8 / (3 - 8/3)', thirds)).toBe('3 - 8/3; 8 / 1/3')
    expect(attempt('Answer: 8 / (3 - (8/3))', thirds)).toBe('3 - 8/3; 8 / 1/3')
    expect(attempt('Answer: 9 + 13 - (-6)', minus)).toBe('9 + 13; 22 - (-6)')
    // One half lies on the table: of two quotients that are a half, one is a step.
    const half = place('4 / 8 = 1/2', game24.start('8 2 4 4'))
    expect(attempt('Answer: 2 / 4 + (1/2)', half)).toBe('2 / 4; 1/2 + 1/2')
    expect(attempt('Answer: (1/2) + 2 / 4', half)).toBe('2 / 4; 1/2 + 1/2')
  })
  test('Countdown: ends at the target, and an expression must come to it', () => {
    const c = countdown.start('2 5 8 11 -> 53')
    const read = (text: string): string => said(countdown.parse(text, c, { for: 'attempt' }))
    expect(read('5 * 11 = 55 (left: 2 8 55)\n55 - 2 = 53 (left: 8 53)\n53 - 8 = 45')).toBe('5 * 11; 55 - 2')
    expect(read('5 * 11 - 2')).toBe('5 * 11; 55 - 2')
    expect(read('5 * 11 - 2 + 8')).toContain('comes to 61, not 53')
    expect(read('5 * 11 - 8')).toContain('comes to 47, not 53')
  })
})
