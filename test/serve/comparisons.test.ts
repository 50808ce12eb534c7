// Comparisons, summaries and data over HTTP.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import type { Comparison, ComparisonRow, DataPreview, Summary } from '../../src/serve/api/wire.ts'
import { hashKey } from '../../src/serve/index.ts'
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
    const { openStore } = await import('../../src/store/index.ts')
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
