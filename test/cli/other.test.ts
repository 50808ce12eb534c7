import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { usable } from '../../src/cli/demo.ts'
import { loops } from '../../src/loop/catalogue.ts'
import { methodIds } from '../../src/method/index.ts'
import { loadSeedling, modelKinds } from '../../src/model/index.ts'
import { type ClaimResult, claimIds, claimResults } from '../../src/run/index.ts'
import { worldIds } from '../../src/world/index.ts'
import { arithmetic, bin, espalier, held, inside, schemaNames } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-other-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('methods', () => {
  test('all of them, with knobs that say what they are', async () => {
    const { methods } = held((await inside(['methods', '--json'])).out, 'methods')
    expect(methods.map((m: { id: string }) => m.id)).toEqual([...methodIds])
    for (const id of methodIds) {
      const one = held((await inside(['methods', id, '--json'])).out, 'method')
      expect(one).toEqual({ schema: 1, ...methods.find((m: { id: string }) => m.id === id) })
      const text = (await inside(['methods', id])).out
      for (const k of one.knobs) expect(text).toContain(` ${k.name} `)
    }
  })
})

test('worlds: all of them, and one in full', async () => {
  const { worlds } = held((await inside(['worlds', '--json'])).out, 'worlds')
  expect(worlds.map((w: { id: string }) => w.id)).toEqual([...worldIds])
  for (const w of worlds) {
    expect((await inside(['worlds'])).out).toContain(w.id)
    const text = (await inside(['worlds', w.id])).out
    for (const x of w.examples) expect(text).toContain(x.replace(/\s+/g, ' '))
  }
  expect(await inside(['worlds', 'gam24'])).toMatchObject({ code: 2, err: expect.stringContaining('game24') })
})

describe('papers and claims', () => {
  test('the catalogue, as JSON and as text', async () => {
    const { papers } = held((await inside(['papers', '--json'])).out, 'papers')
    expect(papers.map((p: { part: string }) => p.part)).toEqual(expect.arrayContaining(['rest-mcts', 'tree-of-thoughts', 'depth-first']))
    expect((await inside(['papers'])).out).toContain('Tree of Thoughts')
    const ofLoops = papers.filter((p: { kind: string }) => p.kind === 'loop')
    expect(ofLoops.map((p: { part: string }) => p.part).sort()).toEqual([...loops.keys()].sort())
    for (const { file } of ofLoops) expect([file, existsSync(new URL(`../../${file}`, import.meta.url))]).toEqual([file, true])
  })
  test('a wrong name or number is one line, and nothing runs', async () => {
    expect(await inside(['claims', 'no-such-claim'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^espalier: .*claim.*\n {2}hint: .*\n$/),
    })
    expect(await inside(['claims', '--jobs', '0'])).toMatchObject({ code: 2 })
  })
  test('a smoke gives a result of the documented shape, and keeps nothing', async () => {
    const ids = claimIds().slice(0, 2)
    const before = claimResults()
    for (const args of [ids.slice(0, 1), ids]) {
      const r = await espalier(['claims', ...args, '--quick', '--json'])
      const { claims, failed } = held(r.out, 'claims')
      expect([r.code, failed]).toEqual([0, []])
      expect(claims.map((c: ClaimResult) => [c.id, c.quick])).toEqual(args.map(id => [id, true]))
    }
    expect(claimResults()).toEqual(before)
  })
  test('docs/claims.md is made of the results: npm run docs', async () => {
    expect(readFileSync(new URL('../../docs/claims.md', import.meta.url), 'utf8')).toBe((await inside(['claims', '--markdown'])).out)
  })
})

