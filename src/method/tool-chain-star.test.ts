import { describe, expect, test } from 'vitest'
import { letters } from '../compose/fixture/letters.ts'
import { planMemory } from '../compose/index.ts'
import type { Ask, Frame, KnobValue, Policy } from '../contract/index.ts'
import { run } from '../runtime/index.ts'
import { toolChainStar } from './tool-chain-star.ts'

/** Draws what is written for a place, the same every time: `aab` is a twice and b once. */
const drawing = (script: Record<string, string>) => {
  const asked: string[] = []
  const policy: Policy<string, string, void> = {
    id: 'drawing',
    async propose([at], { n }) {
      asked.push(at.state)
      return { draws: [...(script[at.state] ?? script['*'] ?? '')].slice(0, n).map(action => ({ action })) }
    },
  }
  return { policy, asked }
}
/** Says how many steps are left after this one. */
const imagining = (left: (state: string) => number) => {
  const asked: string[] = []
  const imagine: Ask<void, number> = {
    id: 'imagine',
    prompt: (_, at) => [{ role: 'user', content: at.state as string }],
    parse: text => left(text),
  }
  const model = {
    id: 'echo',
    dialect: 'text',
    can: [],
    price: { input: 0, output: 0 },
    max: () => ({ calls: 1 }),
    async sample(messages: readonly { content: string }[]) {
      asked.push(messages[0].content)
      return { samples: [{ text: messages[0].content, finish: 'stop' as const }], usage: { calls: 1 } }
    },
  }
  return { imagine, model, asked }
}
type Given = {
  script: Record<string, string>
  knobs?: Record<string, KnobValue>
  memory?: ReturnType<typeof planMemory>
  left?: (s: string) => number
  length?: number
  right?: string
}
async function search({ script, knobs, memory, left = () => 1, length = 3, right = 'abc' }: Given) {
  const { policy, asked } = drawing(script)
  const { imagine, model, asked: imagined } = imagining(left)
  const world = { ...letters(length, right), key: (s: string) => s, show: (a: string) => a }
  const frame = { world, method: toolChainStar, policy, model, knobs, parts: { imagine, ...(memory === undefined ? {} : { memory }) } }
  const r = await run(frame as unknown as Frame<string, string, string, string>, '', { concurrency: 1, strict: true })
  const t = r.tree
  const at = (s: string) => [...t.nodes(), ...t.ends()].find(n => t.state(n) === s)!
  return { r, t, at, asked, imagined, g: (s: string) => t.column('g')[at(s)], h: (s: string) => t.column('h')[at(s)] }
}

test('the costs of steps 3 to 8, by hand', async () => {
  const memory = planMemory([
    ['a', 'c', 'b', 'b'],
    ['c', 'a'],
  ])
  const { g, h } = await search({
    script: { '': 'aaab', a: 'bbbc', '*': 'c' },
    memory,
    left: () => 3,
    knobs: { alpha: 0.25, beta: 0.75, k: 4, T: 2 },
  })
  // a: in both plans whole, so g_1 = 1. b: in the first, g_1 = 1. Nothing is left of either cost.
  expect(g('a')).toBe(0)
  // h_1(a) = mean(1/4, 2/2), h_2 = 1 / (1 + 3)
  expect(h('a')).toBeCloseTo((1 - (0.25 + 1) / 2) ** 0.75 * (1 - 1 / 4) ** 0.25, 12)
  // h_1(b) = 4/4: nothing is left after it.
  expect(h('b')).toBe(0)
})
test('g adds up along the path, from what the memory does not know and from how few samples agree', async () => {
  const memory = planMemory([['x', 'y', 'z', 'a']])
  const { g } = await search({
    script: { '': 'bbba', b: 'bbac', '*': 'b' },
    memory,
    knobs: { alpha: 0.5, k: 4, T: 2, h1: false, h2: 'none' },
  })
  expect(g('b')).toBeCloseTo((1 - 0) ** 0.5 * (1 - 3 / 4) ** 0.5, 12)
  expect(g('a')).toBe(0) // in the plan
  // bb: nothing in common with the plan; half of the samples
  const { g: g2 } = await search({
    script: { '': 'bbbc', b: 'bbac', '*': 'b' },
    memory,
    knobs: { alpha: 0.5, k: 4, T: 2, h1: false, h2: 'none' },
  })
  expect(g2('bb')).toBeCloseTo(0.5 + Math.SQRT1_2, 12)
  expect(g2('ba')).toBeCloseTo(0.5 + (1 - 1 / 2) ** 0.5 * (1 - 1 / 4) ** 0.5, 12)
})

