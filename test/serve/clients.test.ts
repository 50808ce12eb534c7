// The server as real clients use it, before the model that ships and before one behind an API.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { HumanMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, streamText } from 'ai'
import { OpenAI } from 'openai'
import { describe, expect, test } from 'vitest'
import type { Usage } from '../../src/contract/index.ts'
import type { Received } from '../../src/model/fixture/server.ts'
import { type Setting, says, setting } from './setting.ts'

const client = (s: Setting) => new OpenAI({ baseURL: `${s.serving.url}/v1`, apiKey: 'none', maxRetries: 0 })
type Extras = { run: string | null; solved: boolean | null; verified_by: string | null; ended?: string; spent: Usage }
const extras = (x: unknown): Extras => (x as { espalier: Extras }).espalier
/** Says 4, and now and then 5. */
const sums = (r: Received) => ({
  choices: Array.from({ length: r.body.n ?? 1 }, (_, i) => (i % 4 === 3 ? 'It is 5.\nAnswer: 5' : `2 and 2, so.\nAnswer: 4`)),
})

describe('the openai package', () => {
  test('lists models by method', async () => {
    const s = await setting()
    const ids = (await client(s).models.list()).data.map(m => m.id)
    expect(ids).toEqual(expect.arrayContaining(['m', 'seedling', 'auto/m', 'best-of-n/seedling']))
    expect((await client(s).models.retrieve('puct/seedling')).id).toBe('puct/seedling')
  })
  test('the seedling solves a task that is named, and says what it can do otherwise', async () => {
    const s = await setting()
    const r = await client(s).chat.completions.create({ model: 'auto/seedling', messages: says('game24: 4 9 10 13') })
    expect(extras(r)).toMatchObject({ solved: true, verified_by: 'exact' })
    expect(r.choices[0].finish_reason).toBe('stop')
    expect(s.run(extras(r).run)).toMatchObject({ world: 'game24', status: 'done', answer: r.choices[0].message.content })
    const other = await client(s).chat.completions.create({ model: 'auto/seedling', messages: says('What is the capital of France?') })
    expect(other.choices[0].message.content).toMatch(/only some puzzles[\s\S]*game24: 4 9 10 13/)
    expect(other.usage!.total_tokens).toBe(0)
  })
  test('usage is that of the run, over every call', async () => {
    const s = await setting(sums)
    const r = await client(s).chat.completions.create({ model: 'self-consistency/m', messages: says('What is 2 + 2?') })
    expect(r.choices[0].message.content).toMatch(/Answer: 4$/)
    const { spent } = s.run(extras(r).run)
    expect(spent.calls).toBeGreaterThan(3)
    expect(r.usage).toMatchObject({ prompt_tokens: spent.inputTokens, completion_tokens: spent.outputTokens })
    expect(extras(r).spent).toEqual(spent)
    const asked = s.upstream.requests.reduce((n, q) => n + (q.body.n ?? 1), 0)
    expect(spent.calls).toBe(asked)
  })
  test('streams progress, then the answer, then the usage', async () => {
    const s = await setting(sums)
    const stream = await client(s).chat.completions.create({
      model: 'self-consistency/m',
      messages: says('What is 2 + 2?'),
      stream: true,
      stream_options: { include_usage: true },
    })
    const order: string[] = []
    let text = ''
    let usage: OpenAI.CompletionUsage | undefined
    let run: string | null = null
    for await (const part of stream) {
      const delta = part.choices[0]?.delta as { content?: string; reasoning_content?: string } | undefined
      if (delta?.reasoning_content) order.push('progress')
      if (delta?.content) order.push('answer')
      if (part.choices[0]?.finish_reason) order.push(part.choices[0].finish_reason)
      if (part.usage) order.push('usage')
      text += delta?.content ?? ''
      usage = part.usage ?? usage
      run = extras(part)?.run ?? run
    }
    expect([...new Set(order)]).toEqual(['progress', 'answer', 'stop', 'usage'])
    expect(text).toBe('2 and 2, so.\nAnswer: 4')
    expect(usage).toMatchObject({ prompt_tokens: s.run(run).spent.inputTokens, completion_tokens: s.run(run).spent.outputTokens })
  })
  test('the first event does not wait for the model', async () => {
    let answered = 0
    let free = (): void => {}
    const first = new Promise<void>(resolve => (free = resolve))
    const s = await setting(async () => {
      await first
      answered++
      return { choices: ['Answer: 4'] }
    })
    for (const model of ['best-of-n/m', 'm']) {
      const stream = await client(s).chat.completions.create({ model, messages: says('2 + 2?'), stream: true })
      const parts = stream[Symbol.asyncIterator]()
      expect((await parts.next()).value!.choices[0].delta.role).toBe('assistant')
      if (model !== 'm') expect(answered).toBe(0)
      free()
      for (let p = await parts.next(); !p.done; p = await parts.next());
    }
  })
  test('a model alone passes through: its own pieces, its own usage', async () => {
    const s = await setting(() => ({ choices: [{ text: 'a somewhat longer answer', reasoning_content: 'hm' }] }))
    const stream = await client(s).chat.completions.create({
      model: 'm',
      messages: says('Say something'),
      temperature: 0.3,
      max_completion_tokens: 50,
      stream: true,
      stream_options: { include_usage: true },
    })
    const pieces: string[] = []
    let thought = ''
    for await (const part of stream) {
      const delta = part.choices[0]?.delta as { content?: string; reasoning_content?: string } | undefined
      if (delta?.content) pieces.push(delta.content)
      thought += delta?.reasoning_content ?? ''
    }
    expect([pieces.join(''), thought]).toEqual(['a somewhat longer answer', 'hm'])
    expect(pieces.length).toBeGreaterThan(4)
    expect(s.upstream.requests).toHaveLength(1)
    expect(s.upstream.requests[0].body).toMatchObject({ stream: true, temperature: 0.3, max_tokens: 50 })
    expect(s.runs()).toEqual([])
  })
  test('n replies, the best first; logprobs of what was written; a cut-off is told', async () => {
    const s = await setting(r => ({
      choices: Array.from({ length: r.body.n ?? 1 }, (_, i) => ({ text: `Answer: ${i}`, finish: 'length' })),
    }))
    const r = await client(s).chat.completions.create({ model: 'best-of-n/m', messages: says('Which?'), n: 3 })
    expect(new Set(r.choices.map(c => c.message.content)).size).toBe(3)
    expect(r.choices.map(c => c.finish_reason)).toEqual(['length', 'length', 'length'])
    const own = await client(s).chat.completions.create({ model: 'seedling', messages: says('game24: 4 9 10 13'), logprobs: true })
    const tokens = own.choices[0].logprobs!.content!
    expect(tokens.length).toBe(own.usage!.completion_tokens)
    expect(tokens.map(t => t.token).join('')).toMatch(/^\d+ [-+*/] \d+ =/)
    expect(tokens.every(t => t.logprob <= 0 && t.top_logprobs.length === 0)).toBe(true)
  })
  test('the likeliest tokens beside each, of a model that is asked for them and of one that knows them', async () => {
    const one = (token: string, logprob: number) => ({ token, logprob, bytes: [...Buffer.from(token)] })
    const content = [{ ...one('a', -1), top_logprobs: [one('a', -1), one('b', -2), one('c', -3)] }]
    const s = await setting(() => ({ choices: [{ text: 'a', logprobs: { content } }] }))
    for (const model of ['m', 'best-of-n/m']) {
      const body = { model, messages: says('?'), logprobs: true, top_logprobs: 2, espalier: { knobs: model === 'm' ? {} : { n: 1 } } }
      const r = await client(s).chat.completions.create(body as OpenAI.ChatCompletionCreateParamsNonStreaming)
      expect(r.choices[0].logprobs!.content).toEqual([{ ...one('a', -1), top_logprobs: [one('a', -1), one('b', -2)] }])
    }
    const own = await client(s).chat.completions.create({
      model: 'best-of-n/seedling',
      messages: says('game24: 4 9 10 13'),
      logprobs: true,
      top_logprobs: 3,
    })
    for (const t of own.choices[0].logprobs!.content!) {
      expect(t.top_logprobs.map(x => x.logprob)).toEqual(t.top_logprobs.map(x => x.logprob).sort((a, b) => b - a))
      expect([t.top_logprobs.length, new Set(t.top_logprobs.map(x => x.token)).size]).toEqual([3, 3])
      // The one that was drawn, where it is among them, is told the same.
      for (const x of t.top_logprobs) if (x.token === t.token) expect(x.logprob).toBe(t.logprob)
    }
    const plain = await client(s).completions.create({ model: 'm', prompt: 'A text', logprobs: 2 })
    expect(plain.choices[0].logprobs).toMatchObject({ tokens: ['a'], top_logprobs: [{ a: -1, b: -2 }] })
  })
  test('responses: whole, streamed, tools and all', async () => {
    const s = await setting(sums)
    const r = await client(s).responses.create({ model: 'self-consistency/m', instructions: 'Be brief.', input: 'What is 2 + 2?' })
    expect([r.output_text, r.status]).toEqual(['2 and 2, so.\nAnswer: 4', 'completed'])
    expect(r.usage!.output_tokens).toBe(s.run(extras(r).run).spent.outputTokens)
    expect(s.upstream.requests[0].body.messages[0]).toEqual({ role: 'system', content: 'Be brief.' })
    for (const model of ['self-consistency/m', 'm']) {
      const stream = client(s).responses.stream({ model, input: 'What is 2 + 2?' })
      const kinds: string[] = []
      let seen = -1
      for await (const e of stream) {
        kinds.push(e.type)
        expect(e.sequence_number).toBe(++seen)
      }
      const end = await stream.finalResponse()
      expect(end.output_text).toBe('2 and 2, so.\nAnswer: 4')
      expect(kinds.slice(0, 2)).toEqual(['response.created', 'response.in_progress'])
      expect(kinds.at(-1)).toBe('response.completed')
    }
    await expect(client(s).responses.create({ model: 'm', input: 'And now?', previous_response_id: 'resp_1' })).rejects.toThrow(
      /previous_response_id/,
    )
  })
  test('completions', async () => {
    const s = await setting(() => ({ choices: ['and more'] }))
    const r = await client(s).completions.create({ model: 'm', prompt: 'A text' })
    expect([r.choices[0].text, r.choices[0].finish_reason]).toEqual(['and more', 'stop'])
    let text = ''
    for await (const part of await client(s).completions.create({ model: 'best-of-n/m', prompt: 'A text', stream: true }))
      text += part.choices[0]?.text ?? ''
    expect(text).toBe('and more')
  })
  test('errors come as the errors of the protocol', async () => {
    const s = await setting(() => ({ status: 401, raw: '{"error":{"message":"no"}}' }))
    const c = client(s)
    await expect(c.chat.completions.create({ model: 'autoo/m', messages: says('?') })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      message: expect.stringContaining('did you mean auto/m?'),
    })
    await expect(c.chat.completions.create({ model: 'm', messages: [] })).rejects.toMatchObject({ status: 400, param: 'messages' })
    for (const model of ['m', 'best-of-n/m']) {
      await expect(c.chat.completions.create({ model, messages: says('?') })).rejects.toMatchObject({ status: 502 })
      // The head has gone when it is known: then it is an event.
      const read = async () => {
        for await (const _ of await c.chat.completions.create({ model, messages: says('?'), stream: true }));
      }
      await expect(read()).rejects.toThrow(/refused|no/)
    }
  })
})

