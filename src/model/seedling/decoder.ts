// Decoding for many callers at once. Calls made in one turn are decoded together, one token of each row a round, and new calls join between rounds. Calls end
// in the order in which they were made, and what a row says is a function of its prompt and its random stream: not of who else is being served.
import type { Random, Sample } from '../../contract/index.ts'
import type { Engine, Place } from './engine.ts'
import { drawToken, wordOf } from './sampling.ts'
import { decode, token } from './vocabulary.ts'

export interface Request {
  prompt: readonly number[]
  /** One stream per sample. */
  streams: readonly Random[]
  temperature: number
  topP: number
  /** Most tokens of a sample. */
  max: number
  /** Any of these ends a sample and stands at its end. */
  stops: readonly (readonly number[])[]
  logprobs: boolean
  /** How many of the likeliest tokens are told beside each. */
  top?: number
  signal: AbortSignal
}
type Word = ReturnType<typeof wordOf>
interface Row {
  request: Request
  random: Random
  at: Place
  words: Word[]
  finish?: 'stop' | 'cut'
}
/** Work for one caller: rows to decode, or prefixes whose laws are wanted. */
interface Job {
  rows: Row[]
  /** What is given back; called once all rows are done. */
  result(): unknown
  signal: AbortSignal
  resolve(x: unknown): void
  reject(e: unknown): void
  state: 'open' | 'done' | 'failed'
  error?: unknown
}

export class Decoder {
  readonly #engine: Engine
  readonly #width: number
  #jobs: Job[] = []
  #waiting: Row[] = []
  #active: Row[] = []
  #scheduled = false

  /** @param width rows decoded at once; the engine needs pages for twice as many full contexts */
  constructor(engine: Engine, width = 64) {
    this.#engine = engine
    this.#width = width
  }

  /** Samples of one request, in the order of its streams. Rejects with the signal's reason when it is cancelled. */
  sample(request: Request): Promise<Sample[]> {
    const rows = request.streams.map((random): Row => ({ request, random, at: -1, words: [] }))
    return this.#add(rows, request.signal, () => rows.map(written)) as Promise<Sample[]>
  }

  /** Laws of the next token after each prefix. */
  laws(prefixes: readonly (readonly number[])[], signal: AbortSignal): Promise<Float32Array[]> {
    return this.#add([], signal, () => {
      const out: Float32Array[] = []
      for (let i = 0; i < prefixes.length; i += this.#width / 2)
        out.push(...this.#engine.places(prefixes.slice(i, i + this.#width / 2)).map(at => this.#engine.law(at).slice()))
      return out
    }) as Promise<Float32Array[]>
  }

  /** Teacher-forced: what the model thinks of each word of `text` after `prompt`. Together at most the context and one. */
  words(prompt: readonly number[], text: readonly number[], signal: AbortSignal): Promise<Word[]> {
    return this.#add([], signal, () => {
      const all = [...prompt, ...text]
      const [last] = this.#engine.places([all.slice(0, -1)])
      const path = this.#engine.path(last)
      return text.map((id, i) => wordOf(this.#engine.law(path[prompt.length - 1 + i]), id))
    }) as Promise<Word[]>
  }

  #add(rows: Row[], signal: AbortSignal, result: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ rows, result, signal, resolve, reject, state: 'open' })
      this.#waiting.push(...rows)
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      try {
        this.#round()
      } catch (error) {
        // The engine itself failed: nobody is served, everybody is told.
        for (const row of this.#active) this.#engine.release(row.at)
        this.#active = []
        this.#waiting = []
        for (const job of this.#jobs) job.reject(error)
        this.#jobs = []
      }
      if (this.#jobs.length > 0) this.#schedule()
    })
  }

  #round(): void {
    this.#cancel()
    this.#admit()
    this.#speak()
    // In order of issue: a call that is ready waits for those made before it.
    while (this.#jobs.length > 0) {
      const job = this.#jobs[0]
      if (job.state === 'open') {
        if (job.rows.some(r => r.finish === undefined)) break
        job.state = 'done'
      }
      this.#jobs.shift()
      if (job.state === 'failed') job.reject(job.error)
      else
        try {
          job.resolve(job.result())
        } catch (error) {
          job.reject(error)
        }
    }
  }

  #cancel(): void {
    for (const job of this.#jobs) {
      if (job.state !== 'open' || !job.signal.aborted) continue
      job.state = 'failed'
      job.error = job.signal.reason
      const mine = new Set(job.rows)
      for (const row of this.#active) if (mine.has(row)) this.#engine.release(row.at)
      this.#active = this.#active.filter(r => !mine.has(r))
      this.#waiting = this.#waiting.filter(r => !mine.has(r))
    }
  }

  #admit(): void {
    const fresh = this.#waiting.splice(0, this.#width - this.#active.length)
    if (fresh.length === 0) return
    const places = this.#engine.places(fresh.map(r => r.request.prompt))
    fresh.forEach((row, i) => {
      row.at = places[i]
      this.#engine.hold(row.at)
    })
    this.#active.push(...fresh)
  }

  #speak(): void {
    const on: Row[] = []
    for (const row of this.#active) {
      const { request, words } = row
      const law = this.#engine.law(row.at)
      if (request.max > 0) words.push(wordOf(law, drawToken(law, request.temperature, request.topP, row.random), request.top))
      if (words.length > 0 && ended(row)) row.finish = 'stop'
      else if (words.length >= request.max) row.finish = 'cut'
      if (row.finish === undefined) on.push(row)
      else this.#engine.release(row.at)
    }
    this.#active = on
    const places = this.#engine.extend(
      on.map(r => r.at),
      on.map(r => r.words[r.words.length - 1].id),
    )
    on.forEach((row, i) => {
      this.#engine.hold(places[i])
      this.#engine.release(row.at)
      row.at = places[i]
    })
  }
}

function ended({ request, words }: Row): boolean {
  if (words[words.length - 1].id === token.end) return true
  return request.stops.some(
    s => s.length > 0 && s.length <= words.length && s.every((id, i) => words[words.length - s.length + i].id === id),
  )
}

const written = ({ request, words, finish }: Row): Sample => ({
  text: decode(words.map(w => w.id)),
  ...(request.logprobs ? { tokens: words } : {}),
  finish: finish ?? 'cut',
})
