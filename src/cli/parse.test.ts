import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../kernel/index.ts'
import { parseBudget, showBudget } from '../run/index.ts'
import { commands } from './commands.ts'
import { type Call, one } from './definition.ts'
import { markdown } from './help.ts'
import { parse } from './parse.ts'

const call = (...argv: string[]): Call => {
  const asked = parse(argv, commands)
  if (asked.kind !== 'call') throw new Error(asked.kind)
  return asked.call
}

describe('parse', () => {
  test('arguments, flags, values, repeated values, roles', () => {
    const c = call(
      'solve',
      'game24',
      '4',
      '9',
      '--json',
      '--knob',
      'c=1',
      '--knob=n=2',
      '--model.critic',
      'simulated:error=0.3',
      '--model=simulated',
      '10',
      '13',
    )
    expect(c.command.name).toBe('solve')
    expect(c.args).toEqual(['game24', '4', '9', '10', '13'])
    expect([...c.flags]).toEqual(['json'])
    expect(c.values.get('knob')).toEqual(['c=1', 'n=2'])
    expect(one(c, 'model')).toBe('simulated')
    expect(c.roles.get('model')).toEqual({ critic: 'simulated:error=0.3' })
  })
  test('two words make a command where there is one', () => {
    expect(call('runs', 'show', 'r-1').command.name).toBe('runs show')
    expect(call('runs', '--json').command.name).toBe('runs')
  })
  test('after -- everything is an argument', () => {
    expect(call('solve', 'game24', '--', '--json').args).toEqual(['game24', '--json'])
  })
  test('help and version, wherever help stands', () => {
    expect(parse([], commands)).toEqual({ kind: 'help', command: undefined })
    expect(parse(['-V'], commands)).toEqual({ kind: 'version' })
    expect(parse(['solve', 'game24', '--seed', '--help'], commands)).toMatchObject({ kind: 'help', command: { name: 'solve' } })
    expect(parse(['judge', '--help'], commands)).toMatchObject({ kind: 'help', command: { name: 'judge check' } })
  })
  test('whatever is typed: a call, or one clear line', () => {
    const words = fc.constantFrom(
      'solve',
      'runs',
      'show',
      'game24',
      '--json',
      '--seed',
      '--model.x',
      '--',
      '-',
      '-x',
      '--=',
      '',
      '--knob',
      'a=b',
      '4 9 10 13',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 8 }), argv => {
        try {
          parse(argv, commands)
        } catch (e) {
          expect(e).toBeInstanceOf(Failure)
          expect((e as Failure).code).toBe('usage')
        }
      }),
    )
  })
})

describe('budget', () => {
  test('keys, units and thousands', () => {
    expect(
      parseBudget(['calls=200,tokens=50k', 'usd=0.25,time=1.5m,work=500ms,tools=3', 'input=1M,output=10,steps=4,nodes=5,requests=6']),
    ).toEqual({
      calls: 200,
      tokens: 50_000,
      usd: 0.25,
      seconds: 90,
      workingSeconds: 0.5,
      toolCalls: 3,
      inputTokens: 1_000_000,
      outputTokens: 10,
      steps: 4,
      nodes: 5,
      requests: 6,
    })
    expect(parseBudget([])).toEqual({})
    expect(parseBudget(['time=2h'])).toEqual({ seconds: 7200 })
    expect(parseBudget(['time=20'])).toEqual({ seconds: 20 })
  })
  test('what is shown can be read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e6 }), (calls, ms) => {
        const limits = { calls, seconds: ms / 1000 }
        expect(parseBudget([showBudget(limits)])).toEqual(limits)
      }),
    )
  })
})

test('every option says what it is, once', () => {
  for (const c of commands) {
    expect(new Set(c.options.map(o => o.name)).size).toBe(c.options.length)
    for (const o of c.options) expect([c.name, o.name, o.doc.length > 5]).toEqual([c.name, o.name, true])
  }
})

test('docs/cli.md is what the commands say: npm run docs', () => {
  expect(readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')).toBe(markdown(commands))
})
