import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Wanted } from '../../contract/index.ts'
import { bestOfN, greedy } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { solve } from '../../run/index.ts'
import { complaint, evaluate, passes } from './evaluate.ts'
import { grader, hiddenTests, item } from './grade.ts'
import { repair, repairWorld } from './index.ts'
import { type Definition, type Expr, parts, readDefinition, readTest, showDefinition, unsound } from './language.ts'
import { library } from './library.ts'
import { changes, edited, edits, repairable } from './mutate.ts'
import { oracle } from './oracle.ts'
import { examples } from './prompt.ts'
import type { State } from './state.ts'
import { parseTask, program, showTask, testsOf, withAnswer } from './task.ts'

const def = (text: string): Definition => {
  const d = readDefinition(text)
  if (typeof d === 'string') throw new Error(d)
  return d
}
const at = (state: State): Context<State, any> => ({ state }) as Context<State, any>
const run = (source: string, ...args: number[]) => evaluate([def(source)], def(source).name, args)
const broken = 'larger(a, b) = if a < b then a else b; larger(2, 3) = 3; larger(4, 4) = 4; larger(1, 9) = 9 (at most 2)'
const fixed = 'larger(a, b) = if a > b then a else b'

const leaf: fc.Arbitrary<Expr> = fc.oneof(
  fc.nat(99).map(value => ({ kind: 'number', value }) as const),
  fc.constantFrom('a', 'b').map(name => ({ kind: 'name', name }) as const),
)
const expr: fc.Arbitrary<Expr> = fc.letrec<{ e: Expr }>(tie => ({
  e: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('e').map(of => ({ kind: 'minus', of }) as const),
    fc
      .record({
        op: fc.constantFrom('+', '-', '*', '/', '%', '<', '<=', '>', '>=', '=', '!=', 'and', 'or'),
        left: tie('e'),
        right: tie('e'),
      })
      .map(x => ({ kind: 'op', ...x }) as Expr),
    fc.record({ when: tie('e'), yes: tie('e'), no: tie('e') }).map(x => ({ kind: 'if', ...x }) as const),
    fc.tuple(tie('e'), tie('e')).map(args => ({ kind: 'call', name: 'max', args }) as const),
  ),
})).e
const size = (e: Expr): number => 1 + parts(e).reduce((s, x) => s + size(x), 0)

describe('the language', () => {
  test('what is written is read back as the same expression', () => {
    fc.assert(
      fc.property(expr, body => {
        const text = showDefinition({ name: 'f', params: ['a', 'b'], body })
        fc.pre(text.length <= 600)
        expect(readDefinition(text)).toEqual({ name: 'f', params: ['a', 'b'], body })
      }),
      { numRuns: 200 },
    )
  })
  test.each([
    ['f(x) = 1 + 2 * x', 3, 7],
    ['f(x) = (1 + 2) * x', 3, 9],
    ['f(x) = 7 - 2 - x', 3, 2],
    ['f(x) = -7 / 2 + x', 0, -4],
    ['f(x) = -7 % x', 3, 2],
    ['f(x) = 7 % x', -3, -2],
    ['f(x) = if x then 5 else 6', 0, 6],
    ['f(x) = x > 1 and x < 5', 3, 1],
    ['f(x) = x = 3 or 1 / 0', 3, 1],
    ['f(x) = x != 3 and 1 / 0', 3, 0],
    ['f(x) = max(min(x, 4), abs(-2))', 9, 4],
    ['f(n) = if n < 2 then n else f(n - 1) + f(n - 2)', 10, 55],
  ])('%s of %d is %d', (source, x, y) => expect(run(source, x)).toBe(y))
  test.each([
    ['f(x) = 1 / (x - x)', 'divides by zero'],
    ['f(x) = f(x)', 'calls itself without end'],
    ['f(x) = f(x - 1) + f(x - 2)', 'calls itself without end'],
    ['f(x) = if x > 40 then 0 else f(x + 1) + f(x + 1)', 'runs without end'],
    ['f(x) = if x < 0 then 9999 else f(x - 1) * f(x - 1)', 'grows too large'],
  ])('%s: %s', (source, why) => expect(run(source, 3)).toBe(why))
  test.each([
    ['f(x)', /expected "="/],
    ['f() = 1', /no parameter/],
    ['f(x, x) = 1', /two parameters/],
    ['f(x) = x +', /ends too early/],
    ['f(x) = x x', /unexpected "x"/],
    ['f(x) = x $ 2', /unexpected "\$ 2"/],
    ['max(a, b) = a', /there already/],
    ['if(x) = 1', /expected a name/],
    [`f(x) = ${'('.repeat(250)}x${')'.repeat(250)}`, /nested too deep/],
    [`f(x) = ${'x + '.repeat(300)}x`, /at most 600/],
  ])('no definition: %s', (text, why) => expect(readDefinition(text)).toMatch(why))
  test.each([
    ['f(x) = y', /does not know "y"/],
    ['f(x) = g(x)', /no function g/],
    ['f(x) = max(x)', /max takes 2 arguments, found 1/],
  ])('unsound: %s', (text, why) => expect(unsound([def(text)])).toMatch(why))
})

