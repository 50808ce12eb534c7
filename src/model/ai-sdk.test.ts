import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  APICallError,
  type LanguageModelV2,
  type LanguageModelV2StreamPart,
  type LanguageModelV3,
  type LanguageModelV4,
  type LanguageModelV4StreamPart,
  LoadAPIKeyError,
} from '@ai-sdk/provider'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Message, Sampling } from '../contract/index.ts'
import { liveCall } from './fixture/live.ts'
import { type Answer, type Received, type Served, serveModel } from './fixture/server.ts'
import { type AISDKModel, type AISDKOptions, Cancelled, fromAISDK, type ModelFault } from './index.ts'

const ask: Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'What is 2 + 2?' },
]
const draw = (m: AISDKModel, s: Sampling = {}, o: AISDKOptions = {}) => fromAISDK(m, o).sample(ask, { n: 1, ...s }, liveCall())
const failure = (p: Promise<unknown>): Promise<ModelFault> =>
  p.then(
    x => {
      throw new Error(`no failure, but ${JSON.stringify(x)}`)
    },
    e => e,
  )
const streamOf = <T>(parts: readonly T[]): ReadableStream<T> =>
  new ReadableStream({
    start(c) {
      for (const p of parts) c.enqueue(p)
      c.close()
    },
  })
const common = { provider: 'fake', modelId: 'f-1', supportedUrls: {} }

// Typed by the published interfaces: what does not fit them does not compile.
const content = [
  { type: 'reasoning', text: 'two and two' },
  { type: 'text', text: 'It is ' },
  { type: 'text', text: '4' },
  { type: 'tool-call', toolCallId: 'c1', toolName: 'add', input: '{"a":2}' },
] as const
const usage3 = {
  inputTokens: { total: 100, noCache: 36, cacheRead: 64, cacheWrite: 0 },
  outputTokens: { total: 50, text: 10, reasoning: 40 },
}
const v2: LanguageModelV2 = {
  ...common,
  specificationVersion: 'v2',
  doGenerate: async () => ({
    content: [...content],
    finishReason: 'tool-calls',
    usage: { inputTokens: 100, outputTokens: 50, totalTokens: 150, reasoningTokens: 40, cachedInputTokens: 64 },
    warnings: [],
  }),
  doStream: async () => ({
    stream: streamOf<LanguageModelV2StreamPart>([
      { type: 'stream-start', warnings: [] },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'two and ' },
      { type: 'reasoning-delta', id: 'r', delta: 'two' },
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'It is ' },
      { type: 'text-delta', id: 't', delta: '4' },
      { type: 'tool-input-delta', id: 'c1', delta: '{"a"' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'add', input: '{"a":2}' },
      {
        type: 'finish',
        finishReason: 'tool-calls',
        usage: { inputTokens: 100, outputTokens: 50, totalTokens: 150, reasoningTokens: 40, cachedInputTokens: 64 },
      },
    ]),
  }),
}
const parts4: LanguageModelV4StreamPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'ping' },
  { type: 'reasoning-delta', id: 'r', delta: 'two and two' },
  { type: 'text-delta', id: 't', delta: 'It is 4' },
  { type: 'tool-call', toolCallId: 'c1', toolName: 'add', input: '{"a":2}' },
  { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_calls' }, usage: usage3 },
]
const v3: LanguageModelV3 = {
  ...common,
  specificationVersion: 'v3',
  doGenerate: async () => ({
    content: [...content],
    finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
    usage: usage3,
    warnings: [],
  }),
  doStream: async () => ({ stream: streamOf(parts4.filter(p => p.type !== 'ping')) as never }),
}
const v4: LanguageModelV4 = {
  ...common,
  specificationVersion: 'v4',
  doGenerate: async () => ({
    content: [...content],
    finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
    usage: usage3,
    warnings: [],
  }),
  doStream: async () => ({ stream: streamOf(parts4) }),
}
const generating = (f: (o: Parameters<LanguageModelV4['doGenerate']>[0]) => Promise<any>): LanguageModelV4 => ({ ...v4, doGenerate: f })
const said = (text: string, unified: string, usage: unknown = usage3) => ({
  content: [{ type: 'text', text }],
  finishReason: { unified, raw: unified },
  usage,
  warnings: [],
})

