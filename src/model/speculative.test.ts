import { describe, expect, test } from 'vitest'
import type { Live, Provider } from '../contract/index.ts'
import { AddressedRandom, type DraftShape } from '../kernel/index.ts'
import { scripted } from './scripted.ts'
import { type Shape, seedling, seedlingProvider, seedlingShape, sizeOf, tensors, token, type Weights } from './seedling/index.ts'
import { draftWeights } from './seedling/kind.ts'
import { createModel } from './spec.ts'
import { speculative } from './speculative.ts'

const shape: Shape = { ...seedlingShape, width: 32, layers: 1, heads: 2, hidden: 32, context: 16 }
const weights = (seed: number, spread: number): Weights =>
  new Map(
    tensors(shape).map((t, i) => {
      const r = new AddressedRandom(seed, i, 0, 'test')
      return [t.name, Float32Array.from({ length: sizeOf(t.shape) }, () => (t.shape.length === 1 ? 1 : spread * r.normal()))]
    }),
  )
const model = (seed: number, spread = 0.5) => seedlingProvider(shape, weights(seed, spread), { pages: 2048 })
const live = (address = 1): Live => ({
  index: 0,
  random: new AddressedRandom(1, address, 0, 'call'),
  randomAt: i => new AddressedRandom(1, address, i, 'sample'),
  signal: new AbortController().signal,
  idempotencyKey: `${address}`,
  now: () => 0,
  sleep: async () => {},
})
const prompt = [{ role: 'user' as const, content: '24 : 4 9 10 13 ;' }]
const shapes: DraftShape[] = [
  { kind: 'beam', width: 3, length: 2 },
  { kind: 'constant', branch: [2, 2] },
  { kind: 'iid', branch: [2, 1] },
]

describe('speculative decoding', () => {
  test.each(shapes)('%j: says what the target would say, as often', async tree => {
    const target = model(1, 0.3)
    const both = speculative(target, model(2, 0.3), tree)
    const n = 1500
    const sampling = { n, max: 2, temperature: 0.8, topP: 0.7 }
    const count = async (p: Provider, address: number) => {
      const seen = new Map<string, number>()
      for (const s of (await p.sample(prompt, sampling, live(address))).samples) seen.set(s.text, (seen.get(s.text) ?? 0) + 1)
      return seen
    }
    const [a, b] = [await count(target, 1), await count(both, 2)]
    // Two samples of one law: the statistic of the two-sample chi-square test, over texts that are not rare.
    let chi = 0
    let degrees = 0
    for (const text of new Set([...a.keys(), ...b.keys()])) {
      const [x, y] = [a.get(text) ?? 0, b.get(text) ?? 0]
      if (x + y < 10) continue
      chi += (x - y) ** 2 / (x + y)
      degrees++
    }
    expect(degrees).toBeGreaterThan(3)
    expect(chi).toBeLessThan(degrees + 4 * Math.sqrt(2 * degrees))
  })

  test('the best draft is the target itself: whole trees are accepted', async () => {
    const both = speculative(model(1), model(1), { kind: 'constant', branch: [1, 1, 1] })
    const { samples, usage } = await both.sample(prompt, { n: 4, max: 8 }, live())
    for (const s of samples) if (s.finish === 'cut') expect(s.tokens).toHaveLength(8)
    expect(usage.outputTokens).toBe(samples.reduce((a, s) => a + s.tokens!.length, 0))
    expect(both.speculation.said).toBe(usage.outputTokens)
    if (samples.every(s => s.finish === 'cut')) expect(both.speculation.said / both.speculation.passes).toBe(4)
  })

  test('at temperature 0 it is the likeliest text, word for word; stops and the end hold within a block', async () => {
    const target = model(3)
    const both = speculative(target, model(4))
    const greedy = async (p: Provider, o = {}) => (await p.sample(prompt, { n: 1, max: 9, temperature: 0, ...o }, live())).samples[0]
    const whole = await greedy(target)
    expect(await greedy(both)).toEqual(whole)
    const stop = [whole.text.split(' ').slice(2, 4).join(' ')]
    expect(await greedy(both, { stop })).toEqual(await greedy(target, { stop }))
    const ending = speculative(model(5, 0.01), model(5, 0.01), { kind: 'beam', width: 8, length: 4 })
    const { samples } = await ending.sample(prompt, { n: 200, max: 9 }, live())
    for (const s of samples) {
      const at = s.tokens!.findIndex(w => w.id === token.end)
      expect(at < 0 || at === s.tokens!.length - 1).toBe(true)
      expect(s.finish).toBe(at < 0 ? 'cut' : 'stop')
    }
  })

  test('never longer than its bound or the context; the same for the same address', async () => {
    const both = speculative(model(1), model(2))
    for (const max of [1, 2, 100]) {
      const bound = both.max(prompt, { n: 5, max })
      const { samples, usage } = await both.sample(prompt, { n: 5, max }, live(9))
      expect(usage.outputTokens).toBeLessThanOrEqual(bound.outputTokens!)
      expect((await both.sample(prompt, { n: 5, max }, live(9))).samples).toEqual(samples)
    }
  })

  test('models without laws are refused in one line; names are taken apart', async () => {
    expect(() => speculative(scripted(['x']), model(1))).toThrow(/needs models that give the law of the next token, found scripted/)
    const both = await createModel('speculative:seedling,seedling@draft,width=2,length=2,tree=constant')
    expect(both.id).toBe('speculative:seedling,seedling@draft')
    const { samples } = await both.sample(prompt, { n: 1, stop: ['$'] }, live())
    expect(samples[0].text.length).toBeGreaterThan(0)
    await expect(createModel('speculative:seedling')).rejects.toThrow(/needs a target and a draft/)
    await expect(createModel('speculative:seedling,seedling@draft,width=0')).rejects.toThrow(/width is from 1 to 64/)
    await expect(createModel('speculative:seedling,seedling@draft,tree=oak')).rejects.toThrow(/tree is beam, constant or iid/)
    expect(seedling(draftWeights).engine.shape.width).toBeLessThan(seedling().engine.shape.width)
  })
})
