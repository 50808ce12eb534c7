// Forks that go another way: another seed, model or limits from a row on, or another search that knows the answers on record.
import { describe, expect, test } from 'vitest'
import { replay } from '../../src/run/index.ts'
import type { ActAnswer, ActRecord, RunRow, TreeColumns } from '../../src/serve/api/wire.ts'
import { openStore } from '../../src/store/index.ts'
import { eventually, type Setting, setting } from './setting.ts'

/** Next steps of a game of numbers, or how well a place looks. */
function reply(prompt: string): string {
  const left = /Numbers left: ([^\n]*)\n(Next steps?|Verdict):[^\n]*\s*$/.exec(prompt)
  if (left === null || left[2] === 'Verdict') return 'likely'
  const [a, b, ...rest] = left[1].trim().split(/\s+/).map(Number)
  const ways: [string, number][] = [
    ['+', a + b],
    ['*', a * b],
    ['-', a - b],
  ]
  return ways.map(([op, c]) => `${a} ${op} ${b} = ${c} (left: ${[...rest, c].join(' ')})`).join('\n')
}
/** Two models that write the same, and a run by the first. */
async function begun(o: object = {}): Promise<{ s: Setting; row: RunRow; asked: () => any[] }> {
  const s = await setting(r => ({ choices: Array(r.body.n ?? 1).fill(reply(r.body.messages.map((m: any) => m.content).join('\n'))) }))
  const asked = () => s.upstream.requests.map(r => r.body)
  const body = {
    world: 'game24',
    task: '1 2 4 9',
    model: 'm',
    method: 'puct',
    budget: 'calls=30',
    concurrency: 1,
    knobs: { untilSolved: false },
  }
  const r = await s.post('/api/runs', { ...body, ...o })
  expect(r.status).toBe(201)
  return { s, row: await over(s, ((await r.json()) as RunRow).run), asked }
}
/** Samples that requests asked for. */
const callsIn = (bodies: readonly any[]): number => bodies.reduce((n, b) => n + (b.n ?? 1), 0)
const get = async <T>(s: Setting, path: string): Promise<T> => (await fetch(`${s.serving.url}${path}`)).json() as Promise<T>
async function over(s: Setting, run: string): Promise<RunRow> {
  await eventually(async () => (await get<RunRow>(s, `/api/runs/${run}`)).worker).toBe(null)
  return get<RunRow>(s, `/api/runs/${run}`)
}
const fork = async (s: Setting, run: string, body: object): Promise<{ status: number; body: ActAnswer & { error?: any } }> => {
  const r = await s.post(`/api/runs/${run}/acts`, { do: 'fork', ...body })
  return { status: r.status, body: (await r.json()) as ActAnswer }
}
async function forked(s: Setting, run: string, body: object): Promise<RunRow> {
  const made = await fork(s, run, body)
  expect(made.body.error).toBeUndefined()
  return over(s, made.body.run.run)
}
const tree = (s: Setting, run: string) => get<TreeColumns>(s, `/api/runs/${run}/tree`)
const holds = async (s: Setting, run: string) => {
  const r = await replay(run, { store: s.store })
  expect([r.holds, r.why]).toEqual([true, undefined])
}
/** So much of a record had been paid for when a row was made. */
const paidAt = (s: Setting, from: RunRow, made: RunRow): number => {
  const store = openStore(s.store)
  const handle = store.open(made.run)
  try {
    let calls = 0
    for (const r of handle.journal.read()) {
      if (r.t === 'act') return calls
      if (r.t === 'done') calls += r.usage.calls ?? 0
    }
    throw new Error(`${from.run}: nothing was changed`)
  } finally {
    store.close()
  }
}

