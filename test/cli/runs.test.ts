import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { espalier, held, inside, start } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-runs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let stores = 0
const fresh = (): string => join(folder, `store-${++stores}`)

const simulated = ['--model', 'simulated:error=0.1']
/** A run on the real clock that takes seconds: there is time to interrupt it. */
const slow = (store: string): string[] => [
  ...['solve', 'game24', '1 5 12 13', '--method', 'best-first', '--model', 'simulated:latency=400,sigma=0.2', '--clock', 'real'],
  ...['--budget', 'calls=90', '--seed', '2', '--store', store, '--json'],
]
const idIn = (text: string): string => /run (r-\w+)/.exec(text)![1]
const wait = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))
/** Waits until a run's journal holds so many records. */
async function recorded(store: string, run: string, records: number): Promise<void> {
  for (;;) {
    const looking = openStore(store)
    const { size } = looking.open(run).journal
    looking.close()
    if (size >= records) return
    await wait(20)
  }
}

describe('resume', () => {
  test('more budget: the same search goes on, and what was paid for is not paid again', async () => {
    const store = fresh()
    // It has no solution: there is always more to search.
    const args = [
      'solve',
      'game24',
      '1 5 12 13',
      '--method',
      'best-first',
      '--model',
      'simulated',
      '--seed',
      '2',
      '--store',
      store,
      '--json',
    ]
    const first = held((await inside([...args, '--budget', 'calls=40'])).out, 'result')
    expect(first).toMatchObject({ ended: 'budget', spent: { calls: 40 } })
    const more = await inside(['resume', first.run, '--budget', 'calls=90', '--store', store, '--json'])
    const second = held(more.out, 'result')
    expect(second).toMatchObject({ run: first.run, spent: { calls: 90 }, budget: { calls: 90 }, inDoubt: { calls: 0 } })
    expect(second.tree.nodes).toBeGreaterThan(first.tree.nodes)
    const third = held(
      (await inside(['resume', first.run.slice(0, -1), '--budget', 'calls=120', '--store', store, '--json'])).out,
      'result',
    )
    expect(third.spent.calls).toBe(120)

    const lower = await inside(['resume', first.run, '--budget', 'calls=60', '--store', store])
    expect([lower.code, lower.out]).toEqual([2, ''])
    expect(lower.err).toMatch(/limits can only rise: calls was 120, asked for 60/)
  })

  test('Ctrl-C lands softly: exit 130, resumable, and the record holds', async () => {
    const store = fresh()
    const going = start(slow(store))
    const run = idIn(await going.says(/run r-\w+\n/))
    await recorded(store, run, 12)
    going.child.kill('SIGINT')
    const first = await going.ended
    expect(first.code).toBe(130)
    const x = held(first.out, 'result')
    expect(x).toMatchObject({ run, ended: 'cancelled' })
    expect(x.spent.calls).toBeGreaterThan(0)
    expect(x.spent.calls).toBeLessThan(90)
    expect(held((await inside(['runs', '--store', store, '--json'])).out, 'runs').runs).toMatchObject([{ run, status: 'paused' }])
    const again = await espalier(['resume', run, '--store', store, '--json'])
    expect(held(again.out, 'result')).toMatchObject({ run, spent: { calls: 90 } })
    const replayed = held((await inside(['replay', run, '--store', store, '--json'])).out, 'replay')
    expect(replayed).toMatchObject({ run, holds: true, why: null, digest: held(again.out, 'result').digest })
  })

  test('a second Ctrl-C cancels what is under way', async () => {
    const store = fresh()
    const args = slow(store)
    args[args.indexOf('simulated:latency=400,sigma=0.2')] = 'simulated:latency=20000,sigma=0'
    const going = start(args.filter(x => x !== '--json'))
    const run = idIn(await going.says(/run r-\w+:/))
    await recorded(store, run, 1)
    going.child.kill('SIGINT')
    await going.says(/stopping: /)
    // Two signals at once would be one.
    await wait(300)
    going.child.kill('SIGINT')
    const r = await going.ended
    expect(r.code).toBe(130)
    expect(r.out).toMatch(/spent {5}0 calls/)
    expect(r.out).toMatch(/in doubt {2}at most [1-9]\d* calls?/)
    expect(r.out).toContain(`espalier resume ${run}`)
    const again = held((await inside(['runs', 'show', run, '--store', store, '--json'])).out, 'run')
    expect(again.status).toBe('paused')
  })

  test('SIGTERM is the same as Ctrl-C', async () => {
    const store = fresh()
    const going = start(slow(store))
    await recorded(store, idIn(await going.says(/run r-\w+\n/)), 4)
    going.child.kill('SIGTERM')
    const r = await going.ended
    expect(r.code).toBe(130)
    expect(held(r.out, 'result').ended).toBe('cancelled')
  })

  test('kill -9, then resume: nothing is paid for twice but what is named as in doubt', async () => {
    const store = fresh()
    const going = start(slow(store))
    const run = idIn(await going.says(/run r-\w+\n/))
    await recorded(store, run, 16)
    going.child.kill('SIGKILL')
    await going.ended
    expect(held((await inside(['runs', '--store', store, '--json'])).out, 'runs').runs).toMatchObject([{ run, status: 'killed' }])
    // What nobody has summed up yet is not nought.
    expect((await inside(['runs', '--store', store])).out).toMatch(/killed .* -$/m)
    const x = held((await espalier(['resume', run, '--store', store, '--json'])).out, 'result')
    expect(x.run).toBe(run)
    expect(x.spent.calls).toBeGreaterThan(50)
    expect(x.spent.calls + x.inDoubt.calls).toBeLessThanOrEqual(90 + 24)
    expect(held((await inside(['replay', run, '--store', store, '--json'])).out, 'replay').holds).toBe(true)
  })

  test('a second process on the same run is refused, and does it no harm', async () => {
    const store = fresh()
    // It has to outlast the start of another process, on a machine that is busy too.
    const going = start(slow(store).map(a => a.replace('latency=400', 'latency=1500')))
    const run = idIn(await going.says(/run r-\w+\n/))
    await recorded(store, run, 4)
    const second = await espalier(['resume', run, '--store', store])
    expect([second.code, second.out]).toEqual([5, ''])
    expect(second.err).toMatch(new RegExp(`^espalier: run ${run} is being written by process ${going.child.pid} on .*\n {2}hint: .*\n$`))
    const removed = await inside(['runs', 'rm', run, '--store', store])
    expect([removed.code, removed.out]).toEqual([5, ''])
    going.child.kill('SIGINT')
    expect((await going.ended).code).toBe(130)
  })

  test('a damaged journal is told with its place, and its whole part goes on in a new run', async () => {
    const store = fresh()
    const first = held(
      (
        await inside([
          'solve',
          'game24',
          '1 5 12 13',
          '--method',
          'best-first',
          ...simulated,
          '--seed',
          '2',
          '--budget',
          'calls=150',
          '--store',
          store,
          '--json',
        ])
      ).out,
      'result',
    )
    const file = join(store, 'runs', `${first.run}.db`)
    const { size } = statSync(file)
    const at = await open(file, 'r+')
    await at.write(Buffer.alloc(64, 0xee), 0, 64, Math.floor(size * 0.6))
    await at.close()
    const refused = await inside(['resume', first.run, '--budget', 'calls=200', '--store', store])
    expect([refused.code, refused.out]).toEqual([5, ''])
    expect(refused.err).toMatch(/damaged at record \d+/)
    expect(refused.err).toMatch(/--salvage/)
    const saved = await inside(['resume', first.run, '--salvage', '--store', store, '--json'])
    const x = held(saved.out, 'result')
    expect(saved.err).toMatch(new RegExp(`^salvaged ${first.run} as ${x.run}\n`))
    expect(x.run).not.toBe(first.run)
    expect(x.spent.calls).toBe(150)
  })
})

