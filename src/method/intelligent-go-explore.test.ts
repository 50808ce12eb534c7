import { describe, expect, test } from 'vitest'
import type { Frame, Message, Provider, PureWorld } from '../contract/index.ts'
import { run } from '../runtime/index.ts'
import { intelligentGoExplore } from './index.ts'

/** A walk on a line of places: `1` and `2` steps to the right, up to `length`; the way there does not tell places apart. */
const road = (length: number): PureWorld<number, string, string, number> => ({
  kind: 'pure',
  id: 'road',
  start: from => from,
  step: (s, a) => s + Number(a),
  outcome: s => (s < length ? null : { answer: `${s}`, reward: s === length ? 1 : 0, ...(s === length ? {} : { failed: true }) }),
  render: c => [{ role: 'user', content: `at ${c.state}` }],
  parse: t => t.trim(),
  actions: s => (s < length ? ['1', '2'] : []),
  key: s => `place ${s}`,
})
/** Answers by what is asked, and remembers what it was asked. */
function model(reply: (asked: string, items: string[]) => string) {
  const asked: { text: string; items: string[]; messages: readonly Message[] }[] = []
  const provider: Provider = {
    id: 'answers',
    dialect: 'text',
    can: ['n'],
    clock: 'virtual',
    price: { input: 0, output: 0 },
    max: () => ({ calls: 1, requests: 1 }),
    async sample(messages) {
      const text = messages.at(-1)!.content
      const items = [...text.matchAll(/^\d+\. (.*)$/gm)].map(m => m[1])
      asked.push({ text, items, messages })
      return { samples: [{ text: reply(text, items), finish: 'stop' }], usage: { calls: 1, requests: 1 } }
    },
  }
  return { provider, asked, of: (what: RegExp) => asked.filter(x => what.test(x.text)) }
}
const states = /could return to/
const steps = /not taken here yet/
const news = /worth returning to/
const frame = (provider: Provider, knobs: Frame<any, any>['knobs'] = {}, more: object = {}): Frame<any, any, any, any> => ({
  world: road(9),
  method: intelligentGoExplore,
  model: provider,
  knobs: { how: 'all', horizon: 2, untilSolved: false, ...knobs },
  ...more,
})
const go = (f: Frame<any, any, any, any>, o: object = {}) => run(f, 0, { seed: 3, concurrency: 1, ...o })

describe('intelligent-go-explore', () => {
  test('the model names the state, the step and what is new; what it names is what happens', async () => {
    const m = model((text, items) => (states.test(text) ? `I go on from the farthest.\n${items.length}` : steps.test(text) ? '2' : 'yes'))
    const r = await go(frame(m.provider, { returns: 2 }))
    // From the start by 2 and 2; then from place 4, the last of the list, on by 2 and 2.
    expect(r.tree.nodes().map((n: any) => r.tree.state(n))).toEqual([0, 2, 4, 6, 8])
    expect(m.of(states)).toHaveLength(1)
    expect(m.of(states)[0].items).toEqual(['place 0', 'place 2', 'place 4'])
    expect(m.of(steps).map(x => x.items.length)).toEqual([2, 2, 2, 2])
    expect(m.of(news)[2].text).toContain('place 6')
  })
  test('what was tried at a state is tried on every way there, and is not offered again', async () => {
    const m = model((text, _) => (states.test(text) ? '1' : steps.test(text) ? '1' : 'yes'))
    const r = await go(frame(m.provider, { horizon: 1, returns: 2 }))
    expect(r.tree.nodes().map((n: any) => r.tree.state(n))).toEqual([0, 1, 2])
    expect(m.of(steps).map(x => x.items)).toEqual([['"1"', '"2"']])
  })
  test('no: banned, never asked about again, and explored from all the same', async () => {
    const m = model((text, items) => (states.test(text) ? `${items.length}` : steps.test(text) ? '1' : 'no'))
    const r = await go(frame(m.provider, { returns: 4 }))
    const asked = m.of(news).map(x => /worth returning to: (.*)\?/.exec(x.text)![1])
    expect(new Set(asked).size).toBe(asked.length)
    // Two steps at a time, though nothing but the start is ever kept.
    expect(Math.max(...r.tree.nodes().map((n: any) => r.tree.depth(n)))).toBe(2)
    expect(m.of(states)).toHaveLength(0)
  })
  test('states that must be kept are kept unasked', async () => {
    const m = model((text, items) => (states.test(text) ? `${items.length}` : steps.test(text) ? '1' : 'no'))
    await go(frame(m.provider, { returns: 3 }, { parts: { keep: (s: number) => s === 2 } }))
    expect(m.of(news).some(x => x.text.includes('returning to: place 2?'))).toBe(false)
    expect(m.of(states)[0].items).toEqual(['place 0', 'place 2'])
  })
  test('a reply that cannot be read is a choice by chance, and no to what is new', async () => {
    const m = model(() => 'hm')
    const r = await go(frame(m.provider, { returns: 6 }))
    expect(r.tree.nodes().length).toBeGreaterThan(3)
    expect(m.of(states)).toHaveLength(0)
  })
  test('roles taken from the model are not asked for', async () => {
    for (const [knob, value, what] of [
      ['select', 'random', states],
      ['select', 'visits', states],
      ['act', 'random', steps],
      ['admit', 'all', news],
      ['admit', 'none', news],
    ] as const) {
      const m = model((_, items) => (items.length > 0 ? '1' : 'yes'))
      await go(frame(m.provider, { returns: 5, [knob]: value }))
      expect(m.of(what)).toHaveLength(0)
    }
  })
  test('a role is shown its last choices, and a long list is cut', async () => {
    const m = model((text, items) => (states.test(text) ? '1' : steps.test(text) ? `${items.length}` : 'yes'))
    await go(frame(m.provider, { returns: 9, history: 2, shown: 2, horizon: 1 }, { world: road(30) }))
    expect(Math.max(...m.asked.map(x => x.items.length))).toBe(2)
    const last = m.of(states).at(-1)!.text
    expect(/You chose before:\n(.*)\n(.*)\n\n/.test(last)).toBe(true)
  })
  test('it ends when all is tried and another round brings nothing', async () => {
    const m = model((_, items) => (items.length > 0 ? '1' : 'yes'))
    const r = await go(frame(m.provider))
    expect(r.ended).toBe('done')
    // 9 is reached, and 10 from 8.
    expect(new Set(r.tree.nodes().map((n: any) => r.tree.state(n))).size).toBe(11)
  })
  test('banned states with untried actions are let in when the archive is used up: no route is lost', async () => {
    const m = model((_, items) => (items.length > 0 ? '1' : 'no'))
    const r = await go(frame(m.provider, { horizon: 1 }))
    expect(new Set(r.tree.nodes().map((n: any) => r.tree.state(n))).size).toBe(11)
    // Each was asked about once.
    expect(m.of(news).length).toBe(8)
  })
  test('success ends it', async () => {
    const m = model((_, items) => (items.length > 0 ? `${items.length}` : 'yes'))
    const r = await go(frame(m.provider, { untilSolved: true, horizon: 9 }))
    expect([r.solved, r.ended]).toEqual([true, 'stopped'])
  })
})
