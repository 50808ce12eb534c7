import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Wanted } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/index.ts'
import { arena, kinds, reward } from './arena.ts'
import { maze, mazeWorld } from './index.ts'
import { free, parameters, walk } from './robot.ts'
import { splitOf } from './task.ts'
import { rewardOf, space } from './world.ts'

const task = fc.record({ kind: fc.constantFrom(...kinds), seed: fc.integer({ min: 0, max: 500 }) })
const weights = fc.array(
  fc.double({ min: -3, max: 3, noNaN: true }).map(x => Number(x.toFixed(6)) + 0),
  { minLength: parameters, maxLength: parameters },
)
const render = (state: ReturnType<typeof maze.start>, want: Wanted = { for: 'step' }) => maze.render({ state } as Context<any, any>, want)
const textOf = (state: ReturnType<typeof maze.start>, want?: Wanted) => render(state, want)[0].content

describe('the robot', () => {
  test('never goes through a wall or faster than it can, and a life is always the same', () => {
    fc.assert(
      fc.property(task, weights, (t, w) => {
        const a = arena(t)
        const { end, trace } = walk(a, w)
        expect(walk(a, w)).toEqual({ end, trace })
        expect(trace).toHaveLength(5)
        expect(trace[4]).toEqual(end)
        let before: { x: number; y: number } = a.start
        for (const p of trace) {
          expect(p.x > 0 && p.x < 1 && p.y > 0 && p.y < 1).toBe(true)
          expect(Math.hypot(p.x - before.x, p.y - before.y)).toBeLessThanOrEqual(0.6 + 1e-9)
          before = p
        }
      }),
      { numRuns: 60 },
    )
  })
  test('stands still without speed; drives straight ahead to the wall without a turn', () => {
    const a = arena({ kind: 'regions', seed: 0 })
    expect(walk(a, new Array(parameters).fill(0)).end).toEqual({ x: a.start.x, y: a.start.y })
    const straight = new Array(parameters).fill(0)
    straight[0] = 3
    const { end } = walk(a, straight)
    expect(end.x).toBeCloseTo(0.5, 9)
    expect(end.y).toBeCloseTo(1 - 0.005, 6)
  })
  test('a range is the distance to the nearest wall', () => {
    const { walls } = arena({ kind: 'regions', seed: 0 })
    expect(free(walls, 0.5, 0.5, 0, 1)).toBeCloseTo(0.5)
    expect(free(walls, 0.5, 0.5, 1, 0)).toBeCloseTo(0.05)
    expect(free(walls, 0.5, 0.5, -1, 0)).toBeCloseTo(0.2)
    expect(free([], 0.5, 0.5, 1, 0)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('reward', () => {
  test('in regions: nothing outside, 0 at the rim, all of it in the middle; the farther region is worth more', () => {
    const a = arena({ kind: 'regions', seed: 0 })
    for (const [i, g] of a.regions.entries()) {
      expect(reward(a, g)).toEqual({ reward: g.worth, region: i })
      expect(reward(a, { x: g.x + g.radius, y: g.y }).reward).toBeCloseTo(0)
      expect(reward(a, { x: g.x + g.radius + 0.01, y: g.y })).toEqual({ reward: 0, region: -1 })
      const half = reward(a, { x: g.x, y: g.y + g.radius / 2 }).reward
      expect(half > 0 && half < g.worth).toBe(true)
    }
    expect(a.regions.map(g => g.worth)).toEqual([0.6, 1])
  })
  test('deceptive: the dead end pays more than any place on the way around it, and only the goal pays 1', () => {
    const a = arena({ kind: 'deceptive', seed: 0 })
    const at = (x: number, y: number) => reward(a, { x, y }).reward
    expect(at(0.2, 0.71)).toBeGreaterThan(at(0.72, 0.6))
    expect(at(0.2, 0.71)).toBeGreaterThan(at(0.2, 0.1))
    expect(at(0.2, 0.88)).toBe(1)
    expect(at(0.2, 0.8)).toBeLessThan(1)
    // There is a wall between.
    expect(free(a.walls, 0.2, 0.6, 0, 1)).toBeCloseTo(0.12)
  })
  test('both plans can be solved: some random controllers reach what is rewarded', () => {
    const r = new AddressedRandom(5, 0, 0, 'test')
    const regions = new Set<number>()
    const state = maze.start('regions')
    for (let i = 0; i < 4000 && regions.size < 1; i++) {
      const { region } = maze.step(state, maze.design!.create(r, state))
      if (region >= 0) regions.add(region)
    }
    expect(regions.size).toBeGreaterThan(0)
  })
})

describe('the world', () => {
  test('what is written is read back, with the place it is about', () => {
    fc.assert(
      fc.property(task, weights, (t, w) => {
        const s = maze.step(maze.start(t), w)
        const asked: Wanted[] = [
          { for: 'step' },
          { for: 'step', list: 4 },
          { for: 'step', list: Number.POSITIVE_INFINITY },
          { for: 'judgement' },
        ]
        for (const want of asked) {
          const read = maze.oracle!.read(render(s, want))!
          expect(read.want).toEqual(want)
          const [first] = maze.oracle!.moves(read.place)
          const parsed = maze.parse(first.text, s, { for: 'step' })
          expect(maze.valid!(parsed as number[], s)).toBe(true)
          expect(first.to).toEqual({ task: mazeWorld.showTask(t), weights: first.text })
        }
        expect(maze.parse(maze.show!(w, s), s, { for: 'step' })).toEqual(w)
        expect(mazeWorld.parseTask(mazeWorld.showTask(t))).toEqual(t)
      }),
      { numRuns: 40 },
    )
  })
  test('the oracle knows what a controller is worth', () => {
    const s = maze.step(maze.start('deceptive'), new Array(parameters).fill(0))
    const { place } = maze.oracle!.read(render(s, { for: 'judgement' }))!
    expect(maze.oracle!.promising(place)).toBe(s.reward >= 0.5)
    expect(maze.oracle!.read([{ role: 'user', content: 'Hello?' }])).toBeNull()
    expect(textOf(maze.start('deceptive'))).toContain('Controller: none yet')
  })
  test('bad tasks and bad controllers are refused in a line', () => {
    expect(() => mazeWorld.parseTask('deceptiv')).toThrow('no plan "deceptiv"; did you mean deceptive? in "deceptiv"')
    expect(() => mazeWorld.parseTask('regions 1.5')).toThrow('expected a whole number from 0 as seed, found 1.5')
    expect(() => mazeWorld.parseTask('')).toThrow('expected a plan and a seed')
    expect(() => mazeWorld.parseTask(null)).toThrow('expected a plan and a seed')
    const s = maze.start('regions')
    expect(maze.valid!([1, 2], s)).toBe('expected 20 numbers')
    expect(maze.valid!(new Array(20).fill(9), s)).toBe('every number lies between -3 and 3')
    expect(maze.parse('1 2 3', s, { for: 'step' })).toEqual({ reject: 'expected 20 numbers, found 3' })
    expect(maze.parse('let me think', s, { for: 'step' })).toEqual({ reject: 'expected 20 numbers on a line' })
    expect(maze.parse(new Array(20).fill(4).join(' '), s, { for: 'step' })).toEqual({
      reject: 'every number lies between -3 and 3, found 4',
    })
    expect(maze.parse('near', s, { for: 'judgement' })).toEqual({ reject: 'a judgement is no controller' })
  })
  test('an answer is open and has the reward of its end; the grader works it out anew', async () => {
    const s = maze.step(maze.start('deceptive 3'), new Array(parameters).fill(0.5))
    expect(maze.outcome(maze.start('deceptive'))).toBeNull()
    expect(maze.outcome(s)).toMatchObject({ open: true, reward: rewardOf({ kind: 'deceptive', seed: 3 }, s.weights!) })
    const item = mazeWorld.item!({ kind: 'deceptive', seed: 3 }, 'dev')
    const grader = mazeWorld.grader!('dev')
    expect(await grader.grade(s.weights!, item.key, {} as never)).toMatchObject({ correct: 0 })
    expect(await grader.grade(undefined, item.key, {} as never)).toEqual({ correct: 0, note: 'no answer' })
  })
  test('tasks follow from the wish, each once, of its split', () => {
    const found = mazeWorld.tasks!({ n: 20, split: 'dev', seed: 2 })
    expect(found).toHaveLength(20)
    expect(new Set(found.map(x => x.id)).size).toBe(20)
    expect(found.every(x => splitOf(x.task) === 'dev')).toBe(true)
    expect(mazeWorld.tasks!({ n: 20, split: 'dev', seed: 2 })).toEqual(found)
  })
  test('designs: what is made and varied can be taken; the picture shows where the robot ended', () => {
    const r = new AddressedRandom(1, 0, 0, 'test')
    const root = maze.start('regions')
    const a = maze.step(root, maze.design!.create(r, root))
    const b = maze.step(root, maze.design!.vary([a], r))
    expect(maze.valid!(b.weights!, root)).toBe(true)
    expect(maze.design!.features(root).every(Number.isNaN)).toBe(true)
    const picture = maze.design!.observe!(a)
    const brightest = picture.indexOf(Math.max(...picture))
    expect(Math.abs(((brightest % 12) + 0.5) / 12 - a.end!.x)).toBeLessThanOrEqual(0.5 / 12 + 1e-9)
    expect(Math.abs((Math.floor(brightest / 12) + 0.5) / 12 - a.end!.y)).toBeLessThanOrEqual(0.5 / 12 + 1e-9)
    expect(space.length).toBe(20)
  })
})
