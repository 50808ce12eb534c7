import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { losses } from '../../src/learn/loss/index.ts'
import { held, inside, start } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-lesson-'))
const store = join(folder, 'store')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const runs: string[] = []
beforeAll(async () => {
  // Each is solved: whichever are held out, a distance to a right end is known in them.
  for (const task of ['4 9 10 13', '1 4 8 8', '4 6 8 8', '2 4 6 8']) {
    const r = await inside([
      ...['solve', 'game24', task, '--method', 'rest-mcts', '--model', 'seedling@draft', '--knob', 'data=true', '--knob', 'critic=none'],
      ...['--reward', 'exact', '--budget', 'calls=80', '--store', store, '--json'],
    ])
    const { run, solved } = held(r.out, 'result')
    expect([task, solved]).toEqual([task, true])
    runs.push(run)
  }
}, 180_000)
const small = ['--model', 'seedling@draft', '--store', store]
const weights = (name: string, at = store): string => join(at, 'models', name, 'model.safetensors')
/** One line for people, and the last whole thing is kept. */
const refused = (r: { code: number | null; out: string; err: string }, code: number, what: RegExp): void => {
  expect([r.code, r.out, r.err]).toEqual([code, '', expect.stringMatching(what)])
  expect(r.err).toMatch(/(^|\n)espalier: [^\n]+\n( {2}hint: [^\n]+\n)?$/)
}

describe('train value', () => {
  const value = (out: string, ...more: string[]): string[] => ['train', 'value', ...runs, '--out', out, ...small, ...more]
  test('of the trees of runs: measured before and after on tasks held out, and used as a critic', async () => {
    const r = await inside(value('judge', '--held', '0.3', '--evaluate', '2', '--epochs', '3', '--json'))
    const x = held(r.out, 'lesson')
    expect([r.code, r.err, x.model, x.part, x.loss, x.finished, x.trees]).toEqual([0, '', 'seedling@judge', 'value', 'verdict', true, 4])
    expect(x.rows.held).toBeGreaterThan(0)
    expect(x.held[0].step).toBe(0)
    expect(x.held.find((h: { step: number }) => h.step === x.best).loss).toBe(Math.min(...x.held.map((h: { loss: number }) => h.loss)))
    expect(x.ranks.before.states).toBe(x.ranks.after.states)
    expect(existsSync(weights('judge'))).toBe(true)
    const used = await inside([
      'solve',
      'game24',
      '4 9 10 13',
      '--method',
      'rest-mcts',
      '--model.critic',
      'seedling@judge',
      '--budget',
      'calls=6',
      '--store',
      store,
      '--json',
    ])
    expect(held(used.out, 'result').calls ?? 6).toBeGreaterThan(0)
    // The same again: nothing is done anew.
    expect((await inside(value('judge', '--held', '0.3', '--evaluate', '2', '--epochs', '3', '--json'))).out).toBe(r.out)
    refused(await inside(value('judge', '--labels', 'hard')), 2, /holds a training of other settings/)
  }, 180_000)
  test.each(['hard', 'soft', 'look-back', 'q'])(
    'labels %s',
    async labels => {
      const r = await inside(value(`by-${labels}`, '--labels', labels, '--steps', '1', '--plain'))
      expect([r.code, r.err]).toEqual([0, expect.stringMatching(/training seedling@by-.*: \d+ rows of 4 trees, \d+ held out/)])
      expect(r.out).toMatch(/ranking +AUC [\s\S]* held-out unfinished states\n {2}use /)
    },
    180_000,
  )
  test('killed at any step, it ends in the same weights', async () => {
    const args = (at: string): string[] => [
      ...['train', 'value', ...runs, '--out', 'cut', '--model', 'seedling@draft', '--epochs', '4', '--store', at],
    ]
    const whole = join(folder, 'whole')
    const cut = join(folder, 'cut')
    const first = start(['train', 'value', '--help'])
    await first.ended
    for (const at of [whole, cut]) copyRuns(at)
    expect((await inside([...args(whole), '--json'])).code).toBe(0)
    // At the first words, after a checkpoint, and wherever it is by then.
    for (const when of [/training seedling@cut/, /step 0/, /step \d+/]) {
      const going = start([...args(cut), '--plain'])
      await going.says(when)
      going.child.kill('SIGKILL')
      await going.ended
    }
    const again = held((await inside([...args(cut), '--json'])).out, 'lesson')
    expect(again.finished).toBe(true)
    expect(readFileSync(weights('cut', cut))).toEqual(readFileSync(weights('cut', whole)))
  }, 300_000)
})
const copyRuns = (to: string): void => {
  // A store is a folder.
  const { cpSync } = process.getBuiltinModule('node:fs')
  cpSync(store, to, { recursive: true })
  rmSync(join(to, 'models'), { recursive: true, force: true })
}

