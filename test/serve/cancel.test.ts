// How requests end before their time, and what is kept of them.
import { createHash } from 'node:crypto'
import { OpenAI } from 'openai'
import { describe, expect, test } from 'vitest'
import { recorded, solve } from '../../src/run/index.ts'
import { eventsOf, eventually, says, setting } from './setting.ts'

const chat = '/v1/chat/completions'
/** Answers the first `n`, then nothing more comes until it is let. */
function gated(n: number) {
  let let_ = (): void => {}
  const free = new Promise<void>(resolve => (let_ = resolve))
  let i = 0
  const answer = async () => {
    if (i++ >= n) await free
    return { choices: ['Answer: 4'] }
  }
  return { answer, free: () => let_() }
}

describe('the client goes away', () => {
  test.each([true, false])(
    'in a search (streamed: %s): what is in flight is cancelled, the run is kept and can be resumed',
    async stream => {
      const gate = gated(2)
      const s = await setting(gate.answer, { concurrency: 1 })
      const stop = new AbortController()
      const going = fetch(`${s.serving.url}${chat}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-espalier-budget': 'calls=4', 'x-espalier-knobs': 'n=4' },
        body: JSON.stringify({ model: 'self-consistency/m', messages: says('2 + 2?'), stream }),
        signal: stop.signal,
      }).then(r => r.text())
      going.catch(() => {})
      await eventually(() => s.upstream.requests.length).toBeGreaterThanOrEqual(3)
      stop.abort()
      await eventually(() => s.upstream.requests.filter(r => r.end === 'open').length).toBe(0)
      await eventually(() => s.serving.inFlight).toBe(0)
      const [run] = s.runs()
      expect(run.status).toBe('paused')
      gate.free()
      const { frame, task, plan } = await recorded(run)
      const r = await solve(frame, task, { store: s.store, resume: run.id, plan })
      expect([r.ended, (r.answer as { text: string }).text]).toEqual(['done', 'Answer: 4'])
    },
  )
  test('of a model alone: the call is cancelled', async () => {
    const gate = gated(0)
    const s = await setting(gate.answer)
    const c = new OpenAI({ baseURL: `${s.serving.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const stream = await c.chat.completions.create({ model: 'm', messages: says('?'), stream: true })
    await eventually(() => s.upstream.requests.length).toBe(1)
    stream.controller.abort()
    await eventually(() => s.upstream.requests[0].end).toBe('closed')
    await eventually(() => s.serving.inFlight).toBe(0)
  })
})

describe('time is up', () => {
  test('by the budget of the request: the best so far', async () => {
    const gate = gated(2)
    const s = await setting(gate.answer, { concurrency: 1 })
    const r = await s.post(chat, { model: 'self-consistency/m', messages: says('2 + 2?') }, { 'x-espalier-budget': 'calls=9,time=1s' })
    const body = (await r.json()) as any
    expect(body.choices[0].message.content).toBe('Answer: 4')
    expect(body.espalier.ended).toBe('budget')
    gate.free()
  })
  test("by the server's limit: the best so far, told as a cut-off, of a run that can be resumed", async () => {
    const gate = gated(2)
    const s = await setting(gate.answer, { concurrency: 1, seconds: 1.5 })
    const r = await s.post(chat, {
      model: 'self-consistency/m',
      messages: says('2 + 2?'),
      stream: true,
      stream_options: { include_usage: true },
    })
    const events = eventsOf(await r.text())
    const last = events.filter(e => e.choices?.[0]?.finish_reason).at(-1)
    expect(last.choices[0].finish_reason).toBe('length')
    expect(events.map(e => e.choices?.[0]?.delta?.content ?? '').join('')).toBe('Answer: 4')
    const usage = events.find(e => e.usage)
    expect(s.run(usage.espalier.run).status).toBe('paused')
    gate.free()
  })
})

test('too many at once are asked to wait, and nothing of them is begun', async () => {
  const gate = gated(0)
  const s = await setting(gate.answer, { inFlight: 2 })
  const all = [1, 2].map(() => s.post(chat, { model: 'm', messages: says('?') }))
  await eventually(() => s.serving.inFlight).toBe(2)
  const third = await s.post(chat, { model: 'm', messages: says('?') })
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1'])
  gate.free()
  expect((await Promise.all(all)).map(r => r.status)).toEqual([200, 200])
  expect(s.upstream.requests).toHaveLength(2)
  expect((await s.post(chat, { model: 'm', messages: says('?') })).status).toBe(200)
})

test("a model's own limits are passed on", async () => {
  const s = await setting(() => ({ status: 429, headers: { 'retry-after': '7' }, raw: '{"error":{"message":"slow down"}}' }))
  const r = await s.post(chat, { model: 'm', messages: says('?') })
  expect([r.status, r.headers.get('retry-after')]).toEqual([429, '7'])
})

test("a key's budget is never overspent, by requests at once neither", async () => {
  const hash = createHash('sha256').update('k').digest('hex')
  const s = await setting(() => ({ choices: ['Answer: 4'] }), { keys: [{ name: 'me', hash, budget: { calls: 10 } }] })
  const ask = (budget: string, model = 'best-of-n/m') =>
    s.post(chat, { model, messages: says(`? ${Math.random()}`) }, { authorization: 'Bearer k', 'x-espalier-budget': budget })
  const statuses = (await Promise.all(Array.from({ length: 8 }, () => ask('calls=3')))).map(r => r.status)
  expect(statuses.filter(x => x === 200).length).toBeGreaterThan(0)
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
  for (let i = 0; i < 10; i++) await ask('calls=3')
  const last = await ask('calls=1', 'm')
  expect([last.status, ((await last.json()) as any).error.code]).toEqual([429, 'budget'])
  const calls = s.upstream.requests.reduce((n, r) => n + (r.body.n ?? 1), 0)
  expect(calls).toBe(10)
})

test('most holds whatever a request names', async () => {
  const s = await setting(() => ({ choices: ['Answer: 4'] }), { most: { calls: 2 } })
  const r = await s.post(chat, { model: 'best-of-n/m', messages: says('?') }, { 'x-espalier-budget': 'calls=100' })
  expect(((await r.json()) as any).espalier.spent.calls).toBe(2)
  const alone = await s.post(chat, { model: 'm', messages: says('?'), n: 5 })
  expect(((await alone.json()) as any).espalier.spent.calls).toBe(2)
})

test('the server closes: no one else comes in, what can end ends, the rest is parked', async () => {
  const gate = gated(2)
  const s = await setting(gate.answer, { concurrency: 1 })
  const going = s.post(chat, { model: 'self-consistency/m', messages: says('2 + 2?') }, { 'x-espalier-budget': 'calls=4' })
  await eventually(() => s.upstream.requests.length).toBeGreaterThanOrEqual(3)
  const closed = s.serving.close(200)
  await expect(s.post(chat, { model: 'm', messages: says('?') }).then(r => r.status)).rejects.toThrow()
  const body = (await (await going).json()) as any
  expect([body.choices[0].message.content, body.choices[0].finish_reason]).toEqual(['Answer: 4', 'length'])
  await closed
  expect(s.run(body.espalier.run).status).toBe('paused')
  gate.free()
})
