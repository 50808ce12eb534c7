import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ApiError, eventReader, follow, get, type StreamEvent, url } from './api.ts'

afterEach(() => vi.unstubAllGlobals())
/** What of a page is needed here; @returns its document, which can be hidden. */
const page = (): EventTarget & { hidden: boolean } => {
  const document = Object.assign(new EventTarget(), { hidden: false })
  vi.stubGlobal('document', document)
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v) })
  return document
}

describe('events', () => {
  test('however the text is cut, the same events are read', () => {
    const text = ': hello\n\nevent: tree\nid: 1\ndata: {"a":\ndata: 1}\n\nid: 2\r\ndata: x\r\n\r\nevent: none\n\ndata:  two spaces\n\n'
    const expected: StreamEvent[] = [
      { event: 'tree', id: '1', data: '{"a":\n1}' },
      { event: 'message', id: '2', data: 'x' },
      { event: 'message', id: '2', data: ' two spaces' },
    ]
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 20 }), cuts => {
        const found: StreamEvent[] = []
        const read = eventReader(e => found.push(e))
        let from = 0
        for (const to of [...cuts.sort((a, b) => a - b), text.length]) {
          read(text.slice(from, to))
          from = to
        }
        expect(found).toEqual(expected)
      }),
    )
  })

  test('a stream that breaks off is taken up by the last id, until its end', async () => {
    page()
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      const after = request.headers['last-event-id'] as string | undefined
      asked.push(after)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const n = Number(after ?? 0)
      response.write(`id: ${n + 1}\nevent: tick\ndata: ${n + 1}\n\n`)
      if (n < 2) response.write(': half an ev', () => response.destroy())
      else response.end(`id: ${n + 2}\nevent: end\ndata: null\n\n`)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const seen: string[] = []
    const states: string[] = []
    await follow(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      on: (event, data) => seen.push(`${event} ${data}`),
      onState: s => states.push(s),
      signal: new AbortController().signal,
    })
    server.close()
    expect(asked).toEqual([undefined, '1', '2'])
    expect(seen).toEqual(['tick 1', 'tick 2', 'tick 3', 'end null'])
    expect(states.at(-1)).toBe('over')
    expect(states).toContain('waiting')
  })

  test('a page that nobody sees holds no connection, and goes on from the last id when it is seen', async () => {
    const document = page()
    const turn = (hidden: boolean): void => {
      document.hidden = hidden
      document.dispatchEvent(new Event('visibilitychange'))
    }
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      const after = request.headers['last-event-id'] as string | undefined
      asked.push(after)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (after === undefined) response.write('id: 7\nevent: tick\ndata: 1\n\n')
      else response.end('id: 8\nevent: end\ndata: null\n\n')
      // Let go of by the page: only then is it seen again.
      response.on('close', () => after === undefined && turn(false))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const events: string[] = []
    await follow(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      on(event) {
        events.push(event)
        if (event === 'tick') turn(true)
      },
      signal: new AbortController().signal,
    })
    server.close()
    expect(asked).toEqual([undefined, '7'])
    expect(events).toEqual(['tick', 'end'])
  })
})

test('errors say what the server said, and which field', async () => {
  page()
  const body = { error: { message: 'expected a world', type: 'invalid_request_error', code: 'invalid_value', param: 'world' } }
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status: 400 }))
  const error = await get('/api/runs').catch(e => e)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 400, message: 'expected a world', param: 'world' })
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('fetch failed')
  })
  expect(await get('/api/runs').catch(e => e.status)).toBe(0)
})

test('a query leaves out what is empty', () => {
  expect(url('/api/runs', { text: 'a b', status: '', world: null, limit: 50 })).toBe('/api/runs?text=a+b&limit=50')
  expect(url('/api/runs')).toBe('/api/runs')
})
