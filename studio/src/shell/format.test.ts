import { expect, test } from 'vitest'
import { ago, amount, compact, count, fixed, seconds, share, usd } from './format.ts'

test('numbers', () => {
  expect([0, 987, 12345, -4200, null, Number.NaN].map(count)).toEqual(['0', '987', '12\u2009345', '−4\u2009200', '–', '–'])
  expect([987, 1000, 12_345, 999_960, 4_560_000].map(compact)).toEqual(['987', '1.00k', '12.3k', '1.00M', '4.56M'])
  expect([0.5, -0.25, -0.0001, Number.POSITIVE_INFINITY, undefined].map(x => fixed(x, 2))).toEqual(['0.50', '−0.25', '0.00', '∞', '–'])
})
test('money keeps two digits that count', () => {
  expect([0, 0.00042, 0.0123, 0.5, 12.5, 1234.4].map(usd)).toEqual(['$0', '$0.00042', '$0.012', '$0.50', '$12.50', '$1\u2009234'])
})
test('time', () => {
  expect([0.34, 4.2, 59.96, 185, 7800].map(seconds)).toEqual(['340 ms', '4.2 s', '1 min 00 s', '3 min 05 s', '2 h 10 min'])
  expect([10, 300, 7200, 200_000].map(s => ago(0, s))).toEqual(['just now', '5 min ago', '2 h ago', '2 d ago'])
  expect(amount('seconds', 2)).toBe('2.0 s')
})
test('a share that is not whole is not said to be', () => {
  expect([1, 0.9999, 0.5, 0.031].map(share)).toEqual(['100\u2009%', '99.9\u2009%', '50\u2009%', '3.1\u2009%'])
})
