import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loops } from '../../src/loop/catalogue.ts'
import { shippedWeights } from '../../src/model/seedling/index.ts'
import { espalier, held, inside, start } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-train-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const train = (...more: string[]): string[] => ['train', 'seedling', '--store', folder, ...more]
const weightsOf = (name: string): string => join(folder, 'models', name, 'model.safetensors')

describe('train seedling', () => {
  test('weights of a name: a card, a use, and the same again however often it was stopped', async () => {
    const first = await inside(train('--quick', '--steps', '4', '--out', 'one', '--json'))
    const x = held(first.out, 'training')
    expect([first.code, first.err]).toEqual([0, ''])
    expect(x).toMatchObject({ model: 'seedling@one', path: weightsOf('one'), finished: true, step: 4, steps: 4, seed: 1, resume: null })
    expect(x.results.map((r: { family: string }) => r.family)).toEqual(['three', 'four', 'game24'])
    expect(readFileSync(join(folder, 'models', 'one', 'card.md'), 'utf8')).toContain('held out')

    const used = await inside([
      'solve',
      'game24',
      '4 9 10 13',
      '--model',
      'seedling@one',
      '--budget',
      'calls=5',
      '--store',
      folder,
      '--json',
    ])
    expect(held(used.out, 'result').model).toBe('seedling@one')

    // Nothing that is there is written over unasked.
    const taken = await inside(train('--quick', '--out', 'one'))
    expect([taken.code, taken.err]).toEqual([2, expect.stringMatching(/has a training in it already\n {2}hint: .*--out one --resume/)])
    const done = await inside(train('--out', 'one', '--resume', '--json'))
    expect(held(done.out, 'training')).toMatchObject({ finished: true, step: 4, loss: x.loss, results: x.results })
  }, 180_000)

  test('Ctrl-C lands at a checkpoint and says how to go on', async () => {
    const going = start(train('--quick', '--steps', '5000', '--out', 'cut', '--plain'))
    await going.says(/training seedling@cut/)
    const path = join(folder, 'models', 'cut', 'checkpoint.safetensors')
    while (!existsSync(path)) await new Promise(go => setTimeout(go, 50))
    going.child.kill('SIGINT')
    const r = await going.ended
    expect(r.code).toBe(130)
    const [, step, rest] = /stopped at step (\d+) of 5,000; nothing is lost: espalier train seedling (.*)\n/.exec(r.out)!
    expect(Number(step)).toBeGreaterThanOrEqual(100)
    expect(rest).toBe(`--out cut --resume --store ${folder}`)
    const again = start(train('--out', 'cut', '--resume', '--plain'))
    await again.says(new RegExp(`going on from step ${step}\n`))
    again.child.kill('SIGKILL')
    await again.ended
  }, 180_000)

  test('a checkpoint that is damaged, or of something else: one line, and it is left as it is', async () => {
    const path = join(folder, 'models', 'one', 'checkpoint.safetensors')
    truncateSync(path, 5000)
    const damaged = await inside(train('--out', 'one', '--resume'))
    expect(damaged.code).toBe(4)
    expect(damaged.err).toMatch(/^espalier: .*checkpoint\.safetensors: expected [^\n]*\n {2}hint: [^\n]*\n$/)
    expect(readFileSync(path)).toHaveLength(5000)
    copyFileSync(shippedWeights, path)
    const foreign = await inside(train('--out', 'one', '--resume'))
    expect([foreign.code, foreign.err]).toEqual([4, expect.stringContaining('expected a checkpoint of espalier train, found another file')])
    writeFileSync(path, 'what is this?')
    expect((await inside(train('--out', 'one', '--resume'))).code).toBe(4)
  })

  test('no other command loads what training needs', async () => {
    const guard = join(folder, 'guard.mjs')
    writeFileSync(
      guard,
      `import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) { if (name.startsWith('@jax-js')) throw new Error('loaded ' + name); return next(name, context) } })`,
    )
    const env = { NODE_OPTIONS: `--import ${guard}` }
    for (const args of [
      ['methods'],
      ['papers'],
      ['doctor', '--store', 'none-here'],
      ['help'],
      ['solve', 'game24', '1 1 3 11', '--store', 'none'],
      ['demo', '--help'],
    ])
      expect([args[0], (await espalier(args, { env, cwd: folder })).code]).toEqual([args[0], 0])
    const trained = await espalier(train('--quick', '--steps', '1', '--out', 'guarded'), { env })
    expect([trained.code, trained.err]).toEqual([1, expect.stringContaining('loaded @jax-js')])
  })
})

