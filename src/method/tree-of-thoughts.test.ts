import { describe, expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import type { Provider, Value } from '../contract/index.ts'
import { simulated } from '../model/index.ts'
import { run } from '../runtime/index.ts'
import { game24 } from '../world/index.ts'
import { treeOfThoughts } from './tree-of-thoughts.ts'

const evaluator = (by: Value) => ({ parts: { evaluator: () => by } })

describe('breadth-first over letters', () => {
  test('all candidates of a level are judged, the b best are kept', async () => {
    const { policy, asked, places } = scripted(() => 'abc')
    const { value, judged } = critic(s => ({ a: 0.2, b: 0.9, c: 0.5 })[s.at(-1)!]! + s.length)
    await search(treeOfThoughts, { policy, ...evaluator(value), knobs: { b: 2 } })
    expect(places()).toEqual(['', 'b', 'c', 'bb', 'bc'])
    expect(asked.every(x => x.how === 'distinct' && x.n === Infinity)).toBe(true)
    // bc and cb are one state: judged once, one slot.
    expect(judged).toEqual(['a', 'b', 'c', 'ba', 'bb', 'bc', 'ca', 'cc'])
  })
  test('sampling draws b in proportion to value', async () => {
    const chosen = new Set<string>()
    for (let seed = 1; seed <= 12; seed++) {
      const { policy, places } = scripted(() => 'abc')
      const { value } = critic(s => ({ a: 0, b: 0.9, c: 0.5 })[s.at(-1)!]!)
      await search(treeOfThoughts, { policy, ...evaluator(value), knobs: { b: 1, select: 'sample' }, seed })
      chosen.add(places()[1])
    }
    expect([...chosen].sort()).toEqual(['b', 'c'])
  })
  test('independent samples instead of a list', async () => {
    const { policy, asked } = scripted(() => 'abcab')
    await search(treeOfThoughts, { policy, ...evaluator(critic().value), knobs: { b: 1, generate: 'sample', nGenerate: 4 } })
    expect(asked.every(x => x.how === 'iid' && x.n === 4)).toBe(true)
  })
  test('T levels and no more', async () => {
    const { policy, places } = scripted(() => 'abc')
    await search(treeOfThoughts, { policy, ...evaluator(critic().value), knobs: { b: 1, T: 2 } })
    expect(places()).toHaveLength(2)
  })
})

describe('Game of 24', () => {
  const counted = () => {
    const judged = new Map<string, number>()
    const inner = simulated({ oracle: game24.oracle!, error: 0 })
    const model: Provider = {
      ...inner,
      async sample(messages, o, live) {
        const asked = game24.oracle!.read(messages)
        if (asked?.want.for === 'judgement') judged.set(asked.key, (judged.get(asked.key) ?? 0) + o.n)
        return inner.sample(messages, o, live)
      },
    }
    return { model, judged }
  }
  test('three judgements of every state, summed, and never a second time', async () => {
    const { model, judged } = counted()
    const r = await run({ world: game24, method: treeOfThoughts, model }, '4 9 10 13', { concurrency: 8 })
    expect([...judged.values()].every(n => n === 3)).toBe(true)
    const t = r.tree
    const level = t.nodes().filter(n => t.depth(n) === 1)
    for (const n of level) expect([60, 41, 22, 3, 0.003].some(x => Math.abs(t.V[n] - x) < 1e-9)).toBe(true)
  })
  test('at most b states of a level are expanded; a finished state takes no slot', async () => {
    const { model } = counted()
    const r = await run({ world: game24, method: treeOfThoughts, model, knobs: { b: 3, untilSolved: false } }, '1 2 7 7')
    const t = r.tree
    for (const d of [1, 2]) {
      const expanded = t.nodes().filter(n => t.depth(n) === d && t.edges(n).length > 0)
      expect(expanded.length).toBeLessThanOrEqual(3)
      const least = Math.min(...expanded.map(n => t.V[n]))
      const left = t.nodes().filter(n => t.depth(n) === d && t.edges(n).length === 0)
      for (const n of left) if (t.twin(n) === null) expect(t.V[n]).toBeLessThanOrEqual(least)
    }
  })
  test('a true judge keeps a way that leads to 24', async () => {
    const { model } = counted()
    const r = await run({ world: game24, method: treeOfThoughts, model }, '2 3 4 12')
    expect(r.solved).toBe(true)
    expect(r.ended).toBe('stopped')
  })
})