describe.each([
  ['v2', v2],
  ['v3', v3],
  ['v4', v4],
] as const)('%s', (_, model) => {
  test.each([false, true])('text, thoughts, calls, ending and usage; streamed: %s', async stream => {
    const r = await draw(model, {}, { stream })
    expect(r).toEqual({
      samples: [
        { text: 'It is 4', reasoning: 'two and two', toolCalls: [{ id: 'c1', name: 'add', arguments: '{"a":2}' }], finish: 'tool' },
      ],
      usage: { calls: 1, requests: 1, inputTokens: 100, cachedTokens: 64, outputTokens: 50, reasoningTokens: 40 },
    })
  })
})

describe('calls', () => {
  test('say what was asked for', async () => {
    let seen: unknown
    const model = generating(async o => {
      seen = o
      return said('ok', 'stop')
    })
    const schema = { type: 'object' }
    await draw(
      model,
      {
        temperature: 0.2,
        topP: 0.8,
        max: 9,
        stop: ['\n'],
        schema,
        tools: [{ type: 'function', function: { name: 'add', parameters: schema } }],
      },
      { providerOptions: { fake: { a: 1 } } },
    )
    expect(seen).toEqual({
      prompt: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'What is 2 + 2?' }] },
      ],
      maxOutputTokens: 9,
      temperature: 0.2,
      topP: 0.8,
      stopSequences: ['\n'],
      responseFormat: { type: 'json', schema },
      tools: [{ type: 'function', name: 'add', inputSchema: schema }],
      toolChoice: { type: 'auto' },
      seed: expect.any(Number),
      headers: { 'Idempotency-Key': 'run-1' },
      includeRawChunks: false,
      abortSignal: expect.any(AbortSignal),
      providerOptions: { fake: { a: 1 } },
    })
  })
  test.each([
    [undefined, { type: 'auto' }],
    ['auto', { type: 'auto' }],
    ['required', { type: 'required' }],
    ['none', { type: 'none' }],
    [
      { type: 'function', function: { name: 'add' } },
      { type: 'tool', toolName: 'add' },
    ],
  ])('a choice of tools %j goes as %j', async (toolChoice, expected) => {
    let seen: unknown
    const model = generating(async o => {
      seen = o.toolChoice
      return said('ok', 'stop')
    })
    await draw(model, { tools: [{ name: 'add', parameters: {} }], ...(toolChoice === undefined ? {} : { toolChoice }) })
    expect(seen).toEqual(expected)
  })
  test.each([
    ['stop', 'stop'],
    ['length', 'cut'],
    ['content-filter', 'refused'],
    ['tool-calls', 'tool'],
    ['other', 'stop'],
  ])('that end with %s', async (unified, finish) => {
    expect((await draw(generating(async () => said('x', unified)))).samples[0].finish).toBe(finish)
  })
  test('without usage are estimated, and that is said', async () => {
    const usage = { inputTokens: { total: undefined }, outputTokens: { total: undefined } }
    expect((await draw(generating(async () => said('x'.repeat(40), 'stop', usage)))).usage).toMatchObject({
      inputTokens: 6,
      outputTokens: 10,
      estimated: 1,
    })
  })
  test('are bounded before they are made', () => {
    const p = fromAISDK(v4, { price: { input: 1, output: 2 } })
    expect(p.max(ask, { n: 2, max: 10 })).toEqual({ calls: 2, requests: 2, inputTokens: 2 * (9 + 14 + 16 + 128), outputTokens: 20 })
    expect([p.id, p.can, p.price]).toEqual(['ai-sdk:fake:f-1', ['schema', 'tools'], { input: 1, output: 2 }])
  })
})

