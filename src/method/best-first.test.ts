import { expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import { bestFirst } from './best-first.ts'

const worth = { a: 0.3, b: 0.8, c: 0.6, ba: 0.2, bb: 0.5, bc: 0.1, ca: 0.7, cb: 0.4, cc: 0.1 }

test('the most promising open state anywhere is next', async () => {
  const { policy, places } = scripted(() => 'abc')
  await search(bestFirst, { apart: true, policy, value: critic(worth).value, knobs: { expansions: 5 } })
  expect(places()).toEqual(['', 'b', 'c', 'ca', 'bb'])
})
test('equal states are opened and judged once', async () => {
  const { policy, places } = scripted(() => 'abc')
  const { value, judged } = critic(() => 0.5)
  await search(bestFirst, { policy, value })
  expect(judged).toEqual(['a', 'b', 'c', 'aa', 'ab', 'ac', 'bb', 'bc', 'cc'])
  expect(new Set(places()).size).toBe(places().length)
})
test('again: an expanded state comes back at a part of its worth, as long as it brings something new', async () => {
  const script = { '': ['a', 'b', 'b'], a: ['a', 'b', 'b'], b: [''], aa: [''], ab: [''] }
  const { policy, places } = scripted(script)
  await search(bestFirst, { apart: true, policy, value: critic({ a: 0.9, aa: 0.1, b: 0.2, ab: 0.05 }).value, knobs: { again: 0.5 } })
  // worth: root 1, a .9; a again .45, root again .5; root then .25, a then .225; what brought nothing new does not come back
  expect(places()).toEqual(['', 'a', '', 'a', '', 'a', 'b', 'aa', 'ab'])
  const once = scripted(script)
  await search(bestFirst, { apart: true, policy: once.policy, value: critic({ a: 0.9, aa: 0.1 }).value })
  expect(once.places()).toEqual(['', 'a', 'aa'])
})
test('worth along the path: the mean of the values, their product, their least', async () => {
  const values = { a: 0.2, b: 0.6, aa: 0.9, ba: 0.5 }
  const order = async (along: string) => {
    const { policy, places } = scripted({ '': ['ab'], a: ['a'], b: ['a'], aa: [''], ba: [''] })
    await search(bestFirst, { apart: true, policy, value: critic(values).value, knobs: { along } })
    return places().slice(1)
  }
  expect(await order('last')).toEqual(['b', 'ba', 'a', 'aa'])
  expect(await order('mean')).toEqual(['b', 'ba', 'a', 'aa'])
  expect(await order('product')).toEqual(['b', 'ba', 'a', 'aa'])
  Object.assign(values, { ba: 0.1, a: 0.3 })
  expect(await order('last')).toEqual(['b', 'a', 'aa', 'ba'])
  expect(await order('mean')).toEqual(['b', 'ba', 'a', 'aa']) // (.6 + .1) / 2 > .3
})
test('stops at a proof, and answers with it', async () => {
  const { policy, places } = scripted(() => 'abc')
  const { r } = await search(bestFirst, { apart: true, policy, value: critic(worth).value, right: 'cab' })
  expect(r.answer).toBe('cab')
  expect(r.ended).toBe('stopped')
  expect(places()).toEqual(['', 'b', 'c', 'ca'])
})
