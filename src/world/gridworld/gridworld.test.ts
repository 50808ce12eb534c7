import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../contract/index.ts'
import { bestOfN, greedy } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { run } from '../../runtime/index.ts'
import { distance, type State } from './grid.ts'
import { gridworldEntry } from './index.ts'
import { gridOf, parseTask } from './task.ts'
import { gridworld } from './world.ts'

const state = (text: string): State => gridworld.start(parseTask(text))
const play = (s: State, path: string): State =>
  [...path].reduce((at, c) => {
    const m = gridworld.actions!(at).find(x => x[0] === c)
    if (m === undefined) throw new Error(`${c} is not legal`)
    return gridworld.step(at, m)
  }, s)
const ask = (s: State, want: Parameters<typeof gridworld.render>[1]): Message[] => gridworld.render({ state: s } as never, want)
const settings = fc.record({
  rooms: fc.integer({ min: 1, max: 7 }),
  size: fc.integer({ min: 2, max: 4 }),
  doors: fc.integer({ min: 0, max: 3 }),
  lava: fc.integer({ min: 0, max: 4 }),
  deceptive: fc.integer({ min: 0, max: 1 }),
  seed: fc.integer({ min: 0, max: 10_000 }),
})
/** States met by random legal play. */
function wander(s: State, picks: readonly number[]): State[] {
  const out = [s]
  for (const p of picks) {
    const legal = gridworld.actions!(s)
    if (legal.length === 0) break
    s = gridworld.step(s, legal[p % legal.length])
    out.push(s)
  }
  return out
}
const picks = fc.array(fc.nat(1000), { maxLength: 25 })

describe('rules', () => {
  const keyed = '#######/#@a#.G#/#..A..#/####### steps=20'
  test('a key is taken, and opens its door from beside it', () => {
    let s = state(keyed)
    expect(gridworld.valid!('take', s)).toBe('there is no key here')
    s = play(s, 'e')
    s = play(s, 't')
    expect(gridworld.valid!('east', s)).toBe('there is a wall to the east')
    s = play(s, 's')
    expect(gridworld.valid!('east', s)).toBe('door A to the east is locked')
    s = play(s, 'oeen')
    expect(s.left).toBe(20 - 7)
    s = play(s, 'e')
    expect(gridworld.outcome(s)).toEqual({ answer: 'east take south open east east north east', reward: 1 })
    expect(gridworld.actions!(s)).toEqual([])
  })
  test('without the key a door stays shut', () => {
    const s = play(state(keyed), 'se')
    expect(gridworld.valid!('open', s)).toBe('door A needs key a')
    expect(gridworld.actions!(s)).toEqual(['north', 'west'])
  })
  test('lava and the last move end it without a reward', () => {
    expect(gridworld.outcome(play(state('@~G/... steps=9'), 'e'))).toEqual({ answer: 'east', reward: 0, failed: true })
    const late = play(state('@.G steps=2'), 'ew')
    expect(gridworld.outcome(late)).toMatchObject({ reward: 0, failed: true })
    expect(gridworld.valid!('east', late)).toBe('no moves are left')
  })
  test('an illegal step is an error of the world', () => {
    expect(() => gridworld.step(state('@G steps=3'), 'north')).toThrow(/wall to the north/)
  })
  test('a place is one state however late one comes there', () => {
    const s = state('@..G steps=9')
    expect(gridworld.key!(play(s, 'ewe'))).toBe(gridworld.key!(play(s, 'e')))
    expect(gridworld.key!(play(s, 'ee'))).not.toBe(gridworld.key!(play(s, 'e')))
  })
  test('legal moves are those that are valid', () => {
    fc.assert(
      fc.property(settings, picks, (m, p) => {
        for (const s of wander(gridworld.start(parseTask(m)), p))
          expect(gridworld.actions!(s)).toEqual(
            (['north', 'east', 'south', 'west', 'take', 'open'] as const).filter(x => gridworld.valid!(x, s) === true),
          )
      }),
      { numRuns: 40 },
    )
  })
})

