import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Io, MayGrade } from '../../contract/index.ts'
import { average } from '../../kernel/index.ts'
import { methods } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { run } from '../../runtime/index.ts'
import { banditsEntry as entry, bandits as world } from './index.ts'
import { allowance, asReward, gaps, means, payoff, regret } from './machine.ts'
import { type BanditTask, parseTask, showTask, splitOf, tasks } from './task.ts'
import type { Arm, Place, State } from './world.ts'

const machines = fc.record({
  law: fc.constantFrom('bernoulli' as const, 'gaussian' as const),
  arms: fc.integer({ min: 2, max: 7 }),
  pulls: fc.integer({ min: 1, max: 12 }),
  gap: fc.constantFrom(0, 0.2, 0.5),
  seed: fc.nat(10_000),
})
const at = (state: State) => ({ state }) as Context<State, Arm>
const play = (task: BanditTask, arms: readonly number[]): State =>
  arms.slice(0, task.pulls).reduce((s, a) => world.step(s, a % task.arms), world.start(task))

describe('a machine', () => {
  test('pays what its arms promise in the mean', () => {
    for (const task of [parseTask('bernoulli seed=3'), parseTask('gaussian arms=3 seed=4'), parseTask('bernoulli gap=0.4 seed=5')]) {
      means(task).forEach((mean, arm) => {
        const seen = average(Array.from({ length: 4000 }, (_, n) => payoff(task, arm, n)))
        expect(Math.abs(seen - mean)).toBeLessThan(0.06)
      })
    }
  })
  test('with a gap one arm is better than all others by it, and which one is drawn', () => {
    const best = new Set<number>()
    for (let seed = 0; seed < 40; seed++) {
      const g = gaps(parseTask({ law: seed % 2 ? 'bernoulli' : 'gaussian', gap: 0.3, seed }))
      expect(g.filter(x => x === 0)).toHaveLength(1)
      for (const x of g) expect(x === 0 || Math.abs(x - 0.3) < 1e-12).toBe(true)
      best.add(g.indexOf(0))
    }
    expect(best.size).toBe(5)
  })
  test('regret is that of the pulls, whatever they paid, and nothing for the best arm', () => {
    fc.assert(
      fc.property(machines, t => {
        const g = gaps(t)
        const only = (arm: number) => g.map((_, i) => (i === arm ? t.pulls : 0))
        expect(regret(t, only(g.indexOf(0)))).toBe(0)
        for (let arm = 0; arm < t.arms; arm++) expect(regret(t, only(arm))).toBeCloseTo(t.pulls * g[arm], 10)
        expect(
          regret(
            t,
            g.map(() => 1),
          ),
        ).toBeCloseTo(allowance(t), 10)
      }),
    )
  })
  test('longer play is the same machine', () => {
    const [short, long] = [parseTask('seed=9 pulls=5'), parseTask('seed=9 pulls=500')]
    expect(means(short)).toEqual(means(long))
    expect(splitOf(short)).toBe(splitOf(long))
    expect(payoff(short, 2, 3)).toBe(payoff(long, 2, 3))
  })
})

describe('play', () => {
  test('an arm pays its next payoff, whatever was pulled between: equal counts, equal states', () => {
    fc.assert(
      fc.property(machines, fc.array(fc.nat(6), { maxLength: 12 }), fc.nat(1000), (t, arms, by) => {
        const moved = arms.slice(0, t.pulls).map((_, i, all) => all[(i + by) % all.length])
        const [a, b] = [play(t, arms), play(t, moved)]
        expect(world.key!(a)).toBe(world.key!(b))
        a.counts.forEach((n, arm) => {
          expect(a.paid[arm]).toBeCloseTo(b.paid[arm], 10)
          expect(a.paid[arm]).toBeCloseTo(
            Array.from({ length: n }, (_, i) => payoff(t, arm, i)).reduce((x, y) => x + y, 0),
            10,
          )
        })
      }),
    )
  })
  test('ends when the pulls are used up, paid by the mean payoff', () => {
    const t = parseTask('bernoulli arms=3 pulls=4 seed=2')
    const s = play(t, [0, 1, 2, 0])
    expect(world.outcome(play(t, [0, 1, 2]))).toBeNull()
    expect(world.outcome(s)).toEqual({ answer: '2 1 1', reward: s.paid.reduce((a, x) => a + x, 0) / 4 })
    expect(world.actions!(s)).toEqual([])
    expect(world.valid!(0, s)).toMatch(/used up/)
    expect(asReward(parseTask('gaussian'), 0)).toBeCloseTo(0.5, 10)
  })
  test('an arm that is not there is refused', () => {
    const s = world.start(parseTask('arms=3'))
    for (const a of [-1, 3, 1.5]) expect(world.valid!(a, s)).toMatch(/no arm/)
    expect(world.actions!(s).every(a => world.valid!(a, s) === true)).toBe(true)
  })
})

