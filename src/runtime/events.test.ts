import { type Span, type SpanOptions, trace } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FlatTree } from '../kernel/index.ts'
import { grower, kitchen } from './fixture/methods.ts'
import { toy, toyModel, toyValue } from './fixture/toy.ts'
import { type Event, MemoryJournal, type RunSetup, run } from './index.ts'

const start = (o: RunSetup = {}, method: any = grower) =>
  run(
    {
      world: toy(method === grower ? 3 : 6),
      method,
      model: toyModel({ latency: 50, price: { input: 1, output: 2 } }),
      value: toyValue,
      budget: { calls: method === grower ? 60 : 200 },
    },
    '',
    { concurrency: 4, ...o },
  )

describe('events', () => {
  test('come in order without gaps, to a callback and to whoever iterates alike', async () => {
    const called: Event[] = []
    const iterated: Event[] = []
    const r = start({ onEvent: e => void called.push(e as Event) })
    for await (const e of r) iterated.push(e)
    expect(iterated).toEqual(called)
    expect(iterated.map(e => e.seq)).toEqual(iterated.map((_, i) => i))
    expect([iterated[0].kind, iterated.at(-1)?.kind]).toEqual(['run.start', 'run.end'])
    expect(new Set(iterated.map(e => e.run))).toEqual(new Set([r.id]))
  })
  test('tell the whole tree, the spend and every best answer', async () => {
    const seen: Event[] = []
    const r = await start({ onEvent: e => void seen.push(e as Event) })
    const of = <K extends Event['kind']>(kind: K) => seen.filter(e => e.kind === kind) as Extract<Event, { kind: K }>[]
    const t = r.tree as FlatTree
    expect(of('tree.node').length).toBe(t.nodes().length - 1)
    expect(of('tree.edge').length).toBe(t.size - 1)
    for (const e of of('tree.node')) expect([t.parentOf[e.data.node], t.level[e.data.node]]).toEqual([e.data.parent, e.data.depth])
    expect(of('effect.start').length).toBe(of('effect.end').length)
    expect(of('effect.end').reduce((n, e) => n + (e.data.usage.calls ?? 0), 0)).toBe(60)
    expect(of('effect.start').every(e => e.data.inFlight <= 4 && e.data.inFlight > 0)).toBe(true)
    expect(of('answer').at(-1)?.data.text).toBe(r.answer)
    expect(of('run.landing')[0].data.why).toBe('budget')
    expect(() => JSON.stringify(seen)).not.toThrow()
  })
  test('a run that nobody watches takes the same way', async () => {
    const a = await start()
    const b = await start({ onEvent: () => {} })
    expect((a.tree as FlatTree).digest()).toBe((b.tree as FlatTree).digest())
  })
  test('an iteration that ends early does not hold the run', async () => {
    const r = start()
    for await (const e of r) if (e.kind === 'tree.node') break
    expect((await r).spent.calls).toBe(60)
  })
  test('a resumed run says how much was replayed and what is in doubt', async () => {
    const journal = new MemoryJournal()
    await start({ journal })
    const seen: Event[] = []
    const half = journal.records.slice(0, journal.size >> 1)
    await start({ journal: new MemoryJournal(half), onEvent: e => void seen.push(e as Event) })
    const live = seen.find(e => e.kind === 'run.live') as Extract<Event, { kind: 'run.live' }>
    expect(live.data.replayed).toBe(half.filter(r => r.t === 'done').length)
    expect(live.data.inDoubt).toBe(half.filter(r => r.t === 'open').length - live.data.replayed)
  })
  test('searches inside begin and end', async () => {
    const seen: Event[] = []
    await start({ onEvent: e => void seen.push(e as Event) }, kitchen())
    const begun = seen.filter(e => e.kind === 'sub.start').map(e => e.address)
    const ended = seen.filter(e => e.kind === 'sub.end').map(e => e.address)
    expect(begun.length).toBeGreaterThan(0)
    expect(ended.every(a => begun.includes(a))).toBe(true)
  })
})

describe('OpenTelemetry', () => {
  interface Seen {
    name: string
    attributes: Record<string, unknown>
    ended: boolean
  }
  const spans: Seen[] = []
  beforeAll(() => {
    // As small as a tracer can be: enough to see what an SDK would be given.
    const startSpan = (name: string, o: SpanOptions = {}): Span => {
      const seen: Seen = { name, attributes: { ...o.attributes }, ended: false }
      spans.push(seen)
      const span = {
        isRecording: () => true,
        setAttribute: (k: string, v: unknown) => Object.assign(seen.attributes, { [k]: v }) && span,
        setAttributes: (a: object) => Object.assign(seen.attributes, a) && span,
        setStatus: (s: object) => Object.assign(seen.attributes, { status: s }) && span,
        recordException: () => {},
        end: () => {
          seen.ended = true
        },
      } as unknown as Span
      return span
    }
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan: (() => undefined) as never }) })
  })
  afterAll(() => trace.disable())
  test('spans with the GenAI names, one a call, one a tool, one a run', async () => {
    const r = await start({}, kitchen())
    const chats = spans.filter(s => s.name === 'chat toy')
    expect(chats.length).toBe(r.spent.requests)
    expect(chats[0].attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'toy',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 8,
      'gen_ai.response.finish_reasons': ['stop'],
    })
    const tools = spans.filter(s => s.name === 'execute_tool flaky')
    expect(tools.length).toBeGreaterThanOrEqual(r.spent.toolCalls)
    expect(tools.some(s => s.attributes['error.type'] === 'RangeError')).toBe(true)
    expect(spans.filter(s => s.name === 'invoke_agent kitchen').map(s => s.attributes['espalier.calls'])).toEqual([r.spent.calls])
    expect(spans.every(s => s.ended)).toBe(true)
    expect(JSON.stringify(spans)).not.toContain('judge ') // prompts may hold what is private
  })
})
