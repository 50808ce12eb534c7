// Searches through the runtime, against a server that speaks the protocol and goes wrong in every way it can.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Provider, RunEvent } from '../src/contract/index.ts'
import { Failure, type FlatTree } from '../src/kernel/index.ts'
import { type Answer, type Received, type Served, serveModel } from '../src/model/fixture/server.ts'
import { fromAISDK, type OpenAIOptions, openai } from '../src/model/index.ts'
import { solve } from '../src/run/index.ts'
import { grower } from '../src/runtime/fixture/methods.ts'
import { toy, toyValue } from '../src/runtime/fixture/toy.ts'
import { MemoryJournal, method, type RunSetup, run } from '../src/runtime/index.ts'
import { openStore } from '../src/store/index.ts'
import { digits } from './endpoint/digits.ts'
import { survive } from './endpoint/survive.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const x of open.splice(0)) await x.close()
})
async function serve(answer: (r: Received) => Answer | Promise<Answer> = digits): Promise<Served> {
  const server = await serveModel(answer)
  open.push(server)
  return server
}
function endpoint(server: Served, o: Partial<OpenAIOptions> = {}): Provider {
  const model = openai({ model: 'm', baseUrl: server.url, max: 20, ...o })
  open.push({ close: () => model.close!() })
  return model
}
/** Under the virtual clock nobody waits for real before trying again; the server is real. */
const search = (model: Provider, o: RunSetup & { calls?: number } = {}) => {
  const { calls = 60, ...setup } = o
  return run({ world: toy(5), method: grower, model, value: toyValue, budget: { calls } }, '', {
    concurrency: 8,
    clock: 'virtual',
    ...setup,
  })
}
const answered = (server: Served): number => server.requests.filter(r => r.end === 'answered').length

describe('a search over an endpoint', () => {
  test.each([false, true])('is the same tree at any time; streamed: %s', async stream => {
    const server = await serve()
    const trees = []
    for (let i = 0; i < 2; i++) {
      const r = await search(endpoint(server, { stream }), { concurrency: 1 })
      expect([r.spent.calls, r.yield]).toEqual([60, 1])
      trees.push((r.tree as FlatTree).digest())
    }
    expect(trees[0]).toBe(trees[1])
    expect(server.requests.length).toBe(answered(server))
  })
  test('what is spent is what the server counted', async () => {
    const server = await serve()
    const r = await search(endpoint(server, { price: { input: 1, output: 2 } }))
    const told = { calls: 0, inputTokens: 0, outputTokens: 0 }
    for (const { body } of server.requests) {
      told.calls += body.n ?? 1
      told.inputTokens += Math.ceil(Buffer.byteLength(body.messages.map((m: any) => m.content).join('')) / 4)
      told.outputTokens += 2 * (body.n ?? 1)
    }
    expect(r.spent).toMatchObject({ ...told, requests: server.requests.length })
    expect(r.spent.usd).toBeCloseTo((told.inputTokens + 2 * told.outputTokens) / 1e6, 12)
  })
  test('a server that ignores n costs what it costs, and no budget is overrun', async () => {
    const server = await serve(r => ({ choices: [(digits(r).choices as string[])[0]] }))
    const r = await search(endpoint(server), { calls: 50 })
    expect([r.spent.calls, r.spent.requests, r.yield]).toEqual([50, 50, 1])
    expect(server.requests).toHaveLength(50)
  })
  test('an AI SDK model, by its shape', async () => {
    const model = fromAISDK({
      specificationVersion: 'v3',
      provider: 'fake',
      modelId: 'f',
      doGenerate: async (o: any) => ({
        content: [{ type: 'text', text: String(o.seed).padStart(8, '3') }],
        finishReason: { unified: 'stop', raw: 'stop' },
        usage: { inputTokens: { total: 5 }, outputTokens: { total: 8 } },
      }),
    })
    const r = await search(model, { calls: 40 })
    expect([r.spent.calls, r.spent.requests, r.spent.outputTokens, r.yield]).toEqual([40, 40, 320, 1])
  })
})

