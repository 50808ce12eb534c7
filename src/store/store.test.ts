import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Failure } from '../kernel/index.ts'
import type { JournalRecord } from '../runtime/index.ts'
import { type NewRun, openStore, type RunMeta, StoreFailure, storeFolder } from './index.ts'
import { resolveId, runId } from './run-id.ts'
import { connect } from './sqlite.ts'

const root = mkdtempSync(join(tmpdir(), 'espalier-store-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const fresh = (): string => join(root, `${folders++}`)

const run: NewRun = { world: 'game24', method: { id: 'uct', version: 2 }, task: '4 9 10 13' }
const record = (k: number, payload = `answer ${k}`): JournalRecord => ({
  t: 'done',
  k,
  status: 'ok',
  payload,
  usage: { calls: 1 },
  time: k,
})
const failure = (work: () => unknown): Failure => {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
    expect((error as Failure).message).not.toContain('\n')
    return error as Failure
  }
  throw new Error('nothing was refused')
}
const child = (code: string) =>
  spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `const { openStore } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))})\n${code}`],
    {
      encoding: 'utf8',
    },
  )

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

describe('snapshots', () => {
  test('come back as they were saved, text as text and bytes as bytes, large ones compressed', () => {
    const store = openStore(fresh())
    const { snapshot, id } = store.create(run)
    expect(snapshot.load('tree')).toBe(null)
    const large = new Uint8Array(200_000).map((_, i) => i % 7)
    for (const data of ['', 'text \u{1F600}', 'x'.repeat(100_000), new Uint8Array(), new Uint8Array([0, 255, 3]), large]) {
      snapshot.save('tree', data)
      expect(snapshot.load('tree')).toEqual(data)
    }
    snapshot.save('other', 'beside it')
    expect(snapshot.load('tree')).toEqual(large)
    const file = join(store.folder, 'runs', `${id}.tree.snapshot`)
    expect(readFileSync(file).length).toBeLessThan(2000)
    expect(failure(() => snapshot.save('../tree', '')).message).toContain('lower-case')
    const bytes = readFileSync(file)
    for (const at of [0, 10, 40, bytes.length - 1]) {
      const bad = Buffer.from(bytes)
      bad[at] ^= 16
      writeFileSync(file, bad)
      expect(failure(() => snapshot.load('tree')).message).toContain('damaged')
    }
    writeFileSync(file, bytes.subarray(0, 9))
    expect(failure(() => snapshot.load('tree')).message).toContain('damaged')
    store.close()
  })
})

describe('cache', () => {
  test('keeps payload and price by key, over openings', () => {
    const folder = fresh()
    const store = openStore(folder)
    expect(store.cache.get('k')).toBe(null)
    expect(store.cache.put('k', '{"text":"é"}', { calls: 1, usd: null })).toBe(true)
    store.cache.put('empty', '', {})
    store.close()
    const again = openStore(folder)
    expect(again.cache.get('k')).toEqual({ payload: '{"text":"é"}', usage: { calls: 1, usd: null } })
    expect(again.cache.get('empty')).toEqual({ payload: '', usage: {} })
    again.cache.put('k', '2', {})
    expect(again.cache.get('k')).toEqual({ payload: '2', usage: {} })
    expect(again.cache.size()).toEqual({ entries: 2, bytes: 'k2{}empty{}'.length })
    expect(again.cache.put('k', '\ud800', {})).toBe(false)
    again.close()
  })

  test('what is damaged is not known', () => {
    const folder = fresh()
    const store = openStore(folder)
    store.cache.put('k', '{"text":"12"}', { calls: 1 })
    const db = connect(join(folder, 'index.db'))
    db.exec(`UPDATE cache SET payload = '{"text":"13"}'`)
    db.close()
    expect(store.cache.get('k')).toBe(null)
    store.close()
  })

  test('lets go of what was longest unused', () => {
    const folder = fresh()
    const store = openStore(folder)
    for (let i = 0; i < 10; i++) store.cache.put(`key-${i}`, 'x'.repeat(1000), {})
    const db = connect(join(folder, 'index.db'))
    db.exec(`UPDATE cache SET used = CAST(substr(key, 5) AS REAL)`)
    db.close()
    store.cache.get('key-0')
    store.cache.get('key-3')
    expect(store.cache.prune(4100)).toBe(6 * 1007)
    const left = Array.from({ length: 10 }, (_, i) => i).filter(i => store.cache.get(`key-${i}`) !== null)
    expect(left).toEqual([0, 3, 8, 9])
    expect(store.cache.prune(1e9)).toBe(0)
    store.cache.prune(0)
    expect(store.cache.size()).toEqual({ entries: 0, bytes: 0 })
    store.close()
  })
})