describe('one-place changes', () => {
  test('each changes one place, and is undone by another', () => {
    fc.assert(
      fc.property(expr, body => {
        fc.pre(size(body) < 25)
        const d: Definition = { name: 'f', params: ['a', 'b'], body }
        for (const c of changes(body, d.params)) {
          expect(c).not.toEqual(body)
          expect(changes(c, d.params)).toContainEqual(body)
        }
      }),
      { numRuns: 60 },
    )
  })
  test('a program is repairable exactly where brute force finds the changes', () => {
    const tests = ['larger(2, 3) = 3', 'larger(4, 1) = 4', 'larger(7, 7) = 7'].map(t => readTest(t)!)
    const ok = (p: Definition[]) => tests.every(t => passes(p, t))
    for (const text of ['larger(a, b) = if a < b then a else b', 'larger(a, b) = if a = b then a + 1 else b', 'larger(a, b) = a * 0']) {
      const p = [def(text)]
      const one = edits(p).map(d => edited(p, d))
      expect(repairable(p, tests, 0)).toBe(ok(p))
      expect(repairable(p, tests, 1)).toBe(ok(p) || one.some(ok))
      expect(repairable(p, tests, 2)).toBe(ok(p) || one.some(q => ok(q) || edits(q).some(d => ok(edited(q, d)))))
    }
  })
})

describe('rules', () => {
  test('an edit replaces a function, the tests run, and it ends when they pass', () => {
    const s = repair.start(broken)
    expect(repair.outcome(s)).toBeNull()
    expect(s.report).toEqual(['larger(2, 3) gives 2, expected 3', null, 'larger(1, 9) gives 1, expected 9'])
    const worse = repair.step(s, ['larger(a, b) = a'])
    expect(repair.outcome(worse)).toEqual({
      answer: 'larger(a, b) = a',
      reward: 1 / 3,
      open: true,
      feedback: 'Failing tests:\nlarger(2, 3) gives 2, expected 3\nlarger(1, 9) gives 1, expected 9',
    })
    expect(repair.outcome(repair.step(worse, [fixed]))).toEqual({ answer: fixed, reward: 1 })
    const spent = repair.step(worse, ['larger(a, b) = a + 1'])
    expect(repair.outcome(spent)?.open).toBeUndefined()
    expect(repair.valid!([fixed], spent)).toBe('2 edits were made already')
    expect(repair.actions!(spent)).toEqual([])
  })
  test.each([
    ['smaller(a, b) = a', /no function smaller/],
    ['larger(b, a) = a', /parameters \(a, b\), not \(b, a\)/],
    ['larger(a, b) = if a<b then a else b', /is that already/],
    ['larger(a, b) = c', /does not know "c"/],
    ['larger(a, b) =', /ends too early/],
  ])('refused: %s', (text, why) => {
    expect(repair.valid!([text], repair.start(broken))).toMatch(why)
    expect(() => repair.step(repair.start(broken), [text])).toThrow(why)
  })
  test('every listed action is legal, and states of equal programs are twins', () => {
    const { task } = repairWorld.tasks!({ n: 1, size: 2, seed: 2 })[0]
    const s = repair.start(task)
    const all = repair.actions!(s)
    expect(all.length).toBeGreaterThan(3)
    for (const a of all) expect(repair.valid!(a, s)).toBe(true)
    const [a, b] = [all[0], all.at(-1)!]
    const name = (x: readonly string[]) => x[0].split('(')[0]
    if (name(a) !== name(b)) expect(repair.key!(repair.step(s, [a[0], b[0]]))).toBe(repair.key!(repair.step(s, [b[0], a[0]])))
    expect(repair.key!(repair.step(s, a))).not.toBe(repair.key!(s))
  })
})

