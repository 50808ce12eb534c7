import { describe, expect, test } from 'vitest'
import { answering, drawing } from '../compose/fixture/letter.ts'
import type { Provider, Sampling } from '../contract/index.ts'
import { bagOfTricks } from './bag-of-tricks.ts'

describe('bag of tricks', () => {
  test('self-refine stops at the first check without an error, and gives what it then has', async () => {
    const { model, prompts } = drawing((role, _r, shown) =>
      role === 'check' ? (shown === 'b' ? 'Yes.' : 'No: wrong.') : role === 'draft' ? 'a' : 'b',
    )
    const r = await answering(bagOfTricks, model, { method: 'self-refine' })
    expect(r.answer).toBe('b')
    expect(prompts).toHaveLength(4)
    expect((await answering(bagOfTricks, model, { method: 'self-refine', rounds: 0 })).answer).toBe('a')
  })
  test('a weighted majority sums scaled rewards; all alike is a plain majority', async () => {
    const replies = 'aaabb'
    let i = 0
    const { model } = drawing(() => replies[i++ % replies.length])
    const worth = (value: Record<string, number>) => ({
      id: 'worth',
      reward: async (_: unknown, o: { answer: string } | null) => ({ value: value[o!.answer] }),
    })
    const vote = async (value: Record<string, number>) => {
      i = 0
      return (await answering(bagOfTricks, model, { method: 'weighted-majority', N: 5 }, { reward: worth(value) })).answer
    }
    expect(await vote({ a: 0.4, b: 0.9 })).toBe('b') // scaled, a weighs nothing
    expect(await vote({ a: 0.7, b: 0.7 })).toBe('a')
  })
  test('proposals carry its knobs: temperature, top-p and the words of the prompt', async () => {
    const { model, prompts } = drawing(() => 'r')
    const seen: Sampling[] = []
    const spied: Provider = {
      ...model,
      async sample(m, o, live) {
        seen.push(o)
        return model.sample(m, o, live)
      },
    }
    await answering(bagOfTricks, spied, { method: 'best-of-n', N: 2, temperature: 0.3, topP: 0.5, prompt: 'cot' })
    expect(seen.every(o => o.temperature === 0.3 && o.topP === 0.5)).toBe(true)
    expect(prompts.every(p => p.at(-1) === 'Think step by step.')).toBe(true)
  })
  test('verifiers: the model itself costs a call an answer, chance costs none', async () => {
    const { model } = drawing(role => (role === 'draft' ? 'r' : '7'))
    expect((await answering(bagOfTricks, model, { method: 'best-of-n', N: 4, verifier: 'random' })).spent.calls).toBe(4)
    const { model: judged, prompts } = drawing((_role, r) => (prompts.at(-1)!.length > 1 ? '7' : r.pick(['r', 'w'])))
    const r = await answering(bagOfTricks, judged, { method: 'best-of-n', N: 4, verifier: 'self' })
    expect(r.score).toBeCloseTo(0.7, 10)
    expect(r.spent.calls).toBeGreaterThan(4)
  })
})
