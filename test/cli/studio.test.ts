// `espalier studio` as a process, and the web app of `espalier serve`.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { studioFolder } from '../../src/serve/index.ts'
import { espalier, type Going, held, start } from './espalier.ts'

const root = mkdtempSync(join(tmpdir(), 'espalier-studio-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})
beforeAll(async () => {
  if (existsSync(join(studioFolder, 'index.html'))) return
  const { build } = await import('vite')
  await build({ configFile: join(import.meta.dirname, '../../studio/vite.config.ts'), logLevel: 'error' })
}, 120_000)
const folder = (config: object = {}): string => {
  const made = mkdtempSync(join(root, 'at-'))
  writeFileSync(join(made, 'espalier.config.json'), JSON.stringify(config))
  return made
}
async function going(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Going & { ready: any }> {
  const g = start([...args, '--port', '0', '--json'], { cwd, env: { ESPALIER_STORE: '', ...env } })
  open.push(() => g.child.kill('SIGKILL'))
  const line = await new Promise<string>((resolve, reject) => {
    let out = ''
    g.child.stdout!.on('data', d => {
      out += d
      if (out.includes('\n')) resolve(out)
    })
    g.ended.then(e => reject(new Error(e.err)))
  })
  return { ...g, ready: held(line, 'serving') }
}
const pageOf = async (url: string): Promise<[number, boolean]> => {
  const r = await fetch(url, { headers: { accept: 'text/html' } })
  return [r.status, (await r.text()).startsWith('<!doctype html>')]
}

test('from an empty store: pages, no run, this machine alone; Ctrl-C ends it', async () => {
  const s = await going(['studio', '--store', 'mine'], folder())
  const { url, models, keys } = s.ready
  expect([new URL(url).hostname, new URL(url).pathname, models, keys]).toEqual(['127.0.0.1', '/', ['seedling'], 0])
  expect(await pageOf(url)).toEqual([200, true])
  expect(await (await fetch(new URL('/api/runs', url))).json()).toEqual({ runs: [], next: null })
  s.child.kill('SIGINT')
  expect((await s.ended).code).toBe(0)
})
test('at a run, by the beginning of its id; --open opens just that address', async () => {
  const cwd = folder({ store: 'mine' })
  const env = { ESPALIER_STORE: '' }
  const { run } = held(
    (await espalier(['solve', 'game24', '4 9 10 13', '--model', 'simulated', '--budget', 'calls=40', '--json'], { cwd, env })).out,
    'result',
  )
  const browser = join(cwd, process.platform === 'darwin' ? 'open' : 'xdg-open')
  writeFileSync(browser, `#!/bin/sh\necho "$@" > "${join(cwd, 'opened')}"\n`)
  chmodSync(browser, 0o755)
  const s = await going(['studio', run.slice(0, -1), '--open'], cwd, { PATH: `${cwd}${delimiter}${process.env.PATH}` })
  expect(new URL(s.ready.url).pathname).toBe(`/runs/${run}`)
  expect(await pageOf(s.ready.url)).toEqual([200, true])
  await expect.poll(() => existsSync(join(cwd, 'opened')) && readFileSync(join(cwd, 'opened'), 'utf8')).toBe(`${s.ready.url}\n`)
  const { size } = (await (await fetch(new URL(`/api/runs/${run}/tree`, s.ready.url))).json()) as { size: number }
  expect(size).toBeGreaterThan(1)
})
test('keys of the configuration hold here too: the app is there, its calls need one', async () => {
  const cwd = folder({ serve: { keys: [{ name: 'me', keyFrom: 'STUDIO_TEST_KEY' }] } })
  const s = await going(['studio'], cwd, { STUDIO_TEST_KEY: 'mine' })
  const runs = new URL('/api/runs', s.ready.url)
  expect(s.ready.keys).toBe(1)
  expect(await pageOf(s.ready.url)).toEqual([200, true])
  const status = async (headers: Record<string, string>) => (await fetch(runs, { headers })).status
  expect([await status({}), await status({ authorization: 'Bearer other' }), await status({ authorization: 'Bearer mine' })]).toEqual([
    401, 401, 200,
  ])
  expect((await espalier(['studio', '--port', '0'], { cwd, env: { STUDIO_TEST_KEY: '' } })).err).toMatch(
    /^espalier: the key of 'me' should be in STUDIO_TEST_KEY, which is not set\n {2}hint: /,
  )
})
test('serve has it too, unless it is told not to', async () => {
  const cwd = folder()
  expect(await pageOf((await going(['serve', '--model', 'simulated'], cwd)).ready.url)).toEqual([200, true])
  const bare = await going(['serve', '--model', 'simulated', '--no-studio'], cwd)
  expect(await pageOf(bare.ready.url)).toEqual([404, false])
  expect((await fetch(new URL('/api/runs', bare.ready.url))).status).toBe(200)
})
test.each<[string[], RegExp]>([
  [['r-nothere'], /there is no run "r-nothere" in this store/],
  [['../../secret'], /there is no run "\.\.\/\.\.\/secret" in this store/],
  [['r-any', '--store', 'none'], /from a store only/],
  [['--port', '70000'], /--port: expected at most 65535, found 70000/],
  [['--host', '0.0.0.0'], /--host/],
  [['one', 'two'], /studio takes 1 argument, found 'two' too/],
])('studio %j is refused with one line and a hint', async (args, line) => {
  const e = await espalier(['studio', ...args], { cwd: folder(), env: { ESPALIER_STORE: 'mine' } })
  expect([e.code, e.out]).toEqual([2, ''])
  const [first, second, ...rest] = e.err.split('\n')
  expect(first).toMatch(line)
  expect([second.startsWith('  hint: '), rest]).toEqual([true, ['']])
})
test('a port that is taken', async () => {
  const cwd = folder()
  const s = await going(['studio'], cwd)
  const e = await espalier(['studio', '--port', new URL(s.ready.url).port], { cwd, env: { ESPALIER_STORE: '' } })
  expect([e.code, e.out, e.err]).toEqual([2, '', expect.stringMatching(/^espalier: port \d+ of 127\.0\.0\.1 is taken\n {2}hint: .*\n$/)])
})
