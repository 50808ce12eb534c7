import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { arithmetic, espalier, held, inside } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-solve-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let stores = 0
const fresh = (): string => join(folder, `store-${++stores}`)
const simulated = ['--method', 'gumbel-search', '--model', 'simulated:error=0.1']
const issue = ['solve', 'game24', '4 9 10 13', '--model', 'simulated:error=0.1', '--budget', 'calls=200', '--seed', '7', '--json']

describe('solve', () => {
  test('one object on standard output, the run id on standard error', async () => {
    const store = fresh()
    const r = await espalier([...issue, '--method', 'rest-mcts', '--store', store])
    const x = held(r.out, 'result')
    expect(r.err).toBe(`run ${x.run}\n`)
    expect(x).toMatchObject({ world: 'game24', task: '4 9 10 13', method: 'rest-mcts', seed: 7, reward: 'exact', budget: { calls: 200 } })
    expect(x.tree.nodes).toBeGreaterThan(1)
    expect(x.spent.calls).toBeLessThanOrEqual(200)
    expect(existsSync(join(store, 'runs', `${x.run}.db`))).toBe(true)
    expect(r.code).toBe(x.solved ? 0 : x.ended === 'budget' ? 3 : 0)
  })

  test('the same seed and concurrency give the same tree, run after run', async () => {
    for (const method of ['rest-mcts', 'gumbel-search', 'uct']) {
      const seen = new Set<string>()
      for (let i = 0; i < 2; i++) {
        const { digest, spent } = held((await inside([...issue, '--method', method, '--store', 'none'])).out, 'result')
        seen.add(`${digest} ${spent.calls}`)
      }
      expect([method, seen.size]).toEqual([method, 1])
    }
  })

  test('best-of-n gives the same tree at any concurrency', async () => {
    const seen = new Set<string>()
    for (const concurrency of ['1', '3', '8', '32'])
      seen.add(
        held(
          (
            await inside([
              ...issue,
              '--method',
              'best-of-n',
              '--knob',
              'untilSolved=false',
              '--concurrency',
              concurrency,
              '--store',
              'none',
            ])
          ).out,
          'result',
        ).digest,
      )
    expect(seen.size).toBe(1)
  })

  test('an answer comes with the steps that make it, and exit 0', async () => {
    const r = await inside(['solve', 'game24', '4', '9', '10', '13', '--seed', '1', '--json', '--store', 'none', ...simulated])
    const x = held(r.out, 'result')
    expect(x).toMatchObject({ solved: true, verifiedBy: 'exact', score: 1 })
    expect(arithmetic(x.answer)).toBe(24)
    expect(x.path).toHaveLength(3)
    expect(x.path.at(-1).R).toBe(1)
    expect(r.code).toBe(0)
  })

  test('a budget that ends without a verified answer is exit 3; NaN is null', async () => {
    const r = await inside(['solve', 'game24', '4 9 10 13', '--method', 'best-first', '--budget', 'calls=9', '--json', '--store', 'none'])
    const x = held(r.out, 'result')
    expect(r.code).toBe(3)
    expect(x).toMatchObject({ answer: null, score: null, ended: 'budget' })
    expect(x.solved).not.toBe(true)
    expect(r.out).not.toContain('NaN')
  })

  test('for people: the answer, what verified it, the steps, the cost and where to look', async () => {
    const store = fresh()
    const r = await inside([
      'solve',
      'game24',
      '4 9 10 13',
      '--seed',
      '1',
      '--store',
      store,
      '--method',
      'tree-of-thoughts',
      '--model',
      'simulated:error=0.1',
    ])
    expect(r.code).toBe(0)
    expect(r.err).toMatch(/^run r-\w+: game24 4 9 10 13, tree-of-thoughts, simulated:/)
    expect(r.err).toMatch(/\nbest .*score 1, verified, after \d+ calls\n/)
    expect(r.out).toMatch(/verified {2}by exact/)
    expect(r.out).toMatch(/spent {5}\d+ calls, [\d,]+ tokens in, [\d,]+ out, \$0/)
    expect(r.out).toMatch(new RegExp(`espalier runs show r-\\w+ --store ${store}`))
  })

  test('without a word about it: the seedling and auto, which says why', async () => {
    const r = await inside(['solve', 'game24', '4 9 10 13', '--json', '--store', 'none'])
    const x = held(r.out, 'result')
    expect(x).toMatchObject({ model: 'seedling', method: 'auto', solved: true })
    expect([arithmetic(x.answer), x.why]).toEqual([24, expect.stringContaining('An answer was verified')])
    const people = await inside(['solve', 'game24', '4 9 10 13', '--store', 'none'])
    expect(people.out).toContain(`  why       ${x.why}`)
  })

  test('the seedling, twice: the same tree', async () => {
    const asked = [
      'solve',
      'game24',
      '4 9 10 13',
      '--method',
      'rest-mcts',
      '--model',
      'seedling',
      '--budget',
      'calls=200',
      '--seed',
      '7',
      '--json',
    ]
    const [a, b] = [await espalier([...asked, '--store', 'none']), await espalier([...asked, '--store', fresh()])].map(r =>
      held(r.out, 'result'),
    )
    expect([b.digest, b.spent.calls, b.answer]).toEqual([a.digest, a.spent.calls, a.answer])
  })

  test('--verify: a program says what is right, by the task and the answer', async () => {
    const check = join(folder, 'check.mjs')
    writeFileSync(
      check,
      `import { readFileSync } from 'node:fs'
const given = readFileSync(0, 'utf8').includes('12') && process.env.ESPALIER_TASK.includes('12')
process.exit(given === (process.argv[2] === 'kind') ? 0 : 1)`,
    )
    const by = async (how: string): Promise<any> => {
      const command = `${process.execPath} ${check} ${how}`
      const args = [
        'solve',
        'game24',
        '3 3 9 12',
        '--verify',
        command,
        '--method',
        'best-of-n',
        '--budget',
        'calls=8',
        '--store',
        'none',
        '--json',
      ]
      return held((await inside(args)).out, 'result')
    }
    expect(await by('kind')).toMatchObject({ solved: true, verifiedBy: expect.stringContaining('verify') })
    expect((await by('strict')).solved).not.toBe(true)
  })

  test('without a store nothing is written', async () => {
    const cwd = mkdtempSync(join(folder, 'empty-'))
    const r = await espalier(['solve', 'countdown', '3 5 8 9 -> 46', '--store', 'none', '--json'], { cwd })
    held(r.out, 'result')
    expect(readdirSync(cwd)).toEqual([])
  })

  test('a reader that goes away is no error', async () => {
    const { spawnSync } = await import('node:child_process')
    const { bin } = await import('./espalier.ts')
    const r = spawnSync('bash', ['-c', `"${process.execPath}" "${bin}" methods --json | head -c 1; exit "\${PIPESTATUS[0]}"`], {
      encoding: 'utf8',
    })
    expect([r.status, r.stderr, r.stdout]).toEqual([0, '', '{'])
  })
})