describe('doctor', () => {
  test('all is well', async () => {
    const r = await inside(['doctor', '--json', '--store', join(folder, 'new')])
    const x = held(r.out, 'doctor')
    expect([r.code, x.ok]).toEqual([0, true])
    expect(x.checks.map((c: { name: string }) => c.name)).toEqual(expect.arrayContaining(['node', 'store', 'disk', 'model simulated']))
    expect(existsSync(join(folder, 'new'))).toBe(false)
  })
  test('a store that cannot be used is exit 5, and said', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const r = await inside(['doctor', '--store', file])
    expect(r.code).toBe(5)
    expect(r.out).toMatch(/store +.*file.*is a file|cannot be made/)
  })
  test('keys are never shown', async () => {
    const r = await inside(['doctor'], { OPENAI_API_KEY: 'sk-very-secret', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:secret@host' })
    expect(r.out + r.err).not.toMatch(/secret/)
  })
})

describe('demo', () => {
  test('solves held-out puzzles and compares at equal budgets', async () => {
    const r = await inside(['demo', '--model', 'simulated', '--count', '3', '--fast', '--json'])
    const x = held(r.out, 'demo')
    expect(r.code).toBe(0)
    expect(x.puzzles).toHaveLength(3)
    expect(x.solved).toBe(x.puzzles.filter((p: { solved: boolean }) => p.solved).length)
    expect(x.compared.map((c: { method: string; of: number }) => [c.method, c.of])).toEqual([
      ['gumbel-search', 50],
      ['best-of-n', 50],
    ])
    for (const p of x.puzzles.filter((q: { solved: boolean }) => q.solved)) expect([p.task, arithmetic(p.answer)]).toEqual([p.task, 24])
  })
  test('by default the seedling, and methods at equal spend with intervals and a verdict', async () => {
    const r = await inside(['demo', '--count', '3', '--json'])
    const x = held(r.out, 'demo')
    expect([r.code, x.model, x.method, x.puzzles.length]).toEqual([0, 'seedling', 'auto', 3])
    const names = x.compared.map((c: { method: string }) => c.method)
    expect(names.sort()).toEqual(['auto', 'best-of-n', 'rest-mcts', 'self-consistency'])
    for (const c of x.compared) {
      expect(c.of).toBe(100)
      expect(c.calls).toBeLessThanOrEqual(100)
      expect(c.low).toBeLessThan(c.solved / c.of)
      expect(c.high).toBeGreaterThan(c.solved / c.of)
    }
    expect(x.verdict).toMatch(/^Searching (paid|did not pay)/)
    for (const p of x.puzzles.filter((q: { solved: boolean }) => q.solved)) expect([p.task, arithmetic(p.answer)]).toEqual([p.task, 24])
  }, 180_000)
  test('weights that cannot be loaded: one line, and the simulated model takes their place', () => {
    let said = ''
    const sink = { write: (t: string) => (said += t), isTTY: false, columns: 80, rows: 24 }
    const s = { out: sink, err: sink, env: {} }
    expect(usable(s, () => loadSeedling(join(folder, 'nowhere')))).toBe('simulated')
    expect(said).toMatch(/^espalier: the seedling cannot be used, so the model is simulated: expected weights at .*found no file\n$/)
    expect(usable(s)).toBe('seedling')
  })
  test('for people: a table of answers and costs, and what simulated means', async () => {
    const r = await inside(['demo', '--model', 'simulated', '--count', '2', '--fast'])
    expect(r.out).toMatch(/\d+ calls +[\d,]+ tokens/)
    expect(r.out).toMatch(/of 2 solved, \d+ calls, \$0/)
    expect(r.out).toMatch(/no language model was asked/)
    expect(r.out).toContain('npx espalier solve game24 "4 9 10 13"')
  })
})

describe('help', () => {
  test('every command has a page', async () => {
    const overview = (await inside([])).out
    for (const name of [
      'solve',
      'resume',
      'replay',
      'runs',
      'methods',
      'doctor',
      'demo',
      'compare',
      'judge check',
      'train seedling',
      'train',
      'help',
    ]) {
      expect(overview).toMatch(new RegExp(`^ {2}${name} `, 'm'))
      const words = name.split(' ')
      expect((await inside([...words, '--help'])).out).toContain(`espalier ${name}`)
      expect((await inside(['help', ...words])).out).toBe((await inside([...words, '--help'])).out)
    }
  })
})

test('every schema is used by a test, and every file is a schema', () => {
  const files = readdirSync(new URL('../../schemas', import.meta.url)).map(f => f.replace('.schema.json', ''))
  expect(files.sort()).toEqual([...schemaNames].sort())
  const here = new URL('.', import.meta.url)
  const tests = readdirSync(here)
    .filter(f => f.endsWith('.test.ts'))
    .map(f => readFileSync(new URL(f, here), 'utf8'))
    .join('\n')
  for (const n of schemaNames.filter(x => x !== 'usage' && x !== 'limits')) expect([n, tests.includes(`'${n}')`)]).toEqual([n, true])
})

test('the README names what there is', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const row = (name: string): string => new RegExp(`^\\| ${name} \\|.*`, 'm').exec(text)![0]
  expect([...row('methods').matchAll(/`([^`]+)`/g)].map(m => m[1]).sort()).toEqual([...methodIds].sort())
  for (const id of worldIds) expect(row('worlds')).toContain(`\`${id}\``)
  for (const { kind } of modelKinds) expect(row('models')).toMatch(new RegExp(`\`${kind}[:\`]`))
})