test("the AI SDK's OpenAI-compatible provider: text, stream, reasoning, usage", async () => {
  const s = await setting(sums)
  const espalier = createOpenAICompatible({ name: 'espalier', baseURL: `${s.serving.url}/v1`, includeUsage: true })
  const whole = await generateText({ model: espalier('self-consistency/m'), prompt: 'What is 2 + 2?' })
  expect(whole.text).toMatch(/Answer: 4$/)
  const r = streamText({ model: espalier('self-consistency/m'), prompt: 'What is 2 + 2?' })
  let text = ''
  for await (const piece of r.textStream) text += piece
  expect(text).toBe(whole.text)
  expect(await r.reasoningText).toMatch(/best so far/)
  expect(await r.finishReason).toBe('stop')
  const { spent } = s.runs()[0]
  expect((await r.usage).outputTokens).toBe(spent.outputTokens)
})

test('LangChain.js: invoke, stream', async () => {
  const s = await setting(sums)
  const chat = new ChatOpenAI({ model: 'self-consistency/m', apiKey: 'none', configuration: { baseURL: `${s.serving.url}/v1` } })
  const r = await chat.invoke([new HumanMessage('What is 2 + 2?')])
  expect(r.text).toMatch(/Answer: 4$/)
  expect(r.usage_metadata!.output_tokens).toBe(s.runs()[0].spent.outputTokens)
  let text = ''
  for await (const part of await chat.stream([new HumanMessage('What is 2 + 2?')])) text += part.text
  expect(text).toMatch(/Answer: 4$/)
})

test('curl', async () => {
  const s = await setting()
  const body = JSON.stringify({ model: 'best-of-n/seedling', messages: says('game24: 4 9 10 13'), stream: true })
  const args = [
    '-sN',
    `${s.serving.url}/v1/chat/completions`,
    '-H',
    'content-type: application/json',
    '-H',
    'x-espalier-budget: calls=50',
    '-d',
    body,
  ]
  const { stdout } = await promisify(execFile)('curl', args)
  expect(stdout.trim().split('\n').at(-1)).toBe('data: [DONE]')
  expect(stdout).toContain('reasoning_content')
})
