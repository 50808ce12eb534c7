import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Message, Sampling } from '../../contract/index.ts'
import type { EstimatedUsage } from '../bound.ts'
import { liveCall } from '../fixture/live.ts'
import { type Answer, type Received, type Served, serveModel } from '../fixture/server.ts'
import { Cancelled, createModel, ModelFault, openai } from '../index.ts'
import { retryAfter } from '../server-fault.ts'
import type { Endpoint, OpenAIOptions } from './openai.ts'
import { certainty } from './reply.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const x of open.splice(0)) await x.close()
})
const ask: Message[] = [{ role: 'user', content: 'What is 2 + 2?' }]

async function setUp(
  answer: (r: Received) => Answer | Promise<Answer>,
  o: Partial<OpenAIOptions> = {},
): Promise<{ server: Served; model: Endpoint; draw: (s?: Sampling & { n?: number }, m?: Message[]) => ReturnType<Endpoint['sample']> }> {
  const server = await serveModel(answer)
  const model = openai({ model: 'm', baseUrl: server.url, ...o })
  open.push({ close: () => model.close!() }, server)
  return { server, model, draw: (s = {}, m = ask) => model.sample(m, { n: 1, ...s }, liveCall()) }
}
const failure = (p: Promise<unknown>): Promise<ModelFault> =>
  p.then(
    x => {
      throw new Error(`no failure, but ${JSON.stringify(x)}`)
    },
    e => e,
  )

