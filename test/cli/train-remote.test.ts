import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ServedTuning, serveTuning } from '../../src/model/fixture/fine-tuning.ts'
import { held, inside, start } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-remote-'))
const store = join(folder, 'store')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let run: string
beforeAll(async () => {
  const r = await inside([
    ...['solve', 'game24', '4 9 10 13', '--method', 'gumbel-search', '--model', 'simulated:error=0.2', '--knob', 'untilSolved=false'],
    ...['--seed', '1', '--store', store, '--json'],
  ])
  run = held(r.out, 'result').run
  vi.stubEnv('OPENAI_API_KEY', 'sk-secret-of-mine-0123456789')
})
const open: ServedTuning[] = []
afterEach(async () => {
  for (const x of open.splice(0)) await x.close()
})
const serve = async (o: Parameters<typeof serveTuning>[0] = {}): Promise<ServedTuning> => {
  const server = await serveTuning(o)
  open.push(server)
  return server
}
const job = (server: ServedTuning, out: string, ...more: string[]): string[] => [
  ...['train', 'policy', '--model', 'openai:gpt-x', '--base-url', server.url, '--store', store, '--out', out],
  ...more,
]
const created = (server: ServedTuning) => server.requests.filter(r => r.method === 'POST' && r.path === '/v1/fine_tuning/jobs').length
const lines = (text: string): any[] =>
  text
    .trim()
    .split('\n')
    .map(l => JSON.parse(l))

describe('a fine-tuning job', () => {
  test('supervised: chats uploaded, one job, watched to its end; asked for again, nothing is made or sent', async () => {
    const server = await serve()
    const args = job(server, 'one', run, '--epochs', '2', '--price', '3', '--usd', '5')
    const r = await inside([...args, '--json'])
    const x = held(r.out, 'remote')
    expect([r.code, x.status, x.model, x.trainedTokens, x.usd]).toEqual([0, 'succeeded', 'openai:ft:gpt-x:org::1', 5000, 0.015])
    expect(x.finished).toBe(true)
    const rows = lines(server.files[0].content)
    expect(rows).toHaveLength(x.rows)
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['messages'])
      expect(row.messages.at(-1).role).toBe('assistant')
      expect(row.messages[0].content).toContain('4 9 10 13')
    }
    expect(server.jobs[0].body).toMatchObject({
      model: 'gpt-x',
      training_file: 'file-1',
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
    })
    const before = server.requests.length
    const again = await inside([...args, '--json'])
    expect(again.out).toBe(r.out)
    expect(server.requests).toHaveLength(before)
    // The key went to the server and nowhere else.
    expect(server.requests.every(q => q.authorization === 'Bearer sk-secret-of-mine-0123456789')).toBe(true)
    for (const f of readdirSync(join(store, 'models', 'one')))
      expect(readFileSync(join(store, 'models', 'one', f), 'utf8')).not.toContain('sk-secret')
  })
  test('preferences: pairs in the shape of DPO', async () => {
    const server = await serve()
    const r = await inside(job(server, 'pairs', run, '--loss', 'dpo', '--knob', 'beta=0.2', '--plain'))
    expect([r.code, r.err]).toEqual([0, expect.stringMatching(/uploaded as file-1\njob ftjob-1 was created\n/)])
    expect(r.out).toMatch(/job ftjob-1 succeeded[\s\S]*--model openai:ft:gpt-x:org::1/)
    for (const row of lines(server.files[0].content)) {
      expect(Object.keys(row)).toEqual(['input', 'preferred_output', 'non_preferred_output'])
      expect([row.input.messages[0].role, row.preferred_output[0].role]).toEqual([expect.any(String), 'assistant'])
      expect(row.preferred_output[0].content).not.toBe(row.non_preferred_output[0].content)
    }
    expect(server.jobs[0].body.method).toEqual({ type: 'dpo', dpo: { hyperparameters: { beta: 0.2 } } })
  })
  test('the name is used as any model is', async () => {
    const server = await serve()
    await inside(job(server, 'used', run))
    const { createModel } = await import('../../src/model/index.ts')
    const model = await createModel('openai:ft:gpt-x:org::1', { baseUrl: server.url })
    expect(model.id).toContain('ft:gpt-x:org::1')
    await model.close?.()
  })
  test('killed while it is watched: the same job is watched again, and none is made', async () => {
    const server = await serve({ looks: 4 })
    const args = job(server, 'killed', run)
    const going = start([...args, '--plain'], { env: { OPENAI_API_KEY: 'sk-x' } })
    await going.says(/was created/)
    going.child.kill('SIGKILL')
    await going.ended
    const r = await inside([...args, '--plain'])
    expect([r.code, r.err]).toEqual([0, expect.stringContaining('job ftjob-1 is watched again')])
    expect([created(server), server.files.length, server.jobs.length]).toEqual([1, 1, 1])
  }, 180_000)
  test('cut off between asking for the job and being told of it: it is found by its mark', async () => {
    const server = await serve({ silent: 1 })
    const args = job(server, 'silent', run)
    const first = await inside(args)
    expect([first.code, first.err]).toEqual([4, expect.stringMatching(/the connection to 127.0.0.1:\d+ was cut\n/)])
    const r = await inside([...args, '--json'])
    expect([r.code, held(r.out, 'remote').job]).toEqual([0, 'ftjob-1'])
    expect(server.jobs).toHaveLength(1)
  })
  test('Ctrl-C leaves it going; --cancel cancels it', async () => {
    const server = await serve({ looks: 1000 })
    const args = job(server, 'cancelled', run)
    const going = start([...args, '--json'], { env: { OPENAI_API_KEY: 'sk-x' } })
    while (server.jobs.length === 0 || server.jobs[0].looks === 0) await new Promise(go => setTimeout(go, 50))
    going.child.kill('SIGINT')
    const r = await going.ended
    expect([r.code, held(r.out, 'remote').finished]).toEqual([130, false])
    expect(server.jobs[0].status).toBe('running')
    const x = held((await inside([...args, '--cancel', '--json'])).out, 'remote')
    expect([x.status, x.resume, server.jobs[0].status]).toEqual(['cancelled', null, 'cancelled'])
  }, 180_000)
  test('it fails: said, exit 4', async () => {
    const server = await serve({ fails: true })
    const r = await inside(job(server, 'failed', run))
    expect([r.code, r.out]).toEqual([4, expect.stringContaining('job ftjob-1 failed: the rows are bad')])
  })
})