describe('nothing is lost', () => {
  test('in a storm of 429s: waited out as told, fewer at a time, every paid call in the tree', async () => {
    let inside = 0
    const server = await serve(async r => {
      if (inside >= 3) return { status: 429, headers: { 'retry-after': '2' }, raw: '{"error":{"message":"Slow down"}}' }
      inside++
      await new Promise(go => setTimeout(go, 3))
      inside--
      return digits(r)
    })
    const events: RunEvent[] = []
    const r = await search(endpoint(server), { concurrency: 16, onEvent: e => void events.push(e) })
    expect([r.spent.calls, r.yield]).toEqual([60, 1])
    const limited = events.filter(e => e.kind === 'model.limited')
    expect(limited.length).toBeGreaterThan(0)
    expect(Math.min(...limited.map(e => (e.data as { slots: number }).slots))).toBeLessThan(16)
    expect(r.spent.seconds).toBeGreaterThanOrEqual(2)
    expect(r.spent.workingSeconds).toBeLessThan(r.spent.seconds * 16)
  })
  test.each([false, true])('among resets, silence, nonsense, 5xx and empty answers; streamed: %s', async stream => {
    const turns = new Map<string, number>()
    const server = await serve(r => {
      // Every call goes wrong once, each in its own way, and by the second time it is well.
      const key = String(r.headers['idempotency-key'])
      const turn = turns.get(key) ?? 0
      turns.set(key, turn + 1)
      const good = digits(r)
      if (turn > 0) return good
      const bad: Answer[] = [
        { ...good, cut: 1 },
        { ...good, hang: 1 },
        { raw: '{"choices":[' },
        { status: 503, raw: 'gone' },
        { choices: [] },
        { raw: JSON.stringify({ error: { message: 'Overloaded', code: 529 } }) },
        { status: 408, raw: '' },
        good,
      ]
      return bad[r.index % bad.length]
    })
    const r = await search(endpoint(server, { stream, stall: 0.2 }), { calls: 40 })
    expect([r.spent.calls, r.yield]).toEqual([40, 1])
    expect(server.requests.length).toBeGreaterThan(turns.size)
    expect(Math.max(...turns.values())).toBe(2)
  })
  test('usage beyond the declared maximum is taken as said', async () => {
    const server = await serve(r => ({ ...digits(r), usage: { prompt_tokens: 1, completion_tokens: 1_000_000 } }))
    const r = await search(endpoint(server), { calls: 10 })
    expect(r.spent.outputTokens).toBe(server.requests.length * 1_000_000)
  })
})

describe('the end of a run', () => {
  const failing = (model: Provider, o: RunSetup = {}) =>
    search(model, o).then(
      () => {
        throw new Error('it did not fail')
      },
      e => e as Failure & { partial: { spent: { calls: number } } },
    )
  test('by a wrong key: one line that names the variable; resumed with the right one, nothing is asked again', async () => {
    let wrong = false
    const server = await serve(r => {
      if (r.index >= 10 && wrong) return { status: 401, raw: '{"error":{"message":"Incorrect API key provided: the-secret-key-1"}}' }
      return digits(r)
    })
    vi.stubEnv('MY_KEY', 'the-secret-key-1')
    const journal = new MemoryJournal()
    wrong = true
    const f = await failing(endpoint(server, { keyFrom: 'MY_KEY' }), { journal, concurrency: 1 })
    expect(f).toBeInstanceOf(Failure)
    expect([f.code, f.message]).toEqual([
      'model',
      `openai:m@127.0.0.1:${server.port}: 127.0.0.1:${server.port} refused (401): it did not take the key in MY_KEY: Incorrect API key provided: ***`,
    ])
    expect(f.partial.spent.calls).toBeGreaterThan(9)
    wrong = false
    const r = await search(endpoint(server, { keyFrom: 'MY_KEY' }), { journal, concurrency: 1 })
    expect([r.spent.calls, r.yield]).toEqual([60, 1])
    const keys = server.requests.map(x => x.headers['idempotency-key'])
    // Asked twice: the one that was refused.
    expect(keys.length - new Set(keys).size).toBeLessThanOrEqual(1)
  })
  test('by a server that is not there: one line, after it was tried again', async () => {
    const server = await serveModel()
    await server.close()
    const retries: unknown[] = []
    const f = await failing(endpoint(server), { onEvent: e => void (e.kind === 'model.retry' && retries.push(e)) })
    expect(f.message).toMatch(/^openai:m@127\.0\.0\.1:\d+: could not reach 127\.0\.0\.1:\d+: nothing listens there \(tried 6 times\)$/)
    expect(retries.length).toBeGreaterThanOrEqual(5)
  })
  test('by the budget cancels what is in flight, and the server sees the sockets close', async () => {
    const server = await serve(r => (r.index > 4 ? { ...digits(r), hang: 0 } : digits(r)))
    const racing = method({
      id: 'racing',
      knobs: {},
      needs: ['policy'],
      async run(s) {
        // The first few are enough; the rest is cancelled while it is in flight.
        const all = Array.from({ length: 12 }, () => s.propose(s.tree.root, { n: 1 }))
        await Promise.race(all)
        await new Promise<void>(() => {
          s.stop({ inFlight: 'cancel' })
        })
      },
    })
    const r = await run(
      { world: toy(5), method: racing, model: endpoint(server, { n: false }), value: toyValue, budget: { calls: 100 } },
      '',
      { concurrency: 12 },
    )
    expect(r.spent.calls).toBeGreaterThan(0)
    await vi.waitFor(() => expect(server.requests.filter(x => x.end === 'closed').length).toBeGreaterThan(0))
    await vi.waitFor(() => expect(server.requests.every(x => x.end !== 'open')).toBe(true))
  })
})

