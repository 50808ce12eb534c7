import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { greedy } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { run } from '../../runtime/index.ts'
import { answerOf, begin, giveUp, limit, type Run, reply, rightTool, step, type ToolsTask, toolsOf } from './graph.ts'
import { toolsEntry } from './index.ts'
import { tools, wayOf } from './world.ts'

const settings = fc.record({
  depth: fc.integer({ min: 1, max: 6 }),
  tools: fc.integer({ min: 2, max: 8 }),
  lag: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 0, max: 5000 }),
})
const called = (t: ToolsTask, calls: readonly string[]): Run => calls.reduce((r, c) => step(r, c) as Run, begin(t))
const wrong = (t: ToolsTask, done: number): string => toolsOf(t).find(x => x !== rightTool(t, done))!
const picks = fc.array(fc.nat(1000), { maxLength: 20 })
function wander(r: Run, ps: readonly number[]): Run[] {
  const out = [r]
  for (const p of ps) {
    const legal = tools.actions!(r)
    if (legal.length === 0) break
    r = tools.step(r, legal[p % legal.length])
    out.push(r)
  }
  return out
}

describe('rules', () => {
  test('the right calls in a row do the job, whatever the settings', () => {
    fc.assert(
      fc.property(settings, t => {
        const way = wayOf(t)
        const end = called(t, way)
        expect(tools.outcome(end)).toEqual({ answer: answerOf(t), reward: 1 })
        expect(tools.actions!(end)).toEqual([])
        for (let i = 0; i < way.length; i++) expect(tools.outcome(called(t, way.slice(0, i)))).toBeNull()
        expect(reply(end)).toBe(`done: ${answerOf(t)}`)
      }),
    )
  })
  test('after a wrong call nothing helps any more', () => {
    fc.assert(
      fc.property(settings, fc.nat(5), picks, (t, at, ps) => {
        const n = at % t.depth
        const spoilt = called(t, [...wayOf(t).slice(0, n), wrong(t, n)])
        const ends = [...wander(spoilt, ps), ...wander(called(t, [...spoilt.calls, ...wayOf(t).slice(n + 1)]), ps)]
        expect(ends.every(r => tools.outcome(r)?.reward !== 1)).toBe(true)
      }),
    )
  })
  test('a mistake shows with the call that the lag says, and not before', () => {
    for (const lag of [1, 2, 3]) {
      const t = toolsEntry.parseTask({ depth: 6, lag, seed: 9 })
      let r = called(t, [rightTool(t, 0), wrong(t, 1)])
      for (let i = 1; i < lag; i++) {
        expect(reply(r)).toMatch(/^ok/)
        expect(tools.oracle!.moves(r).length).toBe(6)
        r = step(r, toolsOf(t)[0]) as Run
      }
      expect(reply(r)).toMatch(/^error/)
      expect(tools.oracle!.moves(r).map(x => x.text)).toEqual([giveUp])
    }
  })
  test('giving up ends it, and so does running out of calls', () => {
    const t = toolsEntry.parseTask({ depth: 2, lag: 5, seed: 1 })
    const gone = step(begin(t), giveUp) as Run
    expect(tools.outcome(gone)).toEqual({ answer: '', reward: 0, failed: true })
    expect(tools.valid!(giveUp, gone)).toBe('it was given up')
    let r = step(begin(t), wrong(t, 0)) as Run
    while (tools.actions!(r).length > 0) r = step(r, toolsOf(t)[0]) as Run
    expect(r.calls).toHaveLength(limit(t))
    expect(tools.outcome(r)).toMatchObject({ failed: true })
    expect(() => tools.step(r, toolsOf(t)[0])).toThrow(/no calls are left/)
    expect(tools.valid!('fly_home', begin(t))).toContain('no tool "fly_home"')
  })
})

describe('in words', () => {
  test('every prompt reads back as the place it was made from', () => {
    fc.assert(
      fc.property(
        settings,
        picks,
        fc.constantFrom({ for: 'step' } as const, { for: 'step', list: 2 } as const, { for: 'judgement' } as const),
        (t, ps, want) => {
          for (const r of wander(begin(t), ps)) {
            const found = tools.oracle!.read(tools.render({ state: r } as never, want))
            expect(found?.want).toEqual(want)
            expect(found?.place).toEqual(r)
            for (const x of tools.oracle!.moves(r)) expect(tools.parse(x.text, r, { for: 'step' })).toBe(x.text)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
  test('promising is what brute force finds solvable', () => {
    const solvable = (r: Run): boolean =>
      tools.outcome(r)?.reward === 1 || tools.actions!(r).some(a => a !== giveUp && solvable(tools.step(r, a)))
    for (let seed = 0; seed < 6; seed++) {
      const t = toolsEntry.parseTask({ depth: 2, tools: 2, lag: 1, seed })
      for (const r of [begin(t), ...toolsOf(t).flatMap(a => [called(t, [a]), ...toolsOf(t).map(b => called(t, [a, b]))])])
        expect(tools.oracle!.promising(r)).toBe(solvable(r))
    }
  })
  test('calls are read from words around them', () => {
    const r = begin(toolsEntry.parseTask({ seed: 4 }))
    const name = toolsOf(r.task)[2]
    const read = (text: string) => tools.parse(text, r, { for: 'step' })
    expect(read(`Action: ${name}({})`)).toBe(name)
    expect(read('Let me give up here.')).toBe(giveUp)
    expect(read('')).toEqual({ reject: 'the reply is empty' })
    expect(read('use fly_home')).toMatchObject({ reject: expect.stringContaining('no tool "fly_home"') })
  })
  test('a model that never errs does the job', async () => {
    for (const { task } of toolsEntry.tasks!({ n: 5 })) {
      const r = await run({ world: tools, method: greedy, model: simulated({ oracle: tools.oracle!, skill: 1 }) }, task)
      expect([r.solved, r.actions.length]).toEqual([true, task.depth])
    }
  })
})

describe('tasks', () => {
  test.each([['depth=0'], ['lagg=2'], ['tools=1'], ['x'], [[]]])('%j is refused', input => {
    expect(() => toolsEntry.parseTask(input)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
  test('shown and read back; listed by seed, size and split; graded by the truth', async () => {
    for (const x of toolsEntry.examples)
      expect(toolsEntry.parseTask(toolsEntry.showTask(toolsEntry.parseTask(x)))).toEqual(toolsEntry.parseTask(x))
    const list = toolsEntry.tasks!({ n: 10, split: 'test', size: 3 })
    for (const t of list) expect([t.task.depth, toolsEntry.splitOf!(t.task)]).toEqual([3, 'test'])
    const { key } = toolsEntry.item!(list[0].task, 'test')
    const grade = (a?: string) => toolsEntry.grader!('test').grade(a, key, {} as never)
    expect(await grade(answerOf(list[0].task))).toEqual({ correct: 1 })
    expect(await grade('nothing')).toMatchObject({ correct: 0 })
    expect(await grade(undefined)).toMatchObject({ note: 'no answer' })
  })
})