/** Folders get the mode, files the same without leave to enter. */
function chmodAll(path: string, mode: number): void {
  chmodSync(path, mode)
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true }))
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? mode : mode & 0o666)
}

/** A version 1 index, as it was written: runs without an origin, a cache without uses and sums. */
function versionOne(folder: string): void {
  mkdirSync(join(folder, 'runs'), { recursive: true })
  const db = connect(join(folder, 'index.db'))
  db.exec(`
    CREATE TABLE runs(id TEXT PRIMARY KEY, created REAL NOT NULL, updated REAL NOT NULL, status TEXT NOT NULL, world TEXT NOT NULL, method TEXT NOT NULL,
      version INTEGER NOT NULL, models TEXT, task TEXT, knobs TEXT, options TEXT, limits TEXT, seed INTEGER, concurrency INTEGER, code TEXT, contract INTEGER,
      spent TEXT, answer TEXT, solved INTEGER, verified_by TEXT, score REAL, nodes INTEGER, depth INTEGER);
    CREATE INDEX runs_created ON runs(created);
    CREATE TABLE cache(key TEXT PRIMARY KEY, payload TEXT NOT NULL, usage TEXT NOT NULL, size INTEGER NOT NULL);
    INSERT INTO runs VALUES('r-000000001a', 100, 101, 'done', 'game24', 'uct', 1, '{"policy":"m"}', '"4 9 10 13"', '{"c":1}', '{}', '{"calls":5}', 7, 2, 'h', 1,
      '{"calls":4}', '"24"', 1, 'world', 0.5, 9, 2);
    INSERT INTO cache VALUES('k', '"paid for"', '{"calls":1}', 24);
    PRAGMA user_version=1`)
  db.close()
}