describe('failures', () => {
  const call = (statusCode: number | undefined, message: string, o: object = {}) =>
    new APICallError({
      message,
      url: 'http://x',
      requestBodyValues: { key: 'secret' },
      ...(statusCode === undefined ? {} : { statusCode }),
      ...o,
    })
  test.each<[string, unknown, string, object]>([
    ['429', call(429, 'Slow down', { responseHeaders: { 'Retry-After': '4' } }), 'limited', { retryAfter: 4 }],
    ['quota', call(429, 'Quota', { data: { error: { code: 'insufficient_quota' } } }), 'refused', {}],
    ['401', call(401, 'Bad key'), 'refused', { message: 'fake refused (401): it did not take the key in its environment: Bad key' }],
    ['400', call(400, 'Bad'), 'refused', {}],
    ['500', call(500, 'Oops'), 'fault', {}],
    ['no connection', call(undefined, 'Cannot connect', { isRetryable: true }), 'fault', {}],
    [
      'a key that is missing',
      new LoadAPIKeyError({ message: 'FAKE_API_KEY is missing' }),
      'refused',
      { message: 'fake: FAKE_API_KEY is missing' },
    ],
    ['a cut', Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) }), 'fault', {}],
    ['anything', new Error('hm'), 'fault', { message: 'fake: hm' }],
  ])('%s', async (_, error, code, more) => {
    const f = await failure(
      draw(
        generating(async () => {
          throw error
        }),
      ),
    )
    expect(f).toMatchObject({ code, ...more })
    expect(JSON.stringify(f) + f.stack + String(f.cause)).not.toContain('secret')
  })
  test('amid a stream, with what it cost', async () => {
    const broken = (last: LanguageModelV4StreamPart[]): LanguageModelV4 => ({
      ...v4,
      doStream: async () => ({
        stream: streamOf<LanguageModelV4StreamPart>([{ type: 'text-delta', id: 't', delta: 'half an answer' }, ...last]),
      }),
    })
    for (const last of [[], [{ type: 'error' as const, error: call(503, 'Gone') }]])
      expect(await failure(draw(broken(last), {}, { stream: true }))).toMatchObject({
        code: 'fault',
        usage: { inputTokens: 6, outputTokens: 4, estimated: 1 },
      })
  })
  test('a model that never ends, and does not mind its signal', async () => {
    const f = await failure(
      draw(
        generating(() => new Promise(() => {})),
        {},
        { timeout: 0.05 },
      ),
    )
    expect(f).toMatchObject({ code: 'fault', message: 'fake said nothing for 0.05 s' })
  })
  test('cancelled, with what it may have cost', async () => {
    const stop = new AbortController()
    const p = fromAISDK(generating(() => new Promise(() => {}))).sample(ask, { n: 1, max: 30 }, liveCall({ signal: stop.signal }))
    const f = failure(p)
    stop.abort()
    const e = (await f) as unknown as Cancelled
    expect(e).toBeInstanceOf(Cancelled)
    expect(e.usage).toEqual({ calls: 1, requests: 1, inputTokens: 6, outputTokens: 30, estimated: 1 })
  })
  test.each([
    ['gpt-5', /found the text "gpt-5"/],
    [undefined, /found undefined/],
    [{}, /found object/],
    [{ ...v4, specificationVersion: 'v9' }, /version v9; known are v2, v3, v4/],
  ])('%s is no model', (model, why) => {
    expect(() => fromAISDK(model as AISDKModel)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringMatching(why) }))
  })
})

describe('a published package, over HTTP', () => {
  const open: Served[] = []
  afterEach(async () => {
    for (const x of open.splice(0)) await x.close()
  })
  const served = async (answer: (r: Received) => Answer) => {
    const server = await serveModel(answer)
    open.push(server)
    return { server, model: createOpenAICompatible({ name: 'local', baseURL: server.url, includeUsage: true })('m') }
  }
  test.each([false, true])('answers; streamed: %s', async stream => {
    const { model, server } = await served(() => ({
      choices: [{ text: 'It is 4', reasoning_content: 'hm', finish: 'length' }],
      usage: { prompt_tokens: 9, completion_tokens: 5 },
    }))
    const r = await draw(model, { temperature: 0.5, max: 7 }, { stream })
    expect(r.samples).toEqual([{ text: 'It is 4', reasoning: 'hm', finish: 'cut' }])
    expect(r.usage).toMatchObject({ calls: 1, requests: 1, inputTokens: 9, outputTokens: 5 })
    expect(server.requests[0].body).toMatchObject({ model: 'm', temperature: 0.5, max_tokens: 7, seed: expect.any(Number) })
    expect(server.requests[0].headers['idempotency-key']).toBe('run-1')
  })
  test('limits, refusals and resets', async () => {
    const { model } = await served(
      r =>
        [
          { status: 429, headers: { 'retry-after': '2' }, raw: '{"error":{"message":"Slow down"}}' },
          { status: 401, raw: '{"error":{"message":"Who?"}}' },
          { choices: ['long enough to be cut'], cut: 1 },
        ][r.index],
    )
    expect(await failure(draw(model))).toMatchObject({ code: 'limited', retryAfter: 2 })
    expect(await failure(draw(model))).toMatchObject({ code: 'refused' })
    expect(await failure(draw(model))).toMatchObject({ code: 'fault' })
  })
  test('cancelling closes the socket', async () => {
    const { model, server } = await served(() => ({ hang: 0 }))
    const stop = new AbortController()
    const f = failure(fromAISDK(model).sample(ask, { n: 1 }, liveCall({ signal: stop.signal })))
    await vi.waitFor(() => expect(server.requests).toHaveLength(1))
    stop.abort()
    expect(await f).toBeInstanceOf(Cancelled)
    await vi.waitFor(() => expect(server.requests[0].end).toBe('closed'))
  })
})
