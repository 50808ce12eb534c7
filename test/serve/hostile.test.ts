// What a server must refuse, and what must not bring it down.
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { application, type ServeSettings } from '../../src/serve/index.ts'
import { eventsOf, eventually, says, setting } from './setting.ts'

const chat = '/v1/chat/completions'
const hello = { model: 'seedling', messages: says('hello') }
const app = (o: Partial<ServeSettings> = {}) => application({ models: { seedling: 'seedling' }, store: null, ...o })
const ask = (a: ReturnType<typeof app>, path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  a.fetch(
    new Request(`http://127.0.0.1:8080${path}`, {
      method: 'POST',
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
      ...(init.method === 'GET' ? {} : { body: init.body ?? JSON.stringify(hello) }),
    }),
  )
const errorOf = async (r: Response): Promise<{ status: number; message: string; code: string; param: string | null }> => ({
  status: r.status,
  ...((await r.json()) as { error: any }).error,
})

describe('who may come in', () => {
  test('local names alone, whatever a page makes a name point at', async () => {
    for (const host of ['evil.example', 'evil.example:8080', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1', ''])
      expect([host, (await ask(app(), chat, { headers: { host } })).status]).toEqual([host, 403])
    for (const host of ['127.0.0.1:8080', 'localhost:1', '[::1]:8080', '127.1.2.3'])
      expect((await ask(app(), chat, { headers: { host } })).status).toBe(200)
  })
  test('no page of another origin, but for those of the settings', async () => {
    const cross = (headers: Record<string, string>, o?: Partial<ServeSettings>) =>
      ask(app(o), chat, { headers: { host: '127.0.0.1:8080', ...headers } })
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:9999', 'file://'])
      expect([origin, (await cross({ origin })).status]).toEqual([origin, 403])
    expect((await cross({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await cross({ origin: 'http://127.0.0.1:8080' })).status).toBe(200)
    expect((await cross({ origin: 'https://chat.example' }, { origins: ['https://chat.example'] })).status).toBe(200)
  })
  test('browsers are told what a known page may do, and nothing of others', async () => {
    const a = app({ origins: ['https://chat.example'] })
    const preflight = (origin: string) =>
      a.fetch(
        new Request(`http://127.0.0.1:8080${chat}`, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,authorization' },
        }),
      )
    const known = await preflight('https://chat.example')
    expect([known.status, known.headers.get('access-control-allow-origin')]).toEqual([204, 'https://chat.example'])
    expect(known.headers.get('access-control-allow-headers')).toBe('content-type,authorization')
    const other = await preflight('https://evil.example')
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null])
    const answer = await ask(a, chat, { headers: { host: '127.0.0.1:8080', origin: 'https://chat.example' } })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, 'https://chat.example'])
  })
  test('a form of a page cannot pass for JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])
      expect((await ask(app(), chat, { headers: { 'content-type': type } })).status).toBe(415)
  })
  test('keys: none, wrong, right; their rate; nothing else than their hash is kept', async () => {
    const hash = createHash('sha256').update('right-key').digest('hex')
    const a = app({ host: '0.0.0.0', keys: [{ name: 'me', hash, rate: 2 }] })
    const by = (authorization?: string) => ask(a, chat, { headers: authorization === undefined ? {} : { authorization } })
    expect(await errorOf(await by())).toMatchObject({ status: 401, code: 'no_key' })
    for (const wrong of ['Bearer wrong', `Bearer ${hash}`, 'Bearer right-key2', 'Basic right-key'])
      expect([wrong, (await by(wrong)).status]).toEqual([wrong, 401])
    expect((await by('Bearer right-key')).status).toBe(200)
    expect((await by('Bearer right-key')).status).toBe(200)
    const third = await by('Bearer right-key')
    expect([third.status, Number(third.headers.get('retry-after'))]).toEqual([429, expect.any(Number)])
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
    for (const path of ['/v1/models', '/metrics', '/openapi.json'])
      expect([path, (await ask(a, path, { method: 'GET' })).status]).toEqual([path, 401])
    expect((await ask(a, '/healthz', { method: 'GET' })).status).toBe(200)
  })
  test('a host that others can reach needs keys', () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.2', 'example.org']) expect(() => app({ host })).toThrow(/needs API keys/)
  })
})

