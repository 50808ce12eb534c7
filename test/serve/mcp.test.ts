// The Model Context Protocol by its official client, over standard streams and over HTTP.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { describe, expect, test } from 'vitest'
import { hashKey } from '../../src/serve/index.ts'
import { bin } from '../cli/espalier.ts'
import { closeAfter, eventually, setting } from './setting.ts'

interface Progress {
  progress: number
  total?: number
  message?: string
}
const arrived = new WeakMap<Client, Progress[]>()
/** What a client was told on the way, as it arrived: a notification that comes in one piece with the result is forgotten by the client's own handler. */
const toldTo = (client: Client): Progress[] => arrived.get(client)!

async function connected(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  const told: Progress[] = []
  arrived.set(client, told)
  const hear = transport.onmessage!
  transport.onmessage = (message, extra) => {
    if ('method' in message && message.method === 'notifications/progress') told.push(message.params as unknown as Progress)
    hear(message, extra)
  }
  closeAfter(() => client.close())
  return client
}
const ways: Record<string, () => Promise<Client>> = {
  async stdio() {
    const store = mkdtempSync(join(tmpdir(), 'espalier-mcp-'))
    closeAfter(() => rmSync(store, { recursive: true, force: true }))
    return connected(
      new StdioClientTransport({
        command: process.execPath,
        args: [bin, 'mcp', '--store', store, '--budget', 'calls=40'],
        stderr: 'ignore',
      }),
    )
  },
  async http() {
    const s = await setting(undefined, { models: { seedling: 'seedling' }, budget: { calls: 40 } })
    return connected(new StreamableHTTPClientTransport(new URL(`${s.serving.url}/mcp`)) as Transport)
  },
}
const textOf = (r: any): string => r.content.map((c: any) => c.text).join('\n')

describe.each(Object.keys(ways))('over %s', way => {
  test('tools: solve with progress, explain; runs and trees as resources', async () => {
    const client = await ways[way]()
    const { tools } = await client.listTools()
    expect(tools.map(t => t.name).sort()).toEqual(['compare', 'explain_run', 'resume', 'solve'])
    const told = toldTo(client)
    const solved: any = await client.callTool(
      { name: 'solve', arguments: { world: 'game24', task: '4 9 10 13', method: 'puct', seed: 1, budget: 'calls=400' } },
      undefined,
      { onprogress() {} },
    )
    expect(solved.isError).toBeUndefined()
    const { run, spent } = solved.structuredContent
    expect(solved.structuredContent).toMatchObject({ solved: true, verified_by: 'exact' })
    expect(textOf(solved)).toContain(solved.structuredContent.answer)
    expect(told.length).toBeGreaterThan(1)
    expect(told.every((p, i) => i === 0 || p.progress > told[i - 1].progress)).toBe(true)
    expect(told.some(p => p.message?.startsWith('best so far'))).toBe(true)

    const read = async (uri: string) =>
      JSON.parse((await client.readResource({ uri })).contents.map(c => ('text' in c ? c.text : '')).join(''))
    const runs = await read('espalier://runs')
    expect(runs.map((r: any) => r.run)).toEqual([run])
    expect((await client.listResources()).resources.map(r => r.uri)).toContain(`espalier://runs/${run}`)
    const one = await read(`espalier://runs/${run}`)
    expect(one).toMatchObject({ world: 'game24', task: '4 9 10 13', method: 'puct', status: 'done', spent: { calls: spent.calls } })
    const tree = await read(`espalier://runs/${run}/tree`)
    const keys = new Set(tree.rows.map((r: any) => r.key))
    expect(tree.rows.length).toBe(tree.nodes)
    expect(tree.rows.filter((r: any) => r.parent === null)).toHaveLength(1)
    expect(tree.rows.every((r: any) => r.parent === null || keys.has(r.parent))).toBe(true)
    expect(tree.rows.some((r: any) => r.R === 1)).toBe(true)
    expect(textOf(await client.callTool({ name: 'explain_run', arguments: { run } }))).toMatch(/Steps to it[\s\S]*R 1\)/)
  })

  test('what is wrong is told as an error of the tool', async () => {
    const client = await ways[way]()
    const said = async (name: string, args: object) => {
      const r: any = await client.callTool({ name, arguments: args as Record<string, unknown> })
      expect(r.isError).toBe(true)
      return textOf(r)
    }
    expect(await said('solve', { world: 'game25', task: '1' })).toMatch(/did you mean game24/)
    expect(await said('solve', { world: 'game24', task: 'x' })).toMatch(/game24/)
    expect(await said('solve', { world: './evil.ts', task: 'x' })).toMatch(/no world/)
    expect(await said('solve', { world: 'game24', task: '4 9 10 13', method: './evil.ts' })).toMatch(/no model is called|no method/)
    expect(await said('solve', { world: 'game24', task: '4 9 10 13', verifier: 'touch x' })).toMatch(/no verifier/)
    expect(await said('compare', { world: 'game24', methods: ['./evil.ts'] })).toMatch(/no method/)
    expect(await said('resume', { run: 'r-none' })).toMatch(/no run/)
  })

  test('compare: a verdict and a table, each run told on the way', async () => {
    const client = await ways[way]()
    const r: any = await client.callTool(
      { name: 'compare', arguments: { world: 'game24', methods: ['greedy'], n: 3, budget: 'calls=10' } },
      undefined,
      { onprogress() {} },
    )
    expect(r.isError).toBeUndefined()
    expect(r.structuredContent.rows.map((x: any) => x.method).sort()).toEqual(['best-of-n', 'greedy', 'self-consistency'])
    expect(toldTo(client)).toHaveLength(9)
    expect(textOf(r)).toContain('best-of-n')
  })
})