describe.each([false, true])('answers, streamed: %s', stream => {
  test('text, thoughts, tool calls, refusals and endings', async () => {
    const calls = [
      { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":2,"b":2}' } },
      { id: 'c2', type: 'function', function: { name: 'now', arguments: '{}' } },
    ]
    const { draw } = await setUp(
      () => ({
        choices: [
          'It is 4 — Ünïcödé 🙂.',
          { text: 'four', reasoning_content: 'two and two' },
          { text: '', finish: 'tool_calls', tool_calls: calls },
          { text: '', refusal: 'I will not.' },
          { text: 'It', finish: 'length' },
          { text: 'no', finish: 'content_filter' },
          '<think>hm\nhm</think>\n\n5',
        ],
        usage: { prompt_tokens: 9, completion_tokens: 30 },
      }),
      { stream },
    )
    const { samples, usage } = await draw({ n: 7 })
    expect(samples).toEqual([
      { text: 'It is 4 — Ünïcödé 🙂.', finish: 'stop' },
      { text: 'four', reasoning: 'two and two', finish: 'stop' },
      {
        text: '',
        toolCalls: [
          { id: 'c1', name: 'add', arguments: '{"a":2,"b":2}' },
          { id: 'c2', name: 'now', arguments: '{}' },
        ],
        finish: 'tool',
      },
      { text: 'I will not.', finish: 'refused' },
      { text: 'It', finish: 'cut' },
      { text: 'no', finish: 'refused' },
      { text: '5', reasoning: 'hm\nhm', finish: 'stop' },
    ])
    expect(usage).toEqual({ calls: 7, requests: 1, inputTokens: 9, outputTokens: 30 })
  })
  test('more choices than were asked for: all are counted, no more are given', async () => {
    const { draw } = await setUp(() => ({ choices: ['a', 'b', 'c'], usage: { prompt_tokens: 1, completion_tokens: 9_999_999 } }), {
      stream,
    })
    const r = await draw({ n: 2, max: 5 })
    expect(r.samples.map(s => s.text)).toEqual(['a', 'b'])
    expect(r.usage).toEqual({ calls: 3, requests: 1, inputTokens: 1, outputTokens: 9_999_999 })
  })
  test('where the server gives no usage it is estimated, and that is said', async () => {
    const { draw } = await setUp(() => ({ choices: ['x'.repeat(40)], usage: null }), { stream })
    expect((await draw()).usage).toEqual({ calls: 1, requests: 1, inputTokens: 4, outputTokens: 10, estimated: 1 })
  })
  test('a reset in the middle of an answer is a fault', async () => {
    const { draw, server } = await setUp(r => (r.index === 0 ? { choices: ['a long answer, in pieces'], cut: stream ? 4 : 1 } : {}), {
      stream,
    })
    const e = await failure(draw())
    expect([e.code, e.message]).toEqual(['fault', expect.stringMatching(/cut/)])
    // What had come by then is charged: three pieces of three letters, less the first, which is the role.
    if (stream) expect(e.usage).toEqual({ inputTokens: 4, outputTokens: 3, estimated: 1 })
    expect(server.requests).toHaveLength(1)
  })
  test('silence is a fault, and the socket is closed', async () => {
    const { draw, server } = await setUp(() => ({ choices: ['never'], hang: stream ? 2 : 1 }), { stream, stall: 0.1 })
    const e = await failure(draw())
    expect([e.code, e.message]).toEqual(['fault', expect.stringContaining('sent nothing for 0.1 s')])
    await vi.waitFor(() => expect(server.requests[0].end).toBe('closed'))
  })
  test('slow is not silent', async () => {
    const { draw } = await setUp(() => ({ choices: ['nine times three lettters.'], delay: 200, gap: 80 }), { stream, stall: 0.6 })
    expect((await draw()).samples[0].text).toBe('nine times three lettters.')
  })
  test('a call may take so long in all, and no longer', async () => {
    const { draw } = await setUp(() => ({ delay: 60, gap: 30, choices: ['many many pieces, and slow ones'], hang: 9 }), {
      stream,
      timeout: 0.12,
    })
    const e = await failure(draw())
    expect([e.code, e.message]).toEqual(['fault', expect.stringContaining('took more than 0.12 s')])
  })
  test('cancelling closes the socket, and says what it cost', async () => {
    const { model, server } = await setUp(() => ({ choices: ['a long answer'], hang: stream ? 4 : 0 }), { stream })
    const stop = new AbortController()
    const call = failure(model.sample(ask, { n: 1, max: 50 }, liveCall({ signal: stop.signal })))
    await vi.waitFor(() => expect(server.requests).toHaveLength(1))
    await new Promise(go => setTimeout(go, 300))
    stop.abort()
    const e = (await call) as unknown as Cancelled
    expect(e).toBeInstanceOf(Cancelled)
    expect(e.usage).toEqual({ calls: 1, requests: 1, inputTokens: 4, outputTokens: stream ? 3 : 50, estimated: 1 })
    await vi.waitFor(() => expect(server.requests[0].end).toBe('closed'))
  })
  test('nothing instead of an answer: once a fault, whose cost counts, then an empty sample', async () => {
    const { model, server } = await setUp(() => ({ choices: [''], usage: { prompt_tokens: 3, completion_tokens: 1 } }), { stream })
    const live = liveCall()
    const e = await failure(model.sample(ask, { n: 1 }, live))
    expect([e.code, e.usage]).toEqual(['fault', { inputTokens: 3, outputTokens: 1 }])
    expect(await model.sample(ask, { n: 1 }, live)).toEqual({
      samples: [{ text: '', finish: 'stop' }],
      usage: { calls: 1, requests: 1, inputTokens: 3, outputTokens: 1 },
    })
    expect(server.requests).toHaveLength(2)
  })
  test('no choices at all', async () => {
    const { model } = await setUp(() => ({ choices: [] }), { stream })
    const live = liveCall()
    expect((await failure(model.sample(ask, { n: 2 }, live))).code).toBe('fault')
    expect((await model.sample(ask, { n: 2 }, live)).samples).toEqual(Array(2).fill({ text: '', finish: 'stop' }))
  })
  test('an error in place of an answer', async () => {
    const raw = { error: { message: 'Overloaded', code: 502 } }
    const { draw } = await setUp(
      () =>
        stream
          ? { raw: `data: ${JSON.stringify(raw)}\n\n`, headers: { 'content-type': 'text/event-stream' } }
          : { raw: JSON.stringify(raw) },
      { stream },
    )
    expect(await failure(draw())).toMatchObject({ code: 'fault', message: expect.stringContaining('Overloaded') })
  })
})

describe('requests', () => {
  test('say all that was asked for', async () => {
    const { draw, server } = await setUp(() => ({}), { effort: 'low' })
    await draw(
      {
        n: 2,
        temperature: 0.3,
        topP: 0.9,
        max: 77,
        stop: ['\n'],
        logprobs: true,
        schema: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'], additionalProperties: false },
        tools: [{ name: 'add', parameters: { type: 'object' } }],
      },
      [
        { role: 'system', content: 's' },
        { role: 'user', content: 'u' },
        { role: 'assistant', content: 'a' },
        { role: 'tool', content: 't' },
      ],
    )
    expect(server.requests[0].path).toBe('/v1/chat/completions')
    expect(server.requests[0].headers['idempotency-key']).toBe('run-1')
    expect(server.requests[0].body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'u' },
        { role: 'assistant', content: 'a' },
        { role: 'user', content: 't' },
      ],
      n: 2,
      temperature: 0.3,
      top_p: 0.9,
      max_tokens: 77,
      seed: expect.any(Number),
      stop: ['\n'],
      logprobs: true,
      top_logprobs: 5,
      response_format: { type: 'json_schema', json_schema: { name: 'reply', schema: expect.anything(), strict: true } },
      tools: [{ type: 'function', function: { name: 'add', parameters: { type: 'object' } } }],
      reasoning_effort: 'low',
    })
  })
  test('an open schema is not strict', async () => {
    const { draw, server } = await setUp(() => ({}))
    await draw({
      schema: { type: 'object', properties: { a: { type: 'object', properties: {} } }, required: ['a'], additionalProperties: false },
    })
    await draw({ schema: true })
    expect(server.requests[0].body.response_format.json_schema.strict).toBe(false)
    expect(server.requests[1].body.response_format).toEqual({ type: 'json_object' })
  })
  test('carry a seed that follows the address and the number of the sample, and nothing else', async () => {
    const { model, server } = await setUp(() => ({}))
    for (const live of [liveCall(), liveCall({ index: 1 }), liveCall(), liveCall({ address: 2 })]) await model.sample(ask, { n: 1 }, live)
    const [a, b, c, d] = server.requests.map(r => r.body.seed)
    expect(a).toBe(c)
    expect(new Set([a, b, d]).size).toBe(3)
  })
  test('go on with the last message where the server is told how', async () => {
    const half: Message[] = [...ask, { role: 'assistant', content: 'It is ' }]
    const said: unknown[] = []
    for (const prefill of ['vllm', 'prefix', 'last'] as const) {
      const { draw, server, model } = await setUp(() => ({}), { prefill })
      expect(model.can).toContain('prefill')
      await draw({}, half)
      const { continue_final_message, messages } = server.requests[0].body
      said.push([continue_final_message, messages.at(-1)])
    }
    const last = { role: 'assistant', content: 'It is ' }
    expect(said).toEqual([
      [true, last],
      [undefined, { ...last, prefix: true }],
      [undefined, last],
    ])
  })
  test.each([false, true])('plain completions, streamed: %s', async stream => {
    const { draw, server, model } = await setUp(() => ({ choices: [' 4\nQ'] }), { api: 'completions', dialect: 'digits', stream })
    expect([model.dialect, model.can, model.id]).toEqual([
      'digits',
      ['n', 'logprobs', 'prefill'],
      expect.stringMatching(/\?api=completions$/),
    ])
    const r = await draw({ stop: ['\n'] }, [...ask, { role: 'assistant', content: 'It is' }])
    expect(r.samples).toEqual([{ text: ' 4', finish: 'stop' }])
    expect([server.requests[0].path, server.requests[0].body.prompt]).toEqual(['/v1/completions', 'What is 2 + 2?\n\nIt is'])
  })
  test('the bound holds what may be used, whatever was learnt of the server since', async () => {
    const { model, draw } = await setUp(() => ({ choices: ['a'] }))
    const before = model.max(ask, { n: 4 })
    expect(before).toEqual({ calls: 4, requests: 4, inputTokens: 4 * (14 + 8 + 128), outputTokens: 4 * 4096 })
    const { usage } = await draw({ n: 4 })
    expect(model.max(ask, { n: 4 })).toEqual(before)
    for (const [k, v] of Object.entries(usage)) expect(v).toBeLessThanOrEqual((before as Record<string, number>)[k])
    expect(openai({ model: 'm', baseUrl: 'http://x/v1', n: true }).max(ask, { n: 4, max: 10 })).toMatchObject({
      requests: 1,
      inputTokens: 150,
      outputTokens: 40,
    })
    expect(openai({ model: 'm', baseUrl: 'http://x/v1', n: false }).can).not.toContain('n')
  })
})

