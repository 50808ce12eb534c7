import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/random.ts'
import { conflict, full, moves, type Side, type State, showGrid } from './game.ts'
import { sudoku, sudokuWorld } from './index.ts'
import { solve } from './solver.ts'
import { parseTask, split, tasks } from './task.ts'

const random = (seed: number) => new AddressedRandom(seed, 0, 0, 'test')
const world = sudoku()
const easy = '1..4 .... ..2. 4..1'
const context = (state: State) => ({ state, steps: [], tried: [], notes: [] }) as never
const prompt = (s: State, want: Parameters<typeof world.render>[1]) => world.render(context(s), want)

/** All solutions by trying every digit in every cell, in reading order. */
function bruteForce(cells: readonly number[], side: Side): string[] {
  const at = cells.indexOf(0)
  if (at < 0) return conflict(cells, side) ? [] : [showGrid(cells)]
  return Array.from({ length: side }, (_, i) => cells.with(at, i + 1)).flatMap(next => (conflict(next, side) ? [] : bruteForce(next, side)))
}
/** A grid after some legal fills, which need not lead anywhere. */
const wandering = fc.tuple(fc.nat(10_000), fc.nat(12)).map(([seed, steps]) => {
  const r = random(seed)
  let s = world.start(tasks({ n: 1, seed })[0].task)
  for (let i = 0; i < steps; i++) {
    const all = moves(s.cells, 4, 'reading')
    if (all.length === 0) break
    s = world.step(s, [r.pick(all)])
  }
  return s
})

describe('tasks', () => {
  test.each([
    ['1..4 .... ..2. 4..1', 16],
    ['1 . . 4 | . . . . | 0 0 2 0 | 4 _ * 1', 16],
    [
      [
        [1, 0, 0, 4],
        [0, 0, 0, 0],
        [0, 0, 2, 0],
        [4, 0, 0, 1],
      ],
      16,
    ],
    [sudokuWorld.examples[1], 81],
  ])('%j is read', (input, cells) => {
    const task = parseTask(input)
    expect(task.givens).toHaveLength(cells)
    expect(parseTask(sudokuWorld.showTask(task))).toEqual(task)
  })
  test.each([
    ['1..4', /expected 16 or 81 cells, found 4/],
    ['1..5 .... .... ....', /digits are 1 to 4, found 5/],
    ['1..1 .... .... ....', /r1c1 = 1 stands against r1c4 = 1/],
    ['1..x .... .... ....', /expected digits and dots, found "x"/],
    [7, /no grid/],
  ])('%j is refused in one line', (input, why) => {
    expect(() => parseTask(input)).toThrow(why)
  })
  test('made puzzles have one solution, as many givens as wished, and are the same for the same wish', () => {
    for (const wish of [{ n: 20 }, { n: 10, givens: 5, seed: 3 }, { n: 3, size: 9, givens: 28 }]) {
      const all = tasks(wish)
      expect(all).toHaveLength(wish.n)
      expect(tasks(wish)).toEqual(all)
      expect(new Set(all.map(t => t.id)).size).toBe(wish.n)
      for (const { task } of all) {
        const side = task.givens.length === 16 ? 4 : 9
        expect(solve(task.givens, side, 2).count).toBe(1)
        expect(task.givens.filter(d => d > 0)).toHaveLength(wish.givens ?? 6)
      }
    }
  })
  test('puzzles of one finished grid are of one split, and each split has some', () => {
    for (const s of ['train', 'dev', 'test'] as const) for (const { task } of tasks({ n: 8, split: s })) expect(split(task)).toBe(s)
    const [{ task }] = tasks({ n: 1, seed: 5 })
    expect(split({ givens: solve(task.givens, 4).solution! })).toBe(split(task))
  })
})

