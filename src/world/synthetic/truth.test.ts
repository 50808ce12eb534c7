import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/random.ts'
import { share } from './share.ts'
import { parseTask, showTask, type TreeTask } from './task.ts'
import { type Law, type Path, Truth, truthOf } from './truth.ts'

const shape = fc
  .record({
    branching: fc.integer({ min: 1, max: 4 }),
    depth: fc.integer({ min: 1, max: 5 }),
    density: fc.double({ min: 0, max: 1, noNaN: true }),
    spread: fc.constantFrom(0.1, 1, 1e9),
    wordings: fc.integer({ min: 1, max: 2 }),
    graded: fc.constantFrom(0, 0.5),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    pivotal: fc.boolean(),
  })
  .map(({ pivotal, density, ...o }) => {
    const pivots = pivotal ? 1 + (o.seed % o.depth) : 0
    return parseTask({ ...o, ...(pivots > 0 ? { pivots, survive: 1 + (o.seed % o.branching) } : { density }) })
  })

function* pathsOf(t: TreeTask, depth: number): Generator<Path> {
  if (depth === 0) yield []
  else for (const p of pathsOf(t, depth - 1)) for (let a = 0; a < t.branching * t.wordings; a++) yield [...p, a]
}
const leavesBelow = function* (t: TreeTask, p: Path): Generator<Path> {
  for (const q of pathsOf(t, t.depth - p.length)) yield [...p, ...q]
}
/** The reward of a leaf, counted out: 1, or by the last place on its way that has a solution below it. */
const reward = (truth: Truth, leaf: Path): number => truth.best(leaf)

describe('the truth of a tree, against counting every leaf', () => {
  test('chance of success, worth and best of every place', () => {
    fc.assert(
      fc.property(shape, t => {
        const truth = truthOf(t)
        for (let d = 0; d <= Math.min(2, t.depth); d++)
          for (const p of pathsOf(t, d)) {
            const all = [...leavesBelow(t, p)]
            const won = all.filter(leaf => truth.live(leaf)).length
            expect(truth.success(p)).toBeCloseTo(won / all.length, 10)
            expect(truth.live(p)).toBe(won > 0)
            expect(truth.worth(p)).toBeCloseTo(all.reduce((a, leaf) => a + reward(truth, leaf), 0) / all.length, 10)
            expect(truth.best(p)).toBeCloseTo(Math.max(...all.map(leaf => reward(truth, leaf))), 10)
            expect(truth.count(p)).toBe(won / t.wordings ** (t.depth - d))
          }
      }),
      { numRuns: 40 },
    )
  })

  test('worth under a policy is the mean over its ways', () => {
    const law: Law = live => {
      const w = live.map(on => (on ? 3 : 1))
      return w.map(x => x / w.reduce((a, b) => a + b, 0))
    }
    const under = (truth: Truth, p: Path): number => {
      if (p.length === truth.task.depth) return reward(truth, p)
      const w = law(truth.liveIdeas(p))
      return w.reduce((sum, x, i) => sum + x * under(truth, [...p, i * truth.task.wordings]), 0)
    }
    fc.assert(
      fc.property(shape, t => {
        expect(truthOf(t).worth([], law)).toBeCloseTo(under(truthOf(t), []), 10)
      }),
      { numRuns: 40 },
    )
  })

  test('a solution is there however small the density, and as many as it says', () => {
    for (let seed = 0; seed < 50; seed++) {
      expect(truthOf({ branching: 5, depth: 20, density: 0, seed }).count([])).toBe(1)
      const t = parseTask({ branching: 4, depth: 4, density: 0.1, seed })
      expect([...pathsOf(t, 4)].filter(p => truthOf(t).live(p))).toHaveLength(26)
    }
  })

  test('pivots: at so many depths so many steps survive, at the others all', () => {
    const t = parseTask({ branching: 4, depth: 10, pivots: 3, survive: 2, seed: 5 })
    const truth = truthOf(t)
    let p: Path = []
    let few = 0
    for (let d = 1; d <= 10; d++) {
      const live = truth.liveIdeas(p)
      const on = live.filter(x => x).length
      expect([2, 4]).toContain(on)
      if (on === 2) few++
      p = [...p, live.indexOf(true)]
    }
    expect(few).toBe(3)
    expect(truth.success([])).toBeCloseTo(0.125, 12)
    expect(truth.live(p)).toBe(true)
  })

  test('wordings are as good as each other and answer alike', () => {
    const truth = truthOf({ branching: 3, depth: 5, wordings: 2, seed: 1 })
    for (const p of pathsOf(truth.task, 3)) expect(truth.success(p)).toBe(truth.success(p.map(a => a ^ 1)))
    expect(truth.answer([0, 2, 4, 1, 3])).toBe(truth.answer([1, 3, 5, 0, 2]))
  })

  test('answers: right ones on solutions only, in their classes; the confuser is popular', () => {
    const t = parseTask({ branching: 4, depth: 6, density: 0.2, classes: 3, answers: 5, confuser: 0.6, seed: 9 })
    const truth = truthOf(t)
    const counts = new Map<string, number>()
    let wrong = 0
    for (const p of pathsOf(t, 6)) {
      const a = truth.answer(p)
      expect(truth.right(a)).toBe(truth.live(p))
      counts.set(a, (counts.get(a) ?? 0) + 1)
      if (!truth.live(p)) wrong++
    }
    expect(counts.size).toBe(8)
    const most = Math.max(...[...counts].flatMap(([a, c]) => (truth.right(a) ? [] : [c])))
    expect(most / wrong).toBeGreaterThan(0.6)
    expect(truth.right('no such answer')).toBe(false)
  })

  test('another seed, another tree; the same seed, the same', () => {
    const ways = (seed: number) => {
      const t = parseTask({ branching: 3, depth: 5, density: 0.1, seed })
      const truth = new Truth(t)
      return [...pathsOf(t, 5)].map(p => (truth.live(p) ? 1 : 0)).join('')
    }
    expect(ways(1)).toBe(ways(1))
    expect(new Set([1, 2, 3, 4, 5].map(ways)).size).toBe(5)
  })

  test('a tree of 2^50 leaves is looked up at once', () => {
    const truth = truthOf({ branching: 2, depth: 50, density: 0.3, spread: 0.5, seed: 2 })
    expect(truth.success([])).toBeCloseTo(0.3, 9)
    let p: Path = []
    for (let d = 0; d < 50; d++) {
      const kids = [0, 1].map(i => truth.success([...p, i]))
      expect((kids[0] + kids[1]) / 2).toBeCloseTo(truth.success(p), 9)
      p = [...p, kids[0] >= kids[1] ? 0 : 1]
    }
    expect(truth.live(p)).toBe(true)
  })
})

