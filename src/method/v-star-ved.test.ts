import { expect, test } from 'vitest'
import { critic, search } from '../compose/fixture/letters.ts'
import type { Policy } from '../contract/index.ts'
import { vStarVed } from './v-star-ved.ts'

/** The law of a policy at each place; `else` where none is written. */
const law = (laws: Record<string, Record<string, number>>): Policy<string, string> => ({
  id: 'law',
  propose: async ([at]) => ({ draws: Object.entries(laws[at.state] ?? laws.else).map(([action, prior]) => ({ action, prior })) }),
})
const skewed = { a: 0.7, b: 0.2, c: 0.1 }

test('the start tree is a beam by the sum of log priors, down to its ends', async () => {
  const policy = law({ else: skewed, a: { a: 0.4, b: 0.35, c: 0.25 } })
  const { t } = await search(vStarVed, {
    apart: true,
    length: 2,
    policy,
    value: critic().value,
    knobs: { beam: 2, expansions: 0 },
    budget: { nodes: 4 },
  })
  // aa 0.28, ab 0.245, ba 0.14.
  expect(t.nodes().map(n => t.state(n))).toEqual(['', 'a', 'aa', 'ab', 'b'])
})
test('priority: value and entropy of the law', async () => {
  const { t, at } = await search(vStarVed, {
    apart: true,
    length: 3,
    policy: law({ else: skewed, a: { a: 1 } }),
    value: critic({ a: 0.3, b: 0.3 }).value,
    knobs: { beam: 2, expansions: 0, lambdaH: 0.5 },
    budget: { nodes: 2 },
  })
  const H = -(0.7 * Math.log(0.7) + 0.2 * Math.log(0.2) + 0.1 * Math.log(0.1))
  expect(t.column('priority')[at('a')]).toBeCloseTo(0.3, 10)
  expect(t.column('priority')[at('b')]).toBeCloseTo(0.3 + 0.5 * H, 10)
})
test('one child at a time, the likeliest not taken, below the places of greatest priority', async () => {
  const value = critic(s => (s.startsWith('b') ? 0.9 : s === '' ? 0.2 : 0.1)).value
  const { t } = await search(vStarVed, {
    apart: true,
    length: 3,
    policy: law({ else: skewed }),
    value,
    knobs: { beam: 3, expansions: 6, beta: 0.01, lambdaH: 0 },
  })
  const grown = t.nodes().map(n => t.state(n))
  const start = ['', 'a', 'b', 'c', 'aa', 'ab', 'ba', 'aaa', 'aab', 'aba']
  const added = grown.filter(x => !start.includes(x))
  expect(added).toHaveLength(6)
  // All of it below b, and of its children c is the last.
  expect(added.every(x => x.startsWith('b'))).toBe(true)
  expect(added).toContain('bab')
})
test('a place below the mean of its depth is not expanded while others of the depth can be', async () => {
  const value = critic(s => ({ '': 0, a: 0.2, b: 0.8 })[s] ?? 0).value
  const { has } = await search(vStarVed, {
    apart: true,
    length: 2,
    policy: law({ else: { a: 0.4, b: 0.3, c: 0.2, d: 0.1 }, '': { a: 0.5, b: 0.5 } }),
    value,
    knobs: { beam: 2, expansions: 4, beta: 0, lambdaH: 0 },
  })
  expect(['bb', 'bc', 'bd'].every(has)).toBe(true)
  // b is used up then, and a alone is the mean of its depth.
  expect(has('ab')).toBe(true)
})
test('it ends when every step of every place was taken', async () => {
  for (const concurrency of [1, 8]) {
    const { t, r } = await search(vStarVed, {
      apart: true,
      concurrency,
      length: 3,
      policy: law({ else: skewed }),
      value: critic(s => 1 / (1 + s.length)).value,
      knobs: { beam: 1, expansions: 0, untilSolved: false },
    })
    expect(t.answers()).toHaveLength(27)
    expect(r.ended).toBe('done')
  }
})
test('the best candidate by reward is the answer', async () => {
  const { r } = await search(vStarVed, {
    apart: true,
    length: 2,
    right: 'cb',
    policy: law({ else: skewed }),
    value: critic({ c: 0.9, '': 0.3 }).value,
    knobs: { beam: 2, beta: 0.3 },
  })
  expect(r.answer).toBe('cb')
  expect(r.ended).toBe('stopped')
})
