import { describe, expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import type { Message, Value } from '../contract/index.ts'
import { scripted as model } from '../model/index.ts'
import { sweSearch } from './swe-search.ts'

const agent = (worth: (s: string) => number): Value<string, string> => ({
  id: 'value agent',
  value: async at => ({ value: worth(at.state), critique: `saw ${at.state}`, feedback: `avoid ${at.state}` }),
})
const base = { choose: 'reward', diversity: 0 }
const several = () => {
  const times = new Map<string, number>()
  return scripted(at => {
    const i = times.get(at) ?? 0
    times.set(at, i + 1)
    return 'abc'[i % 3]!
  })
}

test('one iteration makes one child, drawn for the node of the best score anywhere', async () => {
  const { policy, asked } = several()
  const value = agent(s => (s === 'b' ? 0.9 : 0.3))
  const { t } = await search(sweSearch, { apart: true, length: 9, policy, value, knobs: { ...base, maxIterations: 4, hindsight: 'none' } })
  expect(t.size).toBe(5)
  expect(asked.every(x => x.n === 1 && x.how === 'iid')).toBe(true)
  expect(asked.map(x => x.at).slice(0, 1)).toEqual([''])
  // b is a good leaf: once it is there, it is next.
  const b = asked.findIndex((_, i) => i > 0 && asked[i].at === 'b')
  if (t.children(t.root).length >= 2) expect(b).toBeGreaterThan(0)
})
test('a node is drawn at as often as it may be, and the depth is bounded', async () => {
  const { policy, asked } = several()
  const { r, t } = await search(sweSearch, {
    apart: true,
    length: 99,
    policy,
    value: agent(() => 0.5),
    knobs: { ...base, maxExpansions: 2, depth: 2, maxIterations: 50 },
  })
  const counts = new Map<string, number>()
  for (const { at } of asked) counts.set(at, (counts.get(at) ?? 0) + 1)
  expect([...counts.values()].every(n => n <= 2)).toBe(true)
  expect(Math.max(...t.nodes().map(n => t.depth(n)))).toBe(2)
  expect(r.ended).toBe('done')
})
describe('hindsight', () => {
  const run = async (hindsight: string) => {
    const { policy, asked } = several()
    const said: Message[][] = []
    const adviser = model(messages => {
      said.push([...messages])
      return 'go elsewhere'
    })
    await search(sweSearch, {
      apart: true,
      length: 9,
      policy,
      model: adviser,
      value: agent(() => 0.5),
      knobs: { ...base, hindsight, maxIterations: 8 },
    })
    return { asked, said }
  }
  test('the first child of a node has no hint, the next ones that of the last', async () => {
    const { asked } = await run('value')
    const seen = new Map<string, string[]>()
    for (const x of asked) {
      const before = seen.get(x.at) ?? []
      if (before.length === 0) expect(x.hint).toBeUndefined()
      else expect(x.hint).toMatch(/parallel branch[\s\S]*avoid /)
      seen.set(x.at, [...before, x.at])
    }
    expect(asked.some(x => x.hint !== undefined)).toBe(true)
  })
  test('an adviser sees all siblings with how they were judged', async () => {
    const { asked, said } = await run('agent')
    expect(asked.some(x => x.hint?.includes('go elsewhere'))).toBe(true)
    expect(said[0].at(-1)!.content).toMatch(/- a\n {2}judged 0.50\n {2}saw a/)
  })
  test('or nobody is asked', async () => {
    const { asked, said } = await run('none')
    expect(asked.every(x => x.hint === undefined)).toBe(true)
    expect(said).toEqual([])
  })
})
test('a duplicate is neither valued nor backed up, nor gone on from', async () => {
  const judged: string[] = []
  const value: Value<string, string> = {
    id: 'v',
    async value(at) {
      judged.push(at.state)
      return { value: 0.5 }
    },
  }
  const { policy, asked } = several()
  // Letters in any order are one state: ab and ba are twins.
  const { t } = await search(sweSearch, { length: 9, policy, value, knobs: { ...base, maxIterations: 30, depth: 2, hindsight: 'none' } })
  const keys = t.nodes().map(n => [...t.state(n)].sort().join(''))
  expect(keys.length).toBeGreaterThan(new Set(keys).size)
  expect(new Set(judged.map(s => [...s].sort().join(''))).size).toBe(judged.length)
  for (const n of t.nodes())
    if (t.twin(n) !== null) expect([t.N[n], asked.some(x => x.at === t.state(n) && t.children(n).length > 0)]).toEqual([0, false])
})
test('finish first: the newest node is extended until one has finished', async () => {
  const { policy, places } = several()
  await search(sweSearch, {
    apart: true,
    length: 4,
    policy,
    value: agent(s => 1 - s.length / 5),
    knobs: { ...base, finishFirst: true, maxIterations: 4 },
  })
  expect(places()).toEqual(['', 'a', 'aa', 'aaa'])
})
describe('the choice among the finished', () => {
  const run = (choose: string, budget?: number) => {
    const asked: string[] = []
    const judges = model(messages => {
      asked.push(messages[0].content)
      return 'It is shorter. Choice: 2'
    })
    const reward = { id: 'opinion', reward: async (at: any) => ({ value: at.state === 'a' ? 0.6 : 0.5 }) }
    return search(sweSearch, {
      length: 1,
      apart: true,
      ...several(),
      model: judges,
      value: agent(() => 0.5),
      reward,
      ...(budget === undefined ? {} : { budget: { calls: budget } }),
      knobs: { choose, maxFinished: 9, agents: 3, rounds: 1, enough: 1e6, diversity: 0 },
    }).then(x => ({ ...x, asked }))
  }
  test('by reward', async () => expect((await run('reward')).r.answer).toBe('a'))
  test('of one parent only the best is a candidate, so there is nothing to debate', async () => {
    const { r, asked } = await run('debate')
    expect(r.answer).toBe('a')
    expect(asked).toEqual([])
  })
  test('by debate: judges choose, hear each other, and one concludes', async () => {
    const asked: string[] = []
    const judges = model(messages => {
      asked.push(messages[0].content)
      return 'It is shorter. Choice: 2'
    })
    const reward = { id: 'opinion', reward: async (at: any) => ({ value: at.state.startsWith('a') ? 0.6 : 0.5 }) }
    const { r } = await search(sweSearch, {
      length: 2,
      apart: true,
      ...several(),
      model: judges,
      value: agent(s => (s.length === 1 ? 0.9 : 0.5)),
      reward,
      knobs: { choose: 'debate', maxFinished: 3, agents: 3, rounds: 1, enough: 1e6, diversity: 0, hindsight: 'none', maxIterations: 40 },
    })
    // 3 first choices (one request of three samples), 3 in the round, and the conclusion.
    expect(asked.filter(x => x.includes('Conclude.'))).toHaveLength(1)
    expect(asked.filter(x => x.includes('The other judges said'))).toHaveLength(3)
    expect(r.answer!.startsWith('a')).toBe(false)
  })
})
