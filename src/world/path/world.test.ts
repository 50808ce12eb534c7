// What every world of shortest paths is held to; each domain's own rules are tested beside it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/index.ts'
import { blocks } from '../blocks/index.ts'
import { permutation } from '../permutation/index.ts'
import type { PathAction, PathState, PathWorld } from './world.ts'
import { planText } from './world.ts'

const at = (state: PathState): Context<PathState, PathAction> => ({ state }) as Context<PathState, PathAction>
const random = (seed: number) => new AddressedRandom(seed, 0, 0, 'test')
const all: readonly (readonly [string, PathWorld<any>])[] = [
  ['permutation', permutation],
  ['blocks', blocks],
]

describe.each(all)('%s', (id, entry) => {
  const { world, domain } = entry
  const tasks = [...entry.tasks!({ n: 6, seed: 1 }).map(t => t.task), ...entry.examples.map(e => entry.parseTask(e))]

  test('a walk by legal moves: places are their text, moves are read back, the allowance is kept', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(tasks.length - 1), (seed, k) => {
        const r = random(seed)
        let s = world.start(tasks[k])
        for (let i = 0; i < 30; i++) {
          const place = domain.read(s.place)
          expect(domain.text(place)).toBe(s.place)
          const actions = world.actions!(s)
          const done = world.outcome(s)
          if (done !== null) {
            expect(actions).toEqual([])
            expect(done.reward).toBe(domain.there(place) ? 1 : 0)
            expect(done.answer).toBe(planText(s.made))
            break
          }
          if (actions.length === 0) break
          const a = r.pick(actions)
          expect(world.valid!(a, s)).toBe(true)
          expect(world.parse(`- ${a[0]}.`, s, { for: 'step' })).toEqual(a)
          const next = world.step(s, a)
          expect(next.left).toBe(s.left - world.cost!(s, a))
          s = next
        }
      }),
      { numRuns: 60 },
    )
  })

  test('exact distances: nothing is nearer than they say, and one move on the way is always nearer', () => {
    for (const t of tasks) {
      let place = domain.read(t.place)
      if (!domain.exact(place)) continue
      for (let d = domain.distance(place); d > 0; d = domain.distance(place)) {
        const next = domain.moves(place).map(m => ({ to: domain.apply(place, m), cost: domain.cost?.(m) ?? 1 }))
        for (const { to, cost } of next) expect(domain.distance(to) + cost).toBeGreaterThanOrEqual(d)
        const nearer = next.find(({ to, cost }) => domain.distance(to) + cost === d)
        expect(nearer).toBeDefined()
        place = nearer!.to
      }
      expect(domain.there(place)).toBe(true)
    }
  })

  test('the oracle reads every prompt, knows the legal moves, and what is still possible', () => {
    for (const t of tasks) {
      const s = world.start(t)
      for (const want of [
        { for: 'step' },
        { for: 'step', list: 4 },
        { for: 'step', list: Infinity },
        { for: 'attempt' },
        { for: 'attempt', list: 2 },
        { for: 'judgement' },
      ] as const) {
        const read = world.oracle!.read(world.render(at(s), want))
        expect(read).toMatchObject({ want, place: { place: t.place, left: t.within } })
      }
      const { place } = world.oracle!.read(world.render(at(s), { for: 'judgement' }))!
      expect(world.oracle!.promising(place)).toBe(true)
      expect(world.oracle!.promising({ ...place, left: domain.distance(domain.read(t.place)) - 1 })).toBe(false)
      expect(world.oracle!.moves(place).map(m => [m.text])).toEqual(world.actions!(s))
      const [m] = world.oracle!.moves(place)
      expect(m.to).toMatchObject({ place: world.step(s, [m.text]).place, left: world.step(s, [m.text]).left })
    }
    expect(world.oracle!.read([{ role: 'user', content: 'Next move:' }])).toBeNull()
    const other = all.find(([x]) => x !== id)![1]
    expect(world.oracle!.read(other.world.render(at(other.world.start(other.parseTask(other.examples[0]))), { for: 'step' }))).toBeNull()
  })

  test('a plan in one reply; the grader follows it and trusts nothing else', async () => {
    for (const t of tasks.slice(0, 4)) {
      const s = world.start(t)
      const plan: string[] = []
      for (let p = domain.read(t.place), d = domain.distance(p); d > 0; d = domain.distance(p)) {
        const m = domain.moves(p).find(x => domain.distance(domain.apply(p, x)) + (domain.cost?.(x) ?? 1) === d)!
        plan.push(m)
        p = domain.apply(p, m)
      }
      expect(world.parse(`Here is my plan.\n${plan.join('\n')}`, s, { for: 'attempt' })).toHaveProperty('reject')
      expect(world.parse(plan.join('\n'), s, { for: 'attempt' })).toEqual(plan)
      expect(world.parse(world.oracle!.attempt(plan), s, { for: 'attempt' })).toEqual(plan)
      const done = world.outcome(world.step(s, plan))
      expect(done).toEqual({ answer: planText(plan), reward: 1 })
      const { key } = entry.item!(t, 'test')
      const grade = (answer: string | undefined) => entry.grader!('test').grade(answer, key, {} as never)
      expect(await grade(planText(plan))).toEqual({ correct: 1 })
      expect((await grade(plan.join('\n'))).correct).toBe(1)
      expect((await grade(undefined)).correct).toBe(0)
      expect((await grade('jump')).correct).toBe(0)
      if (plan.length > 1) expect(await grade(planText(plan.slice(1)))).toMatchObject({ correct: 0 })
      expect((await grade(planText([...plan, plan[0]]))).correct).toBe(0)
    }
  })

  test('without allowance it ends, and ends badly', () => {
    const t = { ...tasks[0], within: 1 }
    const s = world.start(t)
    const away = world.actions!(s).find(a => domain.distance(domain.read(world.step(s, a).place)) > 0)!
    const next = world.step(s, away)
    expect(world.outcome(next)).toMatchObject({ reward: 0, failed: true })
    expect(world.actions!(next)).toEqual([])
    expect(world.valid!(away, next)).toMatch(/costs more than is left/)
    expect(() => world.step(next, away)).toThrow(`${id}:`)
  })

  test('tasks by seed, size and split; text that is none is refused in one line', () => {
    const { least, most } = domain.sizes
    expect(entry.tasks!({ n: 5, seed: 2 })).toEqual(entry.tasks!({ n: 5, seed: 2 }))
    expect(entry.tasks!({ n: 5, seed: 3 })).not.toEqual(entry.tasks!({ n: 5, seed: 2 }))
    for (const { task } of entry.tasks!({ n: 3, size: most })) {
      expect(entry.parseTask(entry.showTask(task))).toEqual(task)
      expect(domain.distance(domain.read(task.place))).toBeLessThanOrEqual(task.within)
    }
    for (const { task } of entry.tasks!({ n: 3, split: 'dev' })) expect(entry.splitOf!(task)).toBe('dev')
    const far = entry.tasks!({ n: 10, order: 'difficulty' }).map(({ task }) => domain.distance(domain.read(task.place)))
    expect(far).toEqual([...far].sort((a, b) => a - b))
    for (const size of [least - 1, most + 1, 2.5]) expect(() => entry.tasks!({ n: 1, size })).toThrow(/expected a size/)
    for (const bad of ['', 'nonsense', 5, null, {}, [], `${entry.examples[0]} within 0`, `${entry.examples[0]} within long`])
      expect(() => entry.parseTask(bad), JSON.stringify(bad)).toThrow(new RegExp(`^${id}: `))
    expect(entry.parseTask(`${entry.examples[0]} within 9`).within).toBe(9)
  })
})
