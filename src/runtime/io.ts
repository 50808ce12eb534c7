import type {
  Ask,
  Context,
  EdgeId,
  Effect,
  Frame,
  Io,
  LanguageModel,
  Limits,
  Meter,
  Provider,
  Random,
  Reject,
  Result,
  Sampling,
} from '../contract/index.ts'
import { AddressedRandom } from '../kernel/index.ts'
import { EffectError } from './errors.ts'
import type { Gate } from './gate.ts'
import { person } from './method.ts'
import { BoundModel, roleProvider } from './model.ts'
import type { Handling, Job } from './request.ts'
import { toolCall } from './telemetry.ts'

/** What an Io needs of the search it belongs to. */
export interface Host {
  readonly budget: Meter
  readonly signal: AbortSignal
  readonly seed: number
  readonly models: Record<string, Provider>
  readonly sampling: Sampling
  people?(q: { question: string; choices?: string[] }, signal: AbortSignal): Promise<string>
  now(): number
  gate(p: Provider): Gate
  /** Address of an edge as two halves, and the scope of the search. */
  address(e: EdgeId): { hi: number; lo: number; scope: string }
  effect<T>(
    e: EdgeId,
    build: (fits: (max: Limits) => boolean) => Omit<Job, 'at' | 'stamp' | 'tree' | 'node'> | null,
    optional?: boolean,
  ): Promise<T>
  place(e: EdgeId): Context
  subAt<S, A, Ans, T>(e: EdgeId, frame: Frame<S, A, Ans, T>, task: T): Promise<Result<S, A, Ans>>
}

/** An interface without its marks: `MayGrade` is a leave that exists in types only. */
export type Plain<T> = Pick<T, Extract<keyof T, string>>

/** An Io bound to an edge: everything asked through it is an effect at that address. */
export class BoundIo implements Plain<Io> {
  protected readonly host: Host
  protected readonly edge: EdgeId

  constructor(host: Host, edge: EdgeId) {
    this.host = host
    this.edge = edge
  }
  get budget(): Meter {
    return this.host.budget
  }
  get signal(): AbortSignal {
    return this.host.signal
  }
  random(...key: readonly (string | number)[]): Random {
    const { hi, lo, scope } = this.host.address(this.edge)
    return new AddressedRandom(this.host.seed, hi, lo, `${scope}|${key.join('|')}`)
  }
  now(): number {
    return this.host.now()
  }
  model(role = 'policy'): LanguageModel {
    return new BoundModel(roleProvider(this.host.models, role), this.host, this.edge)
  }
  async ask<I, O>(a: Ask<I, O>, ...[input]: I extends void ? [] : [input: I]): Promise<O> {
    const model = this.model(a.role)
    const messages = a.prompt(input as I, this.host.place(this.edge))
    const tries = a.tries ?? 3
    let why = ''
    for (let i = 0; i < tries; i++) {
      const asked =
        why === '' ? messages : [...messages, { role: 'user' as const, content: `That could not be read: ${why}. Please answer again.` }]
      const [sample] = await model.sample(asked, wishes(a))
      const reply = sample === undefined ? { reject: 'no reply' } : a.parse(sample.text, input as I)
      if (!isReject(reply)) return reply
      why = reply.reject
    }
    if ('otherwise' in a) return a.otherwise as O
    throw new EffectError('error', { reason: 'unreadable', message: `${a.id}: no reply in ${tries} could be read: ${why}` })
  }
  async asks<I, O>(a: Ask<I, O>, input: I, n: number): Promise<O[]> {
    const samples = await this.model(a.role).sample(a.prompt(input, this.host.place(this.edge)), {
      n,
      ...wishes(a),
    })
    return samples.flatMap(s => {
      const reply = a.parse(s.text, input)
      return isReject(reply) ? ('otherwise' in a ? [a.otherwise as O] : []) : [reply]
    })
  }
  call<I, O>(e: Effect<I, O>, input: I): Promise<O> {
    const { host } = this
    return host.effect<O>(this.edge, () => ({
      kind: 'call',
      what: e.id,
      request: JSON.stringify([e.id, input]) ?? e.id,
      count: 1,
      max: { toolCalls: 1, ...e.bound?.(input) },
      cacheable: false,
      run: async live => {
        const value = await toolCall(e.id, () =>
          (e as unknown) === person && host.people !== undefined
            ? (askPerson(host.people, input as never, live) as Promise<O>)
            : batched(e, input, live),
        )
        return { value, usage: { toolCalls: 1 } }
      },
    }))
  }
  sub<S, A, Ans, T>(frame: Frame<S, A, Ans, T>, task: T): Promise<Result<S, A, Ans>> {
    return this.host.subAt(this.edge, frame, task)
  }
}
const wishes = ({ temperature, max }: Ask<any, any>): Sampling => ({
  ...(temperature === undefined ? {} : { temperature }),
  ...(max === undefined ? {} : { max }),
})
const isReject = (x: unknown): x is Reject => typeof x === 'object' && x !== null && 'reject' in x

function askPerson(
  people: NonNullable<Host['people']>,
  q: { question: string; choices?: string[]; wait?: number; otherwise?: string },
  live: Handling,
): Promise<string> {
  const { wait, otherwise } = q
  const answer = people(q, live.signal)
  return wait === undefined || otherwise === undefined ? answer : Promise.race([answer, live.sleep(wait * 1000).then(() => otherwise)])
}

interface Batch {
  inputs: unknown[]
  signal: AbortSignal
  settle: { resolve(x: any): void; reject(e: unknown): void }[]
}
const open = new WeakMap<object, Batch>()
const after = setTimeout
const cancel = clearTimeout

/** Calls that start in one turn are handed over together, at most `batch` at a time. */
function batched<I, O>(e: Effect<I, O>, input: I, live: Handling): Promise<O> {
  const size = e.batch ?? 1
  if (size <= 1) return timed(e, live.signal, () => e.run([input], { signal: live.signal })).then(x => x[0])
  let batch = open.get(e)
  if (batch === undefined || batch.inputs.length >= size) {
    const fresh: Batch = { inputs: [], settle: [], signal: live.signal }
    batch = fresh
    open.set(e, fresh)
    queueMicrotask(() => {
      if (open.get(e) === fresh) open.delete(e)
      timed(e, fresh.signal, () => e.run(fresh.inputs as I[], { signal: fresh.signal })).then(
        out => {
          for (const [i, one] of fresh.settle.entries()) {
            if (i < out.length) one.resolve(out[i])
            else one.reject(new Error(`${e.id} gave ${out.length} results for ${fresh.inputs.length} inputs`))
          }
        },
        error => {
          for (const s of fresh.settle) s.reject(error)
        },
      )
    })
  }
  const mine = batch
  return new Promise<O>((resolve, reject) => {
    mine.inputs.push(input)
    mine.settle.push({ resolve, reject })
  })
}

function timed<T>(e: Effect<any, any>, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  const limit = e.timeout
  return new Promise((resolve, reject) => {
    const timer =
      limit === undefined
        ? undefined
        : after(() => reject(Object.assign(new Error(`${e.id} took more than ${limit} s`), { status: 'timeout' })), limit * 1000)
    const aborted = (): void => reject(new DOMException('aborted', 'AbortError'))
    signal.addEventListener('abort', aborted)
    run()
      .then(resolve, reject)
      .finally(() => {
        if (timer !== undefined) cancel(timer)
        signal.removeEventListener('abort', aborted)
      })
  })
}