test('the first complete plan popped, not the first made, is the answer', async () => {
  // By itself `c` is complete at once (length 1) where all draws agree; it is made first and dear, since only one of four says so.
  const world = { script: { '': 'aaac', a: 'bbbb', ab: 'cccc' }, knobs: { k: 4, h1: false, h2: 'none' } as Record<string, KnobValue> }
  const { r, asked } = await search(world)
  expect(r.answer).toBe('abc')
  expect(asked).toEqual(['', 'a', 'ab'])
  expect(r.ended).toBe('stopped')
})

describe('without a memory it goes by what samples agree on', () => {
  test('g_1 and h_1 are 0, and nothing breaks', async () => {
    const { r, g, h } = await search({ script: { '': 'aab', '*': 'abc' }, knobs: { k: 3 }, right: 'aaa' })
    expect(g('a')).toBeCloseTo((1 - 2 / 3) ** 0.5, 12)
    expect(h('a')).toBeCloseTo((1 - 1 / 2) ** 0.5, 12)
    expect(r.answer).toHaveLength(3)
  })
  test('all terms off: every cost is 1, so the shallowest is popped first', async () => {
    const off = { g1: false, g2: false, h1: false, h2: 'none' }
    const { asked } = await search({ script: { '*': 'ab' }, knobs: { ...off, T: 3 } })
    expect(asked).toEqual(['', 'a', 'b'])
  })
})

test('imagination: for every child made, only for what is popped, or never', async () => {
  const script = { '': 'aaab', '*': 'bbbc' }
  const made = await search({ script, knobs: { k: 4 } })
  const popped = await search({ script, knobs: { k: 4, h2: 'popped' } })
  const none = await search({ script, knobs: { k: 4, h2: 'none' } })
  expect(made.imagined.sort()).toEqual(
    made.t
      .nodes()
      .filter(n => n !== made.t.root && !made.t.is(n, 'end'))
      .map(n => made.t.state(n))
      .sort(),
  )
  expect(popped.imagined.length).toBeLessThan(made.imagined.length)
  expect(popped.imagined.length).toBeGreaterThan(0)
  expect(none.imagined).toEqual([])
})

test('a verified plan is remembered, and the next task begins with it', async () => {
  const memory = planMemory()
  const agree = { '': 'aaax', a: 'bbbx', ab: 'cccx' }
  expect((await search({ script: agree, memory, knobs: { k: 4 } })).r.solved).toBe(true)
  expect(memory.plans).toEqual([['a', 'b', 'c']])
  // Now most samples say otherwise, and the memory knows better.
  const script = { '': 'axxx', a: 'bxxx', ab: 'cxxx', '*': 'xxxx' }
  const next = await search({ script, memory, knobs: { k: 4 } })
  expect(next.r.answer).toBe('abc')
  expect(next.asked).toEqual(['', 'a', 'ab'])
  expect(memory.plans).toEqual([['a', 'b', 'c']])
  expect((await search({ script, memory: planMemory(), knobs: { k: 4 } })).r.solved).toBe(false)
})

test('names alone can be compared, and steps that mean the same are one', async () => {
  const memory = planMemory([['find(x=1)']])
  const world = {
    ...letters(2),
    step: (s: string) => `${s}.`,
    outcome: (s: string) => (s.length >= 2 ? { answer: s, reward: 0 } : null),
    show: (a: string) => a,
    key: undefined,
  }
  const policy: Policy<string, string, void> = {
    id: 'calls',
    propose: async () => ({ draws: ['find(x=2)', 'find( x = 2 )', 'pay(1)', 'pay(1)'].map(action => ({ action })) }),
  }
  const meaning = async (steps: readonly unknown[]) => steps.map(x => ['find', 'pay'].indexOf(String(x).slice(0, String(x).indexOf('('))))
  const costs = async (match: string, parts: object) => {
    const knobs = { match, k: 4, T: 1, h2: 'none', h1: false, alpha: 0.5 }
    const r = await run(
      { world, method: toolChainStar, policy, knobs, parts: { memory, ...parts } } as unknown as Frame<string, string, string, string>,
      '',
    )
    const t = r.tree
    return t.children(t.root).map(n => t.column('g')[n])
  }
  expect(await costs('name', { meaning })).toEqual([0, expect.closeTo(0.5 ** 0.5, 12)])
  expect(await costs('call', { meaning })).toEqual([expect.closeTo(0.5 ** 0.5, 12), expect.closeTo(0.5 ** 0.5, 12)])
  expect(await costs('call', {})).toHaveLength(3)
})
