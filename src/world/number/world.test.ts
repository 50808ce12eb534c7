import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Wanted } from '../../contract/index.ts'
import { checkExpression } from './check.ts'
import { type Action, type Move, rules24, rulesCountdown, type State } from './game.ts'
import type { Place } from './oracle.ts'
import { examples } from './prompt.ts'
import { type Rational, showAll } from './rational.ts'
import { solvable } from './solver.ts'
import { split } from './split.ts'
import { countdown, game24 } from './world.ts'

const both = [
  { world: game24, rules: rules24, input: { numbers: [4, 9, 10, 13] } },
  { world: countdown, rules: rulesCountdown, input: { numbers: [3, 5, 8, 9], target: 46 } },
]
const at = (state: State): Context<State, Action> => ({ state }) as Context<State, Action>
const m = (a: number | Rational, op: Move['op'], b: number | Rational): Move => ({
  a: typeof a === 'number' ? [a, 1] : a,
  op,
  b: typeof b === 'number' ? [b, 1] : b,
})
// A random run of legal moves from the start: the choice list picks the moves.
const walk = (world: typeof game24, input: { numbers: number[]; target?: number }, picks: readonly number[]): State => {
  let s = world.start(input)
  for (const p of picks) {
    const all = world.actions!(s)
    if (all.length === 0) break
    s = world.step(s, all[p % all.length])
  }
  return s
}
const places = (input: { numbers: number[]; target?: number }) =>
  fc.record({
    numbers: fc.constant(input.numbers).chain(x => fc.array(fc.integer({ min: 1, max: 13 }), { minLength: x.length, maxLength: x.length })),
    picks: fc.array(fc.nat(1000), { maxLength: 3 }),
  })
const wants: Wanted[] = [
  { for: 'step' },
  { for: 'step', list: 8 },
  { for: 'step', list: Number.POSITIVE_INFINITY },
  { for: 'attempt' },
  { for: 'attempt', list: 3 },
  { for: 'judgement' },
]