describe('n samples', () => {
  test('from a server that ignores n: asked once, topped up, remembered, all paid for once', async () => {
    const { draw, server, model } = await setUp(r => ({ choices: [`r${r.index}`], usage: { prompt_tokens: 10, completion_tokens: 1 } }))
    const r = await draw({ n: 4 })
    expect(r.samples.map(s => s.text).sort()).toEqual(['r0', 'r1', 'r2', 'r3'])
    expect(r.usage).toEqual({ calls: 4, requests: 4, inputTokens: 40, outputTokens: 4 })
    expect(server.requests.map(x => x.body.n)).toEqual([4, undefined, undefined, undefined])
    expect(new Set(server.requests.map(x => x.body.seed)).size).toBe(4)
    expect(new Set(server.requests.map(x => x.headers['idempotency-key'])).size).toBe(4)
    expect([...model.lacking]).toEqual(['n'])
    await draw({ n: 2 })
    expect(server.requests.slice(4).map(x => x.body.n)).toEqual([undefined, undefined])
  })
  test.each([
    { error: { message: "'n' must be 1", param: null } },
    { error: { message: 'This value is not supported', param: 'n' } },
    { message: 'n > 1 is not supported', object: 'error', code: 400 },
    { detail: 'Only n = 1 is supported' },
  ])('from a server that refuses n: %j', async body => {
    const { draw, server } = await setUp(r => (r.body.n > 1 ? { status: 400, raw: JSON.stringify(body) } : {}))
    expect((await draw({ n: 3 })).usage).toMatchObject({ calls: 3, requests: 3 })
    expect(server.requests).toHaveLength(4)
    await draw({ n: 3 })
    expect(server.requests).toHaveLength(7)
  })
  test('where one of them is turned away, the others are kept and paid for once', async () => {
    const { model, server } = await setUp(r =>
      r.index === 2
        ? { status: 429, headers: { 'retry-after': '3' } }
        : { choices: [`r${r.index}`], usage: { prompt_tokens: 10, completion_tokens: 1 } },
    )
    const live = liveCall()
    const e = await failure(model.sample(ask, { n: 4 }, live))
    expect(e).toMatchObject({ code: 'limited', retryAfter: 3, usage: { calls: 3, requests: 3, inputTokens: 30, outputTokens: 3 } })
    const r = await model.sample(ask, { n: 4 }, live)
    expect(r.usage).toEqual({ calls: 1, requests: 1, inputTokens: 10, outputTokens: 1 })
    expect(r.samples.map(s => s.text).sort()).toEqual(['r0', 'r1', 'r3', 'r4'])
    expect(server.requests).toHaveLength(5)
    // The one that was asked for again is the same one.
    expect(server.requests[4].body.seed).toBe(server.requests[2].body.seed)
  })
})

