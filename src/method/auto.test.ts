import { describe, expect, test } from 'vitest'
import type { Frame, Provider, PureWorld, Sample } from '../contract/index.ts'
import { scripted, simulated } from '../model/index.ts'
import { defaultValue, exact, labels } from '../reward/index.ts'
import { run } from '../runtime/index.ts'
import { game24, worldNamed } from '../world/index.ts'
import { auto } from './auto.ts'

const oracle = game24.oracle!
const go = (frame: Omit<Frame<any, any, any, any>, 'method'>, task: unknown, seed = 1) =>
  Promise.resolve(run({ ...frame, method: auto } as Frame<any, any, any, any>, task, { seed, strict: true }))

/** A question whose answer is one sample; nothing in the world knows which is right. */
const quiz = (steps = false): PureWorld<string, string, string, string> => ({
  kind: 'pure',
  id: 'quiz',
  grains: steps ? ['step', 'attempt'] : ['attempt'],
  start: () => '',
  step: (_, a) => a,
  outcome: s => (s === '' ? null : { answer: s }),
  render: (_, want) => [{ role: 'user', content: want.for === 'judgement' ? 'How good?' : 'What is it?' }],
  parse: text => (text === '?' ? { reject: 'no answer' } : text),
})
const saying = (answers: readonly string[]): Provider => {
  let i = 0
  return scripted(() => answers[Math.min(i++, answers.length - 1)])
}

describe('with a check', () => {
  const frame = (o: Parameters<typeof simulated>[0]) => ({
    world: game24,
    model: simulated(o),
    value: labels({ samples: 1 }),
    budget: { calls: 142 },
  })
  test('the first sample is right: one call, and it says so', async () => {
    const model: Provider = {
      ...simulated({ oracle }),
      sample: async (_, o) => ({
        samples: Array.from(
          { length: o.n },
          (): Sample => ({
            text: '13 - 9 = 4 (left: 4 4 10)\n10 - 4 = 6 (left: 4 6)\n4 * 6 = 24 (left: 24)\nAnswer: 4 * (10 - (13 - 9)) = 24',
            finish: 'stop',
          }),
        ),
        usage: { calls: o.n, requests: 1 },
      }),
    }
    const r = await go({ world: game24, model, budget: { calls: 142 } }, '4 9 10 13')
    expect(r).toMatchObject({ solved: true, spent: { calls: 1 }, why: 'One sample was drawn. An answer was verified, and that ended it.' })
  })
  test('a later sample is right: no search, and it says so', async () => {
    let found = ''
    for (let seed = 1; seed < 40 && found === ''; seed++) {
      const r = await go(frame({ oracle, seed, skill: 0.7 }), '4 9 10 13')
      if (r.solved && r.spent.calls > 1 && r.spent.calls <= 12) found = r.why ?? ''
    }
    expect(found).toMatch(/^\d+ samples were drawn\. An answer was verified, and that ended it\.$/)
  })
  test('samples that fail and have nothing in common: it searches by steps, and finds it', async () => {
    const r = await go(frame({ oracle, error: 0, seed: 3 }), '4 9 10 13')
    expect(r.solved).toBe(true)
    expect(r.why).toMatch(/^\d+ samples failed the check and had little in common, so it searched by steps\. An answer was verified/)
    expect(r.tree.depth(r.nodes[0])).toBe(3)
  })
  test('what is left after a search in vain goes to samples', async () => {
    // A critic that calls everything lost: the search ends only with its share, and some of the budget is left for samples.
    const lost = { id: 'lost', value: async () => ({ value: 0 }) }
    const r = await go({ ...frame({ oracle, width: 3 }), value: lost }, '1 1 4 7')
    expect(r.solved).toBe(false)
    expect(r.why).toMatch(/That brought nothing; then it drew \d+ more samples\. No answer was verified\.$/)
    expect(r.spent.calls).toBe(142)
  })
  test('a policy that repeats itself gets more samples before the search', async () => {
    const first = async (width: number) => {
      const r = await go(frame({ oracle, width, error: 0.4 }), '3 3 8 8')
      return Number(/^(\d+) samples/.exec(r.why ?? '')?.[1])
    }
    expect(await first(1)).toBeGreaterThan(2 * (await first(8)))
  })
  test('without a budget it ends by itself', async () => {
    const r = await go({ ...frame({ oracle, error: 0.5 }), budget: {} }, '3 3 8 8')
    expect(r.ended).not.toBe('budget')
    expect(r.spent.calls).toBeLessThan(1500)
  })
  test('does not lose to as many samples, over puzzles of the dev split', async () => {
    const { worlds } = await import('../world/index.ts')
    const { bestOfN } = await import('./best-of-n.ts')
    let mine = 0
    let others = 0
    for (const { task } of worlds.game24.tasks!({ split: 'dev', n: 30 })) {
      const base = frame({ oracle, error: 0.2 })
      if ((await go(base, task)).solved) mine++
      if ((await run({ ...base, method: bestOfN }, task as never, { seed: 1 })).solved) others++
    }
    expect(mine).toBeGreaterThanOrEqual(others)
  })
})

