import { expect, test } from 'vitest'
import type { Context, Provider, Sample } from '../../contract/index.ts'
import { selfConsistency } from '../../method/index.ts'
import { run } from '../../runtime/index.ts'
import { chat, chatWorld, replyGroup, replyKey } from './index.ts'

const saying = (...samples: readonly Partial<Sample>[]): Provider => {
  let next = 0
  return {
    id: 'scripted',
    dialect: 'text',
    can: ['n', 'tools'],
    price: { input: 0, output: 0 },
    max: (_m, o) => ({ calls: o.n, requests: 1, inputTokens: 100, outputTokens: 100 }),
    async sample(_m, o) {
      return {
        samples: Array.from({ length: o.n }, (): Sample => ({ text: '', finish: 'stop', ...samples[next++ % samples.length] })),
        usage: { calls: o.n, requests: 1, inputTokens: 1, outputTokens: 1 },
      }
    },
  }
}
const call = (name: string, args: string): Partial<Sample> => ({ toolCalls: [{ id: 'x', name, arguments: args }], finish: 'tool' })
const elect = (...samples: Partial<Sample>[]) =>
  run({ world: chat, method: selfConsistency, model: saying(...samples), knobs: { n: samples.length } }, 'What now?', {
    seed: 1,
    concurrency: 1,
  })

test('replies that mark one answer are one, however they say it', async () => {
  const r = await elect({ text: 'It is 12 * 2.\nAnswer: 24' }, { text: 'Answer: 25' }, { text: 'So we have \\boxed{24}.' })
  expect(replyKey(r.answer!)).toBe(replyKey({ text: 'Answer: 24' }))
  expect(r.score).toBe(2)
})
test('tools are voted on by name, then by arguments, whatever their form', async () => {
  const r = await elect(
    { text: 'I do not know' },
    { text: 'I do not know' },
    { text: 'I do not know' },
    call('search', '{"q": "a"}'),
    call('search', '{"q":"b", "k":1}'),
    call('search', '{"k": 1, "q": "b"}'),
    call('search', '{"q": "c"}'),
  )
  // Three say the same words, four call one tool: the tool wins, and then what most of those calls ask.
  expect(replyGroup(r.answer!)).toBe('call:search')
  expect(JSON.parse(r.answer!.toolCalls![0].arguments)).toEqual({ q: 'b', k: 1 })
  expect(r.score).toBe(2)
})
test('a reply is a whole sample with its calls; an empty one is none; one that was cut says so', async () => {
  const one = (s: Partial<Sample>) => run({ world: chat, method: selfConsistency, model: saying(s), knobs: { n: 1 } }, 'Hello', { seed: 1 })
  expect((await one({ text: 'Hi', ...call('f', '{}') })).answer).toEqual({ text: 'Hi', toolCalls: [{ name: 'f', arguments: '{}' }] })
  expect((await one({ text: ' ' })).answer).toBeUndefined()
  expect((await one({ text: 'It is', finish: 'cut' })).answer).toEqual({ text: 'It is', cut: true })
})
test('prompts are the conversation itself', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ] as const
  const state = chat.start({ messages })
  expect(chat.render({ state } as Context<any, any>, { for: 'attempt' })).toEqual(messages)
  expect(chat.render({ state: chat.step(state, { text: 'Hi' }) } as Context<any, any>, { for: 'judgement' }).map(m => m.role)).toEqual([
    'system',
    'user',
    'assistant',
    'user',
  ])
})
test('tasks: a text, messages, and what is neither', () => {
  expect(chatWorld.parseTask(' Hi ')).toEqual({ messages: [{ role: 'user', content: 'Hi' }] })
  for (const example of chatWorld.examples)
    expect(chatWorld.parseTask(chatWorld.showTask(chatWorld.parseTask(example)))).toEqual(chatWorld.parseTask(example))
  for (const bad of [
    '',
    5,
    null,
    {},
    { messages: [] },
    { messages: [{ role: 'king', content: '' }] },
    { messages: [{ role: 'user' }] },
    '{"messages": [',
  ])
    expect(() => chatWorld.parseTask(bad)).toThrow(/^chat: /)
})
