import { expect, test } from 'vitest'
import type { Context, Io } from '../contract/index.ts'
import { bandPass, curiosity, trimmedMean } from './curiosity.ts'

const at = (...texts: string[]): Context => {
  const root = { steps: [], parent: null, draws: [], messages: () => [{ role: 'user', content: 'tell' }] } as unknown as Context
  let c = root
  texts.forEach((_, i) => {
    c = {
      steps: texts.slice(0, i + 1).map(action => ({ action, state: '' })),
      parent: c,
      draws: [{ text: texts[i] }],
      messages: root.messages,
    } as unknown as Context
  })
  return c
}
/** A reference model under which each letter of a text costs what its code says. */
const io = (asked: string[] = [], score = true): Io =>
  ({
    model: (role: string) => ({
      id: role,
      dialect: 'text',
      ...(score
        ? {
            async score(_: unknown, text: string) {
              asked.push(`${role} ${text}`)
              return { logprob: 0, tokens: [...text].map(x => ({ id: 0, logprob: -Number(x) })) }
            },
          }
        : {}),
    }),
  }) as unknown as Io

test('an inverted U: the greatest at the surprisal liked best', async () => {
  expect([bandPass(3, 3, 1), bandPass(4, 3, 1), bandPass(2, 3, 1)]).toEqual([1, Math.exp(-0.5), Math.exp(-0.5)])
  const v = curiosity({ mean: 3, width: 1, weights: { repetition: 0 } })
  const [dull, good, wild] = await Promise.all(['1111', '3333', '6666'].map(async text => (await v.value(at(text), io())).value))
  expect(good).toBeGreaterThan(dull)
  expect(dull).toBeGreaterThan(wild)
  expect(good).toBeCloseTo(1 / (1 + Math.exp(-4)), 10)
})
test('rare tokens do not decide', () => {
  expect(trimmedMean([1, 1, 1, 1, 1, 1, 1, 1, 1, 50], 0.1)).toBe(1)
  expect(trimmedMean([2, 4], 0.1)).toBe(3)
  expect(trimmedMean([], 0.1)).toBeNaN()
})
test('the reference model scores the last step, after what went before', async () => {
  const asked: string[] = []
  await curiosity({ mean: 1, width: 1 }).value(at('11', '22'), io(asked))
  expect(asked).toEqual(['reference 22'])
})
test('incoherence and repetition lower it', async () => {
  const coherence = (value: number) => ({ id: 'c', value: async () => ({ value }) })
  const of = async (c: number, ...texts: string[]) =>
    (await curiosity({ mean: 1, width: 1, coherence: coherence(c) }).value(at(...texts), io())).value
  expect(await of(1, '11')).toBeGreaterThan(await of(0.2, '11'))
  expect(await of(1, '12', '11')).toBeGreaterThan(await of(1, '11', '11'))
})
test('what cannot be known is a failure, and no 0', async () => {
  expect(await curiosity({ mean: 1, width: 1 }).value(at('11'), io([], false))).toMatchObject({ value: Number.NaN, failed: true })
  const dumb = { id: 'c', value: async () => ({ value: Number.NaN, failed: true }) }
  expect((await curiosity({ mean: 1, width: 1, coherence: dumb }).value(at('11'), io())).failed).toBe(true)
})
