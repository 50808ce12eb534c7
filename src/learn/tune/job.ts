// A tuning in a process of its own, so that search goes on beside it. All it needs lies in a folder: whoever comes later can go on with it.
import { fork } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, type FailureCode } from '../../kernel/index.ts'
import { readModel, writeModel } from '../../model/seedling/index.ts'
import { readTuneRows } from './row.ts'
import { type Tuned, type TuneEvent, type TuneOptions, type TunePlan, tune } from './tune.ts'

const files = {
  plan: 'plan.json',
  rows: 'rows.jsonl',
  dev: 'dev.jsonl',
  from: 'start.safetensors',
  reference: 'reference.safetensors',
  model: 'model.safetensors',
  result: 'result.json',
} as const

/** What a finished tuning says of itself; its weights lie beside it. */
export type TuneResult = Omit<Tuned, 'weights'>
export type TuneJob = Pick<TuneOptions, 'shape' | 'from' | 'rows' | 'dev' | 'plan' | 'reference'>
/** What the process of a tuning says. */
export type FromTuning =
  | { kind: 'event'; event: TuneEvent }
  | { kind: 'failure'; code: FailureCode; message: string; hint: string }
  | { kind: 'done' }

const put = (folder: string, file: string, content: string | Uint8Array): void => {
  writeFileSync(join(folder, `${file}.part`), content)
  renameSync(join(folder, `${file}.part`), join(folder, file))
}
const lines = (rows: readonly unknown[]): string => rows.map(r => `${JSON.stringify(r)}\n`).join('')

/** Writes a tuning into a folder; the plan last, so that a half-written one is none. One that is there already stays as it is. */
export function writeTuneJob(folder: string, job: TuneJob): void {
  if (existsSync(join(folder, files.plan))) return
  mkdirSync(folder, { recursive: true })
  put(folder, files.rows, lines(job.rows))
  put(folder, files.dev, lines(job.dev ?? []))
  put(folder, files.from, writeModel(job.shape, job.from, {}, 'F32'))
  if (job.reference) put(folder, files.reference, writeModel(job.shape, job.reference, {}, 'F32'))
  put(folder, files.plan, JSON.stringify(job.plan ?? {}))
}

/** Does, or goes on with, the tuning of a folder, in this process. @returns null where it was stopped @throws Failure */
export async function runTuneJob(
  folder: string,
  o: Pick<TuneOptions, 'onEvent' | 'signal' | 'saveEvery' | 'device'> = {},
): Promise<TuneResult | null> {
  const known = readTuneResult(folder)
  if (known) return known
  const at = (file: string): string => join(folder, file)
  if (!existsSync(at(files.plan))) throw new Failure('usage', `${folder}: expected a tuning, found none`)
  const { shape, weights } = readModel(readFileSync(at(files.from)), at(files.from))
  const reference = existsSync(at(files.reference)) ? readModel(readFileSync(at(files.reference)), at(files.reference)).weights : undefined
  const { weights: found, ...result } = await tune({
    ...o,
    shape,
    from: weights,
    rows: readTuneRows(readFileSync(at(files.rows), 'utf8'), shape, at(files.rows)),
    dev: readTuneRows(readFileSync(at(files.dev), 'utf8'), shape, at(files.dev)),
    plan: JSON.parse(readFileSync(at(files.plan), 'utf8')) as Partial<TunePlan>,
    folder,
    ...(reference === undefined ? {} : { reference }),
  })
  if (!result.finished) return null
  put(folder, files.model, writeModel(shape, found, {}, 'F32'))
  put(folder, files.result, JSON.stringify(result))
  return result
}

/** The result of a tuning that is over; null: it is not. */
export const readTuneResult = (folder: string): TuneResult | null =>
  existsSync(join(folder, files.result)) ? (JSON.parse(readFileSync(join(folder, files.result), 'utf8')) as TuneResult) : null
/** Where a finished tuning has its weights. */
export const tunedModel = (folder: string): string => join(folder, files.model)

/**
 * The same in a process of its own.
 * @returns null where the signal stopped it: the next call goes on @throws Failure; (model) where the process died, such as for want of memory
 */
export function tuneApart(
  folder: string,
  o: Pick<TuneOptions, 'onEvent' | 'signal' | 'saveEvery' | 'device'> = {},
): Promise<TuneResult | null> {
  const known = readTuneResult(folder)
  if (known) return Promise.resolve(known)
  // The package holds JavaScript, a clone the sources.
  const file = import.meta.url.endsWith('.ts') ? './process.ts' : './process.js'
  const child = fork(new URL(file, import.meta.url), [folder, String(o.saveEvery ?? 50), ...(o.device === undefined ? [] : [o.device])], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  let failure: Failure | undefined
  child.stderr!.on('data', x => {
    said = (said + x).slice(-2000)
  })
  child.on('message', (m: FromTuning) => {
    if (m.kind === 'event') o.onEvent?.(m.event)
    else if (m.kind === 'failure') failure = new Failure(m.code, m.message, m.hint)
  })
  const stop = (): void => void child.send('stop', () => {})
  if (o.signal?.aborted) stop()
  o.signal?.addEventListener('abort', stop)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      o.signal?.removeEventListener('abort', stop)
      const result = readTuneResult(folder)
      if (failure !== undefined) reject(failure)
      else if (result !== null) resolve(result)
      else if (code === 0) resolve(null)
      else {
        const memory = signal === 'SIGKILL' || signal === 'SIGABRT' || /heap out of memory/.test(said)
        const why = memory ? 'it ran out of memory, or was killed' : said.trim().split('\n').at(-1) || `it ended with ${signal ?? code}`
        reject(
          new Failure(
            'model',
            `the training process ended before its work: ${why}`,
            `its last checkpoint is in ${folder}: start it again to go on`,
          ),
        )
      }
    })
  })
}