describe('of several failures', () => {
  test.each([
    [[429, 401, 500], 'refused'],
    [[500, 429, 500], 'limited'],
    [[500, 500, 500], 'fault'],
  ])('%j, the one that matters is told: %s', async (statuses, code) => {
    const { draw } = await setUp(r =>
      r.body.n > 1 ? { choices: ['a'], usage: { prompt_tokens: 10, completion_tokens: 1 } } : { status: statuses[r.index - 1], raw: '' },
    )
    expect(await failure(draw({ n: 4 }))).toMatchObject({ code, usage: { calls: 1, requests: 1, inputTokens: 10 } })
  })
  test('and what all of them cost is charged', async () => {
    const cut = { choices: ['twelve bytes'], usage: null, cut: 5 }
    const { draw } = await setUp(r => (r.index === 0 ? { choices: ['a'], usage: { prompt_tokens: 10, completion_tokens: 1 } } : cut), {
      stream: true,
    })
    // One answer, and two that were cut after nine letters of twelve.
    expect((await failure(draw({ n: 3 }))).usage).toEqual({
      calls: 1,
      requests: 1,
      inputTokens: 10 + 2 * 4,
      outputTokens: 1 + 2 * 3,
      estimated: 2,
    })
  })
})

describe('logprobs', () => {
  const token = (t: string, logprob: number, more: object = {}) => ({
    token: t,
    logprob,
    bytes: [...Buffer.from(t)],
    top_logprobs: [],
    ...more,
  })
  test('with ids as llama.cpp, and as vLLM, gives them; -1 where no one says', async () => {
    const { draw } = await setUp(() => ({
      choices: [
        { text: 'ab', logprobs: { content: [token('a', -1, { id: 5 }), token('b', -2, { id: 6 })] } },
        { text: 'ab', logprobs: { content: [token('token_id:7', -1), token('token_id:8', -2)] } },
        { text: 'ab', logprobs: { content: [token('a', -1), token('b', -2)] }, token_ids: [9, 10] },
        { text: 'ab', logprobs: { content: [token('a', -1), token('b', -2)] } },
      ],
    }))
    const { samples } = await draw({ n: 4, logprobs: true })
    expect(samples.map(s => s.tokens!.map(t => [t.id, t.logprob]))).toEqual([
      [
        [5, -1],
        [6, -2],
      ],
      [
        [7, -1],
        [8, -2],
      ],
      [
        [9, -1],
        [10, -2],
      ],
      [
        [-1, -1],
        [-1, -2],
      ],
    ])
  })
  test('the likeliest beside each, where so many are asked for; certainty is told over as many as ever', async () => {
    const top_logprobs = [token('x', -4, { id: 3 }), token('a', -1, { id: 1 }), token('b', -2, { id: 2 })]
    const content = [token('a', -1, { id: 1, top_logprobs })]
    const { draw, server } = await setUp(() => ({ choices: [{ text: 'a', logprobs: { content } }] }), { top: 2 })
    const { samples } = await draw({ logprobs: true, top: 3 })
    expect(server.requests[0].body).toMatchObject({ logprobs: true, top_logprobs: 3 })
    expect(samples[0].tokens).toEqual([
      {
        id: 1,
        logprob: -1,
        text: 'a',
        certainty: certainty([-1, -2]),
        top: [
          { id: 1, logprob: -1, text: 'a' },
          { id: 2, logprob: -2, text: 'b' },
          { id: 3, logprob: -4, text: 'x' },
        ],
      },
    ])
    expect((await draw({ logprobs: true })).samples[0].tokens![0]).not.toHaveProperty('top')
  })
  test('of plain completions, and asked for by their number', async () => {
    const logprobs = {
      tokens: ['a', 'b'],
      token_logprobs: [-1, -2],
      top_logprobs: [
        { a: -1, c: -3 },
        { b: -2, d: -2 },
      ],
    }
    const { draw, server } = await setUp(() => ({ choices: [{ text: 'ab', logprobs }] }), { api: 'completions', top: 2, ids: true })
    const { samples } = await draw({ logprobs: true })
    expect(server.requests[0].body).toMatchObject({ logprobs: 2, return_token_ids: true })
    expect(samples[0].tokens).toEqual([
      { id: -1, logprob: -1, text: 'a', certainty: certainty([-1, -3]) },
      { id: -1, logprob: -2, text: 'b', certainty: expect.closeTo(0, 12) },
    ])
  })
  test('certainty is KL(uniform || p) over what is shown', () => {
    // By hand: p = (0.8, 0.2), sum of 0.5 ln(0.5 / p).
    expect(certainty([Math.log(0.8), Math.log(0.2)])).toBeCloseTo(0.5 * Math.log(0.5 / 0.8) + 0.5 * Math.log(0.5 / 0.2), 12)
    expect(certainty([Math.log(0.4), Math.log(0.1)])).toBeCloseTo(certainty([Math.log(0.8), Math.log(0.2)])!, 12)
    expect(certainty([-0.1])).toBeUndefined()
  })
  test('end where a text ends that the server did not stop', async () => {
    const content = ['2', '\n', 'Ü'].map(t => token(t, -1))
    const { draw } = await setUp(() => ({ choices: [{ text: '2\nÜ', finish: 'length', logprobs: { content } }] }))
    expect((await draw({ stop: ['\n'], logprobs: true })).samples).toEqual([
      { text: '2', tokens: [{ id: -1, logprob: -1, text: '2' }], finish: 'stop' },
    ])
  })
})