/** A Node that says that it is 20: a copy of the door whose version is another. */
function oldDoor(): string {
  const place = join(folder, `door-${readdirSync(folder).length}`)
  mkdirSync(join(place, 'bin'), { recursive: true })
  copyFileSync(bin, join(place, 'bin/espalier.mjs'))
  writeFileSync(
    join(place, 'old.cjs'),
    "Object.defineProperty(process.versions, 'node', { value: '20.20.2' }); Object.defineProperty(process, 'version', { value: 'v20.20.2' })",
  )
  return place
}

describe('under an older Node', () => {
  test('without a newer one: one clear line', () => {
    const place = oldDoor()
    const r = spawnSync(process.execPath, ['--require', join(place, 'old.cjs'), join(place, 'bin/espalier.mjs'), 'methods'], {
      encoding: 'utf8',
    })
    expect([r.status, r.stdout]).toEqual([2, ''])
    expect(r.stderr).toMatch(/^espalier: Node 24 or later is needed, and this is v20\.20\.2: run npm install here[^\n]*\n$/)
  })
  test('with the one that npm installed: exit codes and signals pass through', async () => {
    const old = join(oldDoor(), 'old.cjs')
    const env = { ...process.env, ESPALIER_NODE: process.execPath }
    const r = spawnSync(process.execPath, ['--require', old, bin, 'solve', 'game24', '1 2 3'], { encoding: 'utf8', env })
    expect([r.status, r.stdout]).toEqual([2, ''])
    expect(r.stderr).toMatch(/^espalier: game24: expected 4 numbers/)
    const slow = [
      'solve',
      'game24',
      '1 5 12 13',
      '--model',
      'simulated:latency=400',
      '--method',
      'best-first',
      '--clock',
      'real',
      '--store',
      'none',
      '--json',
    ]
    const child = spawn(process.execPath, ['--require', old, bin, ...slow], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    child.stdout.on('data', d => (out += d))
    await new Promise(go => child.stderr.once('data', go))
    await new Promise(go => setTimeout(go, 600))
    child.kill('SIGINT')
    expect(await new Promise(done => child.on('close', done))).toBe(130)
    expect(held(out, 'result').ended).toBe('cancelled')
  })
  test('killed, it takes the search with it', async () => {
    const old = join(oldDoor(), 'old.cjs')
    const store = join(folder, 'orphan')
    const slow = [
      'solve',
      'game24',
      '1 5 12 13',
      '--model',
      'simulated:latency=400',
      '--method',
      'best-first',
      '--clock',
      'real',
      '--store',
      store,
    ]
    const child = spawn(process.execPath, ['--require', old, bin, ...slow, '--budget', 'calls=5000'], {
      env: { ...process.env, ESPALIER_NODE: process.execPath },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await new Promise(go => child.stderr.once('data', go))
    await new Promise(go => setTimeout(go, 600))
    child.kill('SIGKILL')
    const status = async (): Promise<string> => held((await inside(['runs', '--store', store, '--json'])).out, 'runs').runs[0].status
    while ((await status()) === 'running') await new Promise(go => setTimeout(go, 100))
    expect(await status()).toBe('paused')
  })
})
