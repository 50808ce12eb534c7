import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Wanted } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/index.ts'
import { bestOfN, greedy } from '../../method/index.ts'
import { scripted, simulated } from '../../model/index.ts'
import { encode } from '../../model/seedling/index.ts'
import { solve } from '../../run/index.ts'
import { broken, type Constraints, complaint, inWords, kinds, largest, met, solutions } from './constraints.ts'
import { sequence, sequenceWorld } from './index.ts'
import { oracle } from './oracle.ts'
import { examples } from './prompt.ts'
import { outcome, type State, start, write } from './state.ts'
import { drawTask, parseTask, showTask, split, tasks } from './task.ts'
import { critiqueTokens } from './tokens.ts'

const none: Constraints = { count: 0, sum: 0, spread: 0, includes: 0, multiple: 0 }
const at = (state: State, hint?: string): Context<State, any> => ({ state, ...(hint === undefined ? {} : { hint }) }) as Context<State, any>
const drafted = (task: string, ...drafts: number[][]): State =>
  drafts.reduce(
    (s, xs) => {
      const next = write(s, xs)
      if (typeof next === 'string') throw new Error(next)
      return next
    },
    start(parseTask(task)),
  )
const lists = fc.array(fc.integer({ min: 1, max: largest }), { minLength: 1, maxLength: 6 })

describe('constraints', () => {
  test('each by hand', () => {
    const xs = [5, 7, 9, 12]
    for (const [kind, yes, no] of [
      ['count', 4, 3],
      ['sum', 33, 32],
      ['spread', 7, 5],
      ['includes', 9, 8],
      ['multiple', 1, 3],
    ] as const)
      expect([kind, met(kind, yes, xs), met(kind, no, xs)]).toEqual([kind, true, false])
    expect(broken({ ...none, count: 4, sum: 31, includes: 8 }, xs)).toEqual(['sum', 'includes'])
    expect(complaint('sum', 31, xs)).toBe('their sum is 33, not 31')
    expect(complaint('multiple', 3, xs)).toBe('5 is no multiple of 3')
  })
  test('solutions meet everything, are all there are, and none is missed', () => {
    fc.assert(
      fc.property(lists, fc.subarray([...kinds], { minLength: 1 }), (xs, some) => {
        const c = { ...none, count: xs.length } as Record<(typeof kinds)[number], number>
        if (some.includes('sum')) c.sum = xs.reduce((a, b) => a + b)
        if (some.includes('spread')) c.spread = Math.max(...xs) - Math.min(...xs)
        if (some.includes('includes')) c.includes = xs[0]
        const found = solutions(c, 5)
        expect(found.length).toBeGreaterThan(0)
        for (const ys of found) expect(broken(c, ys)).toEqual([])
      }),
      { numRuns: 100 },
    )
    expect(solutions({ ...none, count: 2, sum: 7 }, 10)).toEqual([
      [1, 6],
      [2, 5],
      [3, 4],
    ])
    expect(solutions({ ...none, count: 2, sum: 99 }, 1)).toEqual([])
    expect(solutions({ ...none, sum: 40, multiple: 5 }, 1)).toEqual([[10, 30]])
  })
})

describe('tasks', () => {
  test('made ones can be met, are of their split, and read back as they are written', () => {
    for (const wanted of ['train', 'dev', 'test'] as const) {
      const made = tasks({ split: wanted, n: 40, seed: 3 })
      expect(new Set(made.map(t => t.id)).size).toBe(40)
      for (const { task } of made) {
        expect(split(task)).toBe(wanted)
        expect(parseTask(showTask(task))).toEqual(task)
      }
    }
    expect(tasks({ n: 9, seed: 1 })).toEqual(tasks({ n: 9, seed: 1 }))
    expect(tasks({ n: 5, size: 2 }).every(t => kinds.filter(k => t.task[k] > 0).length === 2)).toBe(true)
    expect(sequenceWorld.examples.map(x => showTask(parseTask(x)))).toEqual(sequenceWorld.examples)
    // However many drafts there are, it is the same task.
    const [{ task }] = tasks({ n: 1 })
    expect(split({ ...task, drafts: 4 } as never)).toBe(split(task))
  })
  test.each([
    ['drafts=2', 'expected a constraint'],
    ['count=3 total=4', 'no setting "total"'],
    ['count=2 sum=61', 'no numbers from 1 to 30'],
    ['count=nine', 'expected count'],
  ])('%j is none', (text, why) => {
    expect(() => parseTask(text)).toThrow(why)
  })
})

describe('drafts', () => {
  const text = 'count=3 sum=30 multiple=5 drafts=2'
  test('worth the share of what is met; open while another may be written; finished by a right one or the last one', () => {
    expect(outcome(drafted(text))).toBeNull()
    expect(outcome(drafted(text, [5, 10, 20]))).toMatchObject({
      answer: '5 10 20',
      reward: 2 / 3,
      open: true,
      feedback: 'their sum is 35, not 30',
    })
    const right = drafted(text, [5, 10, 15])
    expect(outcome(right)).toEqual({ answer: '5 10 15', reward: 1 })
    expect(write(right, [10, 10, 10])).toContain('every constraint is met')
    const last = drafted(text, [5, 10, 20], [5, 5, 21])
    expect(outcome(last)!.open).toBeUndefined()
    expect(write(last, [5, 10, 15])).toContain('2 drafts were written already')
    expect(write(drafted(text, [5, 10, 20]), [5, 10, 20])).toContain('already')
  })
  test('read from what models write', () => {
    const s = drafted('count=3 sum=30 drafts=2')
    for (const line of ['5 10 15', 'Draft: 5, 10, 15', '- [5, 10, 15]', 'I try this:\n5 10 15.'])
      expect(sequence.parse(line, s, { for: 'step' }), line).toEqual([5, 10, 15])
    expect(sequence.parse('no idea', s, { for: 'step' })).toEqual({ reject: expect.stringContaining('no line of numbers') })
    expect(sequence.parse('5 10 31', s, { for: 'step' })).toEqual({ reject: expect.stringContaining('found 31') })
  })
  test('the examples in the prompts are right', () => {
    const [, numbers] = /Draft: (.+)\n/.exec(examples.step)!
    const s = drafted('count=3 sum=12 drafts=3', numbers.split(' ').map(Number))
    expect(outcome(s)!.feedback).toBe('their sum is 11, not 12')
    for (const line of [...examples.list.split('\n').slice(-2), examples.step.split('\n').at(-1)!])
      expect(outcome(drafted('count=3 sum=12', line.split(' ').map(Number)))!.reward).toBe(1)
    expect(inWords.sum(12)).toBe(examples.step.split('\n')[2].slice(2))
  })
})

