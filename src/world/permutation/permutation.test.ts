import { expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/index.ts'
import { cube, isCube } from './cube.ts'
import { permutationDomain as domain, permutation, scrambled } from './index.ts'
import { pancake } from './pancake.ts'
import { macros, type Puzzle, run, table, tabled } from './puzzle.ts'
import { sliding, solvableSliding } from './sliding.ts'

const puzzles: Puzzle[] = [pancake(5), pancake(7), sliding(3), cube]
const random = (seed: number) => new AddressedRandom(seed, 0, 0, 'test')

/** Breadth first by the text of places, with no index and no table. */
function near(p: Puzzle, depth: number): Map<string, number> {
  const out = new Map([[p.goal.join(), 0]])
  let level = [p.goal]
  for (let d = 1; d <= depth; d++) {
    const next: (readonly number[])[] = []
    for (const s of level)
      for (let m = 0; m < p.base.length; m++) {
        const to = p.apply(s, m)
        if (to === null || out.has(to.join())) continue
        out.set(to.join(), d)
        next.push(to)
      }
    level = next
  }
  return out
}

test.each(puzzles.map(p => [p.name, p] as const))(
  '%s: moves undo each other, the table is right and the estimate never too great',
  (_, p) => {
    const found = near(p, p === cube ? 5 : 7)
    const t = table(p)
    const indices = new Set<number>()
    for (const [text, d] of found) {
      const s = text.split(',').map(Number)
      const i = p.index(s)
      expect(i >= 0 && i < p.span && !indices.has(i)).toBe(true)
      indices.add(i)
      expect(t[i]).toBe(d)
      expect(p.estimate(s)).toBeLessThanOrEqual(d)
      for (let m = 0; m < p.base.length; m++) {
        const to = p.apply(s, m)
        if (to !== null) expect(p.apply(to, p.inverse[m])).toEqual(s)
      }
    }
  },
)

test('what is known of these puzzles: pancake numbers, the depth of the eight-puzzle, all places of the cube', () => {
  const reach = (p: Puzzle): { count: number; deepest: number } => {
    let count = 0
    let deepest = 0
    for (const d of table(p))
      if (d < 255) {
        count++
        deepest = Math.max(deepest, d)
      }
    return { count, deepest }
  }
  expect([4, 5, 6, 7].map(n => reach(pancake(n)).deepest)).toEqual([4, 5, 7, 8])
  expect(reach(sliding(3))).toEqual({ count: 181_440, deepest: 31 })
  // 14 quarter turns at most, from any of 3,674,160 places.
  expect(reach(cube)).toEqual({ count: 3_674_160, deepest: 14 })
  expect(tabled(sliding(4))).toBe(false)
})

test('six turns in one sense bring a face back; only cubes are cubes', () => {
  for (let m = 0; m < 6; m++) expect(run(cube, cube.goal, [m, m, m, m])).toEqual(cube.goal)
  // The commutator of two faces has order six.
  const commutator = [0, 2, 1, 3]
  let s: readonly number[] = cube.goal
  for (let i = 0; i < 6; i++) {
    if (i > 0) expect(s).not.toEqual(cube.goal)
    s = run(cube, s, commutator)!
  }
  expect(s).toEqual(cube.goal)
  for (let seed = 0; seed < 20; seed++) {
    const r = random(seed)
    const t = run(
      cube,
      cube.goal,
      Array.from({ length: 12 }, () => r.int(6)),
    )!
    expect(isCube(t)).toBe(true)
    const swapped = t.slice()
    const i = t.findIndex((x, k) => k > 0 && x !== t[0])
    ;[swapped[0], swapped[i]] = [t[i], t[0]]
    expect(isCube(swapped)).toBe(false)
  }
})

test('macros: distinct products of base moves, shorter ones first, each worth its length', () => {
  for (const count of [6, 33, 153, 1000]) {
    const all = macros(cube, count)
    expect(all).toHaveLength(count)
    expect(new Set(all.map(m => run(cube, cube.goal, m.moves)!.join())).size).toBe(count)
    expect(all.map(m => m.moves.length)).toEqual([...all.map(m => m.moves.length)].sort((a, b) => a - b))
  }
  // As many places as there are at those distances, and no more products than places.
  const counts = [0, 0, 0, 0]
  for (const d of near(cube, 3).values()) counts[d]++
  expect(macros(cube, counts[1] + counts[2] + counts[3]).at(-1)!.moves).toHaveLength(3)
  expect(macros(pancake(4), 5000).length).toBeLessThan(24)
  const s = domain.read("cube:153 R U F'")
  expect(domain.moves(s)).toHaveLength(153)
  expect(domain.cost!("R U F'")).toBe(3)
  expect(domain.cost!('flip 3 flip 2')).toBe(2)
  expect(domain.there(domain.apply(s, "F U' R'") as never)).toBe(true)
})

test('sliding macros are made of moves that can be made', () => {
  const s = domain.read('8-puzzle:40 1 2 3 4 0 5 7 8 6')
  for (const m of domain.moves(s)) expect(typeof domain.apply(s, m)).toBe('object')
  expect(domain.moves(domain.read('8-puzzle 1 2 3 4 5 6 7 8 0'))).toEqual(['up', 'left'])
})

test('exactly half of all tiles can be brought in order', () => {
  const t = table(sliding(3))
  const p = sliding(3)
  for (let seed = 0; seed < 300; seed++) {
    const s = random(seed).shuffle(p.goal)
    expect(solvableSliding(s, 3)).toBe(t[p.index(s)] < 255)
  }
})

test('scrambles can be solved by what scrambled them', () => {
  for (const family of ['pancake', '8-puzzle', '15-puzzle', 'cube'] as const) {
    const text = scrambled(family, 6, undefined, random(4))
    const s = domain.read(text)
    expect(domain.distance(s)).toBeLessThanOrEqual(6)
    expect(domain.text(s)).toBe(text)
  }
  expect(scrambled('cube', 6, 200, random(1))).toMatch(/^cube:200 /)
})

test.each([
  ['pancake 1 2 2', /each of 1 to 3 once/],
  ['pancake 1', /2 to 12 pancakes/],
  ['8-puzzle 1 2 3 4 5 6 8 7 0', /cannot be brought in order/],
  ['8-puzzle 1 2 3', /each of 0 to 8 once/],
  ['cube R X', /expected turns/],
  ['cube wwwwrrrrggggyyyyoooobbbw', /no turns/],
  ['cube:3 R', /6 to 5000 actions/],
  ['pancake 1 2 3', /reached already/],
  ['tower 1 2', /expected one of pancake/],
])('%s is refused', (task, why) => {
  expect(() => permutation.parseTask(task)).toThrow(why)
})
