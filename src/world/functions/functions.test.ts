import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Wanted } from '../../contract/index.ts'
import { bestOfN, greedy } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { labels } from '../../reward/index.ts'
import { solve } from '../../run/index.ts'
import { grader, item } from './grade.ts'
import { functions, functionsWorld } from './index.ts'
import { oracle, type Place } from './oracle.ts'
import { apply, greatest, longest, primitive, primitives, readList, run, sameList, showList } from './primitives.ts'
import { examples } from './prompt.ts'
import { shortest } from './solver.ts'
import type { State } from './state.ts'
import { parseTask, showTask, withAnswer } from './task.ts'

const at = (state: State): Context<State, any> => ({ state }) as Context<State, any>
const list = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 7 })
const program = fc.array(fc.constantFrom(...primitives.map(p => p.name)), { maxLength: 4 })
const wants: Wanted[] = [
  { for: 'step' },
  { for: 'step', list: 5 },
  { for: 'step', list: Number.POSITIVE_INFINITY },
  { for: 'attempt' },
  { for: 'attempt', list: 3 },
  { for: 'judgement' },
]
/** A start, and a few legal steps from it. */
const state = fc
  .record({ inputs: fc.array(list, { minLength: 1, maxLength: 3 }), goal: list, walk: program, most: fc.integer({ min: 1, max: 4 }) })
  .map(x => {
    let s = functions.start({ examples: x.inputs.map(input => ({ input, output: x.goal })), most: x.most })
    for (const name of x.walk) if (functions.valid!([name], s) === true) s = functions.step(s, [name])
    return s
  })

describe('operations', () => {
  test('what each does', () => {
    const xs = [3, 1, 1, 4]
    const does = Object.fromEntries(primitives.map(p => [p.name, showList(p.apply(xs))]))
    expect(does).toEqual({
      reverse: '[4 1 1 3]',
      sort: '[1 1 3 4]',
      unique: '[3 1 4]',
      tail: '[1 1 4]',
      init: '[3 1 1]',
      rotate: '[1 1 4 3]',
      mirror: '[3 1 1 4 4 1 1 3]',
      double: '[6 2 2 8]',
      increment: '[4 2 2 5]',
      decrement: '[2 0 0 3]',
      square: '[9 1 1 16]',
      evens: '[4]',
      odds: '[3 1 1]',
      sums: '[3 4 5 9]',
      peaks: '[3 3 3 4]',
      gaps: '[-2 0 3]',
    })
  })
  test('they leave their input as it is, and stay within the bounds', () => {
    fc.assert(
      fc.property(list, xs => {
        const before = [...xs]
        for (const p of primitives) {
          const out = apply(p, xs)
          expect(xs).toEqual(before)
          if (out !== null) expect(out.length <= longest && out.every(x => Math.abs(x) <= greatest)).toBe(true)
        }
      }),
    )
  })
  test('odd numbers below zero are odd', () => expect(primitive('odds')!.apply([-3, -2, -1])).toEqual([-3, -1]))
})

