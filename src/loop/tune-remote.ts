// A training on a server: rows as files there, one job, watched. What is known of it lies in STORE/models/NAME, so that nothing is created or paid for twice.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../kernel/index.ts'
import { type DataRow, preferenceChat, readRows, supervisedChat } from '../learn/data/index.ts'
import { digestOf } from '../learn/tune/row.ts'
import { type FineTuning, fineTuning, type RemoteEvent, type RemoteJob, type TuneHost } from '../model/index.ts'
import { type ExportOptions, exportRuns } from '../run/index.ts'

export interface RemoteOptions extends TuneHost {
  store: string
  name: string
  /** As the server calls it. */
  model: string
  loss: 'sft' | 'dpo'
  runs?: readonly string[]
  /** JSON Lines of `sft` (prompt, completion) or `preference` (prompt, chosen, rejected) in place of runs. */
  data?: string
  pairs?: ExportOptions['pairs']
  top?: number
  right?: number
  /** Settings of the method by the server's own names: n_epochs, batch_size, learning_rate_multiplier, beta. */
  settings?: Readonly<Record<string, number>>
  seed?: number
  /** US dollars per million trained tokens. */
  price?: number
  /** US dollars that it may cost at most: by a bound on the tokens, before anything is uploaded. */
  most?: number
  onEvent?(e: RemoteLessonEvent): void
  signal?: AbortSignal
}
export type RemoteLessonEvent =
  | { kind: 'rows'; rows: number; tokens: number; usd: number | null }
  | { kind: 'uploaded'; file: string }
  | { kind: 'created' | 'resumed'; job: string }
  | { kind: 'status'; status: string }
  | { kind: 'event'; message: string }

/** What is kept: no key is in it. */
export interface RemoteLesson {
  readonly name: string
  readonly host: string
  readonly model: string
  readonly loss: 'sft' | 'dpo'
  readonly rows: number
  /** Of one epoch, by a guess of four letters each. */
  readonly tokens: number
  /** By that guess and the price, for all epochs; null: no price is known, or the server chooses the epochs. */
  readonly estimate: number | null
  readonly digest: string
  readonly file: string | null
  readonly job: string | null
  readonly status: RemoteJob['status'] | 'new' | 'creating'
  readonly made: string | null
  readonly trainedTokens: number | null
  readonly error: string | null
  /** The last event that was seen. */
  readonly seen: string | null
  /** What it came to by the price given; null: not known. */
  readonly usd: number | null
}
const over = (s: string): boolean => ['succeeded', 'failed', 'cancelled'].includes(s)
const at = (o: Pick<RemoteOptions, 'store' | 'name'>, file: string): string => join(o.store, 'models', o.name, file)

function keep(o: RemoteOptions, l: RemoteLesson): RemoteLesson {
  const path = at(o, 'job.json')
  writeFileSync(`${path}.part`, `${JSON.stringify(l, null, 1)}\n`)
  renameSync(`${path}.part`, path)
  return l
}
export const readRemote = (o: Pick<RemoteOptions, 'store' | 'name'>): RemoteLesson | null =>
  existsSync(at(o, 'job.json')) ? (JSON.parse(readFileSync(at(o, 'job.json'), 'utf8')) as RemoteLesson) : null

/**
 * Makes the job, or goes on watching it. The signal ends the watching; the job goes on.
 * @returns what is known of it: `status` succeeded, failed and cancelled are ends
 * @throws Failure (usage) on bad rows, another job under the name, and a price above what may be spent; (model) where the server refuses
 */
export async function tuneRemote(o: RemoteOptions): Promise<RemoteLesson> {
  const host = await fineTuning(o)
  let l = readRemote(o) ?? (await written(o, host))
  const digest = askedFor(o, host)
  if (l.digest !== digest)
    throw new Failure(
      'usage',
      `${at(o, '')} holds a job of other settings`,
      'choose another name: --out NAME, or watch it with its own settings',
    )
  o.onEvent?.({ kind: 'rows', rows: l.rows, tokens: l.tokens, usd: l.estimate })
  try {
    if (l.job === null) l = await created(o, l, host)
    else o.onEvent?.({ kind: 'resumed', job: l.job })
    return over(l.status) ? l : await watched(o, l, host)
  } catch (e) {
    if (!o.signal?.aborted) throw e
    return readRemote(o) ?? l
  }
}

/** Cancels it, and says what came of that. @throws Failure (usage) where there is none */
export async function cancelRemote(o: Pick<RemoteOptions, 'store' | 'name' | 'baseUrl' | 'keyFrom'>): Promise<RemoteLesson> {
  const l = readRemote(o)
  if (l === null) throw new Failure('usage', `there is no job in ${at(o, '')}`, 'the name is that of --out')
  const host = await fineTuning(o)
  if (host.host !== l.host)
    throw new Failure('usage', `the job of ${o.name} is at ${l.host}, not at ${host.host}`, 'name its server with --base-url')
  // It may have been made without our having been told.
  const job = l.job === null ? await host.find(l.digest) : { id: l.job }
  if (job === null || over(l.status)) return keep(o as RemoteOptions, { ...l, status: over(l.status) ? l.status : 'cancelled' })
  return keep(o as RemoteOptions, known({ ...l, job: job.id }, await host.cancel(job.id), undefined))
}

