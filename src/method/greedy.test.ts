import { expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import { greedy } from './greedy.ts'

test('one path of first draws, at temperature 0, step by step', async () => {
  const { policy, asked } = scripted({ '': ['ba'], b: ['c'], bc: ['a'] })
  const { r } = await search(greedy, { policy, right: 'bca' })
  expect(r.answer).toBe('bca')
  expect(r.solved).toBe(true)
  expect(asked.map(x => [x.at, x.n, x.sampling.temperature, x.sampling.grain])).toEqual([
    ['', 1, 0, 'step'],
    ['b', 1, 0, 'step'],
    ['bc', 1, 0, 'step'],
  ])
})
test('asks again with the reason, and ends where nothing comes', async () => {
  const { policy, asked } = scripted({ '': ['x', 'a'], a: [''] })
  const base = (await import('../compose/fixture/letters.ts')).letters(3)
  const { r } = await search(greedy, { policy, world: { ...base, valid: a => (a === 'x' ? 'x is no letter' : true) } })
  expect(r.answer).toBeUndefined()
  expect(asked.map(x => x.at)).toEqual(['', '', 'a'])
  expect(asked[1].hint).toContain('x is no letter')
})
test('steps is a limit', async () => {
  const { policy } = scripted({ '': ['a'], a: ['a'], aa: ['a'] })
  const { r } = await search(greedy, { policy, knobs: { steps: 2 } })
  expect(r.tree.size).toBe(3)
})
