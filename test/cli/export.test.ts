import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Format, formats, readPrefixTree, readRows } from '../../src/learn/index.ts'
import { appendAct, treeOf } from '../../src/run/index.ts'
import { openStore } from '../../src/store/index.ts'
import { held, inside } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-export-'))
const store = join(folder, 'store')
const out = (name: string): string => join(folder, 'data', name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const solved = async (store: string): Promise<string> => {
  const r = await inside([
    ...['solve', 'game24', '4 9 10 13', '--method', 'gumbel-search', '--model', 'simulated:error=0.2', '--knob', 'untilSolved=false'],
    ...['--seed', '1', '--store', store, '--json'],
  ])
  return held(r.out, 'result').run
}
let run: string
beforeAll(async () => {
  run = await solved(store)
})

describe('export', () => {
  test.each(Object.keys(formats).filter(f => f !== 'critique') as Format[])(
    '%s: rows of the documented columns, and a card',
    async format => {
      const file = out(`${format}.jsonl`)
      const r = await inside(['export', run, '--format', format, '--out', file, '--store', store, '--json'])
      const { card } = held(r.out, 'export')
      const rows = readRows(readFileSync(file, 'utf8'), format, file)
      expect(rows.length).toBeGreaterThan(0)
      expect(card).toMatchObject({ format, rows: rows.length, runs: [run], worlds: ['game24'], methods: ['gumbel-search'] })
      expect(readFileSync(`${file}.md`, 'utf8')).toContain(`- rows: ${rows.length}`)
      // The same rows without a file.
      expect((await inside(['export', run, '--format', format, '--store', store])).out).toBe(readFileSync(file, 'utf8'))
    },
  )
  test('Parquet by the name of the file', async () => {
    const file = out('pairs.parquet')
    expect((await inside(['export', run, '--out', file, '--store', store])).code).toBe(0)
    const bytes = readFileSync(file)
    const rows = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer })
    expect(rows).toEqual(readRows((await inside(['export', run, '--store', store])).out, 'preference'))
  })
  test('a tree reads back to the same tree', async () => {
    const file = out('tree.jsonl')
    await inside(['export', run, '--format', 'tree', '--out', file, '--store', store])
    const s = openStore(store)
    try {
      const { tree, entry } = await treeOf(s, run)
      const { world } = entry
      const back = readPrefixTree(readFileSync(file, 'utf8').split('\n'), { outcome: x => world.outcome(x), key: x => world.key!(x) })
      expect([back.tree.digest(), back.tree.fingerprint]).toEqual([tree.digest(), tree.fingerprint])
      expect(back.head).toMatchObject({ run, task: '4 9 10 13', method: 'gumbel-search' })
    } finally {
      s.close()
    }
  })
  test('what a person preferred is among the pairs, and counts where the tree says otherwise', async () => {
    // A store of its own: such a pair has no labels, so that no least margin drops it from the exports of the others.
    const store = join(folder, 'preferred')
    const run = await solved(store)
    const asked = ['export', run, '--more', '--store', store]
    const rows = async (): Promise<any[]> =>
      (await inside(asked)).out
        .trim()
        .split('\n')
        .map(l => JSON.parse(l))
    const before = await rows()
    expect(before.every(r => r.by === 'tree')).toBe(true)
    const s = openStore(store)
    try {
      const { tree } = await treeOf(s, run)
      // The other way round of a pair that the tree has.
      const [pair] = before
      const at = tree.find(pair.source.node)
      const [a, b] = tree.children(at as never).filter(n => !Number.isNaN(tree.N[n]))
      await appendAct(s, run, { do: 'prefer', better: tree.key(b), worse: tree.key(a), why: 'it is shorter' })
    } finally {
      s.close()
    }
    const after = await rows()
    const own = after.filter(r => r.by === 'person')
    expect(own).toMatchObject([{ why: 'it is shorter', margin: 1, source: { run } }])
    // Nobody else speaks of these two.
    const two = [own[0].chosen, own[0].rejected].sort()
    const same = after.filter(r => r.source.node === own[0].source.node && [r.chosen, r.rejected].sort().join() === two.join())
    expect(same).toEqual(own)
    const r = await inside([...asked, '--dry', '--json'])
    expect(held(r.out, 'export').card.figures.byPeople).toBe(1)
  })
  test('a file that cannot take its place leaves nothing beside it', async () => {
    const taken = out('taken')
    mkdirSync(taken)
    expect((await inside(['export', run, '--out', taken, '--store', store])).code).toBe(5)
    expect(existsSync(`${taken}.new`)).toBe(false)
  })
  test('a dry run says what there would be, and writes nothing', async () => {
    const file = out('nothing.jsonl')
    const r = await inside(['export', run, '--out', file, '--store', store, '--dry', '--json'])
    expect(held(r.out, 'export').file).toBeNull()
    expect(existsSync(file)).toBe(false)
  })
  test.each([
    [['export', 'r-none'], 2],
    [['export'], 2],
    [['export', 'RUN', '--margin', 'much'], 2],
    [['export', 'RUN', '--format', 'nothing'], 2],
    [['export', 'RUN', '--margin', '2'], 2],
    [['export', 'RUN', '--format', 'tree', '--out', 'x.parquet'], 2],
    [['export', 'RUN', '--out', '/dev/null/x'], 5],
    [['export', 'RUN', '--dialect', 'nothing'], 2],
    [['export', 'RUN', '--format', 'critique'], 2],
  ] as const)('%j is one line', async (args, code) => {
    const r = await inside([...args.map(a => (a === 'RUN' ? run : a)), '--store', store])
    expect([r.code, r.out]).toEqual([code, ''])
    expect(r.err).toMatch(/^espalier: [^\n]+\n( {2}hint: [^\n]+\n)?$/)
  })
})