describe('solve --tasks', () => {
  const lines = [
    '{"id":"a","task":"4 9 10 13"}',
    '# a remark',
    '1 2 3',
    '{"id":"b","task":[1,2,3,4]}',
    '{"id":"a","task":"5 5 5 5"}',
    '6 6 6 6',
  ]

  test('one object a line; bad lines are named, the rest runs; exit 2', async () => {
    const file = join(folder, 'tasks.jsonl')
    writeFileSync(file, lines.join('\n'))
    const r = await inside(['solve', 'game24', '--tasks', file, '--json', '--store', fresh()])
    const out = r.out
      .trimEnd()
      .split('\n')
      .map(l => `${l}\n`)
    const bad = out.filter(l => l.includes('"error"')).map(l => held(l, 'task-error'))
    const good = out.filter(l => !l.includes('"error"')).map(l => held(l, 'result'))
    expect(bad.map(b => b.line)).toEqual([3, 5])
    expect(bad[0].error.message).toContain('line 3: game24: expected 4 numbers, found 3')
    expect(good.map(g => g.id)).toEqual(['a', 'b', 'line-6'])
    expect(r.code).toBe(2)
    expect(r.err.match(/^run r-/gm)).toHaveLength(3)
  })

  test('from standard input, for people', async () => {
    const r = await espalier(['solve', 'game24', '--tasks', '-', '--store', 'none'], { input: '1 2 3 4\n4 4 6 8\n' })
    expect(r.out).toMatch(/[012] of 2 solved\n$/)
    expect([0, 3]).toContain(r.code)
  })

  test('expected answers are for the grader: right or wrong on every line, the share at the end', async () => {
    const file = join(folder, 'answers.jsonl')
    const store = fresh()
    const task = (id: string, task: string, answer?: string): string =>
      JSON.stringify({ id, task, ...(answer === undefined ? {} : { answer }) })
    writeFileSync(
      file,
      [task('a', 'Ann says the secret is?', 'blue-77'), task('b', 'And what is two and two?', '4'), task('c', 'Free?')].join('\n'),
    )
    const model = join(folder, 'four.mjs')
    writeFileSync(
      model,
      `import { scripted } from ${JSON.stringify(new URL('../../src/model/index.ts', import.meta.url).href)}
export default scripted(ms => { if (JSON.stringify(ms).includes('blue-77')) throw new Error('it was told'); return 'Answer: 4.0' })`,
    )
    const args = [
      'solve',
      'reason',
      '--tasks',
      file,
      '--model',
      model,
      '--method',
      'self-consistency',
      '--budget',
      'calls=3',
      '--store',
      store,
    ]
    const r = await inside([...args, '--json'])
    const lines = r.out.trimEnd().split('\n')
    const results = lines.slice(0, 3).map(l => held(`${l}\n`, 'result'))
    expect(results.map(x => [x.id, x.correct])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', undefined],
    ])
    const { graded } = held(`${lines[3]}\n`, 'graded')
    expect(graded).toMatchObject({ right: 1, of: 2, rate: 0.5, grader: 'reason/test' })
    expect(graded.interval[0]).toBeCloseTo(0.0945, 3)
    const people = await inside(args)
    expect(people.out).toMatch(/graded +wrong: expected blue-77, found 4/)
    expect(people.out).toMatch(/1 of 2 right \(50 %, 95 % interval 9 to 91\), by reason\/test\n$/)
    // The record of the run does not hold it either.
    const files = readdirSync(join(store, 'runs')).map(f => readFileSync(join(store, 'runs', f), 'latin1'))
    expect(files.some(t => t.includes('blue-77'))).toBe(false)
  })
})
