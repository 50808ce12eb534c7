// `espalier serve` and `espalier serve key` as processes.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { type Served, serveModel } from '../../src/model/fixture/server.ts'
import { hashKey } from '../../src/serve/index.ts'
import { espalier, type Going, held, start } from './espalier.ts'

const root = mkdtempSync(join(tmpdir(), 'espalier-serving-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})
let folders = 0
const folderWith = (config: object): string => {
  const folder = mkdtempSync(join(root, `${++folders}-`))
  writeFileSync(join(folder, 'espalier.config.json'), JSON.stringify(config))
  return folder
}
async function serving(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Going & { ready: any }> {
  const going = start(['serve', '--port', '0', '--json', ...args], { cwd, env: { ESPALIER_STORE: '', ...env } })
  open.push(() => going.child.kill('SIGKILL'))
  const line = await new Promise<string>((resolve, reject) => {
    let out = ''
    going.child.stdout!.on('data', d => {
      out += d
      if (out.includes('\n')) resolve(out)
    })
    going.ended.then(e => reject(new Error(e.err)))
  })
  return { ...going, ready: held(line, 'serving') }
}
const ask = (url: string, model: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  })
async function upstream(answer?: Parameters<typeof serveModel>[0]): Promise<Served> {
  const s = await serveModel(answer)
  open.push(() => s.close())
  return s
}

test('models by their names, keys by hash and by variable; a key is nowhere to be found; Ctrl-C ends it', async () => {
  const server = await upstream()
  const cwd = folderWith({
    models: { small: { model: 'openai:some-model', baseUrl: server.url }, puzzler: 'seedling' },
    store: 'kept',
    serve: {
      keys: [
        { name: 'a', hash: hashKey('the-first-secret') },
        { name: 'b', keyFrom: 'B_KEY' },
      ],
      most: 'calls=4',
    },
  })
  const s = await serving([], cwd, { B_KEY: 'the-other-secret' })
  expect(s.ready).toMatchObject({ models: ['small', 'puzzler'], keys: 2 })
  const { url } = s.ready
  expect((await ask(url, 'small')).status).toBe(401)
  expect((await ask(url, 'small', { authorization: 'Bearer not-it' })).status).toBe(401)
  for (const key of ['the-first-secret', 'the-other-secret']) {
    const r = await ask(url, 'best-of-n/small', { authorization: `Bearer ${key}` })
    expect([r.status, ((await r.json()) as any).espalier.spent.calls]).toEqual([200, 4])
  }
  s.child.kill('SIGINT')
  const end = await s.ended
  expect([end.code, end.out.split('\n').length]).toEqual([0, 2])
  expect(end.out + end.err).not.toMatch(/secret/)
  for (const f of readdirSync(join(cwd, 'kept'), { recursive: true, encoding: 'utf8' })) {
    const file = join(cwd, 'kept', f)
    if (statSync(file).isFile()) expect([f, /the-(first|other)-secret/.test(readFileSync(file, 'latin1'))]).toEqual([f, false])
  }
})

test('names of models: as their servers have them, or one of your own; two of one name are refused', async () => {
  const server = await upstream()
  const cwd = folderWith({})
  const s = await serving(
    ['--model', `openai:maker/big?base=${server.url}`, '--model', `fast=openai:other?base=${server.url}`, '--model', 'simulated:error=0.1'],
    cwd,
  )
  expect(s.ready.models).toEqual(['maker/big', 'fast', 'simulated'])
  expect(((await (await ask(s.ready.url, 'self-consistency/maker/big')).json()) as any).choices[0].message.content).toBe('ok')
  await ask(s.ready.url, 'fast')
  expect(server.requests.at(-1)!.body.model).toBe('other')
  s.child.kill('SIGTERM')
  expect((await s.ended).code).toBe(0)
  const twice = await espalier(['serve', '--model', 'simulated:error=0.1', '--model', 'simulated:error=0.2'], { cwd })
  expect([twice.code, twice.err]).toEqual([2, expect.stringMatching(/two models would be called 'simulated'/)])
})

test.each([
  [['--host', '0.0.0.0'], /needs API keys/],
  [['--port', '70000'], /at most 65535/],
  [['--model', 'nonesuch:x'], /no model "nonesuch:x"/],
  [['--budget', 'calls=none'], /--budget calls/],
  [['--most', 'cals=1'], /--most: no limit is called 'cals'/],
])('%j is refused in one line', async (args, line) => {
  const e = await espalier(['serve', ...args], { cwd: folderWith({}) })
  expect([e.code, e.out, e.err]).toEqual([2, '', expect.stringMatching(line)])
})
test('a port that is taken', async () => {
  const cwd = folderWith({})
  const s = await serving(['--model', 'simulated'], cwd)
  const e = await espalier(['serve', '--model', 'simulated', '--port', new URL(s.ready.url).port], { cwd })
  expect([e.code, e.err]).toEqual([2, expect.stringMatching(/is taken/)])
})

test('the second Ctrl-C parks what is under way, and the client gets the best so far', async () => {
  let calls = 0
  const server = await upstream(() => (calls++ < 2 ? { choices: ['Answer: 4'] } : { choices: ['never'], hang: 0 }))
  const cwd = folderWith({ models: { m: `openai:m?base=${server.url}` }, store: 'kept' })
  const s = await serving(['--concurrency', '1', '--grace', '600', '--budget', 'calls=9'], cwd)
  const going = ask(s.ready.url, 'self-consistency/m').then(r => r.json() as any)
  await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3)
  s.child.kill('SIGINT')
  await s.says(/1 requests? under way/)
  await expect(ask(s.ready.url, 'm')).rejects.toThrow()
  // What comes within a moment of the first is the same Ctrl-C.
  await new Promise(go => setTimeout(go, 400))
  s.child.kill('SIGINT')
  const body = await going
  expect([body.choices[0].message.content, body.choices[0].finish_reason]).toEqual(['Answer: 4', 'length'])
  expect((await s.ended).code).toBe(0)
  const { runs } = held((await espalier(['runs', '--json'], { cwd, env: { ESPALIER_STORE: '' } })).out, 'runs')
  expect(runs.map((r: any) => [r.run, r.status])).toEqual([[body.espalier.run, 'paused']])
})

test('serve key: a key, and the hash of it', async () => {
  const { name, key, hash } = held((await espalier(['serve', 'key', 'me', '--json'])).out, 'key')
  expect([name, hash]).toEqual(['me', hashKey(key)])
  const again = (await espalier(['serve', 'key'])).out
  expect(again).toMatch(/^key {3}esp-\S{43}\nhash {2}[0-9a-f]{64}\n/)
  expect(again).not.toContain(key)
})
