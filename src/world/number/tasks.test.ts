import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Io, MayGrade } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/index.ts'
import { worldIds, worldNamed, worlds } from '../index.ts'
import { readTasks } from '../read-tasks.ts'
import { checkExpression } from './check.ts'
import { expressionOf } from './expression.ts'
import { rules24, rulesCountdown } from './game.ts'
import { grader, item } from './grade.ts'
import { whole } from './rational.ts'
import { solvable, solve } from './solver.ts'
import { split } from './split.ts'
import { parseTask, showTask } from './task.ts'
import { difficulty, ranked24, tasks24, tasksCountdown } from './tasks.ts'

const multisets = function* (largest: number) {
  for (let a = 1; a <= largest; a++)
    for (let b = a; b <= largest; b++) for (let c = b; c <= largest; c++) for (let d = c; d <= largest; d++) yield [a, b, c, d]
}

describe('the list of Game of 24', () => {
  test('1,362 of the 1,820 sets can be solved', () => {
    expect(ranked24().length).toBe(1362)
    expect([...multisets(13)].filter(n => solvable(n.map(whole), 24, rules24)).length).toBe(1362)
  })
  test('ranks run from easy to hard, and stay', () => {
    const list = ranked24()
    expect(list.map(x => x.rank)).toEqual(list.map((_, i) => i + 1))
    for (let i = 1; i < list.length; i++) expect(list[i].share).toBeLessThanOrEqual(list[i - 1].share + 1e-12)
    expect([1, 2, 100, 500, 901, 1000, 1300, 1361, 1362].map(r => list[r - 1].numbers.join(' '))).toEqual([
      '12 12 12 12',
      '1 1 12 12',
      '4 4 8 12',
      '3 3 9 12',
      '2 7 10 10',
      '9 11 12 13',
      '2 6 6 13',
      '5 7 10 11',
      '6 8 10 11',
    ])
  })
  test('ranks 901 to 1000 are a hundred puzzles', () => {
    const hundred = tasks24({ n: 100, ranks: [901, 1000] })
    expect(hundred.length).toBe(100)
    expect(hundred[0].task.numbers).toEqual(ranked24()[900].numbers)
    expect(hundred[99].task.numbers).toEqual(ranked24()[999].numbers)
  })
})

describe('splits', () => {
  test('are fixed: results and weights depend on them', () => {
    expect(
      ['1 1 4 6', '4 9 10 13', '3 3 8 8', '1 5 5 5', '2 3 4 6', '25 50 75 100', '1 2 3', '7 8 9 10 11 12'].map(t =>
        split(t.split(' ').map(Number)),
      ),
    ).toEqual(['test', 'dev', 'train', 'train', 'train', 'test', 'train', 'test'])
  })
  test('do not depend on order, and share 70 / 15 / 15', () => {
    const count = { train: 0, dev: 0, test: 0 }
    let all = 0
    for (const n of multisets(20)) {
      count[split(n)]++
      all++
      if (all % 97 === 0) expect(split([n[2], n[0], n[3], n[1]])).toBe(split(n))
    }
    expect(count.train / all).toBeCloseTo(0.7, 1.5)
    expect(count.dev / all).toBeCloseTo(0.15, 1.5)
    expect(count.test / all).toBeCloseTo(0.15, 1.5)
  })
  test('tasks of one split are never of another', () => {
    for (const s of ['train', 'dev', 'test'] as const) {
      for (const t of tasks24({ split: s, n: 2000 })) expect(split(t.task.numbers)).toBe(s)
      for (const t of tasksCountdown({ split: s, n: 50 })) expect(split(t.task.numbers)).toBe(s)
    }
    const sizes = (['train', 'dev', 'test'] as const).map(s => tasks24({ split: s, n: 2000 }).length)
    expect(sizes.reduce((a, b) => a + b)).toBe(1362)
  })
})

