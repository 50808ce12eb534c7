// What a server may do beside drawing samples, where the configuration says that it does.
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Message } from '../../contract/index.ts'
import { liveCall } from '../fixture/live.ts'
import { type Answer, type Received, serveModel } from '../fixture/server.ts'
import { createModel, openai } from '../index.ts'
import { echoed } from './echo.ts'
import type { OpenAIOptions } from './openai.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const x of open.splice(0)) await x.close()
})
async function setUp(answer: (r: Received) => unknown, o: Partial<OpenAIOptions>) {
  const reply = (r: Received): Answer => {
    const x = answer(r)
    return typeof x === 'number' ? { status: x, raw: '{"error":{"message":"no"}}' } : { raw: typeof x === 'string' ? x : JSON.stringify(x) }
  }
  const server = await serveModel(reply)
  const model = openai({ model: 'm', baseUrl: server.url, ...o })
  open.push({ close: () => model.close!() }, server)
  return { server, model }
}

describe('embeddings', () => {
  test('are asked of the model that is named for them, and come in the order of the texts', async () => {
    const { server, model } = await setUp(
      r => ({
        data: r.body.input.map((t: string, i: number) => ({ index: i, embedding: [t.length, 1] })).reverse(),
        usage: { prompt_tokens: 7 },
      }),
      { embed: 'e', embedPrice: 2, price: { input: 100, output: 100 } },
    )
    expect(model.can).toContain('embed')
    const r = await model.embed!(['a', 'bcd'], liveCall())
    expect(r.vectors).toEqual([Float32Array.of(1, 1), Float32Array.of(3, 1)])
    expect(r.usage).toEqual({ requests: 1, inputTokens: 7, usd: 14e-6 })
    expect([server.requests[0].path, server.requests[0].body]).toEqual([
      '/v1/embeddings',
      { model: 'e', input: ['a', 'bcd'], encoding_format: 'float' },
    ])
    expect(await model.embed!([], liveCall())).toEqual({ vectors: [], usage: {} })
  })
  test('are no ability of a server that nobody says has them', () => {
    const model = openai({ model: 'm', baseUrl: 'http://127.0.0.1:1/v1' })
    expect([model.can.includes('embed'), model.can.includes('score'), model.embed, model.score]).toEqual([
      false,
      false,
      undefined,
      undefined,
    ])
  })
  test.each<[string, unknown, string]>([
    ['a vector is missing', { data: [{ index: 0, embedding: [1] }] }, 'fault'],
    ['they differ in length', { data: [{ embedding: [1] }, { embedding: [1, 2] }] }, 'fault'],
    ['they are no numbers', { data: [{ embedding: ['1'] }, { embedding: [null] }] }, 'fault'],
    ['they are none at all', { data: 'x' }, 'fault'],
    ['it is no JSON', '<html>', 'fault'],
    ['there is an error in their place', { error: { message: 'x', code: 400 } }, 'refused'],
    ['it is refused', 404, 'refused'],
    ['it is too much', 429, 'limited'],
    ['it fails', 500, 'fault'],
  ])('a fault where %s', async (_, body, code) => {
    const { model } = await setUp(() => body, { embed: 'e' })
    await expect(model.embed!(['a', 'b'], liveCall())).rejects.toMatchObject({ code })
  })
})

describe('scores', () => {
  const messages: Message[] = [{ role: 'user', content: '2 + 2 =' }]
  const echo = (tokens: string[], logprobs: (number | null)[], more: object = {}) => ({
    choices: [{ text: tokens.join(''), finish_reason: 'length', logprobs: { tokens, token_logprobs: logprobs, ...more } }],
    usage: { prompt_tokens: tokens.length - 1, completion_tokens: 1 },
  })
  test('of a given text, by what the server echoes', async () => {
    const { server, model } = await setUp(() => echo(['2 + 2', ' =', '\n\n', ' 4', ' is', ' so'], [null, -9, -9, -0.5, -0.25, -3]), {
      api: 'completions',
      score: true,
    })
    expect(model.can).toContain('score')
    const r = await model.score!(messages, ' 4 is', liveCall())
    expect(r).toMatchObject({ logprob: -0.75, usage: { calls: 1, requests: 1, inputTokens: 5, outputTokens: 1 } })
    expect(r.tokens!.map(t => t.text)).toEqual([' 4', ' is'])
    expect([server.requests[0].path, server.requests[0].body]).toMatchObject([
      '/v1/completions',
      { prompt: '2 + 2 =\n\n 4 is', echo: true, logprobs: 1, max_tokens: 1 },
    ])
  })
  test('the tokens are those of the text, wherever they are cut and whatever mark stands before them', () => {
    const texts = fc.array(fc.stringMatching(/^[a-z 🙂é]{1,4}$/u), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(texts, texts, fc.boolean(), fc.boolean(), (before, after, mark, offsets) => {
        const tokens = [...(mark ? ['<s>'] : []), ...before, ...after, 'x']
        let sum = 0
        const at = tokens.map(t => {
          const here = sum
          sum += [...t].length
          return here
        })
        const logprobs = tokens.map((_, i) => -i)
        const r = echoed(echo(tokens, logprobs, offsets ? { text_offset: at } : {}), after.join(''), 'host')
        expect(r.tokens.map(t => t.text)).toEqual(after)
        expect(r.logprob).toBe(logprobs.slice(-1 - after.length, -1).reduce((a, x) => a + x, 0))
      }),
    )
  })
  test('are refused where nothing is echoed, and where a template stands between', async () => {
    const { model } = await setUp(() => ({ choices: [{ text: 'so', logprobs: null }] }), { api: 'completions', score: true })
    await expect(model.score!(messages, '4', liveCall())).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/echoes no/),
    })
    expect(() => openai({ model: 'm', score: true })).toThrow(/api=completions/)
  })
})

test('on the command line', async () => {
  const model = await createModel('openai:m?base=http://127.0.0.1:1/v1,api=completions,score,embed=e,embedInput=0.1', { world: 'game24' })
  expect(model.can).toEqual(expect.arrayContaining(['score', 'embed']))
})