const askedFor = (o: RemoteOptions, host: FineTuning): string =>
  digestOf([
    host.host,
    o.model,
    o.loss,
    o.runs ?? [],
    o.data ?? null,
    o.pairs ?? {},
    o.top ?? null,
    o.right ?? 1,
    o.settings ?? {},
    o.seed ?? null,
    o.name,
  ])

/** Rows as the server reads them, in a file here first. */
async function written(o: RemoteOptions, host: FineTuning): Promise<RemoteLesson> {
  if (existsSync(at(o, 'model.safetensors')) || existsSync(at(o, 'lesson.json')))
    throw new Failure('usage', `${at(o, '')} has other weights in it already`, 'choose another name: --out NAME')
  const format = o.loss === 'dpo' ? 'preference' : 'sft'
  const rows: readonly DataRow[] =
    o.data === undefined
      ? (
          await exportRuns(o.runs ?? [], {
            store: o.store,
            format,
            chat: true,
            right: o.right ?? 1,
            ...(o.pairs === undefined ? {} : { pairs: o.pairs }),
            ...(o.top === undefined ? {} : { imitate: { top: o.top } }),
          })
        ).rows
      : readRows(readFileSync(o.data, 'utf8'), format, o.data)
  if (rows.length === 0) throw new Failure('usage', `${o.data}: expected rows, found none`)
  const text = rows.map(r => `${JSON.stringify(o.loss === 'dpo' ? preferenceChat(r) : supervisedChat(r))}\n`).join('')
  const bytes = Buffer.byteLength(text)
  const epochs = o.settings?.n_epochs
  // A token is a byte at least, so this is never passed.
  const bound = o.price === undefined || epochs === undefined ? null : (bytes * epochs * o.price) / 1e6
  if (o.most !== undefined && bound === null)
    throw new Failure(
      'usage',
      'a limit in money needs a price and a number of epochs',
      'give --price (US dollars per million trained tokens) and --epochs',
    )
  if (o.most !== undefined && bound! > o.most)
    throw new Failure(
      'usage',
      `the job might cost $${bound!.toFixed(2)}, and may cost $${o.most.toFixed(2)}: ${rows.length} rows, at most ${bytes} tokens, ${epochs} epochs`,
      'take fewer rows (--top) or epochs, or a higher limit; most texts have a token for every four letters',
    )
  mkdirSync(at(o, ''), { recursive: true })
  writeFileSync(at(o, 'train.jsonl'), text)
  const tokens = Math.ceil(bytes / 4)
  return keep(o, {
    name: o.name,
    host: host.host,
    model: o.model,
    loss: o.loss,
    rows: rows.length,
    tokens,
    estimate: bound === null ? null : bound / 4,
    digest: askedFor(o, host),
    file: null,
    job: null,
    status: 'new',
    made: null,
    trainedTokens: null,
    error: null,
    seen: null,
    usd: null,
  })
}

/** The file, then the job. Whoever was cut off between asking and being told looks for what was made, by its mark. */
async function created(o: RemoteOptions, before: RemoteLesson, host: FineTuning): Promise<RemoteLesson> {
  let l = before
  if (l.file === null) {
    const file = await host.upload(`espalier-${l.digest}.jsonl`, readFileSync(at(o, 'train.jsonl'), 'utf8'), o.signal)
    l = keep(o, { ...l, file })
    o.onEvent?.({ kind: 'uploaded', file })
  }
  const there = l.status === 'creating' ? await host.find(l.digest, o.signal) : null
  l = keep(o, { ...l, status: 'creating' })
  const job =
    there ??
    (await host.create({
      model: o.model,
      method: o.loss === 'dpo' ? 'dpo' : 'supervised',
      file: l.file!,
      settings: o.settings ?? {},
      ...(o.seed === undefined ? {} : { seed: o.seed }),
      mark: l.digest,
    }))
  o.onEvent?.({ kind: there === null ? 'created' : 'resumed', job: job.id })
  return keep(o, known(l, job, o.price))
}

const known = (l: RemoteLesson, j: RemoteJob, price: number | undefined): RemoteLesson => ({
  ...l,
  job: j.id,
  status: j.status,
  made: j.made,
  trainedTokens: j.trainedTokens,
  error: j.error,
  usd: j.trainedTokens === null || price === undefined ? l.usd : (j.trainedTokens * price) / 1e6,
})

/** Asks after it, at first often. */
async function watched(o: RemoteOptions, before: RemoteLesson, host: FineTuning): Promise<RemoteLesson> {
  let l = before
  let said = ''
  for (let seconds = 1; ; seconds = Math.min(30, seconds * 1.5)) {
    const job = await host.get(l.job!, o.signal)
    const events: RemoteEvent[] = await host.events(l.job!, l.seen, o.signal)
    for (const e of events) o.onEvent?.({ kind: 'event', message: e.message })
    l = keep(o, { ...known(l, job, o.price), seen: events.at(-1)?.id ?? l.seen })
    if (l.status !== said) o.onEvent?.({ kind: 'status', status: l.status })
    said = l.status
    if (over(l.status)) return l
    await wait(seconds * 1000, undefined, o.signal === undefined ? {} : { signal: o.signal })
  }
}
