import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkExpression } from './check.ts'
import { expressionOf } from './expression.ts'
import { after, eachMove, finished, moveAll, type Rules, reached, rules24, rulesCountdown, start } from './game.ts'
import { order, type Rational, whole } from './rational.ts'
import { playouts, solvable, solve } from './solver.ts'

// By plain recursion over all legal play.
function brute(left: readonly Rational[], target: number, rules: Rules): { found: boolean; count: number; share: number } {
  if (finished(left, target, rules))
    return reached(left, target, rules) ? { found: true, count: 1, share: 1 } : { found: false, count: 0, share: 0 }
  const all: ReturnType<typeof brute>[] = []
  eachMove(left, rules, (_a, _o, _b, c, i, j) => all.push(brute(after(left, i, j, c), target, rules)))
  const sum = (f: (x: (typeof all)[0]) => number): number => all.reduce((s, x) => s + f(x), 0)
  return { found: all.some(x => x.found), count: sum(x => x.count), share: sum(x => x.share) / Math.max(1, all.length) }
}
const table = (numbers: readonly number[]): Rational[] => numbers.map(whole).sort(order)

describe('solver', () => {
  for (const rules of [rules24, rulesCountdown]) {
    const task = fc.record({
      numbers: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 4 }),
      target: fc.integer({ min: 1, max: 60 }),
    })
    test(`${rules.id}: agrees with brute force, and its solution is one`, () => {
      fc.assert(
        fc.property(task, ({ numbers, target }) => {
          const truth = brute(table(numbers), target, rules)
          const moves = solve(table(numbers), target, rules)
          expect(moves !== null).toBe(truth.found)
          expect(solvable(table(numbers), target, rules)).toBe(truth.found)
          const play = playouts(table(numbers), target, rules)
          expect(play.count).toBe(truth.count)
          expect(play.share).toBeCloseTo(truth.share, 12)
          if (moves === null || moves.length === 0) return
          const end = moveAll(start(numbers, target), moves, rules)
          expect(typeof end !== 'string' && reached(end.left, target, rules)).toBe(true)
          expect(checkExpression(expressionOf(numbers.map(whole), moves, whole(target)), numbers, target, rules)).toMatchObject({
            ok: true,
          })
        }),
        { numRuns: 60 },
      )
    })
  }
  test('rational and negative tables', () => {
    expect(
      solve(
        [
          [8, 3],
          [9, 1],
        ],
        24,
        rules24,
      ),
    ).toEqual([{ a: [9, 1], op: '*', b: [8, 3] }])
    expect(
      solvable(
        [
          [-2, 1],
          [-12, 1],
        ],
        24,
        rules24,
      ),
    ).toBe(true)
    expect(
      solvable(
        [
          [1, 3],
          [8, 1],
        ],
        24,
        rules24,
      ),
    ).toBe(true)
    expect(
      solvable(
        [
          [1, 3],
          [9, 1],
        ],
        24,
        rules24,
      ),
    ).toBe(false)
  })
  test('a target that lies on the table is reached in Countdown and not in Game of 24', () => {
    expect(solve(table([24, 5]), 24, rulesCountdown)).toEqual([])
    expect(solve(table([24, 5]), 24, rules24)).toBeNull()
  })
  test('six numbers, the best known hard one', () => {
    const moves = solve(table([25, 50, 75, 100, 3, 6]), 952, rulesCountdown)!
    expect(
      checkExpression(expressionOf(table([25, 50, 75, 100, 3, 6]), moves, whole(952)), [25, 50, 75, 100, 3, 6], 952, rulesCountdown),
    ).toMatchObject({ ok: true })
    expect(solvable(table([1, 1, 2, 2, 3, 3]), 999, rulesCountdown)).toBe(false)
  })
})

describe('moves', () => {
  test('all six results of a pair, equal moves once', () => {
    const listed = (left: Rational[], rules: Rules): string[] => {
      const out: string[] = []
      eachMove(left, rules, (a, op, b) => out.push(`${a[0]}${op}${b[0]}`))
      return out
    }
    expect(listed(table([3, 6]), rules24)).toEqual(['6+3', '6-3', '3-6', '6*3', '6/3', '3/6'])
    expect(listed(table([5, 5]), rules24)).toEqual(['5+5', '5-5', '5*5', '5/5'])
    expect(listed(table([5, 5, 5]), rules24)).toEqual(['5+5', '5-5', '5*5', '5/5'])
    expect(listed(table([0, 5]), rules24)).toEqual(['5+0', '5-0', '0-5', '5*0', '0/5'])
    expect(listed(table([3, 6]), rulesCountdown)).toEqual(['6+3', '6-3', '6*3', '6/3'])
    expect(listed(table([4, 6]), rulesCountdown)).toEqual(['6+4', '6-4', '6*4'])
  })
})
