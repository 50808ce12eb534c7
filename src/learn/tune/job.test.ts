import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { encode, readModel, type Shape, seedlingShape } from '../../model/seedling/index.ts'
import { freshWeights } from '../seedling/index.ts'
import { runTuneJob, tuneApart, tunedModel, writeTuneJob } from './job.ts'
import type { TuneEvent } from './tune.ts'

const shape: Shape = { ...seedlingShape, width: 16, layers: 1, heads: 2, hidden: 16 }
const root = mkdtempSync(join(tmpdir(), 'tune-job-'))
afterAll(() => rmSync(root, { recursive: true }))
const rows = [1, 2, 3, 4].map(i => {
  const tokens = encode(`24 : ${i} 5 ; ${i} + 5 = ${i + 5} $`)
  return { tokens, segment: tokens.map((_, t) => (t < 5 ? ('prompt' as const) : ('policy' as const))) }
})
const job = { shape, from: freshWeights(shape, 1), rows, plan: { epochs: 6, batch: 2, micro: 2 } }
const weightsIn = (folder: string) => readModel(readFileSync(tunedModel(folder)), folder).weights

test('in a process of its own, killed on the way, it ends in the same weights as in this one', { timeout: 180_000 }, async () => {
  const [here, there] = [join(root, 'here'), join(root, 'there')]
  writeTuneJob(here, job)
  await runTuneJob(here)
  writeTuneJob(there, job)
  const stop = new AbortController()
  const seen: TuneEvent[] = []
  const stopped = await tuneApart(there, {
    saveEvery: 1,
    signal: stop.signal,
    onEvent(e) {
      seen.push(e)
      if (e.kind === 'saved' && e.step === 2) stop.abort()
    },
  })
  expect(stopped).toBeNull()
  expect(existsSync(tunedModel(there))).toBe(false)
  // kill -9, in the middle of whatever it does.
  const child = fork(new URL('./process.ts', import.meta.url), [there, '1'], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  child.on('message', (m: { event?: TuneEvent }) => m.event?.kind === 'saved' && m.event.step >= 5 && child.kill('SIGKILL'))
  await new Promise(gone => child.once('exit', gone))
  expect(existsSync(tunedModel(there))).toBe(false)
  const done = await tuneApart(there, { onEvent: e => seen.push(e) })
  expect(done).toMatchObject({ finished: true, step: 12 })
  expect(seen.some(e => e.kind === 'resumed')).toBe(true)
  expect(weightsIn(there)).toEqual(weightsIn(here))
  // What is over is not done again.
  const again: TuneEvent[] = []
  expect(await tuneApart(there, { onEvent: e => again.push(e) })).toEqual(done)
  expect(again).toEqual([])
})

test('what is wrong in the folder is said in one line', { timeout: 30_000 }, async () => {
  const folder = join(root, 'bad')
  writeTuneJob(folder, job)
  writeFileSync(join(folder, 'rows.jsonl'), '{"tokens":[1,2],"segments":["prompt","policy"]}\n')
  await expect(tuneApart(folder)).rejects.toThrow(/rows.jsonl, line 1: no column is called 'segments'/)
})
