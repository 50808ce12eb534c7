import { expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import { stepBeam } from './step-beam.ts'

test('b1 * b2 first steps, then b2 from each of the b1 best', async () => {
  const { policy, asked } = scripted(at => (at === '' ? 'abcd' : 'ab'))
  const { value, judged } = critic({ a: 0.1, b: 0.9, c: 0.5, d: 0.2, ba: 0.3, bb: 0.8, ca: 0.9, cb: 0 })
  const { r, t } = await search(stepBeam, { policy, value, knobs: { b1: 2, b2: 2 }, right: 'bbb' })
  expect(asked.map(x => [x.at, x.n])).toEqual([
    ['', 4],
    ['b', 2],
    ['c', 2],
    ['ca', 2],
    ['bb', 2],
  ])
  expect(judged).toEqual(['a', 'b', 'c', 'd', 'ba', 'bb', 'ca', 'cb'])
  expect(r.answer).toBe('bbb')
  expect(t.ends()).toHaveLength(4)
})
test('equal states take one slot, and finished ones none', async () => {
  const { policy, places } = scripted(at => (at.length === 1 ? (at === 'a' ? 'bc' : 'ac') : at === '' ? 'ab' : 'a'))
  const { value, judged } = critic(() => 0.5)
  await search(stepBeam, { policy, value, knobs: { b1: 4, b2: 1 } })
  // ab and ba are equal: one of them goes on.
  expect(judged).toEqual(['a', 'b', 'ab', 'ac', 'bc'].filter(x => judged.includes(x)))
  expect(places().filter(x => x === 'ab' || x === 'ba')).toHaveLength(1)
})
test('a finished one gives its slot back', async () => {
  const { policy, places } = scripted(at => (at === '' ? 'ab' : at === 'a' ? 'ab' : at === 'b' ? 'ab' : 'c'))
  const world = { ...(await import('../compose/fixture/letters.ts')).letters(3) }
  const outcome = (s: string) => (s === 'aa' || s.length === 3 ? { answer: s, reward: s === 'aa' ? 0.4 : 0 } : null)
  const { r } = await search(stepBeam, {
    policy,
    value: critic(s => (s === 'aa' ? 1 : 0.5)).value,
    world: { ...world, outcome, key: s => s },
    knobs: { b1: 2, b2: 2 },
  })
  expect(places()).toContain('ab')
  expect(places()).toContain('ba')
  expect(r.answer).toBe('aa')
})
test('passes draw at the same places anew', async () => {
  const { policy, places } = scripted((at, time) => (at === '' ? 'abc'[time % 3] : 'a'))
  await search(stepBeam, { policy, value: critic().value, knobs: { b1: 1, b2: 1, passes: 3 } })
  expect(places().filter(x => x === '')).toHaveLength(3)
  expect(places().filter(x => x.length === 2)).toEqual(['aa', 'ba', 'ca'])
})