describe('without a check', () => {
  const critic = { id: 'critic', value: async () => ({ value: 0.5 }) }
  test('samples that agree end it: as many as it takes to be sure, no more', async () => {
    const r = await go({ world: quiz(), model: saying(['42']), value: critic, budget: { calls: 40 } }, '')
    expect(r).toMatchObject({ answer: '42', solved: null, spent: { calls: 4 } })
    expect(r.why).toBe('Nothing could verify an answer; of 4 samples 4 agree.')
  })
  test('samples that disagree: searched by steps where the world has them', async () => {
    const all = Array.from({ length: 60 }, (_, i) => `a${i % 17}`)
    const r = await go({ world: quiz(true), model: saying(all), value: critic, budget: { calls: 40 } }, '')
    expect(r.why).toMatch(/^Nothing could verify an answer; of \d+ samples \d+ agree, so it searched by steps\.$/)
    expect(r.spent.calls).toBeLessThanOrEqual(40)
    expect(r.answer).toBeDefined()
  })
  test('nor a critic: it votes, and the majority answers', async () => {
    const all = ['a', 'b', 'a', 'c', 'b', 'a', 'd', 'a', 'e', 'f', 'g', 'h', 'i', 'j', 'k']
    const r = await go({ world: quiz(true), model: saying(all), budget: { calls: 12 } }, '')
    expect(r.answer).toBe('a')
    expect(r.why).toContain('there is no critic to search with')
  })
})
test('what it says of itself enters no prompt', async () => {
  const seen = new Set<string>()
  const model: Provider = { ...simulated({ oracle, error: 0.5 }) }
  const spied: Provider = {
    ...model,
    sample(messages, o, live) {
      seen.add(JSON.stringify(messages))
      return model.sample(messages, o, live)
    },
  }
  const r = await go({ world: game24, model: spied, value: labels({ samples: 1 }), budget: { calls: 142 } }, '3 3 8 8')
  expect(r.why).toBeDefined()
  expect([...seen].some(m => m.includes('samples failed') || m.includes(r.why!))).toBe(false)
})

test('in a game it compares moves by what follows on them', async () => {
  const { world, parseTask } = worldNamed('tic-tac-toe')
  for (const seed of [1, 2, 3]) {
    const model = simulated({ oracle: world.oracle!, error: 0.1, seed })
    const r = await go(
      { world, model, value: defaultValue({ world, models: { policy: model } }), reward: exact(world), budget: { calls: 200 } },
      parseTask('xx./oo./...'),
      seed,
    )
    expect([r.answer, r.solved, r.why]).toEqual(['c1', true, expect.stringContaining('uct')])
  }
})