describe('judge check', () => {
  const labelled = join(folder, 'labelled.jsonl')
  const chain = 'Ann has 3 apples and gets 4 more. How many apples does Ann have now?'
  writeFileSync(
    labelled,
    [
      JSON.stringify({ id: 'good', task: chain, answer: 'Answer: 7', label: true }),
      JSON.stringify({ id: 'bad', task: chain, answer: 'Answer: 8', label: false }),
      '{"task": "half a line',
      JSON.stringify({ task: 'Which is even?', chosen: 'Answer: 2', rejected: 'Answer: 3' }),
    ].join('\n'),
  )
  /** Sees at once which answers are right. */
  const judge = join(folder, 'judge.mjs')
  writeFileSync(
    judge,
    `import { scripted } from ${JSON.stringify(new URL('../../src/model/index.ts', import.meta.url).href)}
export default scripted(ms => (/given is[^]*\\b[72]\\b/.test(ms.map(m => m.content).join(' ')) ? '9' : '1'), { id: 'by-eye' })`,
  )
  test('a judge that knows: for people', async () => {
    const r = await inside(['judge', 'check', labelled, '--judge', judge, '--store', 'none'])
    expect(r.code).toBe(2)
    expect(r.out).toMatch(/^judge +judge:pointwise by by-eye\njudged +4 of 4\naccuracy +1\.000 \[/)
    expect(r.out).toMatch(/1 bad line\n$/)
  })
  test.each(['pointwise', 'pairwise', 'listwise'])('%s: of its schema; a bad line is named and the rest is judged', async kind => {
    const r = await inside(['judge', 'check', labelled, '--judge', 'simulated', '--kind', kind, '--json', '--store', 'none'])
    const x = held(r.out, 'judge-check')
    expect([r.code, x.items, x.bad.map((b: { line: number }) => b.line)]).toEqual([2, 4, [3]])
    expect(r.err).toMatch(/labelled\.jsonl: line 3: no valid JSON/)
    expect(x.judge).toBe(`judge:${kind}`)
    expect(x.position === null).toBe(kind !== 'pairwise')
  })
  test('the budget ends: said, exit 3, and what was judged counts', async () => {
    const only = join(folder, 'only.jsonl')
    writeFileSync(only, readFileSync(labelled, 'utf8').split('\n').slice(0, 2).join('\n'))
    const r = await inside(['judge', 'check', only, '--judge', 'simulated', '--budget', 'calls=1', '--store', 'none'])
    expect(r.code).toBe(3)
    expect(r.out).toMatch(/judged +1 of 2, ended: budget/)
  })
})

describe('train sequence', () => {
  test('weights of a name, measured; they are not written over', async () => {
    const args = ['train', 'sequence', '--quick', '--steps', '3', '--store', folder]
    const first = await inside([...args, '--json'])
    const x = held(first.out, 'training')
    expect(x).toMatchObject({ model: 'seedling@sequence', path: weightsOf('sequence'), finished: true, step: 3, steps: 3, resume: null })
    expect(x.results.map((r: { family: string }) => r.family)).toEqual(['draft', 'check', 'mend'])
    expect(await inside(args)).toMatchObject({ code: 2, err: expect.stringContaining('has weights in it already') })
  })
  test('a loop that needs them says how they are made', async () => {
    const r = await inside(['train', 'spar', '--quick', '--store', join(folder, 'bare')])
    expect([r.code, r.err]).toEqual([2, expect.stringContaining('espalier train sequence')])
  })
})

describe('train LOOP', () => {
  test('its help names every loop', async () => {
    const { out } = await inside(['train', '--help'])
    for (const id of loops.keys()) expect([id, new RegExp(`\\b${id}\\b`).test(out)]).toEqual([id, true])
  })
  const tiny = [
    'train',
    'rest-mcts',
    '--rounds',
    '1',
    '--budget',
    'calls=480',
    '--n',
    '4',
    '--quick',
    '--model',
    'seedling@draft',
    '--store',
    folder,
  ]
  test('a round: a report, weights that are used, and killed on the way the same again', async () => {
    const whole = await inside([...tiny, '--json'])
    const x = held(whole.out, 'loop')
    expect([whole.code, x.finished, x.resume, x.rounds.length]).toEqual([0, true, null, 2])
    expect(x.rounds[1].calls).toBeLessThanOrEqual(480)
    expect(readFileSync(x.report, 'utf8')).toContain('| 1 |')
    const used = await inside([
      'solve',
      'game24',
      '4 9 10 13',
      '--model',
      x.rounds[1].policy,
      '--budget',
      'calls=5',
      '--store',
      folder,
      '--json',
    ])
    expect(held(used.out, 'result').model).toBe(x.rounds[1].policy)

    const other = join(folder, 'other')
    const there = [...tiny.slice(0, -1), other]
    const going = start([...there, '--plain'])
    await going.says(/round 1: .* problems solved/)
    going.child.kill('SIGKILL')
    await going.ended
    const again = held((await inside([...there, '--json'])).out, 'loop')
    const bare = (r: any) => ({ ...r, seconds: 0 })
    expect(again.rounds.map(bare)).toEqual(x.rounds.map(bare))
    const name = join('models', x.rounds[1].policy.slice(9), 'model.safetensors')
    expect(readFileSync(join(other, name))).toEqual(readFileSync(join(folder, name)))
  }, 180_000)
})
