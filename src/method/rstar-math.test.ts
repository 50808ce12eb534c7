import { expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import { rstarMath } from './rstar-math.ts'

test('one rollout is a whole way down, and expands all of it', async () => {
  const { policy, places } = scripted(() => 'ab')
  const { value } = critic({ a: 0.4, b: 0.6, ba: 0.7, bb: 0.2 })
  const { t, at, r } = await search(rstarMath, {
    apart: true,
    policy,
    value,
    right: 'baa',
    knobs: { rollouts: 1, n: 2, untilSolved: false },
  })
  expect(places()).toEqual(['', 'b', 'ba'])
  expect(r.answer).toBe('baa')
  // New nodes have a visit of their own; the end alone went up.
  expect([t.N[at('a')], t.Q[at('a')].toFixed(3)]).toEqual([1, '-0.200'])
  expect([t.N[at('ba')], t.N[at('b')], t.N[t.root]]).toEqual([2, 2, 1])
  expect(t.Q[at('ba')]).toBeCloseTo((0.4 + 1) / 2, 10)
  expect(t.Q[t.root]).toBe(1)
})
test('terminal annotation asks no critic: answers alone move Q, an unvisited child scores 0, of equals the first is next', async () => {
  const { policy, places } = scripted(() => 'ab')
  const { value, judged } = critic()
  const { t, at } = await search(rstarMath, {
    apart: true,
    policy,
    value,
    right: 'baa',
    length: 2,
    knobs: { rollouts: 2, n: 2, annotation: 'terminal', finished: 'all' },
  })
  expect(judged).toEqual([])
  // a failed twice, so that 0 of b is more.
  expect(places()).toEqual(['', 'a', 'b'])
  expect([t.N[at('a')], t.Q[at('a')]]).toEqual([2, -1])
})
test('the score of a preference model is its logit, squashed; ends keep their reward', async () => {
  const { policy } = scripted(() => 'ab')
  const { value } = critic({ a: 0.4, b: 0.6 })
  const { t, at } = await search(rstarMath, {
    apart: true,
    policy,
    value,
    length: 2,
    right: 'ba',
    knobs: { rollouts: 1, n: 2, squash: 5, untilSolved: false },
  })
  expect(t.Q[at('a')]).toBeCloseTo(Math.tanh(Math.log(0.4 / 0.6) / 5), 12)
  expect(t.Q[at('b')]).toBeCloseTo((Math.tanh(Math.log(0.6 / 0.4) / 5) + 1) / 2, 12)
})
test('of candidates that finish the first is kept, and none beside it', async () => {
  const run = async (finished: string) => {
    const { policy } = scripted(() => 'abc')
    const { t } = await search(rstarMath, {
      apart: true,
      length: 1,
      policy,
      value: critic().value,
      right: 'b',
      knobs: { rollouts: 1, n: 3, finished },
    })
    return t.answers().map(n => t.state(n))
  }
  expect(await run('first')).toEqual(['a'])
  expect(await run('all')).toEqual(['a', 'b', 'c'])
})
test('the gate: a step that shows an error fails, for itself alone', async () => {
  const run = async (errors: number) => {
    const { policy, places } = scripted(at => (at.length === 2 ? 'ab' : 'ba'))
    const { t, at } = await search(rstarMath, {
      apart: true,
      policy,
      value: critic(s => (s.startsWith('b') ? 0.9 : 0.5)).value,
      parts: { errs: (s: string) => s.endsWith('b') },
      knobs: { rollouts: 20, n: 2, errors, finished: 'all' },
    })
    return { t, at, places: places() }
  }
  const one = await run(1)
  expect(one.places).toEqual(['', 'a', 'aa'])
  expect(one.t.is(one.at('b'), 'pruned')).toBe(true)
  expect(one.t.Q[one.at('b')]).toBe(-1)
  expect(one.t.N[one.t.root]).toBe(1)
  // Two in a row are needed: b is gone on from, bb is not.
  const two = await run(2)
  expect(two.places).toContain('b')
  expect(two.places).not.toContain('bb')
  expect(two.t.is(two.at('bb'), 'pruned')).toBe(true)
})
test('too deep has failed', async () => {
  const { policy, places } = scripted(() => 'ab')
  const { t, at } = await search(rstarMath, {
    apart: true,
    length: 9,
    policy,
    value: critic().value,
    knobs: { rollouts: 0, n: 2, maxDepth: 2 },
  })
  // The root alone is asked again: everywhere else failing candidates end the place.
  expect(
    places()
      .filter(x => x !== '')
      .sort(),
  ).toEqual(['a', 'b'])
  expect(t.is(at('ab'), 'pruned')).toBe(true)
  expect(t.N[t.root]).toBe(0)
})
test('the best ends vote', async () => {
  const world = {
    ...letters(2),
    outcome: (s: string) => (s.length < 2 ? null : { answer: s[1], reward: s === 'aa' ? 0.6 : s[1] === 'b' ? 0.5 : 0 }),
  }
  const run = async (knobs: Record<string, string | number>) => {
    const { policy } = scripted(() => 'abc')
    const o = { policy, value: critic().value, world: { ...world, key: (s: string) => s } }
    return (await search(rstarMath, { ...o, knobs: { rollouts: 0, n: 3, finished: 'all', ...knobs } })).r.answer
  }
  expect(await run({})).toBe('a')
  expect(await run({ choose: 'vote', k: 3 })).toBe('b')
})
