import fc from 'fast-check'
import { expect, test } from 'vitest'
import { token } from '../../model/seedling/index.ts'
import { rules24, solvable as solvableByRules } from '../../world/number/index.ts'
import { apply, ascending, promptTokens, solutions, solvable, steps, stepTokens, trivial } from './table.ts'

const table = (most = 20) => fc.array(fc.integer({ min: 0, max: most }), { minLength: 2, maxLength: 4 }).map(ascending)

test('steps are all the legal ones, each once', () => {
  fc.assert(
    fc.property(table(99), left => {
      const found = steps(left).map(s => stepTokens(s).join(' '))
      expect(new Set(found).size).toBe(found.length)
      const expected = new Set<string>()
      for (let i = 0; i < left.length; i++)
        for (let j = 0; j < left.length; j++)
          for (const op of [token.plus, token.minus, token.times, token.over]) {
            const c = apply(left[i], op, left[j])
            if (i === j || c < 0 || ((op === token.plus || op === token.times) && left[i] < left[j])) continue
            const rest = ascending([...left.filter((_, k) => k !== i && k !== j), c])
            expected.add(stepTokens({ a: left[i], op, b: left[j], c, rest }).join(' '))
          }
      expect(new Set(found)).toEqual(expected)
    }),
  )
})

test('arithmetic stays within what can be said', () => {
  expect(apply(60, token.plus, 39)).toBe(99)
  expect(apply(60, token.plus, 40)).toBe(-1)
  expect(apply(3, token.minus, 4)).toBe(-1)
  expect(apply(7, token.over, 2)).toBe(-1)
  expect(apply(7, token.over, 0)).toBe(-1)
  expect(apply(0, token.over, 5)).toBe(0)
})

test('solutions lead to the target, there is one exactly where the table is solvable, and then it is by the rules of the world', () => {
  fc.assert(
    fc.property(table(), fc.integer({ min: 1, max: 40 }), (left, target) => {
      const all = solutions(left, target)
      expect(solvable(left, target)).toBe(all.length > 0)
      for (const s of all) expect(s[s.length - 1].rest).toEqual([target])
      if (all.length > 0)
        expect(
          solvableByRules(
            left.map(n => [n, 1] as const),
            target,
            rules24,
          ),
        ).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('a step and a prompt in words', () => {
  expect(promptTokens([4, 9, 10, 13], 24)).toEqual([24, token.colon, 4, 9, 10, 13, token.semicolon])
  expect(stepTokens({ a: 10, op: token.minus, b: 4, c: 6, rest: [6, 9] })).toEqual([
    10,
    token.minus,
    4,
    token.equals,
    6,
    token.colon,
    6,
    9,
    token.semicolon,
  ])
  expect(stepTokens({ a: 6, op: token.times, b: 4, c: 24, rest: [24] })).toEqual([6, token.times, 4, token.equals, 24, token.end])
  expect([trivial({ a: 9, op: token.times, b: 1, c: 9, rest: [9] }), trivial({ a: 9, op: token.minus, b: 1, c: 8, rest: [8] })]).toEqual([
    true,
    false,
  ])
})