describe('what is told while it is written', () => {
  const hear = async (choices: Answer['choices'], o: Sampling & { n?: number } = {}) => {
    const { model, server } = await setUp(() => ({ choices: choices! }))
    const heard: { index: number; text?: string; reasoning?: string }[] = []
    const { samples } = await model.sample(ask, { n: 1, ...o }, { ...liveCall(), heard: p => void heard.push(p) })
    const told = (i: number, what: 'text' | 'reasoning') =>
      heard
        .filter(h => h.index === i)
        .map(h => h[what] ?? '')
        .join('')
    return { samples, heard, told, server }
  }
  test('is the text itself, in pieces, and the request asks for them', async () => {
    const { samples, heard, told, server } = await hear(['It is 4, of course.', { text: 'four', reasoning_content: 'two' }], { n: 2 })
    expect(server.requests[0].body.stream).toBe(true)
    expect(heard.length).toBeGreaterThan(5)
    for (const [i, s] of samples.entries()) expect([told(i, 'text'), told(i, 'reasoning')]).toEqual([s.text, s.reasoning ?? ''])
  })
  test('thoughts are told as thoughts, and nothing from a stop string on', async () => {
    const { samples, told } = await hear(['<think>hm, two\nand two</think>\n\nIt is 4.\n\nNext'], { stop: ['\n\nN'] })
    expect(samples).toEqual([{ text: 'It is 4.', reasoning: 'hm, two\nand two', finish: 'stop' }])
    expect([told(0, 'text'), told(0, 'reasoning')]).toEqual([samples[0].text, samples[0].reasoning])
    expect((await hear(['<thin ice'])).told(0, 'text')).toBe('<thin ice')
  })
})

describe('usage', () => {
  test.each<[string, object, EstimatedUsage]>([
    [
      'cached and reasoning tokens',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: { reasoning_tokens: 40 },
      },
      { inputTokens: 100, cachedTokens: 64, outputTokens: 50, reasoningTokens: 40 },
    ],
    [
      'reasoning left out of the completion',
      { prompt_tokens: 100, completion_tokens: 10, total_tokens: 150, completion_tokens_details: { reasoning_tokens: 40 } },
      { inputTokens: 100, outputTokens: 50, reasoningTokens: 40 },
    ],
    [
      'a cache that names its hits',
      { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 8 },
      { inputTokens: 9, cachedTokens: 8, outputTokens: 1 },
    ],
    ['a cost', { prompt_tokens: 9, completion_tokens: 1, cost: 0.25 }, { inputTokens: 9, outputTokens: 1, usd: 0.25 }],
    ['half of it', { prompt_tokens: 9 }, { inputTokens: 9, outputTokens: 1, estimated: 1 }],
    ['nonsense', { prompt_tokens: -3, completion_tokens: 'many' }, { inputTokens: 4, outputTokens: 1, estimated: 1 }],
  ])('%s', async (_, usage, expected) => {
    const { draw } = await setUp(() => ({ usage: usage as Record<string, unknown> }))
    expect((await draw()).usage).toEqual({ calls: 1, requests: 1, ...expected })
  })
})

