import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Frame, Wanted } from '../../contract/index.ts'
import { bestOfN, stepBeam } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { labels, marks } from '../../reward/index.ts'
import { run } from '../../runtime/index.ts'
import { syntheticWorld, tasks, treeModel } from './index.ts'
import { parseTask } from './task.ts'
import { truthOf } from './truth.ts'
import { syntheticTree as world } from './world.ts'

const at = (state: { task: ReturnType<typeof parseTask>; path: readonly number[] }) => ({ state }) as unknown as Context<any, any>
const place = fc
  .record({
    branching: fc.integer({ min: 1, max: 12 }),
    depth: fc.integer({ min: 1, max: 10 }),
    wordings: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(),
    way: fc.array(fc.nat(), { maxLength: 10 }),
  })
  .map(({ way, ...t }) => {
    const task = parseTask({ ...t, density: 0.01 })
    return { task, path: way.slice(0, task.depth).map(x => x % (task.branching * task.wordings)) }
  })

describe('the world', () => {
  test('prompts are read back: place, kind and how many', () => {
    const wants: Wanted[] = [
      { for: 'step' },
      { for: 'step', list: 5 },
      { for: 'step', list: Number.POSITIVE_INFINITY },
      { for: 'attempt' },
      { for: 'attempt', list: 3 },
      { for: 'judgement' },
    ]
    fc.assert(
      fc.property(place, fc.constantFrom(...wants), (s, want) => {
        const found = world.oracle!.read(world.render(at(s), want))
        expect(found?.want).toEqual(want)
        expect(found?.place.path).toEqual(s.path)
        expect(parseTask(found!.place.tree)).toEqual(s.task)
      }),
    )
    expect(world.oracle!.read([{ role: 'user', content: 'What is two and two?' }])).toBeNull()
  })

  test('the moves of the oracle are the actions of the world, by text and by place', () => {
    fc.assert(
      fc.property(place, s => {
        const found = world.oracle!.read(world.render(at(s), { for: 'step' }))!
        const moves = world.oracle!.moves(found.place)
        const actions = world.actions!(s)
        expect(moves.map(m => world.parse(m.text, s, { for: 'step' }))).toEqual(actions)
        for (const [i, a] of actions.entries()) {
          expect(world.valid!(a, s)).toBe(true)
          expect(moves[i].to.path).toEqual(world.step(s, a).path)
          expect(world.parse(world.show!(a, s), s, { for: 'step' })).toEqual(a)
        }
      }),
    )
  })

  test('an attempt is all steps that are left; others are refused and say why', () => {
    const s = world.start('branching=3,depth=3,seed=1')
    expect(world.parse('step 1, Step 3, step 2', s, { for: 'attempt' })).toEqual([0, 2, 1])
    expect(world.parse('step 1', s, { for: 'attempt' })).toEqual({ reject: 'expected the 3 steps to the end, found 1' })
    expect(world.parse('I take step 2.', s, { for: 'step' })).toEqual([1])
    expect(world.parse('step 4', s, { for: 'step' })).toEqual({ reject: 'expected steps from step 1 to step 3' })
    expect(world.parse('left', s, { for: 'step' })).toEqual({ reject: 'expected a step such as "step 1"' })
    expect(world.valid!([7], s)).toMatch(/from 0 to 2/)
    expect(world.valid!([0, 0, 0, 0], s)).toMatch(/at most 3 more steps/)
    expect(() => world.step(s, [])).toThrow(/no step/)
  })

  test('leaves have an answer and a reward by the truth, other places none', () => {
    const task = parseTask('branching=3,depth=4,density=0.2,graded=0.6,seed=4')
    const truth = truthOf(task)
    expect(world.outcome(world.start(task))).toBeNull()
    for (let k = 0; k < 81; k++) {
      const path = [27, 9, 3, 1].map(x => Math.floor(k / x) % 3)
      const out = world.outcome({ task, path })!
      expect(out.reward === 1).toBe(truth.live(path))
      expect(out.reward).toBeLessThanOrEqual(truth.live(path) ? 1 : 0.45)
      expect(truth.right(out.answer)).toBe(truth.live(path))
    }
  })

  test('wordings lead to one state, or to states of equal quality', () => {
    const key = (twins: number, path: number[]) => world.key!({ task: parseTask({ branching: 3, depth: 3, wordings: 2, twins }), path })
    expect(key(1, [0, 3])).toBe(key(1, [1, 2]))
    expect(key(0, [0, 3])).not.toBe(key(0, [1, 2]))
  })

  test('the oracle says of every place whether it can end well', () => {
    fc.assert(
      fc.property(place, s => {
        const p = world.oracle!.read(world.render(at(s), { for: 'judgement' }))!.place
        expect(world.oracle!.promising(p)).toBe(truthOf(s.task).count(s.path) > 0)
      }),
    )
  })

  test('tasks: the same for the same wish, in their split, of the shape asked for, easiest first', () => {
    const wish = { split: 'dev', n: 20, size: 5, shape: { branching: 3, density: 0.05 } } as const
    const a = tasks(wish)
    expect(a).toEqual(tasks(wish))
    expect(new Set(a.map(t => t.id)).size).toBe(20)
    expect(tasks({ ...wish, seed: 1 })[0].id).not.toBe(a[0].id)
    for (const { task } of a) {
      expect(syntheticWorld.splitOf!(task)).toBe('dev')
      expect([task.branching, task.depth, task.density]).toEqual([3, 5, 0.05])
    }
    const pivots = tasks({ n: 10, order: 'difficulty', shape: { pivots: 2 } })
    expect(pivots).toHaveLength(10)
  })

  test('the grader knows right answers from wrong ones', async () => {
    const task = parseTask('branching=3,depth=3,density=0.3,seed=2')
    const { key } = syntheticWorld.item!(task, 'test')
    const grade = (x: string | undefined) => syntheticWorld.grader!('test').grade(x, key, {} as never)
    for (const path of [
      [0, 0, 0],
      [1, 2, 0],
      [2, 2, 2],
      [0, 1, 2],
    ]) {
      const correct = truthOf(task).live(path) ? 1 : 0
      expect((await grade(truthOf(task).answer(path))).correct).toBe(correct)
    }
    expect(await grade(undefined)).toEqual({ correct: 0, note: 'no answer' })
  })
})

describe('runs', () => {
  const solve = (frame: Partial<Frame<any, any, any, any>>, task: string, seed = 1) =>
    run({ world, method: bestOfN, budget: { calls: 200 }, ...frame } as Frame<any, any, any, any>, task, { seed, strict: true })

  test('a simulated model works in it through the oracle', async () => {
    const model = simulated({ oracle: world.oracle!, error: 0, skill: 0.5 })
    const r = await solve({ method: stepBeam, model, value: labels({ samples: 1 }) }, 'branching=3,depth=5,density=0.05,seed=3')
    expect(r.solved).toBe(true)
    const one = await solve({ model }, 'branching=2,depth=3,density=0.4,seed=3')
    expect(one.solved).toBe(true)
  })

  test('an exact critic leads a beam to a solution in one pass', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const task = `branching=4,depth=7,density=0.001,seed=${seed}`
      const r = await solve(
        { method: stepBeam, model: treeModel(), value: marks(), knobs: { b1: 2, b2: 16 }, budget: { calls: 400 } },
        task,
        seed,
      )
      expect(r.solved).toBe(true)
    }
  })
})