describe('tokens', () => {
  const { render, parse } = sequence.dialects!.tokens
  const say = (c: Context<State, any>, want: Wanted) => render(c, want)[0].content
  const task = 'count=4 sum=31 includes=9 drafts=3'
  test('a task, a draft, a judgement, a critique as hint', () => {
    const s = drafted(task, [5, 7, 9, 11])
    expect(say(at(drafted(task)), { for: 'step' })).toBe('/ 4 + 31 = 9 ;')
    expect(say(at(s), { for: 'judgement' })).toBe('/ 4 + 31 = 9 ; 5 7 9 11 $')
    const critique = critiqueTokens(s.task, s.draft!)
    expect(critique).toBe('/ 4 <good> + 32 <bad> = 9 <good> <bad> <end>')
    expect(say(at(s, critique), { for: 'step' })).toBe(`/ 4 + 31 = 9 ; 5 7 9 11 $ <critique> ${critique} <separator>`)
    // What a model of tokens cannot read is left out: a refusal, alone or after the critique.
    for (const hint of [undefined, 'Not possible: the draft is that already'])
      expect(say(at(s, hint), { for: 'step' })).toBe('/ 4 + 31 = 9 ; 5 7 9 11 $ <critique> <separator>')
    expect(say(at(s, `${critique}\n\nNot possible`), { for: 'step' })).toBe(say(at(s, critique), { for: 'step' }))
  })
  test('every place and critique has words of the vocabulary, and drafts read back', () => {
    fc.assert(
      fc.property(lists, fc.nat(1000), (xs, seed) => {
        const [{ task: made }] = tasks({ n: 1, seed })
        const s = write(start({ ...made, drafts: 9 }), xs) as State
        const critique = critiqueTokens(made, xs)
        expect(() => encode(`${say(at(s, critique), { for: 'step' })} <judge>`)).not.toThrow()
        expect(critique.endsWith(' <good> <end>')).toBe(broken(made, xs).length === 0)
        expect(parse(`${xs.join(' ')} $`, start(made), { for: 'step' })).toEqual(xs)
      }),
      { numRuns: 100 },
    )
    expect(parse('5 x $', start(parseTask(task)), { for: 'step' })).toEqual({ reject: '"x" is no number of a draft' })
  })
})

describe('searches', () => {
  test('the oracle reads what the world writes; its moves are legal, and the right ones are promising', () => {
    for (const { task } of tasks({ n: 20, seed: 5 })) {
      const s = start({ ...task, drafts: 2 })
      const place = oracle.read(sequence.render(at(s), { for: 'step' }))!.place
      const moves = oracle.moves(place)
      expect(moves.some(m => oracle.promising(m.to))).toBe(true)
      for (const m of moves) {
        const xs = sequence.parse(m.text, s, { for: 'step' }) as number[]
        const next = sequence.step(s, xs)
        expect(oracle.read(sequence.render(at(next), { for: 'judgement' }))!.place).toEqual(m.to)
        expect(oracle.promising(m.to)).toBe(outcome(next)!.reward === 1)
      }
    }
  })
  test('a model that knows the way solves it at once; a draft that failed is mended', async () => {
    const text = 'count=4 sum=31 spread=7 includes=9'
    const o = { store: null, seed: 2 }
    const sure = await solve({ world: sequence, method: bestOfN, model: simulated({ oracle, error: 0.1 }), budget: { calls: 20 } }, text, o)
    expect(sure.solved).toBe(true)
    const { grade } = sequenceWorld.grader!('test')
    const { key } = sequenceWorld.item!(parseTask(text), 'test')
    expect(await grade(sure.answer as string, key, undefined as never)).toMatchObject({ correct: 1 })
    expect(await grade('4 7 9 12', key, undefined as never)).toEqual({ correct: 0, note: 'their sum is 32, not 31' })
    expect((await grade('0 9 9 13', key, undefined as never)).note).toContain('from 1 to 30')
    const mends = scripted(['5 7 9 11', '5 7 9 10'])
    const r = await solve({ world: sequence, method: greedy, model: mends }, 'count=4 sum=31 drafts=2', { store: null })
    expect([r.solved, r.answer]).toEqual([true, '5 7 9 10'])
  })
  test('drawn tasks come with numbers that meet them', () => {
    for (let i = 0; i < 50; i++) {
      const { task, answer } = drawTask(new AddressedRandom(i, 0, 0, 'drawn'))
      expect(broken(task, answer)).toEqual([])
      expect(task.count).toBe(answer.length)
    }
  })
})
