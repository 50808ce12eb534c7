import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failure, freshFolders, record, run } from './fixture/store.ts'
import { type NewRun, openStore } from './index.ts'
import { resolveId, runId } from './run-id.ts'

const fresh = freshFolders('store')

describe('runs', () => {
  test('what is known of a run comes back from another opening of the store', () => {
    const folder = fresh()
    const store = openStore(folder)
    const full: NewRun = {
      ...run,
      models: { policy: 'openai:small', judge: 'seedling' },
      task: { numbers: [4, 9], text: '„ünïcode“ \u{1F600}' },
      knobs: { c: 0.7, deep: true, name: 'x', list: [1, 2] },
      options: { reward: 'exact', clock: 'virtual' },
      limits: { calls: 100, usd: 0.5 },
      seed: 2 ** 40 + 1,
      concurrency: 8,
      codeHash: 'abc',
      contractVersion: 3,
    }
    const handle = store.create(full)
    expect(handle.id).toMatch(/^r-[0-9a-z]{10}$/)
    store.update(handle.id, {
      status: 'done',
      spent: { calls: 7, usd: null },
      answer: { text: '24' },
      solved: true,
      verifiedBy: 'world',
      score: 0.25,
      nodes: 12,
      depth: 3,
    })
    const expected = {
      ...full,
      id: handle.id,
      status: 'done',
      spent: { calls: 7, usd: null },
      answer: { text: '24' },
      solved: true,
      verifiedBy: 'world',
      score: 0.25,
      nodes: 12,
      depth: 3,
      origin: null,
    }
    expect(handle.meta).toMatchObject(expected)
    store.close()
    const again = openStore(folder)
    expect(again.get(handle.id)).toMatchObject(expected)
    expect(again.get(handle.id).updated).toBeGreaterThanOrEqual(again.get(handle.id).created)
    again.update(handle.id, { solved: null, score: Number.NaN })
    expect(again.get(handle.id)).toMatchObject({ ...expected, solved: null, score: null })
    again.close()
  })

  test('defaults of a run that is begun with little', () => {
    const store = openStore(fresh())
    const { meta } = store.create(run)
    expect(meta).toMatchObject({
      ...run,
      status: 'running',
      models: {},
      knobs: {},
      options: {},
      limits: {},
      spent: {},
      answer: null,
      solved: null,
      verifiedBy: null,
      score: null,
      nodes: 0,
      depth: 0,
      origin: null,
    })
    store.close()
  })

  test('lists are newest first, and filtered', () => {
    const store = openStore(fresh())
    const ids = [0, 1, 2, 3, 4].map(i => {
      const handle = store.create({ ...run, world: i % 2 ? 'sudoku' : 'game24', method: { id: i < 2 ? 'uct' : 'greedy', version: 1 } })
      handle.close()
      return handle.id
    })
    store.update(ids[0], { status: 'done' })
    store.update(ids[1], { status: 'failed', origin: ids[0] })
    const of = (f?: Parameters<typeof store.list>[0]) =>
      store
        .list(f)
        .map(m => ids.indexOf(m.id))
        .sort()
    expect(store.list().map(m => m.created)).toEqual(
      store
        .list()
        .map(m => m.created)
        .toSorted((a, b) => b - a),
    )
    expect(of()).toEqual([0, 1, 2, 3, 4])
    expect(of({ world: 'sudoku' })).toEqual([1, 3])
    expect(of({ method: 'uct', world: 'game24' })).toEqual([0])
    expect(of({ status: ['done', 'failed'] })).toEqual([0, 1])
    expect(of({ status: 'running' })).toEqual([2, 3, 4])
    expect(of({ status: [] })).toEqual([])
    expect(of({ origin: ids[0] })).toEqual([1])
    expect(store.list({ limit: 2, offset: 1 }).map(m => m.id)).toEqual(
      store
        .list()
        .slice(1, 3)
        .map(m => m.id),
    )
    expect(of({ since: Date.now() / 1000 + 100 })).toEqual([])
    expect(of({ until: Date.now() / 1000 + 100 })).toEqual([0, 1, 2, 3, 4])
    store.close()
  })

  test('an id is found by its beginning, with or without r-; what is not found names the nearest', () => {
    const store = openStore(fresh())
    expect(failure(() => store.open('x')).hint).toContain('none yet')
    const a = store.create(run)
    const b = store.create(run)
    let same = 0
    while (a.id[same] === b.id[same]) same++
    const unique = a.id.slice(0, same + 1)
    expect(store.get(unique).id).toBe(a.id)
    expect(store.get(unique.slice(2)).id).toBe(a.id)
    const many = failure(() => store.get('r-'))
    expect([many.code, many.message]).toEqual(['usage', expect.stringContaining('2 runs begin with "r-"')])
    expect(many.message).toContain(a.id)
    const typo = `${b.id.slice(0, -1)}?`
    const none = failure(() => store.get(typo))
    expect([none.code, none.message]).toEqual(['usage', expect.stringContaining(JSON.stringify(typo))])
    expect(none.hint).toMatch(/the nearest is r-/)
    expect(failure(() => store.get('entirely else')).hint).toContain(`the newest is ${[a.id, b.id].sort().at(-1)}`)
    store.close()
    expect(resolveId('r-1', ['r-1', 'r-12'], () => [])).toBe('r-1')
  })

  test('ids sort by time, and a taken one is never given again', () => {
    expect(runId(1_700_000_000_000, () => 0) < runId(1_700_000_000_001, () => 0)).toBe(true)
    expect(runId(36, () => 0.9999999)).toBe('r-00000010zz')
    const { now } = Date
    const store = openStore(fresh())
    try {
      // All in one millisecond: chance alone tells them apart, and collides.
      Date.now = () => 1_700_000_000_000
      const ids = Array.from({ length: 70 }, () => {
        const handle = store.create(run)
        handle.close()
        return handle.id
      })
      expect(new Set(ids).size).toBe(70)
    } finally {
      Date.now = now
      store.close()
    }
  })

  test('a removed run leaves nothing; one that is being written is not removed', () => {
    const store = openStore(fresh())
    const handle = store.create(run)
    handle.journal.append([record(0)])
    handle.snapshot.save('tree', 'x')
    expect(failure(() => store.remove(handle.id)).message).toContain(`process ${process.pid}`)
    handle.close()
    store.remove(handle.id)
    expect(readdirSync(join(store.folder, 'runs'))).toEqual([])
    expect(failure(() => store.open(handle.id)).code).toBe('usage')
    store.close()
  })

  test('one writer, any number of readers; closing the store frees its runs', () => {
    const folder = fresh()
    const store = openStore(folder)
    const handle = store.create(run)
    handle.journal.append([record(0), record(1)])
    expect(store.owner(handle.id)?.pid).toBe(process.pid)
    const other = openStore(folder)
    const reader = other.open(handle.id)
    expect([...reader.journal.read()].length).toBe(2)
    expect(failure(() => reader.snapshot.save('tree', '')).message).toContain('reading only')
    const refused = failure(() => other.open(handle.id, { write: true }))
    expect([refused.code, refused.message]).toEqual([
      'store',
      expect.stringContaining(`run ${handle.id} is being written by process ${process.pid}`),
    ])
    store.close()
    expect(failure(() => store.list()).message).toContain('was closed')
    expect(other.owner(handle.id)).toBe(null)
    const writer = other.open(handle.id, { write: true })
    writer.journal.append([record(2)])
    expect(writer.journal.size).toBe(3)
    other.close()
    other.close()
  })

  test('a damaged journal is known when it is opened for writing, and salvaged into a new run', () => {
    const store = openStore(fresh())
    const handle = store.create({ ...run, limits: { calls: 9 } })
    const all = Array.from({ length: 50 }, (_, k) => record(k, `answer ${k} `.padEnd(900, '.')))
    for (const r of all) handle.journal.append([r])
    handle.close()
    const file = join(store.folder, 'runs', `${handle.id}.db`)
    const bytes = readFileSync(file)
    for (let at = -1; (at = bytes.indexOf('}answer 30 ', at + 1)) >= 0; ) bytes[at + 40] ^= 4
    writeFileSync(file, bytes)
    const open = store.open(handle.id, { write: true })
    expect(open.journal.damage).toMatchObject({ record: 31 })
    expect(open.journal.size).toBe(30)
    expect(failure(() => open.journal.append([record(50)])).hint).toContain('espalier resume --salvage')
    expect(failure(() => store.salvage(handle.id)).message).toContain('open in this process')
    open.close()
    const saved = store.open(store.salvage(handle.id), { write: true })
    expect(saved.meta).toMatchObject({ ...run, limits: { calls: 9 }, status: 'paused', origin: handle.id })
    expect([...saved.journal.read()]).toEqual(all.slice(0, 30))
    saved.journal.append([record(30)])
    expect(saved.journal.size).toBe(31)
    expect(readFileSync(file).equals(bytes)).toBe(true)
    store.close()
    expect(readdirSync(join(store.folder, 'runs')).filter(name => name.includes('salvage'))).toEqual([])
  })

  test('a lost index is made again from the journals', () => {
    const folder = fresh()
    const store = openStore(folder)
    const handle = store.create(run)
    handle.journal.append([record(0)])
    store.close()
    for (const ending of ['', '-wal', '-shm']) rmSync(join(folder, `index.db${ending}`), { force: true })
    writeFileSync(join(folder, 'runs', 'r-broken.db'), 'not a journal')
    const again = openStore(folder)
    expect(again.get(handle.id)).toMatchObject({ ...run, status: 'paused' })
    expect([...again.open(handle.id).journal.read()]).toEqual([record(0)])
    expect(again.get('r-broken').world).toBe('unknown')
    expect(again.reindex()).toEqual([])
    again.close()
  })
})