describe('rules', () => {
  test('the solver finds what trying everything finds', () => {
    fc.assert(
      fc.property(wandering, s => {
        const all = bruteForce(s.cells, 4)
        const found = solve(s.cells, 4, 1000)
        expect(found.count).toBe(all.length)
        if (found.solution) expect(all).toContain(showGrid(found.solution))
        else expect(all).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
  test('listed moves are legal, keep every solution within reach in both orders, and a dead end has none', () => {
    fc.assert(
      fc.property(wandering, fc.constantFrom('fewest' as const, 'reading' as const), (s, order) => {
        const w = sudoku({ order })
        const all = w.actions!(s)
        for (const a of all) expect(w.valid!(a, s)).toBe(true)
        if (w.outcome(s) !== null) expect(all).toEqual([])
        else expect(all.flatMap(a => bruteForce(w.step(s, a).cells, 4)).sort()).toEqual(bruteForce(s.cells, 4).sort())
      }),
      { numRuns: 60 },
    )
  })
  test('illegal fills are refused with the reason', () => {
    const s = world.start(easy)
    expect(world.valid!([{ cell: 0, digit: 2 }], s)).toBe('r1c1 holds 1 already')
    expect(world.valid!([{ cell: 1, digit: 4 }], s)).toBe('r1c2 = 4 stands against r1c4 = 4')
    expect(world.valid!([{ cell: 16, digit: 1 }], s)).toMatch(/expected a cell r1c1 to r4c4/)
    expect(world.valid!([], s)).toMatch(/no step/)
    expect(() => world.step(s, [{ cell: 0, digit: 2 }])).toThrow(/r1c1 holds 1/)
  })
  test('a cell without a digit left ends it, unsolved', () => {
    const dead = world.start('123. ...4 .... ....')
    expect(world.outcome(dead)).toEqual({ answer: '123. ...4 .... ....', reward: 0, failed: true })
    expect(world.valid!([{ cell: 4, digit: 3 }], dead)).toMatch(/r1c4 has no digit left/)
  })
})

describe('words', () => {
  test('what is written is read back, in text and in tokens', () => {
    fc.assert(
      fc.property(wandering, s => {
        for (const a of world.actions!(s)) {
          expect(world.parse(`The next is ${world.show!(a, s)}.`, s, { for: 'step' })).toEqual(a)
          const tokens = world.dialects!.tokens
          const before = tokens.render(context(s), { for: 'step' })[0].content
          const after = tokens.render(context(world.step(s, a)), { for: 'step' })[0].content
          expect(after.startsWith(before)).toBe(true)
          expect(tokens.parse(after.slice(before.length), s, { for: 'step' })).toEqual(a)
        }
      }),
      { numRuns: 40 },
    )
  })
  test('a whole solution as a grid, as fills, and in tokens', () => {
    for (const { task } of tasks({ n: 10 })) {
      const s = world.start(task)
      const solution = solve(task.givens, 4).solution!
      const grid = world.parse(`So it is.\n**Answer:** ${showGrid(solution)}`, s, { for: 'attempt' })
      if ('reject' in grid) throw new Error(grid.reject)
      const end = world.step(s, grid)
      expect(world.outcome(end)?.reward).toBe(1)
      expect(world.parse(grid.map(f => world.show!([f], s)).join('\n'), s, { for: 'attempt' })).toEqual(grid)
      const tokens = world.dialects!.tokens
      const text = tokens.render(context(end), { for: 'attempt' })[0].content
      expect(tokens.parse(text.slice(text.indexOf(';') + 2), s, { for: 'attempt' })).toEqual(grid)
      expect(full(end.cells)).toBe(true)
    }
  })
  test.each([
    ['', /empty/],
    ['I do not know', /no cell of the form/],
    ['r1c1 = 3', /holds 1 already/],
    ['r9c1 = 3', /expected a cell/],
  ])('%j is no step', (text, why) => {
    expect(world.parse(text, world.start(easy), { for: 'step' })).toEqual({ reject: expect.stringMatching(why) })
  })
  test.each([
    ['Answer: 2..', /no cell/],
    ['Answer: 2342 1234 1234 1234', /the answer has 2 in r1c1, which holds 1/],
    ['r1c2 = 2', /stops with 10 empty cells/],
  ])('%j is no solution', (text, why) => {
    expect(world.parse(text, world.start(easy), { for: 'attempt' })).toEqual({ reject: expect.stringMatching(why) })
  })
  test('the oracle reads every prompt, its moves are legal steps, and its judgement is right', () => {
    fc.assert(
      fc.property(wandering, s => {
        for (const want of [{ for: 'step' }, { for: 'step', list: 3 }, { for: 'attempt' }, { for: 'judgement' }] as const)
          expect(world.oracle!.read(prompt(s, want))?.want).toEqual(want)
        const { place } = world.oracle!.read(prompt(s, { for: 'step' }))!
        expect(world.oracle!.promising(place)).toBe(bruteForce(s.cells, 4).length > 0)
        expect(world.oracle!.moves(place).map(m => world.parse(m.text, s, { for: 'step' }))).toEqual(world.actions!(s))
      }),
      { numRuns: 40 },
    )
  })
})

test('answers are graded by the puzzle alone', async () => {
  const [{ task }] = tasks({ n: 1, split: 'test' })
  const solution = showGrid(solve(task.givens, 4).solution!)
  const grade = (answer: string | undefined) => sudokuWorld.grader!('test').grade(answer, sudokuWorld.item!(task, 'test').key, {} as never)
  expect(await grade(solution)).toEqual({ correct: 1 })
  expect(await grade(undefined)).toMatchObject({ correct: 0 })
  expect(await grade(sudokuWorld.showTask(task))).toMatchObject({ correct: 0, note: 'the grid has empty cells' })
  const other = solution.replace(/[12]/g, d => (d === '1' ? '2' : '1'))
  expect(await grade(other)).toMatchObject({ correct: 0 })
})