describe('a store that can only be read', () => {
  const all = (path: string, mode: number): void => {
    chmodSync(path, mode)
    for (const e of readdirSync(path, { recursive: true, withFileTypes: true }))
      chmodSync(join(e.parentPath, e.name), e.isDirectory() ? mode : mode & 0o666)
  }
  test('can be looked at and replayed; what would write is exit 5, in one line', async () => {
    const store = fresh()
    const { run } = held(
      (await inside(['solve', 'game24', '4 9 10 13', ...simulated, '--method', 'gumbel-search', '--seed', '1', '--store', store, '--json']))
        .out,
      'result',
    )
    const commands = [
      ['runs', '--json'],
      ['runs', 'show', run, '--json'],
      ['replay', run, '--json'],
      ['doctor', '--json'],
      ['runs', 'rm', run],
      ['resume', run],
      ['solve', 'game24', '4 9 10 13', ...simulated],
    ].map(c => [...c, '--store', store])
    // Loads what they need, which nobody else may be allowed to read.
    for (const c of commands) await inside(c.map(x => (x === store ? join(folder, 'no-such-store') : x)))
    const nobody = process.getuid?.() === 0
    chmodSync(folder, 0o755)
    all(store, 0o555)
    if (nobody) process.seteuid?.(65534)
    let ended: Awaited<ReturnType<typeof inside>>[] = []
    try {
      for (const c of commands) ended.push(await inside(c))
    } finally {
      if (nobody) process.seteuid?.(0)
      all(store, 0o755)
    }
    const [list, show, replayed, doctor, ...refused] = ended
    expect(held(list.out, 'runs').runs).toMatchObject([{ run, status: 'done' }])
    expect(held(show.out, 'run').path).toHaveLength(3)
    expect(held(replayed.out, 'replay').holds).toBe(true)
    expect([doctor.code, held(doctor.out, 'doctor').ok]).toEqual([5, false])
    ended = refused
    for (const r of ended) {
      expect([r.code, r.out]).toEqual([5, ''])
      expect(r.err).toBe(`espalier: ${store} is read-only\n  hint: choose another folder with --store or ESPALIER_STORE\n`)
    }
  })
})

