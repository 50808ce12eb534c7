import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Wanted } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/index.ts'
import { landscape, landscapeWorld } from './index.ts'
import { bound, height, kinds, optimum, turned } from './surface.ts'
import { splitOf } from './task.ts'

const task = fc.record({ kind: fc.constantFrom(...kinds), dims: fc.integer({ min: 1, max: 6 }), seed: fc.integer({ min: 0, max: 300 }) })
const coordinate = fc.double({ min: -bound, max: bound, noNaN: true }).map(x => Number(x.toFixed(6)) + 0)
const placed = task.chain(t => fc.tuple(fc.constant(t), fc.array(coordinate, { minLength: t.dims, maxLength: t.dims })))
const render = (state: ReturnType<typeof landscape.start>, want: Wanted = { for: 'step' }) =>
  landscape.render({ state } as Context<any, any>, want)

describe('heights', () => {
  test('1 at the optimum, which lies in the box, and less everywhere else, from 0 on', () => {
    fc.assert(
      fc.property(placed, ([t, x]) => {
        const o = optimum(t)
        expect(o.every(v => Math.abs(v) <= bound / 2)).toBe(true)
        expect(height(t, o)).toBe(1)
        const h = height(t, x)
        expect(h >= 0 && h <= 1).toBe(true)
        if (Math.hypot(...x.map((v, i) => v - o[i])) > 0.011 * Math.sqrt(t.dims)) expect(h).toBeLessThan(1)
      }),
    )
  })
  test('one hill, or many: a step towards the optimum always helps on the sphere, and not on the others', () => {
    const at = (kind: (typeof kinds)[number], x: number) => height({ kind, dims: 1, seed: 0 }, [x])
    const falls = (kind: (typeof kinds)[number]) => {
      let n = 0
      for (let x = 4; x > 0.1; x -= 0.05) if (at(kind, x - 0.05) < at(kind, x)) n++
      return n
    }
    expect(falls('sphere')).toBe(0)
    expect(falls('rastrigin')).toBeGreaterThan(20)
    expect(falls('ackley')).toBeGreaterThan(10)
    // The textbook's values: f(1) = 1 and f(0.5) = 20.25 for one variable.
    expect(1 - at('rastrigin', 1)).toBeCloseTo(1 / 40.36)
    expect(1 - at('rastrigin', 0.5)).toBeCloseTo(20.25 / 40.36)
  })
  test('the features are a turn: lengths stay, and they do not tell the height', () => {
    fc.assert(
      fc.property(placed, ([t, x]) => {
        const [u, v] = turned(t, x)
        const mean = (odd: number) => {
          const own = x.filter((_, i) => i % 2 === odd)
          return own.length === 0 ? 0 : own.reduce((a, b) => a + b, 0) / own.length
        }
        expect(Math.hypot(u, v)).toBeCloseTo(Math.hypot(mean(0), mean(1)), 9)
      }),
    )
  })
})

describe('the world', () => {
  test('what is written is read back, with the place it is about', () => {
    fc.assert(
      fc.property(placed, ([t, x]) => {
        const root = landscape.start(t)
        const s = landscape.step(root, x)
        for (const state of [root, s])
          for (const want of [{ for: 'step' }, { for: 'step', list: 3 }, { for: 'judgement' }] as Wanted[]) {
            const read = landscape.oracle!.read(render(state, want))!
            expect(read.want).toEqual(want)
            for (const m of landscape.oracle!.moves(read.place)) {
              const a = landscape.parse(m.text, state, { for: 'step' }) as number[]
              expect(landscape.valid!(a, state)).toBe(true)
              expect(landscape.oracle!.read(render(landscape.step(state, a), want))!.place).toEqual(m.to)
            }
          }
        expect(landscape.parse(landscape.show!(x, s), s, { for: 'step' })).toEqual(x)
        expect(landscapeWorld.parseTask(landscapeWorld.showTask(t))).toEqual(t)
      }),
      { numRuns: 25 },
    )
  })
  test('the oracle says high of high places only', () => {
    const t = { kind: 'rastrigin', dims: 2, seed: 4 } as const
    const judge = (x: readonly number[]) =>
      landscape.oracle!.promising(landscape.oracle!.read(render(landscape.step(landscape.start(t), x), { for: 'judgement' }))!.place)
    expect(judge(optimum(t).map(v => Number(v.toFixed(6))))).toBe(true)
    expect(judge([bound, bound])).toBe(false)
  })
  test('bad tasks and bad points are refused in a line', () => {
    expect(() => landscapeWorld.parseTask('rastrigni 2')).toThrow('no function "rastrigni"; did you mean rastrigin?')
    expect(() => landscapeWorld.parseTask('sphere 0')).toThrow('expected 1 to 100 variables, found 0')
    expect(() => landscapeWorld.parseTask('sphere 2 x')).toThrow('expected a whole number from 0 as seed, found x')
    expect(() => landscapeWorld.parseTask('a b c d')).toThrow('expected a function, its variables and a seed')
    const s = landscape.start('sphere 2')
    expect(landscape.parse('1 2 3', s, { for: 'step' })).toEqual({ reject: 'expected 2 numbers, found 3' })
    expect(landscape.parse('I would try\nx: 1, -2.5', s, { for: 'step' })).toEqual([1, -2.5])
    expect(landscape.parse('9 0', s, { for: 'step' })).toEqual({ reject: 'every number lies between -5.12 and 5.12, found 9' })
    expect(landscape.valid!('x' as never, s)).toBe('expected 2 numbers')
  })
  test('tasks and splits; grading from the task alone', async () => {
    const found = landscapeWorld.tasks!({ n: 12, size: 3, split: 'test' })
    expect(found.every(x => x.task.dims === 3 && splitOf(x.task) === 'test')).toBe(true)
    expect(new Set(found.map(x => x.id)).size).toBe(12)
    const { task: t } = found[0]
    const grader = landscapeWorld.grader!('test')
    const { key } = landscapeWorld.item!(t, 'test')
    expect(await grader.grade(optimum(t), key, {} as never)).toMatchObject({ correct: 1 })
    expect(await grader.grade([0, 0, bound], key, {} as never)).toMatchObject({ correct: 0 })
    expect(await grader.grade(undefined, key, {} as never)).toEqual({ correct: 0, note: 'no answer' })
  })
  test('designs can be taken; crossover takes every number from one of the parents', () => {
    const r = new AddressedRandom(1, 0, 0, 'test')
    const root = landscape.start('sphere 40')
    const design = landscape.design!
    const [a, b] = [landscape.step(root, new Array(40).fill(-2)), landscape.step(root, new Array(40).fill(3))]
    const child = design.vary([a, b], r, 0)
    expect(new Set(child)).toEqual(new Set([-2, 3]))
    expect(landscape.valid!(design.vary([root], r), root)).toBe(true)
    expect(design.observe!(root)).toHaveLength(40)
  })
})
