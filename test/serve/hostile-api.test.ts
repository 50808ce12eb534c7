// What the studio's API must refuse, and what must not bring it down.
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { serveModel } from '../../src/model/fixture/server.ts'
import type { NodeDetail } from '../../src/serve/api/wire.ts'
import { serve } from '../../src/serve/index.ts'
import { largeRun } from '../studio/fixture/large-run.ts'
import { type Asking, asking } from './api.ts'
import { closeAfter } from './setting.ts'

const json = { 'content-type': 'application/json' }
/** Every address that takes a body, of a run that is there. */
const posts = (run: string): string[] => [
  '/api/runs',
  '/api/runs/remove',
  `/api/runs/${run}/acts`,
  `/api/runs/${run}/what-if`,
  '/api/comparisons',
  `/api/comparisons/${run}/acts`,
  '/api/data/preview',
  '/api/data/export',
  '/api/loops',
  '/api/loops/none/acts',
  '/api/summary',
]
const sent = async (a: Asking, path: string, init: RequestInit): Promise<[number, any]> => {
  const r = await a.fetch(path, { method: 'POST', ...init })
  return [r.status, await r.json()]
}
const none = 'r-zzzzzzzzzz'

test('the list of addresses that take a body is whole', async () => {
  const a = await asking()
  const { body } = await a.get('/openapi.json')
  const taking = Object.keys(body.paths).filter(path => path.startsWith('/api/') && body.paths[path].post !== undefined)
  expect(taking.sort()).toEqual(
    posts('{run}')
      .map(p => p.replace('/loops/none', '/loops/{name}').replace('/comparisons/{run}', '/comparisons/{id}'))
      .sort(),
  )
})
test('bodies too long, with or without saying so, and bodies that are no JSON objects', async () => {
  const a = await asking({ body: 1000 })
  for (const path of posts(none)) {
    const long = JSON.stringify({ task: 'x'.repeat(2000) })
    expect((await sent(a, path, { headers: json, body: long }))[0], path).toBe(413)
    const parts = new ReadableStream({
      start(c) {
        for (let i = 0; i < 30; i++) c.enqueue(new TextEncoder().encode(' '.repeat(100)))
        c.close()
      },
    })
    expect((await sent(a, path, { headers: json, body: parts, duplex: 'half' } as RequestInit))[0], path).toBe(413)
    for (const body of ['{"act":', 'null', '[]', '"x"', '', '{"a":1}{', new Uint8Array([0x7b, 0xff, 0x7d])]) {
      const [status, said] = await sent(a, path, { headers: json, body })
      expect([path, status, said.error.code]).toEqual([path, 400, 'json'])
    }
  }
})
test('no page elsewhere can act: neither by script, nor by a form, nor by a name that it makes point here', async () => {
  const a = await asking()
  const { run } = await a.ended()
  const before = a.shelf(s => s.get(run))
  const body = JSON.stringify({ act: 'raise', budget: 'calls=900' })
  for (const path of [...posts(run), `/api/runs/${run}/tree`, `/api/runs/${run}/events`]) {
    const method = path.endsWith('/tree') || path.endsWith('/events') ? 'GET' : 'POST'
    const given = method === 'POST' ? { body } : {}
    const status = async (headers: Record<string, string>) => (await a.fetch(path, { method, ...given, headers })).status
    expect(await status({ ...json, origin: 'http://evil.example' }), path).toBe(403)
    expect(await status({ ...json, origin: 'null' }), path).toBe(403)
    expect(await status({ ...json, 'sec-fetch-site': 'cross-site' }), path).toBe(403)
    expect(await status({ ...json, host: 'evil.example' }), path).toBe(403)
    if (method === 'POST')
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
        expect(await status({ 'content-type': type }), path).toBe(415)
  }
  expect(a.shelf(s => s.get(run))).toEqual(before)
  expect((await a.get('/api/runs')).body.runs).toHaveLength(1)
})
test('wrong keys open nothing', async () => {
  const hash = createHash('sha256').update('right').digest('hex')
  const a = await asking({ keys: [{ name: 'k', hash }] })
  const { body } = await a.get('/openapi.json', { authorization: 'Bearer right' })
  const given = ['', 'Bearer ', 'Bearer wrong', `Bearer ${hash}`, 'Basic cmlnaHQ=', 'Bearer right right']
  for (const [path, methods] of Object.entries(body.paths as Record<string, object>)) {
    if (!path.startsWith('/api/')) continue
    for (const method of Object.keys(methods))
      for (const authorization of given) {
        const r = await a.fetch(path.replaceAll(/\{\w+\}/g, '1'), {
          method: method.toUpperCase(),
          headers: { ...json, authorization },
          ...(method === 'post' ? { body: '{}' } : {}),
        })
        expect([path, authorization, r.status]).toEqual([path, authorization, 401])
        expect(await r.text()).not.toContain(hash)
      }
  }
})
describe('names that are none', () => {
  const tricks = [
    '..',
    '../index',
    '..%2f..%2findex.db',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '..%5c..%5cindex',
    '%00',
    'r-a%00.db',
    '%zz',
    '*',
    '%25',
    '__proto__',
    'constructor',
    "'%20or%201=1--",
    'x'.repeat(5000),
  ]
  test('of runs, rows, loops, comparisons and worlds lead nowhere', async () => {
    const a = await asking()
    const { run } = await a.ended()
    const files = readdirSync(join(a.store, 'runs')).sort()
    for (const trick of tricks) {
      for (const path of ['', '/tree', '/events', '/nodes/0', '/labels?rows=0', '/search?text=1', '/curve']
        .map(x => `/api/runs/${trick}${x}`)
        .concat([
          `/api/comparisons/${trick}`,
          `/api/comparisons/${trick}/events`,
          `/api/loops/${trick}`,
          `/api/loops/${trick}/events`,
          `/api/worlds/${trick}/tasks`,
        ])) {
        const r = await a.fetch(path)
        const text = await r.text()
        // `..` is taken out of an address before anybody sees it: what is left may be a list.
        if (trick.startsWith('../') || trick === '..') expect([200, 404], path).toContain(r.status)
        else expect([400, 404], path).toContain(r.status)
        expect(text, path).not.toMatch(/root:|node_modules|\.ts:\d|SQLITE|at .*\(/)
      }
      const row = await a.fetch(`/api/runs/${run}/nodes/${trick}`)
      if (!trick.startsWith('..') || trick.includes('%')) expect([400, 404], trick).toContain(row.status)
      const removed = await a.post('/api/runs/remove', { runs: [trick] })
      expect(removed.status, trick).toBeLessThan(500)
    }
    expect(readdirSync(join(a.store, 'runs')).sort()).toEqual(files)
    expect((await a.get(`/api/runs/${run}`)).status).toBe(200)
  })
  test('whatever JSON stands in whatever field of whatever body: never a fault of ours', async () => {
    const a = await asking()
    const { run } = await a.ended()
    const fields = [
      'act',
      'row',
      'rows',
      'from',
      'budget',
      'runs',
      'method',
      'methods',
      'world',
      'task',
      'tasks',
      'model',
      'knobs',
      'reward',
      'preset',
      'seed',
      'format',
      'loop',
      'name',
      'action',
      'over',
      'concurrency',
      'judge',
      '__proto__',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...posts(run).slice(1)),
        fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 2 })),
        async (path, body) => {
          const r = await a.post(path, body)
          expect(r.status).toBeLessThan(500)
        },
      ),
      { numRuns: 300 },
    )
    expect((await a.get(`/api/runs/${run}`)).body.status).toBe('done')
  })
})
test('HTML in what a model wrote is text wherever a run is told', async () => {
  const html = '<script>alert(1)</script><img src=x onerror=alert(2)>'
  const server = await serveModel(() => ({ choices: [`${html}\nAnswer: ${html}`] }))
  closeAfter(() => server.close())
  const a = await asking({ models: { m: `openai:m?base=${server.url}` } })
  const { run } = await a.ended({ world: 'reason', task: html, model: 'm', method: 'best-of-n', budget: 'calls=2' })
  for (const path of [
    `/api/runs/${run}`,
    '/api/runs',
    `/api/runs/${run}/tree`,
    `/api/runs/${run}/nodes/1`,
    `/api/runs/${run}/labels?rows=1`,
  ]) {
    const r = await a.fetch(path, { headers: { accept: 'text/html' } })
    expect([path, r.status, r.headers.get('content-type'), r.headers.get('x-content-type-options')]).toEqual([
      path,
      200,
      'application/json',
      'nosniff',
    ])
  }
  const { body } = await a.get<NodeDetail>(`/api/runs/${run}/nodes/1?wait=60`)
  expect(
    [...body.effects, ...(await a.get<NodeDetail>(`/api/runs/${run}/nodes/0?wait=60`)).body.effects]
      .flatMap(e => e.samples.map(s => s.text))
      .join(),
  ).toContain(html)
  const events = await a.fetch(`/api/runs/${run}/events`)
  expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/)
  expect(events.headers.get('x-content-type-options')).toBe('nosniff')
  await events.text()
})
test('watchers that never read hold nobody up', async () => {
  const store = mkdtempSync(join(tmpdir(), 'espalier-watchers-'))
  closeAfter(() => rmSync(store, { recursive: true, force: true }))
  const { run } = await largeRun(store, 3000)
  const serving = await serve({ models: { sim: 'simulated' }, store, port: 0, patience: 0.3 })
  closeAfter(() => serving.close(0))
  const { hostname, port } = new URL(serving.url)
  for (let i = 0; i < 20; i++) {
    const c = connect(Number(port), hostname)
    closeAfter(() => c.destroy())
    c.on('error', () => {})
    c.pause()
    c.write(`GET /api/runs/${run}/events HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`.repeat(60))
  }
  for (const path of ['', '/tree', '/events', '/labels?rows=1', '/nodes/1?wait=0']) {
    const r = await fetch(`${serving.url}/api/runs/${run}${path}`)
    expect([path, r.status]).toEqual([path, 200])
    expect((await r.text()).length).toBeGreaterThan(0)
  }
})
