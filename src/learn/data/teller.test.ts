// What a tree tells of a whole answer is what its world reads back as that answer.
import { expect, test } from 'vitest'
import type { NodeId, PureWorld, Wanted } from '../../contract/index.ts'
import { bestOfN, greedy } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { run } from '../../runtime/index.ts'
import { worldIds, worlds } from '../../world/index.ts'
import { Teller } from './teller.ts'

const attempt: Wanted = { for: 'attempt' }
const entries = worldIds.map(id => worlds[id]).filter(e => e.world.oracle && e.exact !== false && e.grains.includes('attempt') && e.tasks)

for (const { world: any, tasks } of entries)
  for (const [grain, method] of [
    ['an attempt', bestOfN],
    ['steps', greedy],
  ] as const)
    test(`${any.id}: an answer drawn as ${grain} is told as the world reads it`, async () => {
      const world = any as PureWorld<unknown, unknown, unknown, unknown>
      const model = simulated({ oracle: world.oracle!, error: 0, skill: 1, seed: 1 })
      const trees = tasks!({ n: 4, seed: 3 }).map(({ task }) => run({ world, method, model, budget: { calls: 40 } }, task, { seed: 1 }))
      let right = 0
      let others = 0
      for (const { tree: t } of await Promise.all(trees)) {
        const start = t.state(t.root)
        // As the model wrote it, and as the world shows what a model of another dialect chose.
        const tellers = ['text', 'tokens'].map(drawnIn => new Teller(t as never, world, { drawnIn }))
        // Texts are told under what they answer: where an attempt would be another action as a step, one was asked for.
        const told = new Teller(t as never, world)
        for (let n = 0; n < t.size; n++) {
          if (!t.taken(n as NodeId)) continue
          const [e] = t.children(n as NodeId)
          if (e === undefined) continue
          const step = JSON.stringify(world.parse(told.step(e), t.state(n as NodeId), { for: 'step' })) === JSON.stringify(t.action(e))
          if (!step) others++
          expect(told.asked(n as NodeId)).toEqual(told.messages(n as NodeId, step ? { for: 'step' } : attempt))
          if (grain === 'steps') expect(step).toBe(true)
        }
        for (let n = 1; n < t.size; n++) {
          const end = t.taken(n as NodeId) ? world.outcome(t.state(n as NodeId)) : null
          if (end === null || end.failed) continue
          right++
          for (const teller of tellers) {
            const text = teller.solution(n as NodeId)
            const action = world.parse(text, start, attempt)
            expect(action, text).not.toHaveProperty('reject')
            expect(world.outcome(world.step(start, action) as unknown), text).toEqual(end)
          }
        }
      }
      expect(right).toBeGreaterThan(0)
      if (['game24', 'countdown'].includes(world.id)) expect(others > 0).toBe(grain === 'an attempt')
    })

test('an attempt that says its answer is told once, and one that does not is given it', () => {
  const { oracle } = worlds.game24.world
  const steps = ['13 - 9 = 4 (left: 4 4 10)', '10 - 4 = 6 (left: 4 6)', '6 * 4 = 24 (left: 24)']
  const whole = `${steps.join('\n')}\nAnswer: (10 - (13 - 9)) * 4 = 24`
  expect(oracle!.attempt(steps)).toBe(whole)
  expect(oracle!.attempt([steps.join('\n')])).toBe(whole)
  expect(oracle!.attempt([steps[0], steps.slice(1).join('\n')])).toBe(whole)
  expect(oracle!.attempt([whole])).toBe(whole)
  expect(oracle!.attempt([steps[0], 'Answer: 4 * (10 - 4)'])).toBe(`${steps[0]}\nAnswer: 4 * (10 - 4)`)
})
