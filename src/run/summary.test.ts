import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wilson } from '../kernel/index.ts'
import type { RunMeta } from '../store/index.ts'
import { summarise } from './summary.ts'

const run = (id: string, o: Partial<RunMeta> & { preset?: string } = {}): RunMeta =>
  ({
    id,
    created: 0,
    updated: 0,
    status: 'done',
    world: 'game24',
    method: { id: 'puct', version: 1 },
    models: {},
    task: '4 9 10 13',
    knobs: {},
    options: { plan: { task: o.task ?? '4 9 10 13', ...(o.preset === undefined ? {} : { preset: o.preset }) } },
    limits: { calls: 100 },
    seed: 1,
    concurrency: 1,
    codeHash: '',
    contractVersion: 1,
    spent: { calls: 40, usd: null },
    answer: null,
    solved: null,
    verifiedBy: null,
    score: null,
    nodes: 0,
    depth: 0,
    origin: null,
    ...o,
  }) as RunMeta

describe('several runs side by side', () => {
  test('grouped by method and preset, with rates over tasks', () => {
    const s = summarise([
      run('a', { solved: true, task: '1' }),
      run('b', { solved: false, task: '2' }),
      run('c', { solved: true, task: '3', preset: 'robust' }),
      run('d', { method: { id: 'greedy', version: 1 }, score: 0.25, task: '1' }),
    ])
    expect(s.unit).toBe('calls')
    expect(s.methods.map(m => [m.method, m.runs, m.solved?.rate ?? null, m.score?.mean ?? null])).toEqual([
      ['puct', 2, 0.5, null],
      ['puct@robust', 1, 1, null],
      ['greedy', 1, null, 0.25],
    ])
    const [low, high] = wilson(1, 2)
    expect(s.methods[0].solved).toEqual({ rate: 0.5, low, high })
    expect(s.methods[0].spent).toMatchObject({ calls: 40, usd: null })
    expect(s.methods[2].curve).toEqual([])
    expect(s.tasks.map(t => [t.task, t.runs.map(r => r.run)])).toEqual([
      ['1', ['a', 'd']],
      ['2', ['b']],
      ['3', ['c']],
    ])
  })

  test('a mean score is of all its runs, or there is none', () => {
    expect(summarise([run('a', { score: 1 }), run('b', { score: 0.5, task: '2' })]).methods[0].score?.mean).toBe(0.75)
    expect(summarise([run('a', { score: 1 }), run('b', { score: null, task: '2' })]).methods[0].score).toBeNull()
  })

  test('a run counts as right from what it had spent on', () => {
    const { curve } = summarise([run('a', { solved: true, spent: { calls: 40 } })]).methods[0]
    for (const p of curve) expect(p.y).toBe(p.x >= 40 ? 1 : 0)
    expect(curve.at(-1)!.x).toBe(100)
  })

  test('a graded cell counts as its grades say', () => {
    const graded = {
      curve: [
        [10, 0],
        [20, 1],
      ],
    }
    const { curve } = summarise([run('a', { solved: true, options: { graded } })]).methods[0]
    for (const p of curve) expect(p.y).toBe(p.x >= 20 ? 1 : 0)
  })

  test('limits in different units: every run counts calls', () => {
    expect(summarise([run('a', { limits: { usd: 1 } }), run('b', { limits: { calls: 5 } })]).unit).toBe('calls')
    expect(summarise([run('a', { limits: { usd: 1 } }), run('b', { limits: { usd: 2 } })]).unit).toBe('usd')
  })

  test('curves never fall, and lie within their intervals', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ task: fc.constantFrom('1', '2', '3'), calls: fc.nat(100), solved: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        xs => {
          const [m] = summarise(xs.map((x, i) => run(`r${i}`, { task: x.task, solved: x.solved, spent: { calls: x.calls } }))).methods
          m.curve.forEach((p, i) => {
            expect(p.low).toBeLessThanOrEqual(p.y + 1e-9)
            expect(p.high).toBeGreaterThanOrEqual(p.y - 1e-9)
            if (i > 0) expect(p.y).toBeGreaterThanOrEqual(m.curve[i - 1].y)
          })
          expect(m.curve.at(-1)?.y ?? m.solved!.rate).toBeCloseTo(m.solved!.rate, 9)
        },
      ),
    )
  })
})