describe('refusals', () => {
  const e = (message: string, more: object = {}) => JSON.stringify({ error: { message, ...more } })
  test.each<[number, string, object, string, RegExp]>([
    [401, e('Invalid key'), {}, 'refused', /^127\.0\.0\.1:\d+ refused \(401\): it did not take the key in MY_KEY: Invalid key$/],
    [403, e('Not yours'), {}, 'refused', /MY_KEY/],
    [404, e('The model `m` does not exist', { code: 'model_not_found' }), {}, 'refused', /has no model "m" \(404\)/],
    [404, '{"error":"model \\"m\\" not found, try pulling it first"}', {}, 'refused', /has no model "m".*try pulling/],
    [404, '<html>Not Found</html>', {}, 'refused', /does the base URL end in \/v1\?/],
    [400, e('Bad thing'), {}, 'refused', /refused \(400\): Bad thing/],
    [422, '{"detail":[{"msg":"field required"}]}', {}, 'refused', /field required/],
    [402, e('Insufficient credits'), {}, 'refused', /no money left: Insufficient credits/],
    [429, e('You exceeded your quota', { code: 'insufficient_quota' }), {}, 'refused', /no money left/],
    [429, e('Slow down'), { 'retry-after': '7' }, 'limited', /slow down \(429\)/],
    [429, e('Slow down'), { 'retry-after-ms': '1500' }, 'limited', /429/],
    [408, '', {}, 'fault', /failed \(408\)/],
    [409, e('Conflict'), {}, 'fault', /failed \(409\): Conflict/],
    [500, '<html>oops</html>', {}, 'fault', /failed \(500\)/],
    [503, e('Loading model'), { 'retry-after': '2' }, 'fault', /failed \(503\): Loading model/],
    [307, '', { location: '/v2' }, 'refused', /sends elsewhere/],
  ])('%i %s %j', async (status, raw, headers, code, message) => {
    vi.stubEnv('MY_KEY', 'abc')
    const { draw } = await setUp(() => ({ status, raw, headers: headers as Record<string, string> }), { keyFrom: 'MY_KEY' })
    const f = await failure(draw())
    expect(f).toBeInstanceOf(ModelFault)
    expect([f.code, f.message.split('\n').length]).toEqual([code, 1])
    expect(f.message).toMatch(message)
    const wait = { 'retry-after': 1, 'retry-after-ms': 0.001 }
    for (const [k, v] of Object.entries(headers)) if (k in wait) expect(f.retryAfter).toBe(Number(v) * wait[k as 'retry-after'])
  })
  test('Retry-After in seconds, milliseconds, and as a date', () => {
    const of = (h: Record<string, string>) => retryAfter(name => h[name], Date.UTC(2026, 0, 1))
    expect(of({ 'retry-after': '0.5' })).toBe(0.5)
    expect(of({ 'retry-after': '20', 'retry-after-ms': '250' })).toBe(0.25)
    expect(of({ 'retry-after': 'Thu, 01 Jan 2026 00:01:30 GMT' })).toBe(90)
    expect(of({ 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' })).toBe(0)
    expect([of({ 'retry-after': 'soon' }), of({})]).toEqual([undefined, undefined])
  })
  test('no server there', async () => {
    const server = await serveModel()
    await server.close()
    const f = await failure(openai({ model: 'm', baseUrl: server.url }).sample(ask, { n: 1 }, liveCall()))
    expect([f.code, f.message]).toEqual(['fault', `could not reach 127.0.0.1:${server.port}: nothing listens there`])
  })
  test('no secure connection: that will not mend itself', async () => {
    const { server } = await setUp(() => ({}))
    const f = await failure(openai({ model: 'm', baseUrl: server.url.replace('http', 'https') }).sample(ask, { n: 1 }, liveCall()))
    expect([f.code, f.message]).toEqual(['refused', expect.stringMatching(/^no secure connection to 127\.0\.0\.1:\d+: /)])
  })
  test('no such host', async () => {
    const f = await failure(openai({ model: 'm', baseUrl: 'http://no-such-host.invalid/v1' }).sample(ask, { n: 1 }, liveCall()))
    expect([f.code, f.message]).toEqual(['fault', expect.stringMatching(/^could not reach no-such-host\.invalid: /)])
  })
  test.each(['{"choices": [{', 'Bad gateway', '[1]'])('an answer that is none: %s', async raw => {
    const { draw } = await setUp(() => ({ raw }))
    expect((await failure(draw())).code).toBe('fault')
  })
  test('malformed JSON among the pieces', async () => {
    const { draw } = await setUp(
      () => ({ raw: 'data: {"choices"\n\ndata: [DONE]\n\n', headers: { 'content-type': 'text/event-stream' } }),
      { stream: true },
    )
    expect((await failure(draw())).code).toBe('fault')
  })
  test('pieces that end before they begin', async () => {
    const { model } = await setUp(() => ({ raw: ': wait\n\n', headers: { 'content-type': 'text/event-stream' } }), { stream: true })
    const live = liveCall()
    for (let i = 0; i < 3; i++) expect((await failure(model.sample(ask, { n: 1 }, live))).message).toMatch(/was cut/)
  })
  test('pieces that end without an end', async () => {
    const raw = 'data: {"choices":[{"index":0,"delta":{"content":"half an ans"}}]}\n\n'
    const { draw } = await setUp(() => ({ raw, headers: { 'content-type': 'text/event-stream' } }), { stream: true })
    expect(await failure(draw())).toMatchObject({ code: 'fault', usage: { inputTokens: 4, outputTokens: 3, estimated: 1 } })
  })
})

describe('servers that do not take all there is', () => {
  const picky =
    (no: string[], say = (key: string) => `Unsupported parameter: '${key}' is not supported with this model.`) =>
    (r: Received): Answer => {
      const bad = no.find(k => k in r.body)
      return bad === undefined
        ? { choices: ['one\ntwo'] }
        : { status: 400, raw: JSON.stringify({ error: { message: say(bad), param: bad } }) }
    }
  test('are asked without it, or otherwise; stops are then made here; it is remembered', async () => {
    const { draw, server, model } = await setUp(picky(['max_tokens', 'temperature', 'stop', 'seed']))
    const r = await draw({ temperature: 0.5, stop: ['\n'], max: 9 })
    expect(r).toEqual({ samples: [{ text: 'one', finish: 'stop' }], usage: { calls: 1, requests: 1, inputTokens: 4, outputTokens: 2 } })
    expect(server.requests.at(-1)!.body).toMatchObject({ max_completion_tokens: 9 })
    expect([...model.lacking].sort()).toEqual(['max_tokens', 'seed', 'stop', 'temperature'])
    const before = server.requests.length
    await draw({ temperature: 0.5, stop: ['\n'], max: 9 })
    expect(server.requests.length).toBe(before + 1)
  })
  test('are not asked without a bound: that is refused', async () => {
    const { draw } = await setUp(picky(['max_tokens', 'max_completion_tokens']))
    expect((await failure(draw())).code).toBe('refused')
  })
  test('are not asked without what the search needs', async () => {
    for (const [s, key] of [
      [{ schema: true }, 'response_format'],
      [{ tools: [{ name: 'x' }] }, 'tools'],
      [{ logprobs: true }, 'logprobs'],
    ] as const) {
      const { draw } = await setUp(picky([key]))
      expect((await failure(draw(s as Sampling))).message).toContain(key)
    }
  })
  test('a bound beyond the context is left out; a prompt beyond it is refused', async () => {
    const message = "This model's maximum context length is 4096 tokens. However, you requested 4100 tokens."
    const { draw, server } = await setUp(r => ('max_tokens' in r.body ? { status: 400, raw: JSON.stringify({ message, code: 400 }) } : {}))
    expect((await draw()).samples[0].text).toBe('ok')
    expect(server.requests).toHaveLength(2)
    const { draw: never } = await setUp(() => ({
      status: 400,
      raw: JSON.stringify({ error: { message, code: 'context_length_exceeded' } }),
    }))
    expect(await failure(never())).toMatchObject({ code: 'refused', message: `the prompt is too long for m: ${message}` })
  })
})

describe('keys', () => {
  const key = 'my-very-secret-key-0123456789'
  test('go to the server, and nowhere else, not even when the server says them', async () => {
    vi.stubEnv('MY_KEY', key)
    for (const status of [401, 500, 429, 400]) {
      const { draw, server, model } = await setUp(
        () => ({ status, raw: JSON.stringify({ error: { message: `bad key ${key} and sk-abcdefghijklmnop1234` } }) }),
        {
          keyFrom: 'MY_KEY',
        },
      )
      const f = await failure(draw())
      expect(server.requests[0].headers.authorization).toBe(`Bearer ${key}`)
      for (const text of [f.message, f.stack, JSON.stringify(f), String(f.cause), model.id, JSON.stringify(model)])
        expect(text ?? '').not.toMatch(/secret|sk-abc/)
      expect(f.message).toContain('bad key *** and ***')
    }
  })
  test('in an address are used and not shown', async () => {
    const { server } = await setUp(() => ({ status: 500 }))
    const model = openai({ model: 'm', baseUrl: server.url.replace('//', '//me:hush%21@') })
    const f = await failure(model.sample(ask, { n: 1 }, liveCall()))
    expect(server.requests[0].headers.authorization).toBe(`Basic ${Buffer.from('me:hush!').toString('base64')}`)
    expect(model.id).toBe(`openai:m@127.0.0.1:${server.port}`)
    expect(f.message + f.stack + JSON.stringify(f)).not.toMatch(/hush/)
  })
  test('of the usual variable are used, and a local server needs none', async () => {
    vi.stubEnv('OPENAI_API_KEY', '')
    const { draw, server } = await setUp(() => ({}))
    await draw()
    vi.stubEnv('OPENAI_API_KEY', 'k1')
    const again = openai({ model: 'm', baseUrl: server.url })
    await again.sample(ask, { n: 1 }, liveCall())
    expect(server.requests.map(r => r.headers.authorization)).toEqual([undefined, 'Bearer k1'])
  })
  test('and addresses that are none are not said again', () => {
    for (const baseUrl of ['nowhere', 'ftp://me:hush@x/v1'])
      expect(() => openai({ model: 'm', baseUrl })).toThrow(
        expect.objectContaining({ code: 'usage', message: expect.not.stringMatching(/hush|nowhere/) }),
      )
  })
  test('that are missing are missed in one line, before anything is sent', async () => {
    vi.stubEnv('OPENAI_API_KEY', '')
    vi.stubEnv('OPENAI_BASE_URL', undefined)
    const f = await failure(openai({ model: 'gpt-5' }).sample(ask, { n: 1 }, liveCall()))
    expect([f.code, f.message]).toEqual(['refused', 'api.openai.com wants a key, and OPENAI_API_KEY is not set'])
    const other = await failure(openai({ model: 'm', baseUrl: 'http://x/v1', keyFrom: 'NOT_THERE' }).sample(ask, { n: 1 }, liveCall()))
    expect(other.message).toBe('x wants a key, and NOT_THERE is not set')
  })
})

describe('openai:NAME', () => {
  test('with what the command knows, and with options of its own', async () => {
    vi.stubEnv('OPENAI_BASE_URL', undefined)
    const { server } = await setUp(() => ({}))
    const m = await createModel('openai:org/m:free?max=9,stream,n=false,input=1,output=2,without=tools+schema', { baseUrl: server.url })
    expect(m).toMatchObject({ id: `openai:org/m:free@127.0.0.1:${server.port}`, can: ['logprobs'], price: { input: 1, output: 2 } })
    await m.sample(ask, { n: 1 }, liveCall())
    expect(server.requests[0].body).toMatchObject({ model: 'org/m:free', max_tokens: 9, stream: true })
    const known = await createModel('openai:gpt-4.1-mini-2025-04-14')
    expect([known.id, known.price]).toEqual(['openai:gpt-4.1-mini-2025-04-14', { input: 0.4, cached: 0.1, output: 1.6 }])
    expect((await createModel('openai:gpt-5', { price: { input: 9, output: 9 } })).price).toEqual({ input: 9, output: 9 })
    // A model of that name somewhere else has another price.
    expect((await createModel('openai:gpt-5', { baseUrl: server.url })).price).toBeUndefined()
    expect((await createModel(`openai:m?base=${server.url}`)).id).toBe(`openai:m@127.0.0.1:${server.port}`)
  })
  test.each([
    ['openai:?max=3', 'openai needs a name'],
    ['openai:m?maxx=3', 'no option "maxx"; did you mean max?'],
    ['openai:m?max=0', 'option max is at least 1, found 0'],
    ['openai:m?api=responses', 'option api is one of chat, completions, found "responses"'],
    ['openai:m?input=3', 'a price needs input and output'],
    ['openai:m?base=nowhere', 'the base URL is an http address'],
    ['openai:m?key=sk-12345', 'option key is the name of a variable, not the key'],
  ])('%s: %s', async (text, why) => {
    const f = await createModel(text).then(
      () => null,
      e => e,
    )
    expect(f).toMatchObject({ code: 'usage', message: expect.stringContaining(why) })
    expect(f.message).not.toContain('sk-12345')
  })
})
