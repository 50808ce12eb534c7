import { expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import { rebase } from './rebase.ts'

test('a width of 16 is shared out 9, 6, 1, 0 over scores .9, .85, .5, .1', async () => {
  const { policy, asked } = scripted(at => (at === '' ? 'abcd' : ''))
  const { value } = critic({ a: 0.9, b: 0.85, c: 0.5, d: 0.1 })
  await search(rebase, { policy, value, knobs: { width: 16 } })
  expect(asked.map(x => [x.at, x.n])).toEqual([
    ['', 16],
    ['a', 9],
    ['b', 6],
    ['c', 1],
  ])
})
test('what ends takes its slot with it for good, as often as it was drawn', async () => {
  const world = {
    ...letters(3),
    outcome: (s: string) => (s === 'z' || s.length === 3 ? { answer: s, reward: 0 } : null),
    key: (s: string) => s,
  }
  const { policy, asked } = scripted(at => (at === '' ? 'azzb' : 'aaaa'))
  await search(rebase, { policy, value: critic(() => 0.5).value, world, knobs: { width: 4 } })
  const level = (d: number) => asked.filter(x => x.at.length === d).reduce((sum, x) => sum + x.n, 0)
  expect([level(0), level(1), level(2)]).toEqual([4, 2, 2])
})
test('a node that was drawn twice counts twice', async () => {
  const { policy, asked } = scripted(at => (at === '' ? 'aaab' : ''))
  await search(rebase, { policy, value: critic(() => 0.5).value, knobs: { width: 4 } })
  expect(asked.slice(1).map(x => [x.at, x.n])).toEqual([
    ['a', 3],
    ['b', 1],
  ])
})
test('the answer is a vote weighted by reward; a proof ends it', async () => {
  // Answers are last letters: many poor ones say x, one good one says y.
  const outcome = (s: string) => (s.length < 2 ? null : { answer: s.slice(-1), reward: s === 'ay' ? 0.5 : s.endsWith('y') ? 0 : 0.2 })
  const world = { ...letters(2), outcome, key: (s: string) => s }
  const { policy } = scripted(at => (at === '' ? 'abcd' : at === 'a' ? 'y' : 'x'))
  const o = { policy, value: critic(() => 0.5).value, world }
  expect((await search(rebase, { ...o, knobs: { width: 4 } })).r.answer).toBe('x')
  expect((await search(rebase, { ...o, knobs: { width: 4, choose: 'best' } })).r.answer).toBe('y')
  expect((await search(rebase, { ...o, knobs: { width: 4, choose: 'majority' } })).r.answer).toBe('x')
  const proven = { ...world, outcome: (s: string) => (s.length < 2 ? null : { answer: s.slice(-1), reward: s === 'ay' ? 1 : 0.4 }) }
  expect((await search(rebase, { ...o, world: proven, knobs: { width: 4 } })).r.answer).toBe('y')
})