describe('train policy', () => {
  test.each(['sft', 'filtered-sft', 'dpo', 'kto', 'lipo-lambda', 'grpo', 'a-star-po'])(
    '%s, of the trees',
    async loss => {
      const r = await inside([
        'train',
        'policy',
        ...runs,
        '--loss',
        loss,
        '--out',
        `p-${loss}`,
        ...small,
        '--steps',
        '1',
        '--held',
        '0',
        '--json',
      ])
      const x = held(r.out, 'lesson')
      expect([r.code, x.steps, x.part, x.rows.train > 0]).toEqual([0, 1, 'policy', true])
    },
    180_000,
  )
  test('with a value head beside it; a setting of the loss; the policy is used', async () => {
    const args = [
      'train',
      'policy',
      ...runs,
      '--loss',
      'dpo',
      '--knob',
      'beta=0.5',
      '--verdicts',
      '0.5',
      '--out',
      'both',
      ...small,
      '--steps',
      '2',
    ]
    const x = held((await inside([...args, '--json'])).out, 'lesson')
    expect(x.ranks).not.toBeNull()
    expect(JSON.parse(readFileSync(join(store, 'models', 'both', 'plan.json'), 'utf8')).losses).toEqual([
      { id: 'dpo', options: { beta: 0.5 } },
    ])
    const used = await inside([
      'solve',
      'game24',
      '4 9 10 13',
      '--model',
      'seedling@both',
      '--budget',
      'calls=5',
      '--store',
      store,
      '--json',
    ])
    expect(held(used.out, 'result').model).toBe('seedling@both')
  }, 180_000)
  test.each([
    ['sft', 'sft'],
    ['preference', 'dpo'],
    ['unpaired', 'kto'],
    ['group', 'grpo'],
    ['ranking', 'list-mle'],
    ['stepwise', 'verdict'],
  ])(
    '%s, exported in the dialect of tokens, is read back for %s',
    async (format, loss) => {
      const file = join(folder, `${format}.jsonl`)
      await inside(['export', ...runs, '--format', format, '--dialect', 'tokens', '--more', '--out', file, '--store', store])
      const part = loss === 'verdict' ? 'value' : 'policy'
      const r = await inside(['train', part, '--data', file, '--loss', loss, '--out', `d-${format}`, ...small, '--steps', '1', '--json'])
      const x = held(r.out, 'lesson')
      expect([r.code, x.trees, x.steps]).toEqual([0, 0, 1])
    },
    180_000,
  )
  test('Ctrl-C lands at a checkpoint, and the same command goes on', async () => {
    const args = ['train', 'policy', ...runs, '--epochs', '200', '--out', 'stopped', ...small]
    const going = start([...args, '--plain'])
    await going.says(/step \d\d/)
    going.child.kill('SIGINT')
    const r = await going.ended
    expect([r.code, r.out]).toEqual([130, expect.stringContaining('nothing is lost: espalier train policy')])
    const again = start([...args, '--plain'])
    await again.says(/going on from step \d+/)
    again.child.kill('SIGKILL')
    await again.ended
  }, 180_000)
})

