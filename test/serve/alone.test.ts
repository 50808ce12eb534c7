// A model alone under a limit: a search of its own, and yet its pieces come as they are written.
import { expect, test } from 'vitest'
import { recorded, solve } from '../../src/run/index.ts'
import { eventsOf, says, setting } from './setting.ts'

const chat = '/v1/chat/completions'
const budget = { 'x-espalier-budget': 'calls=9' }
const pieces = (events: any[], index = 0): string[] =>
  events.flatMap(e => (e.choices ?? []).filter((c: any) => c.index === index && c.delta.content).map((c: any) => c.delta.content))

test('its pieces come as they are written, and nothing else is told', async () => {
  let early = false
  const text = 'one two three four five six'
  const s = await setting(() => ({ choices: [{ text, reasoning_content: 'hm' }], gap: 30 }))
  const r = await s.post(chat, { model: 'm', messages: says('Count'), stream: true, stream_options: { include_usage: true } }, budget)
  let whole = ''
  const decoder = new TextDecoder()
  for await (const part of r.body as unknown as AsyncIterable<Uint8Array>) {
    whole += decoder.decode(part, { stream: true })
    // The first piece is here while the model still writes.
    if (whole.includes('"content":"one') && s.upstream.requests[0].end === 'open') early = true
  }
  expect(early).toBe(true)
  const events = eventsOf(whole)
  expect(pieces(events).join('')).toBe(text)
  expect(pieces(events).length).toBeGreaterThan(4)
  expect(events.map(e => e.choices?.[0]?.delta?.reasoning_content ?? '').join('')).toBe('hm')
  const { espalier, usage } = events.find(e => e.usage)
  const run = s.run(espalier.run)
  expect([run.status, run.spent.calls, run.spent.outputTokens]).toEqual(['done', 1, usage.completion_tokens])
})
test('several replies keep their places, also where two are alike', async () => {
  let drawn = 0
  const s = await setting(r => ({ choices: Array.from({ length: r.body.n ?? 1 }, () => ['b', 'a', 'b', 'c'][drawn++]) }))
  const body = { model: 'm', messages: says('Say'), n: 4, stream: true }
  const events = eventsOf(await (await s.post(chat, body, budget)).text())
  const heard = [0, 1, 2, 3].map(i => pieces(events, i).join(''))
  expect(heard).toEqual(['b', 'a', 'b', 'c'])
  expect(events.filter(e => e.choices?.[0]?.finish_reason === 'stop')).toHaveLength(4)
})
test('by the other forms of the protocol, too', async () => {
  const s = await setting(() => ({ choices: ['a somewhat longer answer'] }))
  const completion = eventsOf(await (await s.post('/v1/completions', { model: 'm', prompt: 'Say', stream: true }, budget)).text())
  const texts = completion.map(e => e.choices?.[0]?.text ?? '')
  expect([texts.join(''), texts.filter(Boolean).length > 4]).toEqual(['a somewhat longer answer', true])
  const response = eventsOf(await (await s.post('/v1/responses', { model: 'm', input: 'Say', stream: true }, budget)).text())
  const deltas = response.filter(e => e.type === 'response.output_text.delta').map(e => e.delta)
  expect([deltas.join(''), deltas.length > 4]).toEqual(['a somewhat longer answer', true])
})
test('what was said and then broken off is not said anew: an error, of a run that can be resumed', async () => {
  const s = await setting(r => ({ choices: ['first this, then that'], ...(r.index === 0 ? { cut: 4 } : {}) }))
  const events = eventsOf(await (await s.post(chat, { model: 'm', messages: says('Say'), stream: true }, budget)).text())
  expect(pieces(events).join('')).not.toBe('')
  expect(events.at(-1).error).toMatchObject({ type: 'server_error' })
  expect(s.upstream.requests).toHaveLength(1)
  const [run] = s.runs()
  const { frame, task, plan } = await recorded(run)
  const r = await solve(frame, task, { store: s.store, resume: run.id, plan })
  expect((r.answer as { text: string }).text).toBe('first this, then that')
})
test('a fault before the first piece is waited out', async () => {
  const s = await setting(r => (r.index === 0 ? { status: 503, raw: '{}' } : { choices: ['fine'] }))
  const events = eventsOf(await (await s.post(chat, { model: 'm', messages: says('Say'), stream: true }, budget)).text())
  expect(pieces(events).join('')).toBe('fine')
})
