import { expect, test } from 'vitest'
import { reasonWorld } from '../world/index.ts'
import { comparePlan } from './compare-plan.ts'

test('what a task file says is the answer is what a comparison grades by', async () => {
  const [{ task }] = reasonWorld.tasks!({ n: 1, seed: 2, size: 2 })
  const share = async (answer?: unknown): Promise<number> => {
    const c = await comparePlan({
      world: 'reason',
      tasks: [{ id: 'a', task: task.question, ...(answer === undefined ? {} : { answer }) }],
      methods: ['self-consistency'],
      models: { policy: 'simulated:skill=1' },
      budget: { calls: 5 },
    })
    return c.cells.find(x => x.method === 'self-consistency')!.correct!
  }
  expect(await share()).toBe(1)
  expect(await share('no number at all')).toBe(0)
  await expect(
    comparePlan({
      world: 'reason',
      tasks: [{ id: 'a', task: 'Why?' }],
      methods: ['self-consistency'],
      models: { policy: 'simulated' },
      budget: { calls: 5 },
    }),
  ).rejects.toThrow('no answer is known')
})