describe('in words', () => {
  test('what a prompt shows is read back as the place', () => {
    fc.assert(
      fc.property(machines, fc.array(fc.nat(6), { maxLength: 12 }), (t, arms) => {
        const s = play(t, arms)
        for (const want of [
          { for: 'step' as const },
          { for: 'step' as const, list: 3 },
          { for: 'step' as const, list: Infinity },
          { for: 'judgement' as const },
        ]) {
          const read = world.oracle!.read(world.render(at(s), want))!
          expect(read.want).toEqual(want)
          expect(read.place).toEqual({ machine: showTask(t), counts: s.counts })
        }
      }),
    )
  })
  test('replies', () => {
    const s = world.start(parseTask('arms=3'))
    const step = { for: 'step' as const }
    for (const [text, arm] of [
      ['Arm 2', 1],
      ['I would pull arm #3 next.', 2],
      [' 1 ', 0],
      ['**Arm 1**', 0],
    ] as const)
      expect(world.parse(text, s, step)).toBe(arm)
    for (const text of ['', 'the second', 'Arm 4', 'Arm 0', '17']) expect(world.parse(text, s, step)).toHaveProperty('reject')
    for (const a of [0, 1, 2]) expect(world.parse(world.show!(a, s), s, step)).toBe(a)
    expect(world.parse('Arm 1', s, { for: 'judgement' })).toHaveProperty('reject')
  })
  test('no prompt of another world is taken for one', () => {
    expect(world.oracle!.read([{ role: 'user', content: 'Machine: x' }])).toBeNull()
    expect(world.oracle!.read([{ role: 'user', content: 'Machine: slot\nPulls left: 3\nArm 1: never pulled\nNext arm:' }])).toBeNull()
  })
})

describe('the oracle', () => {
  test('against brute force: moves to the best arm, places with no more regret than is forgiven', () => {
    const o = world.oracle!
    fc.assert(
      fc.property(machines, fc.array(fc.nat(6), { maxLength: 12 }), (t, arms) => {
        const s = play(t, arms)
        const place = o.read(world.render(at(s), { for: 'step' }))!.place as Place
        const all = means(t)
        const best = Math.max(...all)
        const lost = s.counts.reduce((sum, n, i) => sum + n * (best - all[i]), 0)
        expect(o.promising(place)).toBe(lost <= all.reduce((sum, m) => sum + best - m, 0) + 1e-9)
        const moves = o.moves(place)
        expect(moves.map(m => world.parse(m.text, s, { for: 'step' }))).toEqual(world.actions!(s))
        moves.forEach((m, i) => {
          expect(o.promising(m.to)).toBe(all[i] === best)
          expect((m.to as Place).counts).toEqual(world.step(s, i).counts)
        })
      }),
    )
  })
  test('a simulated model of skill 1 has no regret, one without it has', async () => {
    const grade = async (skill: number) => {
      const marks = tasks({ n: 6, split: 'dev' }).map(async ({ task }) => {
        const model = simulated({ oracle: world.oracle!, skill })
        const r = await run({ world, method: methods.get('greedy')!, model }, task)
        return (await entry.grader!('dev').grade(r.answer, entry.item!(task, 'dev').key, {} as Io & MayGrade<'dev'>)).correct
      })
      return average(await Promise.all(marks))
    }
    expect(await grade(1)).toBe(1)
    expect(await grade(0)).toBeLessThan(0.9)
  })
})

describe('tasks', () => {
  test('as typed, and typed again', () => {
    fc.assert(
      fc.property(machines, t => {
        expect(parseTask(showTask(t))).toEqual(t)
        expect(parseTask(JSON.stringify(t))).toEqual(t)
        expect(parseTask(t)).toEqual(t)
      }),
    )
    expect(parseTask('gaussian')).toMatchObject({ law: 'gaussian', arms: 5, pulls: 20, gap: 0 })
    for (const bad of ['poisson arms=3', 'bernoulli arms=1', 'arms=3 legs=2', 'gap=2', 7, null, '{"law": 3}'])
      expect(() => parseTask(bad)).toThrow(/bandits/)
  })
  test('by wish: seed, split, size; both laws', () => {
    const all = tasks({ n: 30, split: 'test', size: 3 })
    expect(all).toHaveLength(30)
    expect(new Set(all.map(t => t.task.law)).size).toBe(2)
    expect(all.every(t => t.task.arms === 3 && splitOf(t.task) === 'test')).toBe(true)
    expect(tasks({ n: 30, split: 'test', size: 3 })).toEqual(all)
    expect(tasks({ n: 30, split: 'test', size: 3, seed: 2 })).not.toEqual(all)
  })
  test('grades: the best arm alone is 1, the worst alone is 0, another count is no answer', async () => {
    const task = parseTask('gaussian arms=4 pulls=10 seed=3')
    const { key } = entry.item!(task, 'test')
    const grade = async (answer: string | undefined) =>
      (await entry.grader!('test').grade(answer, key, {} as Io & MayGrade<'test'>)).correct
    const g = gaps(task)
    const only = (arm: number) => g.map((_, i) => (i === arm ? 10 : 0)).join(' ')
    expect(await grade(only(g.indexOf(0)))).toBe(1)
    expect(await grade(only(g.indexOf(Math.max(...g))))).toBe(0)
    for (const bad of [undefined, '', '10 0 0', '9 0 0 0', '-1 11 0 0', 'a b c d']) expect(await grade(bad)).toBe(0)
  })
})