describe('in words', () => {
  const wants: Wanted[] = [
    { for: 'step' },
    { for: 'step', list: 5 },
    { for: 'step', list: Number.POSITIVE_INFINITY },
    { for: 'attempt' },
    { for: 'attempt', list: 3 },
    { for: 'judgement' },
  ]
  test('the prompt of every place is read back by the oracle; what it writes is what the world reads', () => {
    for (const { task } of repairWorld.tasks!({ n: 12, size: 1, seed: 4 })) {
      for (const s of [repair.start(task), repair.step(repair.start(task), repair.actions!(repair.start(task))[0])]) {
        if (repair.outcome(s)?.reward === 1) continue
        for (const want of wants) {
          const read = oracle.read(repair.render(at(s), want))!
          expect(read.want).toEqual(want)
          expect(read.place).toEqual({ source: s.source, tests: task.tests, left: task.most - s.edits })
        }
        const { place } = oracle.read(repair.render(at(s), { for: 'step' }))!
        const moves = oracle.moves(place)
        expect(moves.map(m => [m.text])).toEqual(repair.actions!(s))
        for (const m of moves) {
          expect(repair.parse(m.text, s, { for: 'step' })).toEqual([m.text])
          expect(m.to).toEqual({ ...place, source: repair.step(s, [m.text]).source, left: place.left - 1 })
        }
      }
    }
  })
  test('a planted bug is promising, and a program of another kind is not', () => {
    for (const { task } of repairWorld.tasks!({ n: 5, size: 2, seed: 9 })) {
      const place = { source: task.source, tests: task.tests, left: task.most }
      expect(oracle.promising(place)).toBe(true)
      expect(oracle.promising({ ...place, left: 1 })).toBe(false)
    }
  })
  test.each([
    [`- ${fixed}`, [fixed]],
    [`Next edit: \`larger(a,b)=if a>b then a else b\``, [fixed]],
    [`The comparison is wrong.\n${fixed}\nThat is all.`, [fixed]],
  ])('an edit: %s', (text, action) => expect(repair.parse(text, repair.start(broken), { for: 'step' })).toEqual(action))
  test.each([
    ['', /empty/],
    ['Turn the comparison round.', /no definition of the form/],
    ['larger(2, 3) = 3', /./],
    ['other(x) = x', /no function other/],
  ])('no edit: %j', (text, why) =>
    expect((repair.parse(text, repair.start(broken), { for: 'step' }) as { reject: string }).reject).toMatch(why),
  )
  test('an attempt is a run of edits, until the tests pass', () => {
    const s = repair.start(broken)
    expect(repair.parse(`larger(a, b) = a\n${fixed}\nlarger(a, b) = 7`, s, { for: 'attempt' })).toEqual(['larger(a, b) = a', fixed])
    expect(repair.parse(`larger(a, b) = a ; ${fixed}`, s, { for: 'attempt' })).toEqual(['larger(a, b) = a', fixed])
  })
  test('the worked examples are right', () => {
    const s = repair.start('larger(a, b) = if a < b then a else b; larger(2, 3) = 3; larger(4, 4) = 4 (at most 2)')
    for (const kind of ['step', 'list', 'attempt', 'attempts'] as const) {
      for (const line of examples[kind].split(/:\n/).at(-1)!.split('\n')) {
        const a = repair.parse(line, s, { for: 'step' })
        expect(repair.outcome(repair.step(s, a as string[]))?.reward).toBe(1)
      }
    }
  })
})