for (const { world, rules, input } of both) {
  describe(world.id, () => {
    test('every listed action is legal, leads to a smaller table, and its key tells it from the others', () => {
      fc.assert(
        fc.property(places(input), ({ numbers, picks }) => {
          const s = walk(world, { ...input, numbers }, picks)
          const all = world.actions!(s)
          expect(new Set(all.map(a => world.actionKey!(a, s))).size).toBe(all.length)
          for (const a of all) {
            expect(world.valid!(a, s)).toBe(true)
            expect(world.step(s, a).left.length).toBe(s.left.length - 1)
            expect(world.cost!(s, a)).toBe(1)
          }
          expect(all.length === 0).toBe(world.outcome(s) !== null)
        }),
        { numRuns: 40 },
      )
    })
    test('a state survives JSON, and a twin is known by its key', () => {
      fc.assert(
        fc.property(places(input), ({ numbers, picks }) => {
          const s = walk(world, { ...input, numbers }, picks)
          const t = JSON.parse(JSON.stringify(s)) as State
          expect(t).toEqual(s)
          expect(world.key!(t)).toBe(world.key!(s))
        }),
        { numRuns: 20 },
      )
    })
    test('the outcome pays what the check of its answer says', () => {
      fc.assert(
        fc.property(places(input), ({ numbers, picks }) => {
          const s = walk(world, { ...input, numbers }, [...picks, 1, 2, 3])
          const o = world.outcome(s)!
          expect(o.reward).toBe(checkExpression(o.answer, s.numbers, s.target, rules).ok ? 1 : 0)
          expect(o.failed === true).toBe(o.reward === 0)
        }),
        { numRuns: 60 },
      )
    })
    test('the oracle reads every kind of prompt', () => {
      fc.assert(
        fc.property(places(input), fc.constantFrom(...wants), ({ numbers, picks }, want) => {
          const s = walk(world, { ...input, numbers }, picks)
          const read = world.oracle!.read(world.render(at(s), want))
          expect(read?.place).toEqual({ target: s.target, left: showAll(s.left) })
          expect(read?.want).toEqual(want)
        }),
        { numRuns: 60 },
      )
      expect(world.oracle!.read([{ role: 'user', content: 'What is the capital of France?' }])).toBeNull()
      expect(
        world.oracle!.read([...world.render(at(world.start(input)), { for: 'step' }), { role: 'user', content: 'Is it solved?' }]),
      ).toBeNull()
    })
    test('what the oracle writes is read as the move it means', () => {
      fc.assert(
        fc.property(places(input), ({ numbers, picks }) => {
          const s = walk(world, { ...input, numbers }, picks)
          const place = world.oracle!.read(world.render(at(s), { for: 'step' }))!.place
          const moves = world.oracle!.moves(place)
          expect(moves.length).toBe(world.actions!(s).length)
          for (const move of moves) {
            const a = world.parse(move.text, s, { for: 'step' })
            expect(a).not.toHaveProperty('reject')
            const next = world.step(s, a as Action)
            expect(move.to).toEqual({ target: s.target, left: showAll(next.left) })
            expect(world.oracle!.promising(move.to)).toBe(solvable(next.left, next.target, rules))
          }
        }),
        { numRuns: 40 },
      )
    })
    test('attempts written by the oracle are read whole, from the start and from later places', () => {
      fc.assert(
        fc.property(places(input), fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }), ({ numbers, picks }, more) => {
          const s = walk(world, { ...input, numbers }, picks)
          const { oracle } = world
          let place = oracle!.read(world.render(at(s), { for: 'attempt' }))!.place as Place
          const texts: string[] = []
          for (const p of more) {
            const moves = oracle!.moves(place)
            if (moves.length === 0) break
            texts.push(moves[p % moves.length].text)
            place = moves[p % moves.length].to as Place
          }
          if (texts.length === 0) return
          const attempt = oracle!.attempt(texts)
          const a = world.parse(attempt, s, { for: 'attempt' })
          const last = attempt.split('\n').at(-1)!
          // Countdown has no way to say "this is my answer" of what misses the target.
          const misses = rules === rulesCountdown && !place.left.split(' ').includes(String(s.target))
          if (misses) return void expect(a).toHaveProperty('reject')
          expect(a).not.toHaveProperty('reject')
          expect(showAll(world.step(s, a as Action).left)).toBe(place.left)
          const alone = world.parse(last, s, { for: 'attempt' })
          expect(alone).not.toHaveProperty('reject')
          expect(showAll(world.step(s, alone as Action).left)).toBe(place.left)
        }),
        { numRuns: 200 },
      )
    })
    test('examples in prompts are right, and from the train split', () => {
      const text = Object.values(examples[world.id as 'game24']).join('\n\n')
      const found = [...text.matchAll(/Target: (\d+)\n(?:Numbers: .*\n)?Numbers left: (.*)\n(.*)\n((?:.+\n?)+)/g)]
      expect(found.length).toBeGreaterThanOrEqual(6)
      for (const [, target, left, kind, reply] of found) {
        const numbers = left.split(' ').map(Number)
        expect(split(numbers)).toBe('train')
        const s: State = { target: Number(target), numbers, left: numbers.map(n => [n, 1] as const), moves: [] }
        if (kind === 'Verdict:') expect(solvable(s.left, s.target, rules)).toBe(!reply.includes('impossible'))
        else if (kind === 'Steps and answer:')
          expect(world.outcome(world.step(s, world.parse(reply, s, { for: 'attempt' }) as Action))?.reward).toBe(1)
        else
          for (const line of reply.trim().split('\n')) {
            const grain = kind === 'Answers:' ? 'attempt' : 'step'
            expect(world.parse(line, s, { for: grain })).not.toHaveProperty('reject')
          }
      }
    })
    test('equal tables are asked about with equal prompts, except for attempts', () => {
      const s = world.start(input)
      const other: State = { ...s, numbers: [1, ...s.numbers.slice(1)], moves: [m(1, '*', 1)] }
      for (const want of wants) {
        const same = want.for !== 'attempt'
        expect(JSON.stringify(world.render(at(s), want)) === JSON.stringify(world.render(at(other), want))).toBe(same)
      }
    })
  })
}

describe('keys', () => {
  test('sums and products in either order are one action; differences are two', () => {
    const s = game24.start('4 9 10 13')
    expect(game24.actionKey!([m(4, '+', 9)], s)).toBe(game24.actionKey!([m(9, '+', 4)], s))
    expect(game24.actionKey!([m(4, '*', 9)], s)).toBe(game24.actionKey!([m(9, '*', 4)], s))
    expect(game24.actionKey!([m(4, '-', 9)], s)).not.toBe(game24.actionKey!([m(9, '-', 4)], s))
  })
})

describe('valid', () => {
  const s = game24.start('4 4 10 13')
  test.each<[Action, string]>([
    [[], 'no step'],
    [[m(5, '+', 4)], '5 is not among the numbers left: 4 4 10 13'],
    [[m(10, '+', 10)], '10 is left only once'],
    [[m(4, '-', 4), m(10, '/', 0)], 'divides by zero'],
    [[m(4, '+', 4), m(8, '+', 10), m(18, '+', 13), m(31, '+', 1)], 'nothing to combine'],
  ])('%j: %s', (a, why) => {
    expect(game24.valid!(a, s)).toContain(why)
    expect(() => game24.step(s, a)).toThrow(why)
  })
  test('Countdown allows only positive whole results, and nothing after the target', () => {
    const c = countdown.start('3 5 8 9 -> 45')
    expect(countdown.valid!([m(3, '-', 5)], c)).toContain('only positive whole numbers')
    expect(countdown.valid!([m(5, '-', 5)], c)).toContain('only once')
    expect(countdown.valid!([m(9, '/', 5)], c)).toContain('9/5')
    expect(countdown.valid!([m(9, '*', 5), m(45, '+', 3)], c)).toContain('45 is reached')
    expect(countdown.outcome(countdown.step(c, [m(9, '*', 5)]))).toEqual({ answer: '9 * 5', reward: 1 })
  })
})
