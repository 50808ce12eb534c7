import { expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import { alphamathBeam } from './alphamath-beam.ts'

/** Ends at the length, or early where it is written. */
const ending = (length: number, ends: Record<string, number>) => ({
  ...letters(length),
  key: (s: string) => s,
  outcome: (s: string) => (s in ends || s.length === length ? { answer: s, reward: ends[s] ?? 0 } : null),
})

test('B1 B2 first steps, then B2 from each beam, ranked by the new state alone', async () => {
  const { policy, asked } = scripted(at => (at === '' ? 'abcabc' : 'ab'))
  const { value } = critic({ a: 0.9, b: 0.8, c: 0.1, aa: 0.1, ab: 0.2, ba: 0.9, bb: 0.3 })
  await search(alphamathBeam, { apart: true, length: 3, policy, value, knobs: { b1: 2, b2: 3 } })
  // b was second, its child ba is first: nothing of the way counts.
  expect(asked.map(x => [x.at, x.n])).toEqual([
    ['', 6],
    ['a', 3],
    ['b', 3],
    ['ba', 3],
    ['bb', 3],
  ])
})
test('an end that ranks among the best takes its slot for good, and only then', async () => {
  const places = async (early: number) => {
    const { policy, places } = scripted(at => (at === '' ? 'abab' : 'ab'))
    const { value } = critic(s => 0.5 - s.length / 100)
    const { r } = await search(alphamathBeam, {
      policy,
      value,
      world: ending(4, { a: early }),
      knobs: { b1: 2, b2: 2, untilSolved: false },
    })
    return { places: places(), answer: r.answer }
  }
  const high = await places(0.9)
  expect(high.places).toEqual(['', 'b', 'ba', 'baa'])
  expect(high.answer).toBe('a')
  // Ranked last of two: with a beam of two it is kept and takes its slot too.
  expect((await places(0.1)).places).toEqual(['', 'b', 'ba', 'baa'])
})
test('a failed end consumes a slot as well; with none left the search is over', async () => {
  const { policy, places } = scripted(() => 'a')
  const { r } = await search(alphamathBeam, { policy, value: critic().value, world: ending(4, { a: 0 }), knobs: { b1: 1, b2: 1 } })
  expect(places()).toEqual([''])
  expect(r.answer).toBe('a')
})
test('several runs may vote', async () => {
  const { policy } = scripted({ '': ['a', 'b', 'b'] })
  const world = ending(1, { a: 0.5, b: 0.4 })
  const run = async (choose: string) =>
    (await search(alphamathBeam, { policy, value: critic().value, world, knobs: { b1: 1, b2: 1, runs: 3, choose } })).r.answer
  expect(await run('best')).toBe('a')
  expect(await run('vote')).toBe('b')
})