describe('what is refused, in one line, before anything is made', () => {
  const data = join(folder, 'rows.jsonl')
  writeFileSync(data, '{"prompt":"a","completion":"b"}\n{"prompt":"a","completions":"b"}\n')
  test.each<[readonly string[], number, RegExp]>([
    [['--price', '100', '--epochs', '3', '--usd', '0.01'], 2, /the job might cost \$[\d.]+, and may cost \$0\.01/],
    [['--usd', '5'], 2, /needs a price and a number of epochs/],
    [['--loss', 'grpo'], 2, /a fine-tuning job is sft or dpo, found 'grpo'/],
    [['--rate', '0.1'], 2, /--rate is for a seedling/],
    [['--knob', 'beta=much'], 2, /--knob beta: expected a number/],
    [['--data', data], 2, /found both/],
    [['--cancel'], 2, /there is no job/],
  ])('%j', async (more, code, what) => {
    const server = await serve()
    const r = await inside(job(server, 'refused', run, ...more))
    expect([r.code, r.out, r.err]).toEqual([code, '', expect.stringMatching(what)])
    expect(r.err).toMatch(/^espalier: [^\n]+\n( {2}hint: [^\n]+\n)?$/)
    expect([server.files, server.jobs]).toEqual([[], []])
  })
  test('a wrong column names its line', async () => {
    const server = await serve()
    const r = await inside(job(server, 'column', '--data', data))
    expect([r.code, r.err]).toEqual([
      2,
      expect.stringMatching(/rows\.jsonl, line 2: column completion: expected a text or messages, found nothing/),
    ])
    expect(server.files).toEqual([])
  })
  test('what the server refuses is told without the key', async () => {
    const server = await serve({ refuse: { status: 401, message: 'bad key sk-secret-of-mine-0123456789' } })
    const r = await inside(job(server, 'unknown', run))
    expect([r.code, r.err]).toEqual([4, expect.stringContaining('it did not take the key in OPENAI_API_KEY: bad key ***')])
  })
  test('another job under the same name', async () => {
    const server = await serve()
    await inside(job(server, 'taken', run))
    const r = await inside(job(server, 'taken', run, '--epochs', '4'))
    expect([r.code, r.err]).toEqual([2, expect.stringContaining('holds a job of other settings')])
  })
})