describe('from a row on', () => {
  test('another seed: the record until there stays, and what follows is drawn anew', async () => {
    const { s, row, asked } = await begun()
    const was = await tree(s, row.run)
    const before = asked()
    const made = await forked(s, row.run, { at: 8, seed: 7 })
    expect([made.seed, made.origin, made.budget, made.status]).toEqual([7, row.run, row.budget, 'done'])
    const now = await tree(s, made.run)
    expect(now.parent.slice(0, 9)).toEqual(was.parent.slice(0, 9))
    const kept = paidAt(s, row, made)
    expect(kept).toBeGreaterThan(0)
    // Each call that the record does not hold is asked, by a seed that the other never had.
    const after = asked().slice(before.length)
    expect(callsIn(after)).toBe(made.spent.calls! - kept)
    const seeds = new Set(before.map(b => b.seed))
    expect(after.filter(b => seeds.has(b.seed))).toEqual([])
    await holds(s, made.run)
    const { acts } = await get<{ acts: ActRecord[] }>(s, `/api/runs/${made.run}/acts`)
    expect(acts).toMatchObject([{ do: 'change', text: 'seed 7' }])
    // A fork of the fork draws by the same seed, and by that of the other where it begins before.
    expect((await forked(s, made.run, {})).seed).toBe(7)
    expect((await forked(s, made.run, { at: 2 })).seed).toBe(1)
  })

  test('another model: it answers from there on, after a resume and in a replay, too', async () => {
    const { s, row, asked } = await begun()
    const other = await setting(
      r => ({ choices: Array(r.body.n ?? 1).fill(reply(r.body.messages.map((m: any) => m.content).join('\n'))) }),
      {
        store: s.store,
        models: { m: row.models.policy, n: 'simulated:error=0.2', seedling: 'seedling' },
      },
    )
    const before = asked().length
    const made = await forked(other, row.run, { at: 8, model: 'n' })
    expect(asked()).toHaveLength(before)
    expect(Object.values(made.models).some(id => id.startsWith('simulated'))).toBe(true)
    expect(made.spent.calls).toBe(30)
    await holds(s, made.run)
    const { acts } = await get<{ acts: ActRecord[] }>(s, `/api/runs/${made.run}/acts`)
    expect(acts[0]).toMatchObject({ do: 'change', text: expect.stringMatching(/^policy: simulated/) })
    // More budget: it goes on with the model that it has by now.
    const r = await other.post(`/api/runs/${made.run}/acts`, { do: 'raise', budget: 'calls=40' })
    expect(r.status).toBe(200)
    expect((await over(other, made.run)).spent.calls).toBe(40)
    expect(asked()).toHaveLength(before)
    await holds(s, made.run)
    const dialect = await fork(other, row.run, { at: 8, model: 'seedling' })
    expect([dialect.status, dialect.body.error.param]).toEqual([400, 'model'])
  })

  test('a simulated model, which is made by the seed of the run, is another one by another seed', async () => {
    const { s } = await begun({ budget: 'calls=4' })
    const sim = await setting(undefined, { store: s.store, models: { sim: 'simulated:error=0.2' } })
    const body = { world: 'game24', task: '1 2 4 9', model: 'sim', method: 'puct', budget: 'calls=30', knobs: { untilSolved: false } }
    const row = await over(sim, ((await (await sim.post('/api/runs', body)).json()) as RunRow).run)
    const made = await forked(sim, row.run, { at: 8, seed: 7 })
    expect(Object.values(made.models)).toEqual(['simulated:seed=1,error=0.2', 'simulated:seed=7,error=0.2'])
    await holds(s, made.run)
    const again = await forked(sim, made.run, { at: 9, seed: 8 })
    expect(Object.values(again.models).at(-1)).toBe('simulated:seed=8,error=0.2')
    await holds(s, again.run)
    const other = await forked(sim, made.run, { method: 'best-first' })
    expect([other.seed, other.models]).toEqual([7, { policy: 'simulated:seed=7,error=0.2' }])
  })

  test('other limits: lower ones, too, but none below what was spent', async () => {
    const { s, row } = await begun()
    const made = await forked(s, row.run, { at: 8, budget: 'calls=20' })
    expect([made.budget.calls, made.spent.calls, made.ended]).toEqual([20, 20, 'budget'])
    await holds(s, made.run)
    const none = await fork(s, row.run, { at: 20, budget: 'calls=2' })
    expect([none.status, none.body.error.param, none.body.error.message]).toMatchObject([
      400,
      'budget',
      /calls=2 is below what the record spent/,
    ])
    expect((await forked(s, row.run, { at: 8, budget: 'calls=35' })).spent.calls).toBe(35)
  })

  test('of a run that is over nothing is drawn anew, unless it is said where', async () => {
    const { s, row } = await begun()
    const none = await fork(s, row.run, { seed: 7 })
    expect([none.status, none.body.error.message]).toMatchObject([409, /say at which row/])
    const made = await forked(s, row.run, { seed: 7, budget: 'calls=36' })
    expect([made.seed, made.spent.calls]).toEqual([7, 36])
    expect((await tree(s, made.run)).parent.slice(0, row.nodes)).toEqual((await tree(s, row.run)).parent)
    await holds(s, made.run)
  })
})

describe('another search', () => {
  test('by other knobs or another method: it begins with the task, and what it asks alike is paid for once', async () => {
    const { s, row, asked } = await begun()
    const before = asked().length
    const same = await forked(s, row.run, { knobs: { cInit: row.knobs.cInit } })
    // The same search asks the same: nothing is asked, and its spend is what it would have cost by itself.
    expect(asked()).toHaveLength(before)
    expect([same.spent.calls, same.nodes, same.origin]).toEqual([row.spent.calls, row.nodes, row.run])
    const made = await forked(s, row.run, { method: 'best-first', budget: 'calls=24' })
    expect([made.method, made.budget.calls, made.origin, made.seed]).toEqual(['best-first', 24, row.run, row.seed])
    expect(made.knobs).not.toHaveProperty('cInit')
    const paid = asked().length - before
    expect(paid).toBeLessThan(made.spent.calls!)
    await holds(s, made.run)
    // What was answered after the row is not known.
    const from = asked().length
    const early = await forked(s, row.run, { at: 2, method: 'best-first', budget: 'calls=24' })
    expect(early.spent.calls).toBe(made.spent.calls)
    expect(asked().length - from).toBeGreaterThan(paid)
    // By another seed it draws all anew.
    const last = asked().length
    const anew = await forked(s, row.run, { knobs: { cInit: 2 }, seed: 3 })
    expect([anew.seed, callsIn(asked().slice(last))]).toEqual([3, anew.spent.calls])
  })

  test.each([
    [{ method: 'pcut' }, 'method'],
    [{ method: './own.ts' }, 'method'],
    [{ knobs: { cc: 1 } }, 'knobs'],
    [{ knobs: { cInit: 'much' } }, 'knobs'],
    [{ preset: 'none' }, 'knobs'],
    [{ model: 'gpt' }, 'model'],
    [{ model: 'puct/m' }, 'model'],
    [{ seed: -1 }, 'seed'],
    [{ seed: 0.5 }, 'seed'],
    [{ budget: 'calls=none' }, 'budget'],
    [{ row: 1, text: '1 + 2 = 3', knobs: { cInit: 2 } }, 'text'],
  ])('what is wrong is one line that names the field: %j', async (body, param) => {
    const { s, row } = await begun({ budget: 'calls=8' })
    const r = await fork(s, row.run, { at: 3, ...body })
    expect([r.status === 400 || r.status === 404, r.body.error.param]).toEqual([true, param])
    expect(r.body.error.message).not.toContain('\n')
    expect(s.runs()).toHaveLength(1)
  })
})