describe('what may be sent', () => {
  test('bodies too long, with or without saying so, and bodies that are no JSON', async () => {
    const long = JSON.stringify({ ...hello, user: 'x'.repeat(5000) })
    expect((await ask(app({ body: 4000 }), chat, { body: long })).status).toBe(413)
    const parts = new ReadableStream({
      pull(c) {
        c.enqueue(new Uint8Array(1000))
      },
    })
    const endless = new Request(`http://127.0.0.1${chat}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: parts,
      duplex: 'half',
    } as RequestInit)
    expect((await app({ body: 4000 }).fetch(endless)).status).toBe(413)
    for (const body of ['{', '', 'null', '[]', '"x"', '{"model":', '\u0000', '{"a":1}}', '['.repeat(100_000)])
      expect([body.slice(0, 9), (await ask(app(), chat, { body })).status]).toEqual([body.slice(0, 9), 400])
    const latin = new Request(`http://127.0.0.1${chat}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    })
    expect((await app().fetch(latin)).status).toBe(400)
  })
  test.each<[string, object, RegExp]>([
    ['no model', { messages: says('?') }, /^model/],
    ['no messages', { model: 'seedling' }, /^messages/],
    ['a role that is none', { model: 'seedling', messages: [{ role: 'king', content: '' }] }, /^messages\[0\]\.role/],
    ['too many replies', { ...hello, n: 1000 }, /^n:/],
    ['a temperature that is none', { ...hello, temperature: 'hot' }, /^temperature/],
    ['an unknown wish', { ...hello, espalier: { baseUrl: 'http://evil.example' } }, /baseUrl/],
    ['a command as reward', { ...hello, espalier: { reward: 'verify:touch /tmp/x' } }, /^espalier\.reward/],
    ['a limit that is none', { ...hello, espalier: { budget: 'cals=3' } }, /did you mean calls/],
    ['a world that is none', { ...hello, espalier: { world: './evil.ts#x' } }, /no world/],
    ['a verifier of its own', { ...hello, espalier: { verifier: 'touch /tmp/x' }, messages: says('game24: 4 9 10 13') }, /no verifier/],
    ['a model of its own', { ...hello, model: 'openai:x?base=http://evil.example' }, /no model/],
    ['a file as model', { ...hello, model: 'auto/./evil.ts#x' }, /no model/],
    ['a name of every object', { ...hello, model: 'auto/constructor' }, /no model/],
    ['a method that is a file', { ...hello, model: './evil.ts/seedling' }, /no model/],
  ])('%s is refused', async (_, body, why) => {
    const e = await errorOf(await ask(app(), chat, { body: JSON.stringify(body) }))
    expect(e.message).toMatch(why)
    expect([400, 404]).toContain(e.status)
  })
  test('whatever JSON stands in whatever field: never a fault of ours', async () => {
    const a = app()
    const fields = [
      'model',
      'messages',
      'temperature',
      'n',
      'stop',
      'seed',
      'tools',
      'tool_choice',
      'response_format',
      'stream_options',
      'espalier',
      'user',
      'logprobs',
      '__proto__',
    ]
    const bodies = fc.tuple(
      fc.constantFrom(...fields),
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(chat, '/v1/completions', '/v1/responses'),
    )
    await fc.assert(
      fc.asyncProperty(bodies, async ([field, value, path]) => {
        const whole = { ...hello, prompt: 'hello', input: 'hello' }
        const text = JSON.stringify(whole).replace(/}$/, `,${JSON.stringify(field)}:${JSON.stringify(value)}}`)
        const r = await ask(a, path, { body: text })
        expect([200, 400, 404]).toContain(r.status)
        await r.text()
      }),
      { numRuns: 300 },
    )
  })
  test('headers are held to the same', async () => {
    for (const [name, value] of [
      ['reward', 'verify:touch /tmp/x'],
      ['world', './evil.ts'],
      ['verifier', './evil.sh'],
      ['budget', 'calls=-1'],
      ['seed', '1.5'],
      ['world', '(a+)+$'],
    ])
      expect([name, value, (await ask(app(), chat, { headers: { [`x-espalier-${name}`]: value } })).status]).toEqual([name, value, 400])
  })
  test('path tricks lead nowhere', async () => {
    for (const path of [
      '/v1/models/../../etc/passwd',
      '/v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      '/v1/models/%zz',
      '//v1//models',
      '/v1/models/%00',
      '/.git/config',
    ])
      expect([path, (await ask(app(), path, { method: 'GET' })).status]).toEqual([path, 404])
  })
})