describe('bad input is one line, and what was good is kept', () => {
  const file = (name: string, ...rows: string[]): string => {
    const path = join(folder, name)
    writeFileSync(path, rows.map(r => `${r}\n`).join(''))
    return path
  }
  const good = '{"prompt":"24 : 4 6 ;","completion":"4 * 6 = 24 $"}'
  const tokens = '{"tokens":[4,5,6],"segment":["prompt","policy","policy"]}'
  const data = (path: string, ...more: string[]): string[] => ['train', 'policy', '--data', path, '--out', 'bad', ...small, ...more]
  test.each<[string, readonly string[], RegExp]>([
    [
      'a wrong column',
      [good, '{"prompt":"24 : 4 6 ;","answer":"4"}'],
      /bad\.jsonl, line 2: column completion: expected a text or messages, found nothing/,
    ],
    ['columns of no format', ['{"question":"a","reply":"b"}'], /line 1: expected the columns of a format, found question, reply/],
    ['a NaN', [tokens, '{"tokens":[1,NaN],"segment":["prompt","policy"]}'], /line 2: expected JSON, found/],
    ['an unknown token', [tokens, '{"tokens":[1,999],"segment":["prompt","policy"]}'], /line 2: expected token ids 0 to 127, found 999/],
    ['a column too many', [tokens, '{"tokens":[1,2],"segment":["prompt","policy"],"lp":[0,0]}'], /line 2: no column is called 'lp'/],
    [
      'words of another dialect',
      [good, '{"prompt":"What is 2 + 2?","completion":"4"}'],
      /line 2: the seedling reads numbers and signs, and is asked in words: "What" as word 1 of the prompt/,
    ],
    ['half a line', [good, '{"prompt":'], /line 2: expected JSON/],
    ['nothing', [], /expected rows, found none/],
    ['no labels', [good], /line 1: loss dpo learns of preference rows, found sft rows/],
    [
      'pairs to imitate',
      ['{"prompt":"24 : 4 6 ;","chosen":"4 * 6 = 24 $","rejected":"4 + 6 = 10 $"}'],
      /line 1: loss sft learns of sft or [a-z -]+ or critique rows, found preference rows/,
    ],
    ['Parquet', ['PAR1\u0015\u0006'], /bad\.jsonl: expected JSON Lines, found Parquet/],
    [
      'a NaN in the first row',
      ['{"prompt":"24 : 4 6 ;","completion":NaN}'],
      /line 1: expected a row of JSON Lines[^\n]+\n {2}hint: [^\n]*NaN/,
    ],
  ])('%s', async (name, rows, what) => {
    const path = file('bad.jsonl', ...rows)
    refused(await inside(data(path, ...(name === 'no labels' ? ['--loss', 'dpo'] : []))), 2, what)
    expect(existsSync(join(store, 'models', 'bad', 'model.safetensors'))).toBe(false)
  })
  test('two trainings of one name: the second is refused', async () => {
    const { lock } = await import('../../src/store/index.ts')
    mkdirSync(join(store, 'models', 'held'), { recursive: true })
    const mine = lock(join(store, 'models', 'held', 'training.lock'), 'seedling@held')
    const args = ['train', 'policy', '--data', file('good.jsonl', good), '--out', 'held', ...small, '--steps', '1', '--held', '0']
    try {
      refused(await inside(args), 5, /espalier: seedling@held/)
      // However its weights are made.
      for (const what of ['seedling', 'sequence'])
        refused(await inside(['train', what, '--quick', '--out', 'held', '--store', store]), 5, /espalier: seedling@held/)
    } finally {
      mine.release()
    }
    expect((await inside(args)).code).toBe(0)
  }, 60_000)
  test('a signal to the whole group lands at a checkpoint', async () => {
    // As a service is stopped, or a terminal closed: the process of the training gets it, too.
    const stopper = join(folder, 'stopper.cjs')
    writeFileSync(
      stopper,
      "if (process.argv[1]?.endsWith('tune/process.ts')) { const on = process.on; process.on = function (name, f) { const r = on.call(process, name, f); if (name === 'SIGHUP') { process.kill(process.pid, 'SIGTERM'); process.kill(process.pid, 'SIGHUP') } return r } }",
    )
    const args = ['train', 'policy', '--data', file('good.jsonl', good), '--out', 'group', ...small, '--steps', '1', '--held', '0']
    expect((await start(args, { env: { NODE_OPTIONS: `--require ${stopper}` } }).ended).code).toBe(0)
  }, 60_000)
  test.each<[readonly string[], RegExp]>([
    [['--loss', 'dpoo'], /no loss is called 'dpoo'/],
    [['--loss', 'xpo'], /loss xpo learns from more than trees hold/],
    [['--held', '1'], /--held: expected a share/],
    [['--rate', '0'], /--rate: expected a number above 0/],
    [['--data', 'x.jsonl'], /found both/],
    [['--model', 'gpt-4'], /expected a seedling to train, found gpt-4/],
  ])('%j', async (more, what) => {
    const rest = more[0] === '--model' ? ['--store', store] : small
    refused(await inside(['train', 'policy', ...runs, '--out', 'bad', ...rest, ...more]), 2, what)
  })
  test('a rate at which it runs away: the last good checkpoint is kept, and said to be', async () => {
    const r = await inside(['train', 'policy', ...runs, '--out', 'wild', ...small, '--rate', '1e30', '--held', '0', '--plain'])
    expect([r.code, r.err]).toEqual([
      4,
      expect.stringMatching(
        /espalier: expected finite [^\n]+\n {2}hint: train with a lower rate; the last checkpoint is kept: .*checkpoint\.safetensors\n$/,
      ),
    ])
  }, 60_000)
  test('a checkpoint of another shape, or damaged, is left as it is', async () => {
    const at = (name: string): string => join(store, 'models', name, 'checkpoint.safetensors')
    const args = ['train', 'policy', ...runs, '--out', 'shape', ...small, '--steps', '2', '--held', '0']
    expect((await inside(args)).code).toBe(0)
    rmSync(join(store, 'models', 'shape', 'result.json'))
    const { shippedWeights } = await import('../../src/model/seedling/index.ts')
    for (const [what, make] of [
      [/expected a checkpoint of shape/, () => copyFileSync(shippedWeights, at('shape'))],
      [/checkpoint\.safetensors: expected/, () => writeFileSync(at('shape'), readFileSync(shippedWeights).subarray(0, 5000))],
    ] as const) {
      make()
      const before = readFileSync(at('shape'))
      const r = await inside(args)
      expect([r.code, r.err]).toEqual([4, expect.stringMatching(what)])
      expect(readFileSync(at('shape'))).toEqual(before)
    }
  }, 60_000)
  test('out of memory: one line, with what to do, and the name stays free', async () => {
    // As the kernel ends a process that takes too much; only that of the training.
    const killer = join(folder, 'killer.cjs')
    writeFileSync(killer, "if (process.argv[1]?.endsWith('tune/process.ts')) process.kill(process.pid, 'SIGKILL')")
    const args = ['train', 'policy', ...runs, '--out', 'full', ...small, '--steps', '1', '--plain']
    const r = await start(args, { env: { NODE_OPTIONS: `--require ${killer}` } }).ended
    refused(r, 4, /espalier: the training process ended before its work: it ran out of memory, or was killed\n {2}hint: /)
    expect((await inside([...args, '--rate', '2e-4'])).code).toBe(0)
  }, 60_000)
})

test('every loss of the catalogue is served, or said to need rows of one’s own', async () => {
  const { wantedBy } = await import('../../src/learn/index.ts')
  const own = [...losses.keys()].filter(id => {
    try {
      wantedBy(id)
      return false
    } catch (e) {
      expect((e as Error).message).toContain('learns from more than trees hold')
      return true
    }
  })
  expect(own).toContain('xpo')
  expect(own.length).toBeLessThan(losses.size / 2)
})
