// Comparisons, summaries and data over HTTP.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import type { Comparison, ComparisonRow, DataPreview, Summary } from '../../src/serve/api/wire.ts'
import { hashKey } from '../../src/serve/index.ts'
import { openStore } from '../../src/store/index.ts'
import { inside } from '../cli/espalier.ts'
import { closeAfter, eventually, type Setting, setting } from './setting.ts'

const model = 'simulated:error=0.2,width=8'
const small = { world: 'game24', methods: ['puct', 'best-of-n'], n: 3, budget: 'calls=30', model: 'sim' }
const little = { ...small, n: 2, budget: 'calls=16' }
const simulated = (o = {}) => setting(undefined, { models: { sim: model, seedling: 'seedling' }, ...o })
const get = async <T>(s: Setting, path: string, headers = {}): Promise<T> =>
  (await fetch(`${s.serving.url}${path}`, { headers })).json() as Promise<T>
const error = async (r: Response): Promise<[number, string, string | null]> => {
  const { error: e } = (await r.json()) as { error: { message: string; param: string | null } }
  return [r.status, e.message, e.param]
}
interface Told {
  event: string
  id: string | undefined
  data: any
}
const told = (text: string): Told[] =>
  text
    .split('\n\n')
    .filter(e => /^data: /m.test(e))
    .map(e => ({
      event: /^event: (.*)$/m.exec(e)?.[1] ?? '',
      id: /^id: (.*)$/m.exec(e)?.[1],
      data: JSON.parse(/^data: (.*)$/m.exec(e)![1]),
    }))
async function compared(s: Setting, body: object = small): Promise<ComparisonRow> {
  const r = await s.post('/api/comparisons', body)
  expect(r.status).toBe(201)
  const row = (await r.json()) as ComparisonRow
  await eventually(() => s.run(row.id).status).toBe('done')
  return row
}