describe('sharing out solutions', () => {
  test('they all find a place, none has more than its room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(0.01, 1, 1e9),
        fc.nat(),
        (n, room, part, spread, seed) => {
          const count = Math.floor(part * n * room)
          const out = share(count, n, room, spread, new AddressedRandom(seed, 1, 2, 'share'))
          expect(out.reduce((a, b) => a + b, 0)).toBe(count)
          expect(out.every(c => c >= 0 && c <= room)).toBe(true)
        },
      ),
    )
  })

  test('a small spread puts them together, a large one apart; few and many alike', () => {
    const ways = (count: number, spread: number) => {
      let sum = 0
      for (let seed = 0; seed < 200; seed++)
        sum += Math.max(...share(count, 4, 1e6, spread, new AddressedRandom(seed, 1, 2, 'share'))) / count / 200
      return sum
    }
    for (const count of [100, 10_000]) {
      expect(ways(count, 0.05)).toBeGreaterThan(0.8)
      expect(ways(count, 1)).toBeGreaterThan(0.45)
      expect(ways(count, 1)).toBeLessThan(0.6)
      expect(ways(count, 1e9)).toBeLessThan(0.35)
    }
  })
})

describe('tasks', () => {
  test('text, object and JSON are one, and come back', () => {
    fc.assert(
      fc.property(shape, t => {
        expect(parseTask(showTask(t))).toEqual(t)
        expect(parseTask(JSON.stringify({ branching: t.branching, seed: t.seed }))).toEqual(
          parseTask({ branching: t.branching, seed: t.seed }),
        )
      }),
    )
  })

  test.each([
    ['branching=0', /expected branching as a whole number from 1 to 64, found "0"/],
    ['depth=8,depht=3', /no parameter "depht"; did you mean depth\?/],
    ['depth=x', /expected depth/],
    ['depth', /expected NAME=VALUE, found "depth"/],
    ['depth=2,depth=3', /depth is given twice/],
    ['depth=3,pivots=4', /at most as many pivots as there are depths \(3\), found 4/],
    ['pivots=2,density=0.1', /by density or by pivots/],
    ['branching=3,pivots=1,survive=4', /at most all 3 steps/],
    ['branching=10,depth=20', /more than can be counted/],
    ['branching=4,depth=12,graded=0.5', /at most 20000 solutions where rewards are graded/],
    ['{"depth":', /no valid JSON/],
    [7, /expected a text or an object, found 7/],
    [null, /expected a text or an object/],
  ])('refuses %j in one line', (input, message) => {
    try {
      parseTask(input)
      expect.unreachable()
    } catch (e) {
      expect((e as Error).message).toMatch(message)
      expect((e as Error).message).not.toContain('\n')
    }
  })
})