describe('tasks', () => {
  test('the same for the same wish, others for another seed, no two alike', () => {
    for (const make of [tasks24, tasksCountdown]) {
      const a = make({ split: 'dev', n: 40, seed: 3 })
      expect(make({ split: 'dev', n: 40, seed: 3 })).toEqual(a)
      expect(make({ split: 'dev', n: 40, seed: 4 })).not.toEqual(a)
      expect(new Set(a.map(t => t.id)).size).toBe(40)
      expect(make({ split: 'dev', n: 10, seed: 3 })).toEqual(a.slice(0, 10))
    }
  })
  test('Countdown by size, range and style; solvable and not trivial', () => {
    for (const size of [3, 4, 5]) {
      for (const { task } of tasksCountdown({ n: 20, size, numbers: 12, targets: [20, 60] })) {
        expect(task.numbers.length).toBe(size)
        expect(Math.max(...task.numbers)).toBeLessThanOrEqual(12)
        expect(task.target).toBeGreaterThanOrEqual(20)
        expect(task.target).toBeLessThanOrEqual(60)
        expect(task.numbers).not.toContain(task.target)
        const moves = solve(task.numbers.map(whole), task.target, rulesCountdown)!
        expect(checkExpression(expressionOf(task.numbers.map(whole), moves), task.numbers, task.target, rulesCountdown).ok).toBe(true)
      }
    }
    for (const { task } of tasksCountdown({ n: 5, size: 6, numbers: 'classic' })) {
      for (const n of task.numbers) expect(n <= 10 || [25, 50, 75, 100].includes(n)).toBe(true)
      expect(task.target).toBeGreaterThan(100)
    }
  })
  test('by difficulty: easiest first', () => {
    const a = tasksCountdown({ n: 15, order: 'difficulty' }).map(t => difficulty(t.task, rulesCountdown).share)
    expect(a).toEqual([...a].sort((x, y) => y - x))
    const b = tasks24({ n: 15, order: 'difficulty' }).map(t => difficulty(t.task, rules24).share)
    expect(b).toEqual([...b].sort((x, y) => y - x))
  })
  test('a wish that cannot be met gives what there is', () => {
    expect(tasksCountdown({ n: 10, size: 3, numbers: 1, targets: [3, 3] }).length).toBe(1)
    expect(tasksCountdown({ n: 10, size: 3, numbers: 1, targets: [50, 99] })).toEqual([])
  })
})

describe('reading tasks', () => {
  test.each([
    ['4 9 10 13', [4, 9, 10, 13], 24],
    [' 4, 9,10 ,13 ', [4, 9, 10, 13], 24],
    ['4 9 10 13 -> 24', [4, 9, 10, 13], 24],
    ['[4, 9, 10, 13]', [4, 9, 10, 13], 24],
    [[4, 9, 10, 13], [4, 9, 10, 13], 24],
    [{ numbers: [4, 9, 10, 13] }, [4, 9, 10, 13], 24],
  ])('%j', (input, numbers, target) => expect(parseTask(input, rules24)).toEqual({ numbers, target }))
  test.each(['25 50 75 100 -> 431', '25,50,75,100->431', '25 50 75 100 = 431', '{"numbers":[25,50,75,100],"target":431}'])('%s', input =>
    expect(parseTask(input, rulesCountdown)).toEqual({ numbers: [25, 50, 75, 100], target: 431 }),
  )
  test.each<[unknown, string]>([
    ['4 9 10', 'expected 4 numbers, found 3'],
    ['4 9 10 13 2', 'expected 4 numbers, found 5'],
    ['', 'expected 4 numbers, found 0'],
    ['4 9 ten 13', '"ten" is not a number'],
    ['4 9 10 0', 'numbers are 1 to 100, found 0'],
    ['4 9 10 -3', 'numbers are 1 to 100, found -3'],
    ['4 9 10 101', 'numbers are 1 to 100, found 101'],
    ['4 9 10 2.5', '2.5 is not a whole number'],
    ['4 9 10 13 -> 25', 'the target is 24, found 25'],
    ['4 9 10 13 -> 24 -> 24', 'more than one target'],
    [null, 'no numbers'],
    [{ numbers: '4 9' }, 'no numbers'],
    ['{"numbers":', 'no valid JSON'],
    [[4, 9, null, 13], 'null is not a number'],
  ])('%j: %s', (input, why) => {
    expect(() => parseTask(input, rules24)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) }))
    expect(() => parseTask(input, rules24)).not.toThrow(/\n/)
  })
  test.each<[string, string]>([
    ['25 50 75', 'no target'],
    ['25 50 -> 75', 'expected 3 to 6 numbers, found 2'],
    ['25 50 75 100 -> 1000', 'targets are 1 to 999, found 1000'],
    ['25 50 75 100 -> 0', 'targets are 1 to 999, found 0'],
    ['25 50 75 100 -> x', '"x" is not a number'],
  ])('countdown %s: %s', (input, why) => expect(() => parseTask(input, rulesCountdown)).toThrow(why))
  test('what is shown is read back', () => {
    for (const { task } of tasksCountdown({ n: 10 })) expect(parseTask(showTask(task, rulesCountdown), rulesCountdown)).toEqual(task)
    for (const { task } of tasks24({ n: 10 })) expect(parseTask(showTask(task, rules24), rules24)).toEqual(task)
  })
})