describe('comparisons', () => {
  test('one begins, is followed to its end, and is what `compare --json` would give', async () => {
    const s = await simulated()
    const r = await s.post('/api/comparisons', small)
    expect(r.status).toBe(201)
    const row = (await r.json()) as ComparisonRow
    expect(row).toMatchObject({ world: 'game24', items: 3, seeds: 1, cells: 9, status: 'running' })
    expect(row.methods).toEqual(expect.arrayContaining(['puct', 'best-of-n', 'self-consistency']))
    const events = told(await (await fetch(`${s.serving.url}/api/comparisons/${row.id}/events`)).text())
    const cells = events.filter(e => e.event === 'cell')
    expect(cells.map(e => e.id)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: 'done', done: 9 } })
    const c = await get<Comparison>(s, `/api/comparisons/${row.id}`)
    expect(c).toMatchObject({ schema: 1, id: row.id, ended: 'done', unit: 'calls', budget: { calls: 30 } })
    expect(new Set(cells.map(e => `${e.data.method} ${e.data.item}`))).toEqual(new Set(c.cells.map(x => `${x.method} ${x.item}`)))
    // The same by the command, from the same plan.
    const by = await inside([
      ...['compare', 'game24', '--methods', 'puct,best-of-n', '--n', '3', '--budget', 'calls=30', '--model', model],
      ...['--threads', '1', '--store', 'none', '--json'],
    ])
    expect(by.code).toBe(0)
    expect(c.rows).toEqual((JSON.parse(by.out) as Comparison).rows)
    // Who comes back is told only what it has missed.
    const again = await fetch(`${s.serving.url}/api/comparisons/${row.id}/events`, { headers: { 'last-event-id': '7' } })
    expect(
      told(await again.text())
        .filter(e => e.event === 'cell')
        .map(e => e.id),
    ).toEqual(['8', '9'])
    expect((await get<{ comparisons: ComparisonRow[] }>(s, '/api/comparisons')).comparisons).toMatchObject([{ id: row.id, done: 9 }])
  })

  test('one that another process was killed at: what is known of it', async () => {
    const s = await simulated()
    const row = await compared(s)
    const whole = await get<Comparison>(s, `/api/comparisons/${row.id}`)
    const store = openStore(s.store)
    store.update(row.id, { status: 'running' })
    store.update(whole.cells[0].run, { status: 'running', options: { ...store.get(whole.cells[0].run).options, graded: undefined } })
    store.close()
    const part = await get<Comparison>(s, `/api/comparisons/${row.id}`)
    expect(part.ended).toBe('cancelled')
    expect(part.cells).toHaveLength(8)
    expect(part.rows.map(r => r.cells).reduce((a, b) => a + b)).toBe(8)
    const { comparisons } = await get<{ comparisons: ComparisonRow[] }>(s, '/api/comparisons')
    expect(comparisons).toMatchObject([{ status: 'orphan', done: 8, cells: 9 }])
  })

  describe('acts', () => {
    const own = { world: 'game24', tasks: ['4 9 10 13', '1 1 4 6'], methods: ['best-of-n'], budget: 'calls=4', concurrency: 1, model: 'm' }
    /** A model that answers only when it is let. */
    async function held() {
      const open = Promise.withResolvers<void>()
      const s = await setting(async r => {
        await open.promise
        return { choices: Array(r.body.n ?? 1).fill('no idea') }
      })
      return {
        s,
        let: () => open.resolve(),
        act: (id: string, what: string) => s.post(`/api/comparisons/${id}/acts`, { do: what }),
        asked: () => s.upstream.requests.length,
        row: async (id: string) => (await get<{ comparisons: ComparisonRow[] }>(s, '/api/comparisons')).comparisons.find(c => c.id === id)!,
      }
    }
    const command = fileURLToPath(new URL('../../bin/espalier.mjs', import.meta.url))
    /** The same by the command, in a process of its own. */
    async function elsewhere(h: Awaited<ReturnType<typeof held>>) {
      const file = join(h.s.store, 'tasks.txt')
      writeFileSync(file, own.tasks.join('\n'))
      const args = ['compare', 'game24', '--tasks', file, '--methods', 'best-of-n', '--budget', 'calls=4', '--concurrency', '1']
      const model = `openai:m?base=${h.s.upstream.url},input=1,output=2`
      const child = spawn(process.execPath, [command, ...args, '--model', model, '--plain', '--store', h.s.store], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, OPENAI_API_KEY: 'none' },
      })
      closeAfter(() => child.kill('SIGKILL'))
      const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
      let said = ''
      child.stderr.on('data', d => (said += d))
      await expect.poll(() => said, { timeout: 300_000 }).toMatch(/run r-/)
      return { child, ended, id: /run (r-\w+)/.exec(said)![1] }
    }
    const whole = 2 * 2 * 4

    test('pause parks the runs under way, resume goes on where they were, and nothing is asked twice', async () => {
      const h = await held()
      const { id } = (await (await h.s.post('/api/comparisons', own)).json()) as ComparisonRow
      await eventually(h.asked).toBe(4)
      expect(await h.row(id)).toMatchObject({ status: 'running', worker: 'here', done: 0, cells: 4 })
      expect((await h.act(id, 'resume')).status).toBe(409)
      for (let i = 0; i < 2; i++) expect((await h.act(id, 'pause')).status).toBe(200)
      h.let()
      await eventually(() => h.s.run(id).status).toBe('paused')
      // What was in flight ended and was kept; nothing more began.
      expect(h.asked()).toBe(4)
      expect(h.s.runs().filter(r => r.origin === id)).toMatchObject(Array(4).fill({ status: 'paused', spent: { calls: 1 } }))
      expect((await h.act(id, 'pause')).status).toBe(409)
      expect((await h.act(id, 'stop')).status).toBe(409)

      const again = await h.act(id, 'resume')
      expect([again.status, await again.json()]).toMatchObject([200, { id, status: 'running' }])
      await eventually(() => h.s.run(id).status).toBe('done')
      expect(h.asked()).toBe(whole)
      expect(await h.row(id)).toMatchObject({ worker: null, done: 4, stopped: false })
      expect((await get<Comparison>(h.s, `/api/comparisons/${id}`)).spent.calls).toBe(whole)
      expect(await error(await h.act(id, 'resume'))).toMatchObject([409, 'the comparison is over: begin another', null])
      expect((await h.act(id, 'dance')).status).toBe(400)
      expect((await h.act('r-nothing', 'pause')).status).toBe(404)
    })

    test('stop ends it with what is finished, which its record says; only resume takes it up again', async () => {
      const h = await held()
      const one = { ...own, tasks: ['4 9 10 13'] }
      const { id } = (await (await h.s.post('/api/comparisons', one)).json()) as ComparisonRow
      await eventually(h.asked).toBe(2)
      await h.act(id, 'stop')
      h.let()
      await eventually(() => h.s.run(id).status).toBe('done')
      expect(h.asked()).toBe(2)
      expect(await h.row(id)).toMatchObject({ status: 'done', stopped: true, done: 0, cells: 2 })
      const c = await get<Comparison>(h.s, `/api/comparisons/${id}`)
      expect([c.ended, c.cells]).toEqual(['stopped', []])
      const store = openStore(h.s.store)
      const handle = store.open(id)
      expect(handle.journal.acts().map(x => x.act)).toEqual([{ do: 'stop' }])
      store.close()
      expect((await h.act(id, 'resume')).status).toBe(200)
      await eventually(() => h.s.run(id).status).toBe('done')
      expect(await h.row(id)).toMatchObject({ stopped: false, done: 2 })
      expect((await get<Comparison>(h.s, `/api/comparisons/${id}`)).ended).toBe('done')
      expect(h.asked()).toBe(8)
    })

    test('one of another process is paused by word in the store, and goes on here', { timeout: 600_000 }, async () => {
      const h = await held()
      const { id, ended } = await elsewhere(h)
      await eventually(h.asked).toBe(4)
      expect(await h.row(id)).toMatchObject({ status: 'running', worker: 'elsewhere' })
      expect((await h.act(id, 'resume')).status).toBe(409)
      expect(await (await h.act(id, 'pause')).json()).toMatchObject({ worker: 'elsewhere' })
      const left = openStore(h.s.store)
      await eventually(() => left.waiting(id)).toEqual([])
      left.close()
      h.let()
      expect(await ended).toBe(130)
      expect(await h.row(id)).toMatchObject({ status: 'paused', worker: null })
      await h.act(id, 'resume')
      await eventually(() => h.s.run(id).status).toBe('done')
      expect(h.asked()).toBe(whole)
    })

    test('one whose process was killed goes on here: only what was in flight is asked again', { timeout: 600_000 }, async () => {
      const h = await held()
      const { id, child, ended } = await elsewhere(h)
      await eventually(h.asked).toBe(4)
      child.kill('SIGKILL')
      await ended
      // The command runs in a child of its own, which lands when its parent is gone, or is gone, too.
      h.let()
      await eventually(async () => (await h.row(id)).worker).toBe(null)
      // Word that nobody took is none for whoever works on it next.
      const store = openStore(h.s.store)
      store.send(id, { do: 'pause' })
      store.close()
      await pause(5)
      expect((await h.act(id, 'resume')).status).toBe(200)
      await eventually(() => h.s.run(id).status).toBe('done')
      expect((await get<Comparison>(h.s, `/api/comparisons/${id}`)).cells).toHaveLength(4)
      expect(h.asked()).toBeLessThanOrEqual(whole + 4)
    })

    test('a key with a budget goes on with none', async () => {
      const keys = ['rich', 'poor'].map(name => ({ name, hash: hashKey(name), ...(name === 'poor' ? { budget: { calls: 10 } } : {}) }))
      const s = await simulated({ keys })
      const as = (name: string) => ({ authorization: `Bearer ${name}` })
      const { id } = (await (await s.post('/api/comparisons', small, as('rich'))).json()) as ComparisonRow
      await eventually(() => s.run(id).status).toBe('done')
      expect((await s.post(`/api/comparisons/${id}/acts`, { do: 'resume' }, as('poor'))).status).toBe(404)
      expect((await s.post(`/api/comparisons/${id}/acts`, { do: 'resume' }, as('rich'))).status).toBe(409)
    })
  })

  test('own tasks are named by their text, each name once', async () => {
    const s = await simulated()
    const row = await compared(s, { ...little, tasks: ['4 9 10 13', ' 4  9 10 13', '1 1 4 6'], n: undefined })
    const { cells } = await get<Comparison>(s, `/api/comparisons/${row.id}`)
    expect([...new Set(cells.map(c => c.item))].sort()).toEqual(['1 1 4 6', '4 9 10 13', '4 9 10 13 (2)'])
  })

  test('what is wrong is said before anything begins', async () => {
    const s = await simulated()
    expect(await error(await s.post('/api/comparisons', { ...small, methods: ['puct', 'pcut'] }))).toEqual([
      400,
      "no method is called 'pcut' (did you mean puct?)",
      'methods[1]',
    ])
    expect(await error(await s.post('/api/comparisons', { ...small, methods: ['./own.ts#m'] }))).toMatchObject([
      400,
      /no method/,
      'methods[0]',
    ])
    expect(await error(await s.post('/api/comparisons', { ...small, model: 'gpt' }))).toMatchObject([
      400,
      /no model is called 'gpt'/,
      'model',
    ])
    expect(await error(await s.post('/api/comparisons', { ...small, n: 0 }))).toMatchObject([400, /n: /, 'n'])
    expect((await s.post('/api/comparisons', { ...small, world: './own.ts#w' })).status).toBe(400)
    expect((await s.post('/api/comparisons', { ...small, budget: 'calls=' })).status).toBe(400)
    expect((await fetch(`${s.serving.url}/api/comparisons/r-nothing`)).status).toBe(404)
    expect(s.runs()).toEqual([])
  })

  test('keys see their own; a key with a budget begins none', async () => {
    const keys = ['one', 'two', 'poor'].map(name => ({ name, hash: hashKey(name), ...(name === 'poor' ? { budget: { calls: 10 } } : {}) }))
    const s = await simulated({ keys })
    const as = (name: string) => ({ authorization: `Bearer ${name}` })
    expect((await s.post('/api/comparisons', small, as('poor'))).status).toBe(403)
    const r = await s.post('/api/comparisons', small, as('one'))
    const { id } = (await r.json()) as ComparisonRow
    await eventually(() => s.run(id).status).toBe('done')
    const seen = async (name: string) => (await get<{ comparisons: ComparisonRow[] }>(s, '/api/comparisons', as(name))).comparisons.length
    expect([await seen('one'), await seen('two')]).toEqual([1, 0])
    const mine = await get<Comparison>(s, `/api/comparisons/${id}`, as('one'))
    const body = { runs: [mine.cells[0].run] }
    expect((await s.post('/api/summary', body, as('one'))).status).toBe(200)
    expect((await s.post('/api/summary', body, as('two'))).status).toBe(404)
    expect((await s.post('/api/data/preview', { ...body, format: 'stepwise' }, as('two'))).status).toBe(404)
    expect((await fetch(`${s.serving.url}/api/comparisons/${id}`, { headers: as('two') })).status).toBe(404)
  })
})