test('a call that is cancelled stops its search, which can be resumed', async () => {
  let let_ = (): void => {}
  const free = new Promise<void>(resolve => (let_ = resolve))
  let calls = 0
  const s = await setting(
    async () => {
      if (calls++ >= 2) await free
      return { choices: ['Answer: 4'] }
    },
    { concurrency: 1 },
  )
  const client = await connected(new StreamableHTTPClientTransport(new URL(`${s.serving.url}/mcp`)) as Transport)
  const stop = new AbortController()
  const going = client.callTool(
    { name: 'solve', arguments: { task: '2 + 2?', method: 'self-consistency', model: 'm', budget: 'calls=4' } },
    undefined,
    { signal: stop.signal },
  )
  await eventually(() => s.upstream.requests.length).toBeGreaterThanOrEqual(3)
  stop.abort()
  await expect(going).rejects.toThrow()
  await eventually(() => s.runs()[0].status).toBe('paused')
  await eventually(() => s.upstream.requests.filter(r => r.end === 'open').length).toBe(0)
  let_()
  const { id, spent } = s.runs()[0]
  const r: any = await client.callTool({ name: 'resume', arguments: { run: id, budget: 'calls=6' } })
  expect([textOf(r), r.structuredContent.run]).toEqual([expect.stringContaining('Answer: 4'), id])
  expect(r.structuredContent.spent.calls).toBeGreaterThan(spent.calls!)
})

test('sessions over HTTP: none, a wrong one, another key', async () => {
  const s = await setting()
  const rpc = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
  const headers = { accept: 'application/json, text/event-stream' }
  expect((await s.post('/mcp', rpc, headers)).status).toBe(400)
  expect((await s.post('/mcp', rpc, { ...headers, 'mcp-session-id': crypto.randomUUID() })).status).toBe(404)
  expect((await s.post('/mcp', rpc, { ...headers, origin: 'https://evil.example' })).status).toBe(403)
})

test('with keys each client sees its own runs, and spends its own budget', async () => {
  const s = await setting(() => ({ choices: ['Answer: 4'] }), {
    keys: ['a', 'b'].map(name => ({ name, hash: hashKey(`key-${name}`), ...(name === 'a' ? { budget: { calls: 5 } } : {}) })),
  })
  const as = (key: string) =>
    connected(
      new StreamableHTTPClientTransport(new URL(`${s.serving.url}/mcp`), {
        requestInit: { headers: { authorization: `Bearer key-${key}` } },
      }) as Transport,
    )
  const [a, b] = [await as('a'), await as('b')]
  await expect(as('c')).rejects.toThrow(/not known here/)
  expect((await a.listTools()).tools.map(t => t.name)).not.toContain('compare')
  const solve = (c: Client, budget: string): Promise<any> =>
    c.callTool({ name: 'solve', arguments: { task: `2 + 2? ${budget}`, method: 'self-consistency', model: 'm', budget } })
  const mine = await solve(a, 'calls=3')
  expect(mine.structuredContent.spent.calls).toBe(3)
  expect((await solve(a, 'calls=50')).structuredContent.spent.calls).toBe(2)
  expect((await a.listResources()).resources.some(r => r.uri.endsWith(mine.structuredContent.run))).toBe(true)
  expect((await b.listResources()).resources.some(r => r.uri.startsWith('espalier://runs/'))).toBe(false)
  await expect(b.readResource({ uri: `espalier://runs/${mine.structuredContent.run}` })).rejects.toThrow(/no run/)
  for (const name of ['resume', 'explain_run'])
    expect((await b.callTool({ name, arguments: { run: mine.structuredContent.run } })).isError).toBe(true)
})