describe('task files', () => {
  test('JSON Lines, plain lines, blank lines, comments; a bad line is named and the rest is read', () => {
    const text = [
      '\uFEFF{"id":"a","task":"4 9 10 13","answer":"(10 - 4) * (13 - 9)"}',
      '',
      '# easy ones',
      '1 1 4 6\r',
      '{"id":7,"task":{"numbers":[3,3,8,8]}}',
      '[2, 3, 4, 6]',
      '4 9 10',
      '{"id":"a","task":"1 2 3 4"}',
      '{"id":"b","task":',
      '{"numbers":[1,2,3,4]}',
      '{"id":{},"task":"1 2 3 4"}',
    ].join('\n')
    const { tasks, errors } = readTasks(text, worlds.game24)
    expect(tasks.map(t => [t.line, t.id, t.task.numbers.join(' ')])).toEqual([
      [1, 'a', '4 9 10 13'],
      [4, 'line-4', '1 1 4 6'],
      [5, '7', '3 3 8 8'],
      [6, 'line-6', '2 3 4 6'],
      [10, 'line-10', '1 2 3 4'],
    ])
    expect(tasks[0].answer).toBe('(10 - 4) * (13 - 9)')
    expect(errors.map(e => e.line)).toEqual([7, 8, 9, 11])
    expect(errors[0].message).toBe('line 7: game24: expected 4 numbers, found 3 in "4 9 10"')
    expect(errors[1].message).toBe('line 8: id "a" is already that of line 1')
    expect(errors[2].message).toContain('line 9: no valid JSON')
  })
})

describe('grading', () => {
  const io = {} as Io & MayGrade<'test'>
  test('from the text and the sealed task alone', async () => {
    const { task, key } = item({ numbers: [4, 9, 10, 13], target: 24 }, 'test')
    expect(task).toEqual({ numbers: [4, 9, 10, 13], target: 24 })
    const g = grader('test', rules24)
    expect(await g.grade('(10 - 4) * (13 - 9)', key, io)).toEqual({ correct: 1 })
    expect(await g.grade('24', key, io)).toMatchObject({ correct: 0, note: expect.stringContaining('24') })
    expect(await g.grade(undefined, key, io)).toEqual({ correct: 0, note: 'no answer' })
  })
  test('a key tells nothing, and opens only for its own split', async () => {
    const { key } = item({ numbers: [4, 9, 10, 13], target: 24 }, 'test')
    expect(JSON.stringify(key)).toBe('{}')
    expect(Reflect.ownKeys(key)).toEqual([])
    await expect(grader('dev', rules24).grade('1', key as never, io)).rejects.toThrow('expected a key of the dev split, found one of test')
    await expect(grader('test', rules24).grade('1', {} as never, io)).rejects.toThrow('not sealed')
  })
})

test.each(['game24', 'countdown'])('a variant of %s differs in one number or the target, is a task, and leaves the list', id => {
  const { variant, tasks, parseTask, showTask } = worlds[id]
  const list = new Set(id === 'game24' ? ranked24().map(x => x.numbers.join(' ')) : [])
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 1e6 }), (i, seed) => {
      const { task } = tasks!({ n: 61, seed: 1 })[i]
      const other = variant!(task, new AddressedRandom(seed, 0, 0, 'variant'))
      const kept = [...task.numbers]
      for (const x of other.numbers) if (kept.includes(x)) kept.splice(kept.indexOf(x), 1)
      expect(kept.length + Number(other.target !== task.target)).toBe(1)
      expect(other.numbers).toEqual([...other.numbers].sort((a, b) => a - b))
      expect(parseTask(showTask(other))).toEqual(other)
      expect(list.has(other.numbers.join(' '))).toBe(false)
    }),
  )
})

describe('the registry', () => {
  test('every world says what it is, and its examples are tasks of it', () => {
    expect(worldIds).toEqual(expect.arrayContaining(['game24', 'countdown']))
    for (const id of worldIds) {
      const e = worlds[id]
      expect(e.world.id).toBe(id)
      expect(e.describe).toMatch(/^[^\n]{10,100}$/)
      expect(e.grains).toEqual(e.world.grains)
      for (const x of e.examples) expect(e.parseTask(e.showTask(e.parseTask(x)))).toEqual(e.parseTask(x))
    }
  })
  test('an unknown name names the nearest', () => {
    expect(worldNamed('game24').world.id).toBe('game24')
    expect(() => worldNamed('game25')).toThrow('no world "game25"; did you mean game24?')
    expect(() => worldNamed('constructor')).toThrow('no world')
  })
})
