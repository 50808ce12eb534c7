// Fine-tuning jobs of a server that speaks OpenAI's protocol: files uploaded, jobs created, watched and cancelled. It knows nothing of trees.
import type { OpenAI as Client } from 'openai'
import { Failure } from '../../kernel/failure.ts'
import { brief, networkFault, retryAfter, serverFault } from '../server-fault.ts'
import { refusalOf } from './complaint.ts'
import { addressOf, officialUrl } from './openai.ts'

export interface TuneHost {
  /** As of a model: default `OPENAI_BASE_URL`, else OpenAI's own. */
  baseUrl?: string
  /** Name of the variable that holds the key. Default `OPENAI_API_KEY`. */
  keyFrom?: string
}
export interface RemoteJob {
  readonly id: string
  readonly status: 'validating_files' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | (string & {})
  /** Name of the model made, once there is one. */
  readonly made: string | null
  readonly trainedTokens: number | null
  /** Why it failed. */
  readonly error: string | null
}
export interface RemoteEvent {
  readonly id: string
  readonly message: string
  readonly level: string
}
export interface RemoteWish {
  readonly model: string
  readonly method: 'supervised' | 'dpo'
  readonly file: string
  readonly validation?: string
  /** Settings of the method by the server's own names; what is left out is the server's choice. */
  readonly settings: Readonly<Record<string, number>>
  readonly seed?: number
  /** Found again by it: kept with the job, on the server. */
  readonly mark: string
}
/** What a session asks of such a server. Every call throws a Failure (model) of one line, without keys. */
export interface FineTuning {
  readonly host: string
  /** A file of that name that is there already, else uploaded. @returns its id */
  upload(name: string, content: string, signal?: AbortSignal): Promise<string>
  /** The job of a mark that is there already; null: there is none. */
  find(mark: string, signal?: AbortSignal): Promise<RemoteJob | null>
  create(w: RemoteWish, signal?: AbortSignal): Promise<RemoteJob>
  get(id: string, signal?: AbortSignal): Promise<RemoteJob>
  /** Events after one, oldest first. */
  events(id: string, after: string | null, signal?: AbortSignal): Promise<RemoteEvent[]>
  cancel(id: string): Promise<RemoteJob>
}

const jobOf = (j: Client.FineTuning.FineTuningJob): RemoteJob => ({
  id: j.id,
  status: j.status,
  made: j.fine_tuned_model,
  trainedTokens: j.trained_tokens,
  error: j.error?.message ?? null,
})
const pause = (seconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, seconds * 1000)
    signal?.addEventListener('abort', stop, { once: true })
  })

/** @throws Failure (usage) on an address that is none; (model) where a key is wanted and not set */
export async function fineTuning({ baseUrl, keyFrom }: TuneHost): Promise<FineTuning> {
  const base = addressOf(baseUrl ?? process.env.OPENAI_BASE_URL ?? officialUrl)
  const from = keyFrom ?? 'OPENAI_API_KEY'
  const key = process.env[from]
  const official = base.origin === new URL(officialUrl).origin
  if (!key && (official || keyFrom !== undefined))
    throw new Failure('model', `${base.host} wants a key, and ${from} is not set`, `export ${from}=...`)
  const { OpenAI } = await import('openai')
  const client = new OpenAI({
    baseURL: base.href.replace(/\/+$/, ''),
    apiKey: key || 'none',
    ...(official ? {} : { organization: null, project: null }),
    ...(key ? {} : { defaultHeaders: { Authorization: null } }),
    // What is asked again, and when, is decided here: a job must not be created twice.
    maxRetries: 0,
    logLevel: 'off',
  })
  const secrets = [key ?? '', base.password, decodeURIComponent(base.password)]
  const fault = (e: unknown, model: string): Failure => {
    const asked = { host: base.host, model, keyFrom: key ? from : '', secrets }
    const r = refusalOf(e)
    const known = r !== null ? serverFault(r, asked) : networkFault(e, asked)
    return new Failure('model', known?.message ?? `${base.host}: ${brief((e as Error)?.message ?? String(e), secrets)}`, '', { cause: e })
  }
  /** Asks; what may pass is asked again, three times, unless it might then be done twice. */
  async function ask<T>(what: () => Promise<T>, o: { signal?: AbortSignal | undefined; model?: string; once?: boolean } = {}): Promise<T> {
    for (let tries = 1; ; tries++)
      try {
        o.signal?.throwIfAborted()
        return await what()
      } catch (e) {
        if (o.signal?.aborted) throw o.signal.reason
        const r = refusalOf(e)
        const passing =
          r === null
            ? networkFault(e, { host: base.host, model: '', keyFrom: '', secrets }) !== null
            : (r.status ?? 0) >= 500 || r.status === 429
        // A 429 is an answer: nothing was made.
        if (!passing || tries >= 4 || (o.once === true && r?.status !== 429)) throw fault(e, o.model ?? '')
        await pause(Math.min(60, retryAfter(r?.header) ?? 0.5 * 2 ** tries), o.signal)
      }
  }
  const opts = (signal?: AbortSignal) => (signal === undefined ? {} : { signal })
  return {
    host: base.host,
    upload: (name, content, signal) =>
      ask(
        async () => {
          for await (const f of client.files.list({ purpose: 'fine-tune' }, opts(signal))) if (f.filename === name) return f.id
          const file = new File([content], name, { type: 'application/jsonl' })
          return (await client.files.create({ file, purpose: 'fine-tune' }, opts(signal))).id
        },
        { signal },
      ),
    find: (mark, signal) =>
      ask(
        async () => {
          for await (const j of client.fineTuning.jobs.list({}, opts(signal))) if (j.metadata?.espalier === mark) return jobOf(j)
          return null
        },
        { signal },
      ),
    create: ({ model, method, file, validation, settings, seed, mark }, signal) =>
      ask(
        async () =>
          jobOf(
            await client.fineTuning.jobs.create(
              {
                model,
                training_file: file,
                ...(validation === undefined ? {} : { validation_file: validation }),
                ...(seed === undefined ? {} : { seed }),
                method:
                  method === 'dpo'
                    ? { type: 'dpo', dpo: { hyperparameters: settings } }
                    : { type: 'supervised', supervised: { hyperparameters: settings } },
                metadata: { espalier: mark },
              },
              opts(signal),
            ),
          ),
        { signal, model, once: true },
      ),
    get: (id, signal) => ask(async () => jobOf(await client.fineTuning.jobs.retrieve(id, opts(signal))), { signal }),
    events: (id, after, signal) =>
      ask(
        async () => {
          const out: RemoteEvent[] = []
          // The newest come first.
          for await (const e of client.fineTuning.jobs.listEvents(id, {}, opts(signal))) {
            if (e.id === after) break
            out.push({ id: e.id, message: e.message, level: e.level })
          }
          return out.reverse()
        },
        { signal },
      ),
    cancel: id => ask(async () => jobOf(await client.fineTuning.jobs.cancel(id))),
  }
}
