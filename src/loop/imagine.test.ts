import { expect, test } from 'vitest'
import { AddressedRandom } from '../kernel/index.ts'
import { worldEntry } from '../run/index.ts'
import { handmade, right } from './fixture/hand.ts'
import { problemsOf } from './harvest.ts'
import { imagined } from './imagine.ts'

const random = () => new AddressedRandom(1, 0, 0, 'test')

test.each(['game24', 'countdown'])('%s: variants are of the train split, new, and none twice', async id => {
  const entry = await worldEntry(id)
  const listed = problemsOf(entry, 1, 'train', 200)
  const trees = listed.slice(0, 30).map(p => ({ name: p.id, task: p.task }) as never)
  const made = imagined(entry, trees, listed, 20, random())
  expect(made).toHaveLength(20)
  expect(imagined(entry, trees, listed, 20, random())).toEqual(made)
  const tasks = made.map(x => entry.parseTask(x))
  expect(new Set(tasks.map(t => entry.splitOf!(t)))).toEqual(new Set(['train']))
  expect(new Set(made).size).toBe(20)
  for (const t of tasks) if (id === 'countdown') expect(t.numbers).not.toContain(t.target)
  // What is known already is not made again.
  const others = imagined(entry, trees, [...listed, ...tasks.map(task => ({ task }))], 20, random())
  expect(others.filter(x => made.includes(x))).toEqual([])
})
test('none of nothing, none where the world makes none, and no more than there are', async () => {
  const entry = await worldEntry('game24')
  const h = await handmade([right])
  const tree = { ...h, task: entry.parseTask('4 9 10 13') }
  const { variant: _, ...plain } = entry
  expect(imagined(entry, [], [], 9, random())).toEqual([])
  expect(imagined(plain, [tree], [], 9, random())).toEqual([])
  // One number of four, from 14 to 20.
  const all = imagined(entry, [tree], [], 500, random())
  expect(all.length).toBeGreaterThan(5)
  expect(all.length).toBeLessThanOrEqual(28)
})