describe('versions', () => {
  const old: Partial<RunMeta> = {
    id: 'r-000000001a',
    created: 100,
    status: 'done',
    world: 'game24',
    method: { id: 'uct', version: 1 },
    models: { policy: 'm' },
    task: '4 9 10 13',
    knobs: { c: 1 },
    limits: { calls: 5 },
    seed: 7,
    concurrency: 2,
    codeHash: 'h',
    contractVersion: 1,
    spent: { calls: 4 },
    answer: '24',
    solved: true,
    verifiedBy: 'world',
    score: 0.5,
    nodes: 9,
    depth: 2,
    origin: null,
  }

  test('an index of version 1 is brought to the newest; nothing is lost', () => {
    const folder = fresh()
    versionOne(folder)
    const store = openStore(folder)
    expect(store.list()).toMatchObject([old])
    expect(store.cache.get('k')).toEqual({ payload: '"paid for"', usage: { calls: 1 } })
    store.update('r-000000001a', { origin: 'r-other' })
    expect(store.get('r-000000001a').origin).toBe('r-other')
    store.cache.prune(0)
    expect(store.cache.size().entries).toBe(0)
    store.close()
    // A new index has the same tables as one that was brought there.
    const schema = (at: string) => {
      const db = connect(join(at, 'index.db'), { readOnly: true })
      const rows = db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all() as { name: string; sql: string | null }[]
      const version = db.prepare('PRAGMA user_version').get()
      db.close()
      return [version, rows.map(r => [r.name, r.sql?.replace(/\s+/g, ' ')])]
    }
    const made = fresh()
    openStore(made).close()
    expect(schema(folder)).toEqual(schema(made))
  })

  test('several processes bring it there at once', () => {
    const folder = fresh()
    versionOne(folder)
    const code = `
      const { spawn } = await import('node:child_process')
      const one = "const { openStore } = await import(" + JSON.stringify(${JSON.stringify(join(import.meta.dirname, 'index.ts'))}) + "); const s = openStore(" + JSON.stringify(${JSON.stringify(folder)}) + "); console.log(s.list().length, s.cache.get('k')?.payload); s.close()"
      await Promise.all(Array.from({ length: 4 }, () => new Promise(done => spawn(process.execPath, ['--input-type=module', '-e', one], { stdio: 'inherit' }).on('exit', done))))`
    const out = child(code)
    expect(out.stderr).toBe('')
    expect(out.stdout).toBe('1 "paid for"\n'.repeat(4))
  })

  test('a later version is refused in one line, and left as it is', () => {
    const folder = fresh()
    openStore(folder).close()
    const file = join(folder, 'index.db')
    const db = connect(file)
    db.exec('PRAGMA user_version=99')
    db.close()
    const before = readFileSync(file)
    const refused = failure(() => openStore(folder))
    expect([refused.code, refused.message]).toEqual(['store', `${file} has format 99; this version of espalier reads formats up to 2`])
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})

describe('what goes wrong outside', () => {
  test('the folder is a file, or lies below one', () => {
    const file = fresh()
    writeFileSync(file, 'mine')
    for (const folder of [file, join(file, 'below')]) {
      const refused = failure(() => openStore(folder))
      expect([refused.code, refused.message]).toEqual(['store', expect.stringMatching(/cannot be made: a part of its path is a file/)])
      expect(refused.hint).toContain('ESPALIER_STORE')
    }
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  test('the index is not an index', () => {
    const folder = fresh()
    mkdirSync(folder)
    writeFileSync(join(folder, 'index.db'), 'something else entirely '.repeat(100))
    const refused = failure(() => openStore(folder))
    expect(refused).toBeInstanceOf(StoreFailure)
    expect(refused.message).toMatch(/index\.db is damaged/)
    expect(refused.hint).toContain('move it out of the way')
  })

  test('a journal file is gone', () => {
    const store = openStore(fresh())
    const handle = store.create(run)
    handle.close()
    rmSync(join(store.folder, 'runs', `${handle.id}.db`))
    expect(failure(() => store.open(handle.id)).message).toContain('does not exist')
    expect(failure(() => store.open(handle.id, { write: true })).message).toContain('does not exist')
    expect(store.owner(handle.id)).toBe(null)
    store.close()
  })

  // What root may do anyway, an ordinary user may not: then the folder's mode is enough.
  test('a folder that cannot be written: nothing can be made, what is there can be listed and read', () => {
    const folder = fresh()
    const store = openStore(folder)
    const handle = store.create(run)
    handle.journal.append([record(0)])
    handle.snapshot.save('tree', 'x')
    const { id } = handle
    store.close()
    const nobody = process.getuid?.() === 0
    chmodSync(root, 0o755)
    chmodAll(folder, 0o555)
    if (nobody) process.seteuid?.(65534)
    try {
      const look = openStore(folder)
      expect(look.readOnly).toBe(true)
      expect(look.list().map(m => m.id)).toEqual([id])
      const reader = look.open(id)
      expect([...reader.journal.read()]).toEqual([record(0)])
      expect(reader.snapshot.load('tree')).toBe('x')
      expect(look.owner(id)).toBe(null)
      for (const refused of [
        () => look.create(run),
        () => look.open(id, { write: true }),
        () => look.update(id, {}),
        () => look.remove(id),
        () => look.salvage(id),
      ])
        expect(failure(refused)).toMatchObject({ code: 'store', message: `${folder} is read-only` })
      expect(look.cache.put('k', '', {})).toBe(false)
      look.close()
      const below = failure(() => openStore(join(folder, 'new')))
      expect([below.code, below.message]).toEqual(['store', expect.stringContaining('no permission')])
    } finally {
      if (nobody) process.seteuid?.(0)
      chmodAll(folder, 0o755)
    }
    expect(existsSync(join(folder, 'new'))).toBe(false)
  })

  test('users are told nothing about SQLite being experimental, and are told other warnings', () => {
    const out = child(`openStore(${JSON.stringify(fresh())}).close(); process.emitWarning('kept', 'ExperimentalWarning')`)
    expect(out.stderr).toMatch(/^\(node:\d+\) ExperimentalWarning: kept\n/)
    expect(out.stderr).not.toContain('SQLite')
  })

  test('the folder is as given, else ESPALIER_STORE, else .espalier here', () => {
    const before = process.env.ESPALIER_STORE
    try {
      delete process.env.ESPALIER_STORE
      expect(storeFolder()).toBe(join(process.cwd(), '.espalier'))
      process.env.ESPALIER_STORE = join(root, 'from-variable')
      expect(storeFolder()).toBe(join(root, 'from-variable'))
      expect(storeFolder('given')).toBe(join(process.cwd(), 'given'))
    } finally {
      if (before === undefined) delete process.env.ESPALIER_STORE
      else process.env.ESPALIER_STORE = before
    }
  })
})