test('HTML in what a model wrote stays text', async () => {
  const html = '<script>alert(1)</script>'
  const s = await setting(() => ({ choices: [html] }))
  for (const model of ['m', 'best-of-n/m'])
    for (const stream of [false, true]) {
      const r = await s.post(chat, { model, messages: says(html), stream })
      expect(r.headers.get('content-type')).toMatch(stream ? /^text\/event-stream/ : /^application\/json/)
      expect(r.headers.get('x-content-type-options')).toBe('nosniff')
      const text = await r.text()
      const said = stream
        ? eventsOf(text)
            .map(e => e.choices?.[0]?.delta?.content ?? '')
            .join('')
        : JSON.parse(text).choices[0].message.content
      expect(said).toBe(html)
    }
})

describe('a model server that writes nonsense', () => {
  const event = (x: unknown) => `data: ${typeof x === 'string' ? x : JSON.stringify(x)}\n\n`
  const piece = (more: object) => event({ choices: [{ index: 0, delta: { content: 'hi' }, ...more }] })
  test.each<[string, string]>([
    ['nothing at all', ''],
    ['comments alone', ': hello\n\n: there\n\n'],
    ['fields alone', 'event: x\nid: y\nretry: z\n\n'],
    ['no JSON', event('{"choices": [')],
    ['JSON that is cut', `${piece({})}data: {"choices":[{"index":0,"del`],
    ['JSON of other kinds', event(null) + event('5') + event('[1,[2]]') + event('"x"') + event('[DONE]')],
    ['choices that are none', event({ choices: { a: 1 } }) + event({ choices: [null, 5, []] }) + event('[DONE]')],
    ['a choice far away', event({ choices: [{ index: 4e9, delta: { content: 'x' } }, { index: -1 }, { index: 0.5 }] }) + event('[DONE]')],
    [
      'a call far away',
      event({ choices: [{ index: 0, delta: { tool_calls: [{ index: 4e9, function: { name: 'x' } }, null] } }] }) + event('[DONE]'),
    ],
    ['an end that never comes', piece({})],
    ['an error in place of an answer', event({ error: { message: 'boom <b>', type: 'x' } })],
    ['bytes that are no text', 'data: \u0000\u0001\ufffd\n\n'],
    ['no end of a line', `data: ${'x'.repeat(100_000)}`],
  ])('%s: an error of the protocol, and the server stands', async (_, raw) => {
    const s = await setting(() => ({ raw, headers: { 'content-type': 'text/event-stream' } }))
    for (const stream of [false, true]) {
      const r = await s.post(chat, { model: 'm', messages: says('?'), stream })
      const text = await r.text()
      const error = stream ? eventsOf(text).at(-1).error : JSON.parse(text).error
      expect([r.status, error.type]).toEqual([stream ? 200 : 502, 'server_error'])
      expect(error.message).not.toMatch(/node_modules|\.ts:\d|at .*\(/)
    }
    expect((await s.post(chat, hello)).status).toBe(200)
    expect(s.serving.inFlight).toBe(0)
  })
})

test("an error of a model tells no key, and nothing of the machine's files", async () => {
  const s = await setting(() => ({ status: 500, raw: '{"error":{"message":"boom"}}' }))
  const r = await s.post(chat, { model: 'm', messages: says('?') })
  const text = await r.text()
  expect(r.status).toBe(502)
  expect(text).not.toMatch(/node_modules|\.ts:\d|at .*\(/)
})

test('garbage on the socket, and requests broken off, leave it standing', async () => {
  const s = await setting()
  const { hostname, port } = new URL(s.serving.url)
  for (const bytes of [
    'GARBAGE\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `POST ${chat} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model"`,
    `POST ${chat} HTTP/1.1\r\nhost: ${hostname}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
    `GET /v1/models HTTP/1.1\r\nhost: ${hostname}\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
  ])
    await new Promise<void>(resolve => {
      const c = connect(Number(port), hostname, () => {
        c.write(bytes)
        setTimeout(() => c.destroy(), 30)
      })
      c.on('error', () => {})
      c.on('close', () => resolve())
    })
  expect((await s.post(chat, hello)).status).toBe(200)
  expect(s.serving.inFlight).toBe(0)
})

test('a client that never reads is let go, and its run can be resumed', async () => {
  const long = 'word '.repeat(400_000)
  const s = await setting(() => ({ choices: [long] }), { patience: 1 })
  const { hostname, port } = new URL(s.serving.url)
  const body = JSON.stringify({ model: 'best-of-n/m', messages: says('?'), stream: true, espalier: { knobs: { n: 1 } } })
  const c = connect(Number(port), hostname)
  c.on('error', () => {})
  c.pause()
  c.write(
    `POST ${chat} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  await eventually(() => s.runs().length).toBe(1)
  await eventually(() => s.serving.inFlight).toBe(0)
  expect((await s.post(chat, hello)).status).toBe(200)
  c.destroy()
})