describe('shortest ways', () => {
  /** Depth-limited brute force over the rules alone. */
  const reaches = (s: State, depth: number): boolean =>
    gridworld.outcome(s)?.reward === 1 || (depth > 0 && gridworld.actions!(s).some(m => reaches(gridworld.step(s, m), depth - 1)))
  test('as brute force finds them', () => {
    for (const [map, d] of [
      ['@.G', 2],
      ['#######/#@a#.G#/#..A..#/#######', 8],
      ['@.A.G/.a#..', 8],
      ['@#G/.~./...', 6],
    ] as const) {
      const s = state(`${map} steps=40`)
      expect(distance(s.grid, s)).toBe(d)
      expect(reaches(s, d)).toBe(true)
      expect(reaches(s, d - 1)).toBe(false)
    }
  })
  test('one more than that of the best move, everywhere', () => {
    fc.assert(
      fc.property(settings, picks, (m, p) => {
        for (const s of wander(gridworld.start(parseTask(m)), p)) {
          const after = gridworld.actions!(s).map(a => distance(s.grid, gridworld.step(s, a)))
          if (after.length > 0) expect(distance(s.grid, s)).toBe(1 + Math.min(...after))
        }
      }),
      { numRuns: 40 },
    )
  })
  test('a state that the first search did not meet is known all the same', () => {
    // From the far side of the lava nothing leads back.
    const s = state('G.@~. steps=9')
    expect(distance(s.grid, s)).toBe(2)
    expect(distance(s.grid, { at: 4, keys: 0, open: 0 })).toBe(Number.POSITIVE_INFINITY)
    expect(distance(s.grid, { at: 1, keys: 1, open: 0 })).toBe(1)
  })
})

describe('made maps', () => {
  test('can be solved within their moves, whatever the settings; the same for the same settings', () => {
    fc.assert(
      fc.property(settings, m => {
        const t = parseTask(m)
        expect(parseTask({ ...m })).toEqual(t)
        const s = gridworld.start(t)
        expect(distance(s.grid, s) * 2).toBe(t.steps)
        const doors = t.map.join('').match(/[A-F]/g) ?? []
        const keys = t.map.join('').match(/[a-f]/g) ?? []
        expect(doors.map(d => d.toLowerCase()).sort()).toEqual(keys.sort())
        expect(doors.length).toBeLessThanOrEqual(m.doors)
      }),
      { numRuns: 150 },
    )
  })
  test('every door lies on the way: without its key the goal is out of reach', () => {
    let doors = 0
    for (let seed = 0; seed < 20; seed++) {
      const t = parseTask({ rooms: 6, doors: 2, seed })
      for (const key of t.map.join('').match(/[a-f]/g) ?? []) {
        doors++
        expect(() => parseTask({ map: t.map.map(r => r.replace(key, '.')) })).toThrow(/cannot be reached/)
      }
    }
    expect(doors).toBeGreaterThan(20)
  })
  test('a deceptive goal lies behind a wall of the first room and far on foot', () => {
    const seen = { near: 0, far: 0 }
    for (let seed = 0; seed < 20; seed++) {
      const ratio = [0, 1].map(deceptive => {
        const t = parseTask({ rooms: 9, doors: 0, deceptive, seed })
        const g = gridOf(t)
        const [a, b] = [g.start, g.cells.indexOf('G')]
        const straight = Math.abs((a % g.width) - (b % g.width)) + Math.abs(Math.floor(a / g.width) - Math.floor(b / g.width))
        return t.steps / 2 / straight
      })
      ratio[1] > ratio[0] ? seen.far++ : seen.near++
    }
    expect(seen.far).toBeGreaterThan(15)
  })
})