describe('a key', () => {
  test('is in no event, no record, no file of the store, and in no error', async () => {
    const key = 'Zx9-do-not-tell-anyone-4f1'
    vi.stubEnv('MY_KEY', key)
    const store = mkdtempSync(join(tmpdir(), 'espalier-endpoint-'))
    const events: RunEvent[] = []
    const server = await serve(r =>
      r.index > 20
        ? { status: 403, raw: JSON.stringify({ error: { message: `no, ${key}` } }) }
        : r.index === 3
          ? { status: 500, raw: JSON.stringify({ error: { message: `hm, ${key}` } }) }
          : digits(r),
    )
    const address = server.url.replace('//', `//me:${key}@`)
    const failures = []
    for (const model of [endpoint(server, { keyFrom: 'MY_KEY' }), openai({ model: 'm', baseUrl: address, max: 20 })]) {
      const e = await solve({ world: toy(5), method: grower, model, value: toyValue, budget: { calls: 100 } }, '', {
        store,
        concurrency: 2,
        clock: 'virtual',
        onEvent: x => void events.push(x),
      }).then(
        () => null,
        x => x,
      )
      failures.push(e)
    }
    expect(server.requests.some(r => r.headers.authorization === `Bearer ${key}`)).toBe(true)
    expect(failures[0].message).toContain('MY_KEY')
    let seen = ''
    for (let e = failures.pop(); e !== undefined; e = e?.cause ?? failures.pop())
      seen += `${e?.message} ${e?.stack} ${e?.hint} ${JSON.stringify(e)}\n`
    seen += JSON.stringify(events)
    for (const f of readdirSync(store, { recursive: true, encoding: 'utf8' })) {
      const path = join(store, f)
      if (statSync(path).isFile()) seen += readFileSync(path, 'latin1')
    }
    expect(seen.length).toBeGreaterThan(5000)
    expect(events.length).toBeGreaterThan(20)
    expect(seen).not.toContain(key)
    expect(seen).not.toContain(Buffer.from(`me:${key}`).toString('base64'))
    rmSync(store, { recursive: true, force: true })
  })
})

describe('kill -9 at random moments, then resume', () => {
  test.each([
    ['false', 1],
    ['true', 8],
  ])('streamed: %s, %i in flight: no answered call is made again that is not named in doubt', async (stream, concurrency) => {
    const told = { answered: () => {} }
    const server = await serve(async r => {
      await new Promise(go => setTimeout(go, -Math.log(1 - Math.random()) * 4))
      told.answered()
      return digits(r)
    })
    const folder = mkdtempSync(join(tmpdir(), 'espalier-endpoint-'))
    const end = await survive({ url: server.url, store: folder, stream, concurrency, calls: 90, kills: 5, server: told })
    const store = openStore(folder)
    const doubted = new Set<string>()
    for (const x of store.open(end.run).journal.read()) if (x.t === 'session') for (const k of x.inDoubt) doubted.add(`${end.run}-${k}`)
    store.close()
    const times = new Map<string, number>()
    for (const r of server.requests)
      if (r.end === 'answered') times.set(String(r.headers['idempotency-key']), (times.get(String(r.headers['idempotency-key'])) ?? 0) + 1)
    for (const [key, n] of times) if (n > 1) expect(doubted, key).toContain(key)
    expect(end.kills).toBe(5)
    expect(end.spent.calls).toBe(90)
    // Every call that was recorded was answered; what the server counted beyond is in doubt.
    let drawn = 0
    for (const r of server.requests) if (r.end === 'answered') drawn += r.body.n ?? 1
    expect(drawn).toBeGreaterThanOrEqual(end.spent.calls)
    expect(drawn).toBeLessThanOrEqual(end.spent.calls + end.inDoubt.calls)
    rmSync(folder, { recursive: true, force: true })
  })
})
