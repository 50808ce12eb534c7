// Runs, their trees and nodes over HTTP.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { uct } from '../../src/method/index.ts'
import { simulated } from '../../src/model/index.ts'
import { labels } from '../../src/reward/index.ts'
import { preferencesOf, replay, solve } from '../../src/run/index.ts'
import type { ActAnswer, NodeDetail, RunRow, TreeColumns, TreeGrowth } from '../../src/serve/api/wire.ts'
import { game24, worlds } from '../../src/world/index.ts'
import { asking, eventsFrom, grown, growths, plainTree } from './api.ts'
import { closeAfter } from './setting.ts'

test('the document has every route, and every route of the document is there', async () => {
  const a = await asking()
  const { body } = await a.get('/openapi.json')
  for (const path of [
    '/api/catalogue',
    '/api/runs',
    '/api/runs/{run}/tree',
    '/api/runs/{run}/nodes/{row}',
    '/api/runs/{run}/acts',
    '/api/runs/events',
  ])
    expect(body.paths).toHaveProperty([path])
  for (const [path, methods] of Object.entries(body.paths as Record<string, object>))
    for (const method of Object.keys(methods)) {
      if (!path.startsWith('/api/')) continue
      const r = await a.fetch(path.replaceAll(/\{\w+\}/g, 'none'), {
        method: method.toUpperCase(),
        ...(method === 'post' ? { body: '{"nothing":0}', headers: { 'content-type': 'application/json' } } : {}),
      })
      const text = r.status === 404 ? await r.text() : ''
      if (r.status !== 404) await r.body?.cancel()
      expect(text, `${method} ${path}`).not.toContain('there is nothing here')
    }
  // Whatever is referred to is there.
  const refs = [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(m => m[1])
  expect(refs.filter(x => body.components.schemas[x] === undefined)).toEqual([])
})

test('the catalogue says what a run can be made of; a world makes tasks', async () => {
  const a = await asking()
  const { body } = await a.get('/api/catalogue')
  expect(body.models.map((m: any) => m.name)).toEqual(['sim', 'slow'])
  expect(body.readOnly).toBe(false)
  expect(body.methods.find((m: any) => m.id === 'uct').knobs.map((k: any) => k.name)).toContain('c')
  expect(body.worlds.find((w: any) => w.id === 'game24').makesTasks).toBe(true)
  const tasks = (seed: number) => a.get(`/api/worlds/game24/tasks?n=3&seed=${seed}`)
  const first = await tasks(1)
  expect(first.body.tasks).toHaveLength(3)
  expect(await tasks(1)).toEqual(first)
  expect((await a.get('/api/worlds/nowhere/tasks')).status).toBe(404)
})

describe('runs', () => {
  test('one is begun, goes on by itself, and is listed', async () => {
    const a = await asking()
    const row = await a.begin()
    expect([row.status, row.worker, row.world, row.task]).toEqual(['running', 'here', 'game24', '4 9 10 13'])
    const end = await a.rest(row.run)
    expect([end.status, end.ended, end.solved, end.verifiedBy]).toEqual(['done', 'stopped', true, 'exact'])
    const other = await a.ended({ method: 'best-of-n', seed: 2 })
    const list = await a.get('/api/runs?limit=1')
    expect(list.body).toEqual({ runs: [other], next: other.run })
    expect((await a.get(`/api/runs?before=${other.run}`)).body).toEqual({ runs: [end], next: null })
    expect((await a.get('/api/runs?method=uct')).body.runs).toEqual([end])
    expect((await a.get('/api/runs?text=9%2010')).body.runs).toHaveLength(2)
    expect((await a.get('/api/runs?status=orphan')).body.runs).toEqual([])
  })
  test.each([
    [{ world: 'nowhere' }, 'world'],
    [{ world: './evil.ts' }, 'world'],
    [{ task: '4 9' }, 'task'],
    [{ model: 'none' }, 'model'],
    [{ model: '/etc/passwd' }, 'model'],
    [{ method: 'uctt' }, 'method'],
    [{ method: './evil.ts#x' }, 'method'],
    [{ knobs: { cc: 1 } }, 'knobs'],
    [{ preset: 'none' }, 'preset'],
    [{ reward: 'verify:rm -rf /' }, 'reward'],
    [{ budget: 'calls=0' }, 'budget'],
    [{ budget: { cals: 3 } }, 'budget'],
    [{ seed: 'x' }, 'seed'],
  ])('a wrong field is named: %j', async (wrong, param) => {
    const a = await asking()
    const r = await a.post('/api/runs', { world: 'game24', task: '4 9 10 13', model: 'sim', method: 'uct', ...wrong })
    expect([r.status === 400 || r.status === 404, r.body.error.param]).toEqual([true, param])
    expect((await a.get('/api/runs')).body.runs).toEqual([])
  })
  test('ids that are none, and rows that are none', async () => {
    const a = await asking()
    const { run } = await a.ended()
    for (const id of ['nope', '..%2f..%2fetc', '%00', `${run}x`]) expect((await a.get(`/api/runs/${id}`)).status, id).toBe(404)
    for (const row of ['-1', '1e3', '99999', 'x', '0x1']) {
      const r = await a.get(`/api/runs/${run}/nodes/${row}`)
      expect([r.status, r.body.error.param], row).toEqual([400, 'row'])
    }
    const many = Array.from({ length: 2001 }, () => 1).join(',')
    expect((await a.get(`/api/runs/${run}/labels?rows=${many}`)).status).toBe(400)
  })
  test('with keys: each sees its own, and what it spends is charged to it', async () => {
    const hash = (k: string) => createHash('sha256').update(k).digest('hex')
    const a = await asking({
      keys: [
        { name: 'one', hash: hash('1'), budget: { calls: 100 } },
        { name: 'two', hash: hash('2') },
      ],
    })
    const by = (k: string) => ({ authorization: `Bearer ${k}` })
    expect((await a.get('/api/runs')).status).toBe(401)
    const task = { world: 'game24', task: '1 1 1 1', model: 'sim', method: 'uct' }
    const made = await a.post<RunRow>('/api/runs', { ...task, budget: 'calls=60' }, by('1'))
    expect(made.status).toBe(201)
    expect((await a.get(`/api/runs/${made.body.run}`, by('2'))).status).toBe(404)
    expect((await a.get('/api/runs', by('2'))).body.runs).toEqual([])
    let row = made.body
    while (row.worker !== null) {
      await new Promise(resolve => setTimeout(resolve, 20))
      row = (await a.get(`/api/runs/${row.run}`, by('1'))).body
    }
    expect(row.spent.calls).toBeGreaterThan(50)
    const second = await a.post<RunRow>('/api/runs', { ...task, budget: 'calls=60' }, by('1'))
    expect(second.body.budget.calls).toBe(100 - row.spent.calls!)
  })
  test('runs that begin and end are told', async () => {
    const a = await asking()
    const stream = await a.fetch('/api/runs/events')
    let run = ''
    const all = eventsFrom(stream, e => e.event === 'run' && e.data.run === run && e.data.status === 'done')
    run = (await a.begin()).run
    expect((await all).map(e => e.data.status)).toContain('done')
  })
})

describe('a tree', () => {
  test('grows as it is told, live, to what it is in the end', async () => {
    const a = await asking()
    const { run } = await a.begin({ task: '1 1 1 1', budget: 'calls=600' })
    const all = await eventsFrom(await a.fetch(`/api/runs/${run}/events`))
    expect(all.at(-1)!.event).toBe('end')
    expect(all.filter(e => e.event === 'tree').length).toBeGreaterThan(1)
    const { body } = await a.get<TreeColumns>(`/api/runs/${run}/tree`)
    expect(grown(growths(all))).toEqual(plainTree(body))
    expect(body.size).toBe((await a.get<RunRow>(`/api/runs/${run}`)).body.nodes)
    // Parents come before their children, and what was spent is all there.
    expect(body.parent.every((p, i) => p < i)).toBe(true)
    expect(body.calls.reduce((x, y) => x + y, 0)).toBe(all.at(-1)!.data.spent.calls)
  })
  test('taken up again by the last event id: nothing twice, and the same tree', async () => {
    const a = await asking()
    const { run } = await a.begin({ task: '1 1 1 1', budget: 'calls=900' })
    const messages: TreeGrowth[] = []
    let last: string | null = null
    for (let over = false; !over; ) {
      const r: Response = await a.fetch(`/api/runs/${run}/events`, { headers: last === null ? {} : { 'last-event-id': last } })
      let n = 0
      const part = await eventsFrom(r, e => e.event === 'tree' && ++n === 2)
      messages.push(...growths(part))
      for (const e of part) last = e.id ?? last
      over = part.some(e => e.event === 'end')
    }
    const { body } = await a.get<TreeColumns>(`/api/runs/${run}/tree`)
    expect(grown(messages)).toEqual(plainTree(body))
  })
  test('of a run that is over, the answer is told with the rows that lead to it', async () => {
    const a = await asking()
    const { run } = await a.begin()
    const live = await eventsFrom(await a.fetch(`/api/runs/${run}/events`))
    const row = await a.rest(run)
    const all = await eventsFrom(await a.fetch(`/api/runs/${run}/events`))
    const [told, ...more] = all.filter(e => e.event === 'answer')
    expect(more).toEqual([])
    expect(told.data).toEqual(live.filter(e => e.event === 'answer').at(-1)!.data)
    expect(told.data).toMatchObject({ text: row.answer, score: row.score, verified: row.solved })
    const { body } = await a.get<TreeColumns>(`/api/runs/${run}/tree`)
    const rows: number[] = told.data.rows
    expect(body.best).toEqual(told.data)
    // Who never saw it run knows it with the first columns.
    const b = await asking({ store: a.store })
    expect((await b.get<TreeColumns>(`/api/runs/${run}/tree`)).body.best).toEqual(told.data)
    expect(rows.length).toBeGreaterThan(1)
    expect(rows.slice(1).map(r => body.parent[r])).toEqual(rows.slice(0, -1))
    expect((await a.get<NodeDetail>(`/api/runs/${run}/nodes/${rows.at(-1)}`)).body.outcome!.answer).toBe(row.answer)
  })
  test('from the columns on: what comes after their cursor', async () => {
    const a = await asking()
    const { run } = await a.begin({ task: '1 1 1 1', budget: 'calls=600' })
    const first = await a.get<TreeColumns>(`/api/runs/${run}/tree`)
    const all = await eventsFrom(await a.fetch(`/api/runs/${run}/events?after=${first.body.cursor}`))
    const { body } = await a.get<TreeColumns>(`/api/runs/${run}/tree`)
    expect(grown(growths(all), first.body)).toEqual(plainTree(body))
    // Nobody knows this cursor: rows are believed, their statistics are told anew.
    const again = await eventsFrom(await a.fetch(`/api/runs/${run}/events?after=${'0'.repeat(12)}.7.3`))
    expect(growths(again)[0].from).toBe(3)
    expect(growths(again).flatMap(g => g.stats.at ?? []).length).toBeGreaterThanOrEqual(body.size)
  })
  test('drawn before its states are asked for and after: the same columns under the same cursor', async () => {
    const a = await asking()
    const { run } = await a.ended()
    const b = await asking({ store: a.store })
    const first = (await b.get<TreeColumns>(`/api/runs/${run}/tree`)).body
    expect((await b.get(`/api/runs/${run}/labels?rows=1`)).status).toBe(200)
    expect((await b.get<TreeColumns>(`/api/runs/${run}/tree`)).body).toEqual(first)
    const c = await asking({ store: a.store })
    expect((await c.get(`/api/runs/${run}/labels?rows=1`)).status).toBe(200)
    expect((await c.get<TreeColumns>(`/api/runs/${run}/tree`)).body).toEqual({ ...first, cursor: expect.any(String) })
  })
  test('labels and search', async () => {
    const a = await asking()
    const { run } = await a.ended()
    const { body } = await a.get(`/api/runs/${run}/labels?rows=0,1,2`)
    expect(body.labels['0']).toBe('')
    expect(body.labels['1']).toMatch(/=/)
    const found = await a.get(`/api/runs/${run}/search?text=${encodeURIComponent(body.labels['1'])}`)
    expect(found.body.rows).toContain(1)
  })
  test('a client that never reads is let go', async () => {
    const a = await asking({ patience: 0.2 })
    const { run } = await a.ended({ task: '1 1 1 1', budget: 'calls=3000' })
    const r = await a.fetch(`/api/runs/${run}/events`)
    await new Promise(resolve => setTimeout(resolve, 1500))
    const all = await eventsFrom(r)
    expect(all.length === 0 || all.at(-1)!.event === 'end').toBe(true)
  })
})

describe('a node', () => {
  test('tells its prompts word for word, whether the run was made here or is read from its record', async () => {
    const a = await asking()
    const { run } = await a.ended()
    const b = await asking({ store: a.store })
    const { body } = await b.get<NodeDetail>(`/api/runs/${run}/nodes/1?wait=60`)
    expect(body.pending).toBeUndefined()
    expect([body.row, body.parent, body.depth]).toEqual([1, 0, 1])
    expect(body.siblings.map(s => s.row)).toContain(1)
    expect(body.siblings[0].terms).toMatchObject({ exploit: expect.any(Number), explore: expect.any(Number) })
    const asked = body.effects.find(e => e.kind === 'sample')!
    expect(asked.prompt!.map(m => m.content).join()).toContain('Numbers left')
    expect(asked.samples.length).toBeGreaterThan(0)
    expect(body.judgements[0].by).not.toBe('')
    expect(body.judgements[0].value).toBe(body.stats.V)
    expect(body.spent.calls).toBe(body.effects.reduce((n, e) => n + (e.usage.calls ?? 0), 0))
  })
  const large = { world: 'countdown', task: '3 7 9 25 50 75 -> 952', budget: 'calls=700', knobs: { untilSolved: false } }
  test('of a run of many requests they were kept: no record is run again, and they are the same', async () => {
    const a = await asking()
    const { run } = await a.ended(large)
    const b = await asking({ store: a.store })
    const row = (await b.get<TreeColumns>(`/api/runs/${run}/tree`)).body.parent.at(-1)!
    const kept = (await b.get<NodeDetail>(`/api/runs/${run}/nodes/${row}?wait=0`)).body
    expect(kept.pending).toBeUndefined()
    expect(kept.effects.find(e => e.kind === 'sample')!.prompt!.length).toBeGreaterThan(0)
    expect(kept.siblings.some(s => s.terms !== null)).toBe(true)
    for (const name of readdirSync(join(a.store, 'runs')))
      if (/\.(requests|terms)\.snapshot$/.test(name)) rmSync(join(a.store, 'runs', name))
    const c = await asking({ store: a.store })
    const read = (await c.get<NodeDetail>(`/api/runs/${run}/nodes/${row}?wait=60`)).body
    // What a number could not be, a kept term does not say; a score that is made again does.
    const plain = (d: NodeDetail) => ({
      ...d,
      siblings: d.siblings.map(s => ({ ...s, terms: Object.entries(s.terms ?? {}).filter(([, x]) => x !== null) })),
      children: d.children.map(s => ({ ...s, terms: Object.entries(s.terms ?? {}).filter(([, x]) => x !== null) })),
    })
    expect(plain(read)).toEqual(plain(kept))
    // What was read once is kept for the next that ask.
    const d = await asking({ store: a.store })
    expect((await d.get<NodeDetail>(`/api/runs/${run}/nodes/${row}?wait=0`)).body).toEqual(kept)
  })
  test('several records are read at a time; who asks is told how far they are', async () => {
    const a = await asking()
    const runs = [await a.ended({ ...large, budget: 'calls=250' }), await a.ended(), await a.ended({ budget: 'calls=200' })]
    const b = await asking({ store: a.store })
    for (const { run } of runs) {
      const { pending } = (await b.get<NodeDetail>(`/api/runs/${run}/nodes/0?wait=0`)).body
      if (pending !== undefined) expect(pending.progress >= 0 && pending.progress <= 1).toBe(true)
    }
    for (const { run } of runs.reverse()) {
      const { body } = await b.get<NodeDetail>(`/api/runs/${run}/nodes/0?wait=60`)
      expect([body.pending, body.effects.some(e => e.prompt !== null)]).toEqual([undefined, true])
    }
  })
  test('a run of a world that is not here is drawn, and its states are shown as they are', async () => {
    const a = await asking()
    const letters = { ...game24, id: 'not-here' }
    const frame = { world: letters, method: uct, model: simulated({ oracle: game24.oracle!, error: 0.1 }), budget: { calls: 60 } }
    const { run } = await solve({ ...frame, value: labels({ samples: 1 }) }, worlds.game24.parseTask('4 9 10 13'), { store: a.store })
    const { body } = await a.get<TreeColumns>(`/api/runs/${run}/tree`)
    expect(body.size).toBeGreaterThan(1)
    const node = (await a.get<NodeDetail>(`/api/runs/${run}/nodes/1`)).body
    expect([node.pending, node.action !== '', node.state.length > 2, node.rendered]).toEqual([undefined, true, true, null])
    expect((await a.post(`/api/runs/${run}/acts`, { do: 'edit', row: 1, text: 'x' })).status).toBe(400)
  })
  test('what a model wrote is text in JSON, whatever it is', async () => {
    const a = await asking()
    const { run } = await a.ended()
    const r = await a.fetch(`/api/runs/${run}/nodes/0`)
    expect([r.headers.get('content-type'), r.headers.get('x-content-type-options')]).toEqual(['application/json', 'nosniff'])
  })
})

describe('what would have been', () => {
  test('the same method is covered whole; another as far as it asks the same', async () => {
    const a = await asking()
    const row = await a.ended()
    const same = await a.post(`/api/runs/${row.run}/what-if`, {})
    expect(same.body).toMatchObject({ method: 'uct', covered: 1, answer: row.answer, spent: { calls: row.spent.calls } })
    const other = await a.post(`/api/runs/${row.run}/what-if`, { method: 'best-first', budget: 'calls=40' })
    expect(other.body.method).toBe('best-first')
    expect(other.body.covered).toBeGreaterThan(0)
    expect((await a.post(`/api/runs/${row.run}/what-if`, { method: './x.ts' })).status).toBe(400)
    expect((await a.post(`/api/runs/${row.run}/what-if`, { knobs: { cc: 1 } })).body.error.param).toBe('knobs')
  })
  test('the curve ends with the answer', async () => {
    const a = await asking()
    const row = await a.ended()
    const { body } = await a.get(`/api/runs/${row.run}/curve`)
    expect(body.points.at(-1)).toMatchObject({ text: row.answer, solved: true, score: 1 })
  })
})

const held = async (store: string, run: string) => {
  const r = await replay(run, { store })
  expect([r.holds, r.why]).toEqual([true, undefined])
  return r
}
describe('acts', () => {
  test('on a run that is over: kept in its record, which still holds; the tree shows them', async () => {
    const a = await asking()
    const { run } = await a.ended()
    const act = (body: object) => a.post<ActAnswer & { error?: any }>(`/api/runs/${run}/acts`, body)
    expect((await act({ do: 'pin', row: 3 })).body.recorded).toBe(true)
    expect((await act({ do: 'prefer', row: 3, than: 1, why: 'nearer' })).body.recorded).toBe(true)
    const tree = await a.get<TreeColumns>(`/api/runs/${run}/tree`)
    expect(tree.body.flags[3] & (1 << 9)).not.toBe(0)
    expect((await a.get(`/api/runs/${run}/acts`)).body.acts.map((x: any) => [x.do, x.row, x.than])).toEqual([
      ['pin', 3, undefined],
      ['prefer', 3, 1],
    ])
    const kept = a.shelf(s => preferencesOf(s, run))
    const r = await held(a.store, run)
    const t = r.result!.tree
    expect(kept).toEqual([{ better: t.key(3 as never), worse: t.key(1 as never), why: 'nearer' }])
    expect(t.is(3 as never, 'pinned')).toBe(true)
    for (const body of [
      { do: 'prune', row: 1 },
      { do: 'stop' },
      { do: 'resume' },
      { do: 'pause' },
      { do: 'edit', row: 1, text: '13 - 10 = 3' },
    ])
      expect((await act(body)).status, JSON.stringify(body)).toBe(409)
    expect((await act({ do: 'edit', row: 1, text: '<script>' })).body.error.param).toBe('text')
    expect((await act({ do: 'prefer', row: 1, than: 1 })).status).toBe(400)
    expect((await act({ do: 'dance' })).status).toBe(400)
  })
  test('while it is under way: prune, pin, edit, raise, pause, then resume; the record holds', async () => {
    const b = await asking()
    const { run } = await b.begin({
      world: 'countdown',
      task: '3 7 9 25 50 75 -> 952',
      budget: 'calls=100000',
      knobs: { simulations: 0, untilSolved: false },
    })
    const act = (body: object) => b.post<ActAnswer & { error?: any }>(`/api/runs/${run}/acts`, body)
    while ((await b.get<RunRow>(`/api/runs/${run}`)).body.nodes < 9) await new Promise(setImmediate)
    expect((await act({ do: 'pin', row: 1 })).body.recorded).toBe(true)
    expect((await act({ do: 'prune', row: 2 })).body.recorded).toBe(true)
    const edited = await act({ do: 'edit', row: 1, text: '75 - 3 = 72' })
    expect([edited.status, edited.body.recorded]).toEqual([200, true])
    expect(edited.body.row).toEqual(expect.any(Number))
    expect((await act({ do: 'raise', budget: 'calls=200000' })).body.run.budget.calls).toBe(200_000)
    expect((await act({ do: 'raise', budget: 'calls=3' })).status).toBe(400)
    await act({ do: 'pause' })
    const parked = await b.rest(run)
    expect(parked.status).toBe('paused')
    expect((await act({ do: 'prune', row: 3 })).body.recorded).toBe(true)
    const { body } = await b.get<TreeColumns>(`/api/runs/${run}/tree`)
    expect([body.flags[1] & (1 << 9), body.flags[2] & (1 << 4), body.flags[3] & (1 << 4)]).toEqual([1 << 9, 1 << 4, 1 << 4])
    expect((await act({ do: 'resume' })).body.run.status).toBe('running')
    await act({ do: 'stop' })
    const end = await b.rest(run)
    expect(end.status).toBe('done')
    await held(b.store, run)
    expect((await b.get(`/api/runs/${run}/acts`)).body.acts.map((x: any) => x.do)).toEqual([
      'pin',
      'prune',
      'edit',
      'raise',
      'prune',
      'stop',
    ])
  })
  test('more budget for a run that came to its end', async () => {
    const a = await asking()
    const { run, ended } = await a.ended({ task: '1 1 1 1', budget: 'calls=40' })
    expect(ended).toBe('budget')
    const r = await a.post<ActAnswer>(`/api/runs/${run}/acts`, { do: 'raise', budget: 'calls=80' })
    expect([r.status, r.body.run.status]).toEqual([200, 'running'])
    const end = await a.rest(run)
    expect(end.spent.calls).toBeGreaterThan(40)
    await held(a.store, run)
  })
})

describe('a fork', () => {
  test('begins as the other, is paid nothing twice, and its record holds', async () => {
    const a = await asking()
    const row = await a.ended({ world: 'countdown', task: '3 7 9 25 50 75 -> 952', budget: 'calls=200', knobs: { untilSolved: false } })
    const was = (await a.get<TreeColumns>(`/api/runs/${row.run}/tree`)).body
    const made = await a.post<ActAnswer>(`/api/runs/${row.run}/acts`, { do: 'fork', at: 20, budget: 'calls=260' })
    expect([made.status, made.body.run.origin]).toEqual([200, row.run])
    const end = await a.rest(made.body.run.run)
    const now = (await a.get<TreeColumns>(`/api/runs/${end.run}/tree`)).body
    expect(now.parent.slice(0, 21)).toEqual(was.parent.slice(0, 21))
    expect(end.spent.calls).toBeGreaterThan(200)
    await held(a.store, end.run)
  })
  test('with an edit: the action stands beside the other, and the search may go on from it', async () => {
    const a = await asking()
    const row = await a.ended()
    const r = await a.post<ActAnswer & { error?: any }>(`/api/runs/${row.run}/acts`, { do: 'fork', row: 1, text: '13 - 10 = 3' })
    expect(r.body.error).toBeUndefined()
    const end = await a.rest(r.body.run.run)
    const { body } = await a.get(`/api/runs/${end.run}/search?text=${encodeURIComponent('13 - 10 = 3')}`)
    const tree = (await a.get<TreeColumns>(`/api/runs/${end.run}/tree`)).body
    expect(body.rows.filter((e: number) => tree.parent[e] === 0)).toHaveLength(1)
    await held(a.store, end.run)
    const bad = await a.post(`/api/runs/${row.run}/acts`, { do: 'fork', row: 1, text: 'nonsense' })
    expect([bad.status, bad.body.error.param]).toEqual([400, 'text'])
    expect((await a.post(`/api/runs/${row.run}/acts`, { do: 'fork', budget: 'calls=1' })).status).toBe(400)
    expect((await a.get('/api/runs')).body.runs).toHaveLength(2)
  })
})

test('a run of another process is steered from here: the process that has it writes the record', async () => {
  const a = await asking()
  const code = `
    import { frameOf, solve } from ${JSON.stringify(new URL('../../src/run/index.ts', import.meta.url).href)}
    const plan = { world: 'countdown', task: '3 7 9 25 50 75 -> 952', method: 'uct', knobs: { untilSolved: false, simulations: 0 },
      models: { policy: 'simulated:error=0.1' }, budget: { calls: 1000000 }, seed: 1, concurrency: 4 }
    const { frame, task } = await frameOf(plan)
    await solve(frame, task, { store: ${JSON.stringify(a.store)}, seed: 1, concurrency: 4, plan, onRun: id => console.log(id) })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  closeAfter(() => child.kill('SIGKILL'))
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const run = await new Promise<string>(resolve => child.stdout.once('data', d => resolve(String(d).trim())))
  const size = async (): Promise<number> => (await a.get<TreeColumns>(`/api/runs/${run}/tree`)).body.size
  await expect.poll(size, { timeout: 60_000, interval: 500 }).toBeGreaterThan(20)
  expect((await a.get<RunRow>(`/api/runs/${run}`)).body).toMatchObject({ status: 'running', worker: 'elsewhere' })
  const act = (body: object) => a.post<ActAnswer>(`/api/runs/${run}/acts`, body)
  expect((await act({ do: 'pin', row: 1 })).body.recorded).toBe(false)
  expect((await act({ do: 'stop' })).body.recorded).toBe(false)
  await ended
  const end = await a.rest(run)
  expect([end.status, end.ended]).toEqual(['done', 'stopped'])
  expect((await a.get(`/api/runs/${run}/acts`)).body.acts.map((x: any) => [x.do, x.row])).toEqual([
    ['pin', 1],
    ['stop', null],
  ])
  await held(a.store, run)
})
