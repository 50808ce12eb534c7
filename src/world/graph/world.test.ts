import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/random.ts'
import { begin, type Edge, type GraphTask, go, lookahead, onward, reachable, type State } from './game.ts'
import { graph, graphWorld } from './index.ts'
import { parseTask, showTask, split, tasks } from './task.ts'

const context = (state: State) => ({ state }) as never
/** Any graph of up to eight vertices, cycles and all, with a walk into it. */
const somewhere = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.nat(7), fc.nat(7)), { minLength: 3, maxLength: 20, selector: ([a, b]) => `${a} ${b}` }),
    fc.nat(1000),
    fc.nat(5),
  )
  .map(([pairs, seed, steps]) => {
    const edges = pairs.filter(([a, b]) => a !== b)
    const task: GraphTask = { edges: edges.length > 0 ? edges : [[0, 1]], start: 0, goal: 7 }
    const r = new AddressedRandom(seed, 0, 0, 'walk')
    let s = begin(task)
    for (let i = 0; i < steps; i++) {
      const ways = onward(task, s.path)
      if (ways.length === 0) break
      s = go(s, [r.pick(ways)]) as State
    }
    return s
  })
/** All paths from here to the goal, by trying everything. */
const paths = (t: GraphTask, path: number[]): number[][] =>
  path.at(-1) === t.goal ? [path] : t.edges.flatMap(([a, b]) => (a === path.at(-1) && !path.includes(b) ? paths(t, [...path, b]) : []))

describe('tasks', () => {
  test('written and read', () => {
    expect(parseTask('1>2, 2->3; 1>4: 1 -> 3')).toEqual({
      edges: [
        [1, 2],
        [2, 3],
        [1, 4],
      ],
      start: 1,
      goal: 3,
    })
    for (const { task } of tasks({ n: 20 })) expect(parseTask(showTask(task))).toEqual(task)
    for (const e of graphWorld.examples) expect(paths(parseTask(e), [parseTask(e).start])).toHaveLength(1)
  })
  test.each([
    ['1>2 2>3', /no start and goal/],
    ['1>2 x: 1 -> 2', /expected edges such as 1>2, found "x"/],
    ['1>200: 1 -> 2', /expected a vertex 0 to 99/],
    ['1>1: 1 -> 2', /an edge from 1 to itself/],
    ['1>2: 1 -> 1', /start and goal are the same/],
    [{ edges: [[1]], start: 1, goal: 2 }, /no list of edges/],
    [null, /no list of edges/],
  ])('%j is refused in one line', (input, why) => expect(() => parseTask(input)).toThrow(why))
  test('need the look-ahead that was wished', () => {
    for (const size of [1, 3, 6]) {
      for (const { task } of tasks({ n: 12, size, branching: 3 })) {
        expect(lookahead(task)).toBe(size)
        expect(paths(task, [task.start])).toHaveLength(1)
      }
    }
  })
  test('the share without a path has none; splits are kept apart; the same wish, the same tasks', () => {
    const all = tasks({ n: 60, size: 3, unreachable: 0.5 })
    const none = all.filter(t => !reachable(t.task, [t.task.start])).length
    expect(none).toBeGreaterThan(15)
    expect(none).toBeLessThan(45)
    expect(tasks({ n: 60, size: 3, unreachable: 0.5 })).toEqual(all)
    for (const s of ['train', 'dev', 'test'] as const) for (const { task } of tasks({ n: 5, split: s })) expect(split(task)).toBe(s)
  })
})

