import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context } from '../../contract/index.ts'
import { type Action, rules24, rulesCountdown, type State, showMove } from './game.ts'
import { unsayable } from './tokens.ts'
import { countdown, game24 } from './world.ts'

const tokens = game24.dialects!.tokens
const small = countdown.dialects!.tokens
const render = (s: State, world = tokens): string => world.render({ state: s } as Context<State, Action>, { for: 'step' })[0].content
const said = (a: Action | { reject: string }): string => ('reject' in a ? `! ${a.reject}` : (a as Action).map(showMove).join('; '))
const start = game24.start('4 9 10 13')

describe('tokens', () => {
  test('a state is its whole text so far', () => {
    expect(render(start)).toBe('24 : 4 9 10 13 ;')
    expect(render(game24.start('13 4 10 9'))).toBe('24 : 13 4 10 9 ;')
    let s = game24.step(start, tokens.parse('13 - 9 = 4 : 4 4 10', start, { for: 'step' }) as Action)
    expect(render(s)).toBe('24 : 4 9 10 13 ; 13 - 9 = 4 : 4 4 10 ;')
    s = game24.step(s, tokens.parse(' 10 - 4 = 6 : 4 6 ;', s, { for: 'step' }) as Action)
    s = game24.step(s, tokens.parse('6 * 4 = 24 $', s, { for: 'step' }) as Action)
    expect(render(s)).toBe('24 : 4 9 10 13 ; 13 - 9 = 4 : 4 4 10 ; 10 - 4 = 6 : 4 6 ; 6 * 4 = 24 $')
    expect(game24.outcome(s)?.reward).toBe(1)
    expect(tokens.stop!({ for: 'step' })).toEqual([';', '$'])
    expect(tokens.stop!({ for: 'attempt' })).toEqual(['$'])
  })
  test('an attempt is everything up to the end', () => {
    const text = ' 13 - 9 = 4 : 4 4 10 ; 10 - 4 = 6 : 4 6 ; 6 * 4 = 24'
    expect(said(tokens.parse(text, start, { for: 'attempt' }))).toBe('13 - 9; 10 - 4; 6 * 4')
    expect(said(tokens.parse(`${text} $ 1 + 1`, start, { for: 'attempt' }))).toBe('13 - 9; 10 - 4; 6 * 4')
    const c = countdown.start('2 5 8 11 -> 53')
    expect(said(small.parse('5 * 11 = 55 : 2 8 55 ; 55 - 2 = 53 $', c, { for: 'attempt' }))).toBe('5 * 11; 55 - 2')
    expect(render(countdown.step(c, small.parse('5 * 11 = 55 : 2 8 55 ; 55 - 2 = 53 $', c, { for: 'attempt' }) as Action), small)).toBe(
      '53 : 2 5 8 11 ; 5 * 11 = 55 : 2 8 55 ; 55 - 2 = 53 $',
    )
  })
  test.each([
    ['step', '13 - 9 = 5 : 4 5 10', '13 - 9 is 4, not 5'],
    ['step', '13 - 9 = 4 : 4 10', 'comes ": 4 4 10"'],
    ['step', '13 - 9 = 4 : 10 4 4', 'comes ": 4 4 10"'],
    ['step', '13 - 9 = 4 $', 'ends with 4 4 10 left'],
    ['step', '13 - 8 = 5', '8 is not among'],
    ['step', '13 - = 5', 'is no step'],
    ['step', '9 / 4 = 9/4', 'is no step'],
    ['step', '', 'is no step'],
    ['attempt', '13 - 9 = 4 : 4 4 10 ;', 'ends with 4 4 10 left'],
    ['attempt', '13 - 9 = 4 : 4 4 10 ; 10 - 4 = 7 : 4 7 ; 7 * 4 = 28 $', '10 - 4 is 6, not 7'],
    ['judgement', 'sure', 'no step'],
  ] as const)('%s %s: %s', (grain, text, why) => expect(said(tokens.parse(text, start, { for: grain }))).toContain(why))
  test('what has no token is said so', () => {
    const s = game24.step(start, [{ a: [4, 1], op: '-', b: [10, 1] }])
    expect(said(tokens.parse('13 - 9 = 4 : 4', s, { for: 'step' }))).toBe(
      '! -6 cannot be said in tokens: they are the whole numbers 0 to 99',
    )
    expect(unsayable(countdown.start('25 50 75 100 -> 431'))).toContain('100 cannot be said')
    expect(unsayable(countdown.start('25 50 75 10 -> 431'))).toContain('431 cannot be said')
    expect(render(s)).toBe('24 : 4 9 10 13 ; 4 - 10 = -6 : -6 9 13 ;')
  })
  test('the text of a state, read as an attempt from the start, is the way to it', () => {
    for (const [world, rules] of [
      [game24, rules24],
      [countdown, rulesCountdown],
    ] as const)
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }),
          fc.array(fc.nat(100), { minLength: 3, maxLength: 3 }),
          (numbers, picks) => {
            let s = world.start({ numbers, target: 24 })
            const first = s
            for (const p of picks) {
              const sayable = world.actions!(s).filter(a => unsayable(world.step(s, a)) === null)
              if (sayable.length > 0) s = world.step(s, sayable[p % sayable.length])
            }
            if (world.outcome(s) === null || (!rules.all && world.outcome(s)?.reward === 0 && s.left.length > 1)) return
            const text = render(s, world.dialects!.tokens)
            const dialect = world.dialects!.tokens
            expect(dialect.parse(text.slice(text.indexOf(';') + 1), first, { for: 'attempt' })).toEqual(s.moves)
          },
        ),
        { numRuns: 100 },
      )
  })
})