describe('tasks', () => {
  test.each([
    ['', 'expected name=number pairs'],
    ['rooms=0', 'rooms as a whole number from 1 to 36'],
    ['room=3', 'did you mean rooms?'],
    ['rooms=two', 'rooms as a whole number'],
    [{ rooms: 2.5 }, 'rooms as a whole number'],
    [7, 'expected name=number pairs, found 7'],
    ['#@.G#\n###', 'rows of equal length'],
    ['@.x.G', 'no such cell as "x"'],
    ['@.@.G', 'one start @, found 2'],
    ['@...', 'a goal G, found none'],
    ['@#G', 'cannot be reached'],
    ['@A.aG', 'cannot be reached'],
    ['@aaG', 'one key a, found 2'],
    ['@.G steps=0', 'steps as a whole number'],
    ['{"map": 5}', 'a list of rows'],
    ['{"map', 'no valid JSON'],
  ])('%j is refused in one line', (input, message) => {
    expect(() => parseTask(input)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }))
  })
  test('what is shown reads back alike', () => {
    fc.assert(
      fc.property(settings, m => {
        const t = parseTask(m)
        expect(parseTask(gridworldEntry.showTask(t))).toEqual(t)
        expect(parseTask(JSON.stringify(t))).toEqual(t)
      }),
      { numRuns: 30 },
    )
    for (const x of gridworldEntry.examples) expect(gridworldEntry.parseTask(x).map.length).toBeGreaterThan(2)
  })
  test('lists: the wished number, of one split, by seed, easiest first', () => {
    const all = gridworldEntry.tasks!({ n: 12, split: 'test', seed: 3, size: 2, order: 'difficulty' })
    expect(all).toEqual(gridworldEntry.tasks!({ n: 12, split: 'test', seed: 3, size: 2, order: 'difficulty' }))
    expect(all).toHaveLength(12)
    expect(new Set(all.map(t => t.id)).size).toBe(12)
    expect(all.every(t => gridworldEntry.splitOf!(t.task) === 'test')).toBe(true)
    const fewest = all.map(t => t.task.steps)
    expect(fewest).toEqual([...fewest].sort((a, b) => a - b))
    expect(gridworldEntry.tasks!({ n: 3, seed: 4 })).not.toEqual(gridworldEntry.tasks!({ n: 3, seed: 3 }))
  })
  test('the grader goes by the moves alone', async () => {
    const task = parseTask('@.A.G/.a#.. steps=40')
    const key = gridworldEntry.item!(task, 'dev').key
    const grade = (answer?: string) => gridworldEntry.grader!('dev').grade(answer, key, {} as never)
    expect(await grade('south east take north open east east east')).toEqual({ correct: 1 })
    expect(await grade('east east east east')).toMatchObject({ correct: 0, note: 'door A to the east is locked' })
    expect(await grade('south')).toMatchObject({ note: 'the goal is not reached' })
    expect(await grade('fly')).toMatchObject({ note: '"fly" is no move' })
    expect(await grade(undefined)).toMatchObject({ correct: 0 })
  })
})

describe('in words', () => {
  test('every prompt is read back: place, wish, and moves that the world reads as the same', () => {
    fc.assert(
      fc.property(
        settings,
        picks,
        fc.constantFrom(...([{ for: 'step' }, { for: 'step', list: 3 }, { for: 'step', list: Infinity }, { for: 'judgement' }] as const)),
        (m, p, want) => {
          const o = gridworld.oracle!
          for (const s of wander(gridworld.start(parseTask(m)), p)) {
            const found = o.read(ask(s, want))
            expect(found?.want).toEqual(want)
            const written = o.moves(found!.place).map(x => x.text)
            expect(written).toEqual(gridworld.actions!(s))
            for (const text of written) expect(gridworld.parse(text, s, { for: 'step' })).toBe(text)
            const over = gridworld.outcome(s)
            expect(o.promising(found!.place)).toBe(over === null ? distance(s.grid, s) <= s.left : over.reward === 1)
            for (const x of o.moves(found!.place)) {
              const to = gridworld.step(s, x.text as never)
              const nearer = distance(s.grid, to) < distance(s.grid, s)
              expect(o.promising(x.to)).toBe(nearer && distance(s.grid, to) <= to.left && gridworld.outcome(to)?.reward !== 0)
            }
          }
        },
      ),
      { numRuns: 40 },
    )
  })
  test('moves are read from words around them, and nothing else is', () => {
    const s = state('@..G')
    const read = (text: string) => gridworld.parse(text, s, { for: 'step' })
    expect(read('1. Go **East**.')).toBe('east')
    expect(read('Thinking...\nnorth')).toBe('north')
    expect(read('')).toEqual({ reject: 'the reply is empty' })
    expect(read('northern lights')).toMatchObject({ reject: expect.stringContaining('no move') })
    expect(gridworld.oracle!.read([{ role: 'user', content: 'hello' }])).toBeNull()
  })
  test('a skilled simulated model walks to the goal, an unskilled one does not', async () => {
    const go = async (skill: number) => {
      let solved = 0
      for (const { task } of gridworldEntry.tasks!({ n: 8 })) {
        const r = await run(
          {
            world: gridworld,
            method: skill === 1 ? greedy : bestOfN,
            model: simulated({ oracle: gridworld.oracle!, skill }),
            budget: { calls: 80 },
          },
          task,
        )
        if (r.solved) solved++
      }
      return solved
    }
    expect(await go(1)).toBe(8)
    expect(await go(0)).toBeLessThan(4)
  })
})