describe('rules', () => {
  test('what can be reached is what some path reaches, with cycles and without', () => {
    fc.assert(
      fc.property(somewhere, s => {
        expect(reachable(s.task, s.path)).toBe(paths(s.task, [...s.path]).length > 0)
      }),
    )
  })
  test('equal keys: the same can be done from here', () => {
    const done = (s: State) =>
      paths(s.task, [...s.path])
        .map(p => p.slice(s.path.length))
        .sort()
        .join('|')
    fc.assert(
      fc.property(somewhere, fc.nat(1000), (s, seed) => {
        const r = new AddressedRandom(seed, 0, 0, 'other')
        let other = begin(s.task)
        for (let i = 0; i < 4 && onward(s.task, other.path).length > 0; i++) {
          other = go(other, [r.pick(onward(s.task, other.path))]) as State
          if (graph.key!(other) === graph.key!(s)) expect(done(other)).toBe(done(s))
        }
      }),
    )
  })
  test('illegal steps are refused with the reason', () => {
    const s = graph.start('1>2 2>3 2>1 1>4: 1 -> 3')
    expect(graph.valid!([3], s)).toBe('there is no edge from 1 to 3')
    const two = graph.step(s, [2])
    expect(graph.valid!([1], two)).toBe('1 was visited already')
    expect(graph.valid!('none', two)).toMatch(/at the start only/)
    expect(graph.valid!([4], graph.step(two, [3]))).toBe('3 is the goal: no further step')
    expect(graph.outcome(graph.step(s, [4]))).toMatchObject({ failed: true, reward: 0 })
    expect(graph.outcome(graph.step(s, 'none'))).toMatchObject({ failed: true, reward: 0 })
    expect(graph.outcome(graph.step(two, [3]))).toEqual({ answer: '1 -> 2 -> 3', reward: 1 })
    expect(graph.outcome(graph.step(graph.start('1>2: 1 -> 3'), 'none'))).toEqual({ answer: 'no path', reward: 1 })
    expect(graph.outcome(graph.start('2>1: 1 -> 3'))).toBeNull()
  })
})

describe('words', () => {
  test('what is written is read back, in text and in tokens; the oracle agrees', () => {
    fc.assert(
      fc.property(somewhere, s => {
        for (const a of graph.actions!(s)) {
          expect(graph.parse(graph.show!(a, s), s, { for: 'step' })).toEqual(a)
          const before = graph.dialects!.tokens.render(context(s), { for: 'step' })[0].content
          const after = graph.dialects!.tokens.render(context(graph.step(s, a)), { for: 'step' })[0].content
          expect(after.startsWith(before)).toBe(true)
          expect(graph.dialects!.tokens.parse(after.slice(before.length), s, { for: 'step' })).toEqual(a)
        }
        if (graph.outcome(s) !== null) return
        for (const want of [{ for: 'step' }, { for: 'step', list: 3 }, { for: 'attempt' }, { for: 'judgement' }] as const) {
          const found = graph.oracle!.read(graph.render(context(s), want))!
          expect(found.want).toEqual(want)
          const texts = graph.oracle!.moves(found.place).map(m => m.text)
          for (const t of texts) expect(graph.parse(t, s, { for: 'step' })).not.toHaveProperty('reject')
          expect(texts.filter(t => t !== 'none').map(Number)).toEqual(onward(s.task, s.path))
          const fine = s.path.length === 1 || reachable(s.task, s.path)
          expect(graph.oracle!.promising(found.place)).toBe(fine)
        }
      }),
    )
  })
  test('a path in several ways of writing it', () => {
    const s = graph.start('1>2 2>3 1>4: 1 -> 3')
    for (const text of ['2 -> 3', '1 -> 2 -> 3', 'Path: 1 > 2 > 3', '2, 3'])
      expect(graph.parse(text, s, { for: 'attempt' })).toEqual([2, 3])
    for (const text of ['2', '1 -> 2', 'Next vertex: 2']) expect(graph.parse(text, s, { for: 'step' })).toEqual([2])
    expect(graph.parse('1 -> 2', s, { for: 'attempt' })).toEqual({ reject: 'the path stops at 2' })
    expect(graph.parse('', s, { for: 'step' })).toEqual({ reject: 'the reply is empty' })
    expect(graph.parse('no idea', s, { for: 'step' })).toEqual({ reject: 'no vertex in "no idea"' })
    expect(graph.parse('none', s, { for: 'attempt' })).toBe('none')
  })
})

test('answers are graded by the graph alone', async () => {
  const task = parseTask('1>2 2>3 1>4: 1 -> 3')
  const grade = (answer: string | undefined, t = task) =>
    graphWorld.grader!('dev').grade(answer, graphWorld.item!(t, 'dev').key, {} as never)
  expect(await grade('1 -> 2 -> 3')).toEqual({ correct: 1 })
  expect(await grade('1 -> 4')).toMatchObject({ correct: 0, note: 'it ends at 4, not 3' })
  expect(await grade('2 -> 3')).toMatchObject({ correct: 0 })
  expect(await grade('no path')).toMatchObject({ correct: 0, note: 'there is a path' })
  expect(await grade(undefined)).toMatchObject({ correct: 0 })
  const edges: Edge[] = [[1, 2]]
  expect(await grade('no path', { edges, start: 1, goal: 3 })).toEqual({ correct: 1 })
})