describe('a model that refuses', () => {
  test('exit 4, one line, and how to go on once the cause is mended', async () => {
    const store = fresh()
    const file = join(folder, 'model.mjs')
    const write = (refuses: boolean): void =>
      writeFileSync(
        file,
        `let asked = 0
        export const model = { id: 'own', dialect: 'text', can: ['n'], price: { input: 0, output: 0 }, max: (_, { n }) => ({ calls: n, requests: 1 }),
          async sample(messages, { n }) {
            if (${refuses} && ++asked > 1) throw Object.assign(new Error('the key is not valid'), { code: 'refused' })
            return { samples: Array.from({ length: n }, () => ({ text: '10 - 4 = 6 (left: 6 9 13)', finish: 'stop' })), usage: { calls: n, requests: 1 } }
          } }`,
      )
    write(true)
    const args = [
      'solve',
      'game24',
      '4 9 10 13',
      '--method',
      'best-first',
      '--model',
      `${file}#model`,
      '--budget',
      'calls=12',
      '--store',
      store,
    ]
    const r = await espalier(args)
    expect([r.code, r.out]).toEqual([4, ''])
    const run = idIn(r.err)
    expect(r.err).toMatch(new RegExp(`\nespalier: .*the key is not valid\n {2}hint: .*espalier resume ${run} --store ${store}\n$`))
    write(false)
    const again = await espalier(['resume', run, '--store', store, '--json'])
    expect(held(again.out, 'result')).toMatchObject({ run, model: 'own' })
  })
})

describe('replay', () => {
  test('what if: another method over the record, with the share that it covers', async () => {
    const store = fresh()
    const { run, digest } = held(
      (await inside(['solve', 'game24', '4 9 10 13', ...simulated, '--method', 'best-first', '--seed', '1', '--store', store, '--json']))
        .out,
      'result',
    )
    const other = held((await inside(['replay', run, '--method', 'depth-first', '--store', store, '--json'])).out, 'what-if')
    expect(other).toMatchObject({ run, method: 'depth-first' })
    expect(other.requests).toBeGreaterThan(0)
    expect(other.covered).toBeGreaterThan(0)
    const same = held((await inside(['replay', run, '--method', 'best-first', '--store', store, '--json'])).out, 'what-if')
    expect(same).toMatchObject({ covered: 1, digest })
    const people = await inside(['replay', run, '--method', 'depth-first', '--store', store])
    expect(people.out).toMatch(/covered {3}[\d.]+ % of its \d+ requests are on record/)
  })
})

describe('runs', () => {
  test('list, filter, show, remove', async () => {
    const store = fresh()
    const solve = async (method: string) =>
      held(
        (await inside(['solve', 'game24', '4 9 10 13', ...simulated, '--method', method, '--seed', '1', '--store', store, '--json'])).out,
        'result',
      )
    const a = await solve('gumbel-search')
    const b = await solve('greedy')
    const list = async (...more: string[]) =>
      held((await inside(['runs', '--store', store, '--json', ...more])).out, 'runs').runs.map((r: { run: string }) => r.run)
    expect((await list()).sort()).toEqual([a.run, b.run].sort())
    expect(await list('--method', 'greedy')).toEqual([b.run])
    expect(await list('--world', 'countdown')).toEqual([])
    expect(await list('--since', '1h')).toHaveLength(2)
    expect(await list('--limit', '1')).toHaveLength(1)

    const shown = held((await inside(['runs', 'show', a.run, '--store', store, '--json'])).out, 'run')
    expect(shown).toMatchObject({ run: a.run, status: 'done', answer: a.answer, solved: true, tree: a.tree, spent: a.spent })
    expect(shown.path).toEqual(a.path)
    const text = (await inside(['runs', 'show', a.run, '--store', store])).out
    for (const step of a.path) expect(text).toContain(step.step)
    expect((await inside(['runs', '--store', store])).out).toContain(a.answer)

    expect(held((await inside(['runs', 'rm', a.run, '--store', store, '--json'])).out, 'removed').removed).toEqual([a.run])
    expect(await list()).toEqual([b.run])
    const unknown = await inside(['runs', 'rm', b.run, 'r-nothing', '--store', store])
    expect([unknown.code, unknown.out]).toEqual([2, ''])
    expect(await list()).toEqual([b.run])
  })

  test('without a store there are no runs, and none is made', async () => {
    const store = fresh()
    expect(held((await inside(['runs', '--store', store, '--json'])).out, 'runs').runs).toEqual([])
    expect(() => statSync(store)).toThrow()
  })
})