describe('tasks', () => {
  test('the library is sound, and its programs run in their ranges', () => {
    for (const { source, ranges } of library) {
      const p = source.map(def)
      expect(unsound(p)).toBeNull()
      expect(source).toEqual(p.map(showDefinition))
      for (const side of [0, 1] as const)
        expect(
          typeof evaluate(
            p,
            p.at(-1)!.name,
            ranges.map(r => r[side]),
          ),
        ).toBe('number')
    }
  })
  test('made tasks fail some tests, need as many changes as were planted, and are the same for the same wish', () => {
    for (const size of [1, 2]) {
      const some = repairWorld.tasks!({ n: 8, size, split: 'dev', seed: 3 })
      expect(some).toHaveLength(8)
      for (const { task } of some) {
        const p = program(task.source)
        expect(repairable(p, testsOf(task), size)).toBe(true)
        expect(repairable(p, testsOf(task), size - 1)).toBe(false)
        expect(testsOf(task).some(t => complaint(p, t) === null)).toBe(true)
        expect(repairWorld.splitOf!(task)).toBe('dev')
        expect(parseTask(showTask(task))).toEqual(task)
        expect(Object.keys(task).sort()).toEqual(['most', 'source', 'tests'])
      }
      expect(repairWorld.tasks!({ n: 8, size, split: 'dev', seed: 3 })).toEqual(some)
    }
  })
  test.each([
    ['', /no function/],
    ['f(x) = x', /no test/],
    ['f(x) = x; f(1, 2) = 3', /no f of 2 arguments/],
    ['f(x) = y; f(1) = 3', /does not know "y"/],
    ['f(x) = x; f(1) = 3 (at most 99)', /1 to 12 edits are allowed, found 99/],
    [{ source: 'f(x) = x', tests: ['f(1)'] }, /expected a test/],
    [7, /no source and tests/],
  ])('no task: %j', (input, why) => expect(() => parseTask(input)).toThrow(why))
  test('the grader has tests of its own: what only passes the shown ones is wrong', async () => {
    const task = withAnswer(parseTask('double(x) = x + 1; double(1) = 2; double(3) = 6; double(9) = 18'), 'double(x) = x * 2')
    const { key } = item(task, 'test')
    const g = grader('test')
    const io = {} as never
    expect(await g.grade('double(x) = x + x', key, io)).toEqual({ correct: 1 })
    const cheat = 'double(x) = if x = 1 then 2 else if x = 3 then 6 else 18'
    expect((await g.grade(cheat, key, io)).note).toMatch(/^hidden: double/)
    expect((await g.grade('double(x) = x + 1', key, io)).note).toMatch(/^double\(3\) gives 4/)
    expect((await g.grade(undefined, key, io)).correct).toBe(0)
    expect(await g.grade(cheat, item(parseTask(showTask(task)), 'test').key, io)).toEqual({ correct: 1, note: 'by the shown tests alone' })
    expect(hiddenTests(task, ['double(x) = x * 2']).every(t => t.expected === 2 * t.args[0])).toBe(true)
  })
})

test('a simulated model that knows the truth repairs it', async () => {
  const model = simulated({ oracle: repair.oracle!, skill: 1, width: 400 })
  for (const method of [bestOfN, greedy]) {
    const { task } = repairWorld.tasks!({ n: 1, seed: 5 })[0]
    const r = await solve({ world: repair, method, model, budget: { calls: 60 } }, task)
    expect(r.solved).toBe(true)
  }
})
