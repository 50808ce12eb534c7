import { expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import { depthFirst } from './depth-first.ts'

const abc = () => scripted(() => 'abc')

test('the best child first, and back to the nearest untried one', async () => {
  const { policy, places } = abc()
  const { value } = critic(s => ({ a: 0.2, b: 0.9, c: 0.5 })[s.at(-1)!]!)
  await search(depthFirst, { apart: true, policy, value, knobs: { visits: 0 } })
  expect(places()).toEqual(['', 'b', 'bb', 'bc', 'ba', 'c', 'cb', 'cc', 'ca', 'a', 'ab', 'ac', 'aa'])
})
test('the threshold cuts: not above it, not gone to', async () => {
  const { policy, places } = abc()
  const { value } = critic(s => ({ a: 0.2, b: 0.9, c: 0.5 })[s.at(-1)!]!)
  await search(depthFirst, { apart: true, policy, value, knobs: { vth: 0.5 } })
  expect(places()).toEqual(['', 'b', 'bb'])
})
test('relax takes up the best of what was cut when nothing else is left', async () => {
  const { policy, places } = abc()
  const { value } = critic(s => ({ a: 0.2, b: 0.9, c: 0.5 })[s.at(-1)!]!)
  await search(depthFirst, { apart: true, policy, value, knobs: { vth: 0.5, relax: true, visits: 6 } })
  expect(places()).toEqual(['', 'b', 'bb', 'c', 'cb', 'bc'])
})
test('most children of a state, deepest path, most visits', async () => {
  const run = async (knobs: Record<string, number>) => {
    const { policy, places } = abc()
    await search(depthFirst, { apart: true, policy, value: critic(() => 0.5).value, knobs: { visits: 0, ...knobs } })
    return places()
  }
  expect(await run({ maxPerState: 1 })).toEqual(['', 'a', 'aa'])
  expect(await run({ T: 2 })).toEqual(['', 'a', 'b', 'c'])
  expect(await run({ visits: 2 })).toEqual(['', 'a'])
})
test('stops at a proof, or goes on', async () => {
  const run = async (untilSolved: boolean) => {
    const { policy, places } = abc()
    const { r } = await search(depthFirst, { apart: true, policy, value: critic(() => 0.5).value, right: 'aab', knobs: { untilSolved } })
    expect(r.solved).toBe(true)
    return places().length
  }
  expect(await run(true)).toBe(3)
  expect(await run(false)).toBe(13)
})