describe('rules', () => {
  test('every listed action is legal, all others are refused with a reason', () => {
    fc.assert(
      fc.property(state, s => {
        const listed = new Set(functions.actions!(s).map(a => a[0]))
        for (const p of primitives) {
          const ok = functions.valid!([p.name], s)
          if (listed.has(p.name)) {
            expect(ok).toBe(true)
            const next = functions.step(s, [p.name])
            expect(next.steps).toEqual([...s.steps, p.name])
            next.values.forEach((v, i) => {
              expect(v).toEqual(run(next.steps, s.task.examples[i].input))
            })
          } else expect(typeof ok).toBe('string')
        }
        if (functions.outcome(s) !== null) expect(listed.size).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
  test('it ends where every output is reached, or at the longest program, with what went wrong', () => {
    const s = functions.start('[3 1 2] -> [2 4]; [5 7] -> [14]; [1 2] -> [5] (at most 2)')
    expect(functions.outcome(s)).toBeNull()
    const wrong = functions.step(s, ['tail', 'double'])
    expect(functions.outcome(wrong)).toEqual({
      answer: 'tail | double',
      reward: 2 / 3,
      feedback: 'Input [1 2] should become [5]. It became\n[2] after tail\n[4] after double',
    })
    const done = functions.step(functions.start('[3 1 2] -> [1 2]'), ['tail'])
    expect(functions.outcome(done)).toEqual({ answer: 'tail', reward: 1 })
    expect(functions.valid!(['tail'], done)).toMatch(/every output is reached/)
    expect(() => functions.step(done, ['tail'])).toThrow(/every output is reached/)
  })
  test('states of equal rests are twins', () => {
    const s = functions.start('[2 1 1] -> [9]')
    const a = functions.step(s, ['reverse', 'reverse'])
    const b = functions.step(s, ['rotate', 'rotate'])
    const c = functions.step(s, ['rotate', 'reverse'])
    expect(functions.key!(a)).not.toBe(functions.key!(b))
    expect(functions.key!(functions.step(s, ['unique', 'reverse']))).toBe(functions.key!(functions.step(s, ['reverse', 'unique'])))
    expect(functions.key!(a)).not.toBe(functions.key!(s))
    expect(functions.key!(c)).toBe(functions.key!(functions.step(s, ['rotate', 'reverse'])))
  })
})

describe('in words', () => {
  test('the prompt of every place is read back by the oracle, with what is asked for', () => {
    fc.assert(
      fc.property(state, fc.constantFrom(...wants), (s, want) => {
        const read = oracle.read(functions.render(at(s), want))!
        expect(read.want).toEqual(want)
        expect(read.place.left).toBe(s.task.most - s.steps.length)
        read.place.now.forEach((x, i) => {
          expect(readList(x)).toEqual(s.values[i])
        })
        read.place.goals.forEach((x, i) => {
          expect(readList(x)).toEqual(s.task.examples[i].output)
        })
      }),
      { numRuns: 60 },
    )
  })
  test('what the oracle writes is what the world reads', () => {
    fc.assert(
      fc.property(state, s => {
        const { place } = oracle.read(functions.render(at(s), { for: 'step' }))!
        const moves = oracle.moves(place)
        expect(moves.map(m => m.text)).toEqual(functions.actions!(s).map(a => a[0]))
        for (const m of moves) {
          expect(functions.parse(m.text, s, { for: 'step' })).toEqual([m.text])
          const next = functions.step(s, [m.text])
          expect((m.to as Place).now).toEqual(next.values.map(showList))
        }
      }),
      { numRuns: 40 },
    )
  })
  test.each([
    ['tail', ['tail']],
    ['- Tail', ['tail']],
    ['2. `double`: each element times 2', ['double']],
    ['Next step: sort', ['sort']],
    ['I think\nreverse', ['reverse']],
  ])('a step: %s', (text, action) => {
    expect(functions.parse(text, functions.start('[3 1] -> [9 9 9]'), { for: 'step' })).toEqual(action)
  })
  test.each([
    ['', /empty/],
    ['Sort the list first', /no operation in/],
    ['frobnicate', /no operation in/],
  ])('no step: %j', (text, why) => {
    const r = functions.parse(text, functions.start('[3 1] -> [9 9 9]'), { for: 'step' })
    expect((r as { reject: string }).reject).toMatch(why)
  })
  test('a whole program: what comes after the end is left out, what stops short is refused', () => {
    const s = functions.start('[3 1 2] -> [2 4] (at most 3)')
    const whole = (text: string) => functions.parse(text, s, { for: 'attempt' })
    expect(whole('tail\ndouble')).toEqual(['tail', 'double'])
    expect(whole('1. tail | double | sort')).toEqual(['tail', 'double'])
    expect(whole('tail -> reverse -> sort')).toEqual(['tail', 'reverse', 'sort'])
    expect(whole('tail')).toEqual({ reject: 'the program stops after 1 steps without the outputs' })
    expect(whole('tail | fly')).toEqual({ reject: 'there is no operation "fly"' })
  })
  test('the worked examples are right', () => {
    for (const kind of ['step', 'list', 'attempt', 'attempts'] as const) {
      const task = /To do:\n([\s\S]*?)\nSteps left: (\d+)/.exec(examples[kind])!
      const s = functions.start(`${task[1].replaceAll('\n', ';')} (at most ${task[2]})`)
      const reply = examples[kind].split(/:\n/).at(-1)!
      if (kind === 'attempt')
        expect(functions.outcome(functions.step(s, functions.parse(reply, s, { for: 'attempt' }) as string[]))?.reward).toBe(1)
      else
        for (const line of reply.split('\n'))
          expect(Array.isArray(functions.parse(line, s, { for: kind === 'attempts' ? 'attempt' : 'step' }))).toBe(true)
    }
  })
})

describe('the solver', () => {
  /** Every program up to a length, one after the other. */
  const brute = (now: readonly number[][], goals: readonly number[][], most: number): number => {
    let level: string[][] = [[]]
    for (let d = 0; d <= most; d++) {
      for (const p of level) if (now.every((xs, i) => sameList(run(p, xs) ?? [Number.NaN], goals[i]))) return d
      level = level.flatMap(p => primitives.map(x => [...p, x.name]))
    }
    return -1
  }
  test('finds a shortest program where brute force does, and none where it does not', () => {
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 2 }), program, list, fc.boolean(), (inputs, hidden, other, solvable) => {
        const outputs = inputs.map(xs => (solvable ? run(hidden.slice(0, 2), xs) : other))
        fc.pre(outputs.every(o => o !== null))
        const found = shortest(inputs, outputs as number[][], 2)
        expect(found?.length ?? -1).toBe(brute(inputs, outputs as number[][], 2))
        if (found)
          inputs.forEach((xs, i) => {
            expect(run(found, xs)).toEqual(outputs[i])
          })
      }),
      { numRuns: 40 },
    )
  })
  test('a place is promising exactly where a program is left', () => {
    fc.assert(
      fc.property(state, s => {
        const { place } = oracle.read(functions.render(at(s), { for: 'judgement' }))!
        const left = Math.min(2, place.left)
        const goals = s.task.examples.map(x => [...x.output])
        expect(oracle.promising({ ...place, left })).toBe(
          brute(
            s.values.map(v => [...v]),
            goals,
            left,
          ) >= 0,
        )
      }),
      { numRuns: 25 },
    )
  })
})

describe('tasks', () => {
  test('made tasks are of their size and no smaller, in their split, and the same for the same wish', () => {
    for (const size of [1, 2, 3]) {
      const some = functionsWorld.tasks!({ n: 6, size, split: 'train', seed: 3 })
      expect(some).toHaveLength(6)
      for (const { task } of some) {
        expect(
          shortest(
            task.examples.map(x => x.input),
            task.examples.map(x => x.output),
            4,
          ),
        ).toHaveLength(size)
        expect(functionsWorld.splitOf!(task)).toBe('train')
        expect(parseTask(showTask(task))).toEqual(task)
      }
      expect(functionsWorld.tasks!({ n: 6, size, split: 'train', seed: 3 })).toEqual(some)
    }
    expect(functionsWorld.tasks!({ n: 3, seed: 1 })).not.toEqual(functionsWorld.tasks!({ n: 3, seed: 2 }))
  })
  test('the program that is meant is not in the task', () => {
    const { task } = functionsWorld.tasks!({ n: 1 })[0]
    expect(Object.keys(task).sort()).toEqual(['examples', 'most'])
  })
  test.each([
    ['', /expected|no example/],
    ['[1 2]', /expected "\[..\] -> \[..\]"/],
    ['[1 x] -> [2]', /expected/],
    ['[1] -> [2] (at most 9)', /1 to 6 steps, found 9/],
    ['[1000] -> [1]', /up to 999, found 1000/],
    [{ examples: [] }, /no example/],
    [7, /no examples/],
    ['{"examples": [', /no valid JSON/],
  ])('no task: %j', (input, why) => expect(() => parseTask(input)).toThrow(why))
  test('the grader tries hidden lists: what only fits the examples is wrong', async () => {
    const task = withAnswer(parseTask('[1 2 3] -> [2 3]; [2 5 9] -> [5 9] (at most 2)'), 'tail')
    const io = {} as never
    const g = grader('test')
    const { key } = item(task, 'test')
    expect(await g.grade('tail', key, io)).toEqual({ correct: 1 })
    expect((await g.grade('sort | tail', key, io)).note).toMatch(/^hidden/)
    expect((await g.grade('init', key, io)).correct).toBe(0)
    expect((await g.grade('tail | sort | sort', key, io)).note).toMatch(/2 are allowed/)
    expect((await g.grade(undefined, key, io)).correct).toBe(0)
    expect(await g.grade('sort | tail', item(parseTask(showTask(task)), 'test').key, io)).toEqual({
      correct: 1,
      note: 'by the examples alone',
    })
  })
})

test('a simulated model that knows the truth solves it', async () => {
  const model = simulated({ oracle: functions.oracle!, skill: 1, width: 16 })
  const { task } = functionsWorld.tasks!({ n: 1, seed: 5, size: 3 })[0]
  for (const method of [bestOfN, greedy]) {
    const r = await solve({ world: functions, method, model, value: labels({ samples: 1 }), budget: { calls: 100 } }, task)
    expect(r.solved).toBe(true)
    expect((await grader('train').grade(r.answer as string, item(parseTask(showTask(task)), 'train').key, {} as never)).correct).toBe(1)
  }
})