describe('runs side by side, and as data', () => {
  test('a summary of the cells of a comparison says what the comparison says', async () => {
    const s = await simulated()
    const row = await compared(s, little)
    const c = await get<Comparison>(s, `/api/comparisons/${row.id}`)
    const r = await s.post('/api/summary', { runs: c.cells.map(x => x.run) })
    const sum = (await r.json()) as Summary
    expect(sum.unit).toBe('calls')
    for (const m of sum.methods) {
      const same = c.rows.find(x => x.method === m.method)!
      expect(m.curve.at(-1)!.y).toBeCloseTo(same.rate, 9)
      expect(m.spent.calls).toBeCloseTo(same.spent.calls, 9)
    }
    expect(sum.tasks).toHaveLength(2)
    expect((await s.post('/api/summary', { runs: [] })).status).toBe(400)
  })

  test('a preview holds what the file will; both are what the command writes', async () => {
    const s = await simulated()
    const row = await compared(s, little)
    const folder = mkdtempSync(join(tmpdir(), 'espalier-data-'))
    closeAfter(() => rmSync(folder, { recursive: true, force: true }))
    const cases = [
      { format: 'preference', options: { labels: 'q', most: 3 }, args: ['--labels', 'q', '--most', '3'] },
      { format: 'stepwise', options: { more: true }, args: ['--more'] },
    ]
    for (const { format, options, args } of cases) {
      const file = join(folder, `${format}.jsonl`)
      const by = await inside(['export', row.id, '--format', format, ...args, '--out', file, '--store', s.store, '--json'])
      expect([by.code, by.err]).toEqual([0, ''])
      // The command kept this process busy for longer than a connection is kept open: its end is to be seen before the next request.
      await pause(50)
      const lines = readFileSync(file, 'utf8')
      const body = { runs: [row.id], format, options }
      const preview = (await (await s.post('/api/data/preview', body)).json()) as DataPreview
      const rows = lines
        .trim()
        .split('\n')
        .map(l => JSON.parse(l))
      expect(preview.count).toBe(rows.length)
      expect(preview.rows).toEqual(rows.slice(0, 20))
      expect(preview.columns).toEqual(expect.arrayContaining(Object.keys(rows[0])))
      const { card } = JSON.parse(by.out)
      expect(preview.card).toEqual(card)
      const r = await s.post('/api/data/export', body)
      expect(r.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w-]+\.jsonl"$/)
      expect(await r.text()).toBe(lines)
      const parquet = await s.post('/api/data/export', { ...body, file: 'parquet' })
      const read = await parquetReadObjects({ file: await parquet.arrayBuffer() })
      expect(read.map(x => x.prompt)).toEqual(rows.map(x => x.prompt))
    }
  })

  test('a tree reads as the command writes it; several at once are refused', async () => {
    const s = await simulated()
    const row = await compared(s, little)
    const c = await get<Comparison>(s, `/api/comparisons/${row.id}`)
    const { run } = c.cells[0]
    const by = await inside(['export', run, '--format', 'tree', '--store', s.store])
    expect(await (await s.post('/api/data/export', { runs: [run], format: 'tree' })).text()).toBe(by.out)
    expect((await s.post('/api/data/export', { runs: [row.id], format: 'tree' })).status).toBe(400)
    expect((await s.post('/api/data/export', { runs: [run], format: 'tree', file: 'parquet' })).status).toBe(400)
  })

  test('what cannot be exported is said in a line', async () => {
    const s = await simulated()
    const row = await compared(s, little)
    const bad = async (body: object) => error(await s.post('/api/data/preview', { runs: [row.id], format: 'preference', ...body }))
    expect(await bad({ format: 'dpo' })).toMatchObject([400, /format: expected .*preference/, null])
    expect(await bad({ options: { margin: 'much' } })).toMatchObject([400, /margin: expected a number/, null])
    expect(await bad({ options: { colour: 1 } })).toMatchObject([400, /colour/, 'options'])
    expect(await bad({ options: { margin: 99 } })).toMatchObject([400, /no preference row/, null])
    expect(await bad({ runs: ['r-nothing'] })).toMatchObject([404, /no run/, 'runs[0]'])
  })
})
