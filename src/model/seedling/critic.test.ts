import { expect, test } from 'vitest'
import type { Context, Io, LanguageModel, Message, Wanted } from '../../contract/index.ts'
import { processCritic } from './critic.ts'

const at = (content: string) =>
  ({
    messages: (want: Wanted, dialect: string): Message[] => {
      expect([want.for, dialect]).toEqual(['judgement', 'tokens'])
      return [{ role: 'user', content }]
    },
  }) as unknown as Context
const io = (model: Partial<LanguageModel>, roles: string[] = []) =>
  ({
    model: (role: string) => {
      roles.push(role)
      return { id: 'm', dialect: 'tokens', can: [], ...model }
    },
  }) as unknown as Io

test('the value is the probability of the good verdict after a judge token', async () => {
  const asked: unknown[] = []
  const roles: string[] = []
  const model = {
    score: async (messages: readonly Message[], text: string) => {
      asked.push(messages[0].content, text)
      return { logprob: Math.log(0.3) }
    },
  }
  expect((await processCritic().value(at('24 : 4 6 ;'), io(model, roles))).value).toBeCloseTo(0.3, 12)
  await processCritic('judge').value(at('24 : 4 6 ;'), io(model, roles))
  expect(asked.slice(0, 2)).toEqual(['24 : 4 6 ; <judge>', '<good>'])
  expect(roles).toEqual(['critic', 'judge'])
})

test('a place that cannot be said is unknown, and nothing is asked', async () => {
  const judged = await processCritic().value(at('24 : 8/3 6 ;'), io({ score: () => expect.fail('asked') }))
  expect(judged.value).toBeNaN()
  expect(judged).toMatchObject({ failed: true, critique: expect.stringContaining('"8/3"') })
})

test('a model that cannot score, or speaks otherwise, is refused; faults of a model pass', async () => {
  await expect(processCritic().value(at('1 : 1 ;'), io({}))).rejects.toThrow(/scores text in the dialect tokens, found m/)
  await expect(processCritic().value(at('1 : 1 ;'), io({ dialect: 'text' }))).rejects.toThrow(/found m/)
  const broken = io({ score: () => Promise.reject(new TypeError('socket')) })
  await expect(processCritic().value(at('1 : 1 ;'), broken)).rejects.toThrow('socket')
})
