import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failure, freshFolders, record, run } from './fixture/store.ts'
import { openStore, type RunMeta, StoreFailure, storeFolder } from './index.ts'
import { connect } from './sqlite.ts'

const fresh = freshFolders('open-index')

const child = (code: string) =>
  spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `const { openStore } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))})\n${code}`],
    {
      encoding: 'utf8',
    },
  )

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
    chmodSync(dirname(folder), 0o755)
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
      const named = fresh()
      process.env.ESPALIER_STORE = named
      expect(storeFolder()).toBe(named)
      expect(storeFolder('given')).toBe(join(process.cwd(), 'given'))
    } finally {
      if (before === undefined) delete process.env.ESPALIER_STORE
      else process.env.ESPALIER_STORE = before
    }
  })
})
