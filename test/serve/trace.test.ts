// Spans as an SDK would be given them: the request's within its caller's, the run's within the request's, the calls' within the run's.
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, context, propagation, ROOT_CONTEXT, type Span, type SpanOptions, trace } from '@opentelemetry/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, says, setting } from './setting.ts'

interface Seen {
  name: string
  id: string
  parent: string | undefined
  attributes: Record<string, unknown>
  ended: boolean
}
const spans: Seen[] = []
beforeAll(() => {
  const store = new AsyncLocalStorage<Context>()
  context.setGlobalContextManager({
    active: () => store.getStore() ?? ROOT_CONTEXT,
    with: (c, f, self, ...args) => store.run(c, () => f.apply(self as never, args)),
    bind: (_c, f) => f,
    enable: () => context as never,
    disable: () => context as never,
  })
  propagation.setGlobalPropagator({
    inject: () => {},
    fields: () => ['traceparent'],
    extract(c, carrier, getter) {
      const found = /^00-(\w{32})-(\w{16})-(\d\d)$/.exec(String(getter.get(carrier, 'traceparent')))
      return found === null ? c : trace.setSpanContext(c, { traceId: found[1], spanId: found[2], traceFlags: 1, isRemote: true })
    },
  })
  const startSpan = (name: string, o: SpanOptions = {}, within = context.active()): Span => {
    const seen: Seen = {
      name,
      id: String(spans.length),
      parent: trace.getSpanContext(within)?.spanId,
      attributes: { ...o.attributes },
      ended: false,
    }
    spans.push(seen)
    const span = {
      isRecording: () => true,
      spanContext: () => ({ traceId: '0', spanId: seen.id, traceFlags: 1 }),
      updateName: (x: string) => Object.assign(seen, { name: x }) && span,
      setAttribute: (k: string, v: unknown) => Object.assign(seen.attributes, { [k]: v }) && span,
      setAttributes: (a: object) => Object.assign(seen.attributes, a) && span,
      setStatus: (x: object) => Object.assign(seen.attributes, { status: x }) && span,
      end: () => void Object.assign(seen, { ended: true }),
    } as unknown as Span
    return span
  }
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan: (() => undefined) as never }) })
})
afterAll(() => {
  trace.disable()
  context.disable()
  propagation.disable()
})

test.each([false, true])('a request, its run, its calls (streamed: %s)', async stream => {
  spans.length = 0
  const s = await setting(r => ({ choices: Array<string>(r.body.n ?? 1).fill('Answer: 4') }))
  const caller = 'b7ad6b7169203331'
  const r = await s.post(
    '/v1/chat/completions',
    { model: 'best-of-n/m', messages: says('private words'), stream, espalier: { knobs: { n: 2 } } },
    { traceparent: `00-0af7651916cd43dd8448eb211c80319c-${caller}-01` },
  )
  await r.text()
  await eventually(() => spans.every(x => x.ended)).toBe(true)
  const [request, run, ...calls] = spans
  expect(request).toMatchObject({
    name: 'POST /v1/chat/completions',
    parent: caller,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/v1/chat/completions',
      'url.path': '/v1/chat/completions',
      'url.scheme': 'http',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
    },
  })
  expect(run).toMatchObject({ name: 'invoke_agent best-of-n', parent: request.id })
  expect(calls.length).toBeGreaterThan(0)
  for (const c of calls) expect([c.name, c.parent]).toEqual([expect.stringMatching(/^chat openai:m/), run.id])
  expect(JSON.stringify(spans)).not.toContain('private')
})
test('errors: those of the server are its own, those of a client are not; a path that is no route is not told as one', async () => {
  const s = await setting(() => ({ status: 500, raw: '{}' }))
  spans.length = 0
  await s.post('/v1/chat/completions', { model: 'm', messages: says('?') })
  await s.post('/v1/chat/completions', { model: 'none', messages: says('?') })
  await s.post('/secret/42', {})
  const requests = spans.filter(x => x.attributes['http.request.method'] !== undefined)
  expect(requests.map(x => [x.name, x.attributes['http.response.status_code'], x.attributes['error.type']])).toEqual([
    ['POST /v1/chat/completions', 502, '502'],
    ['POST /v1/chat/completions', 404, undefined],
    ['POST other', 404, undefined],
  ])
})
