import type { Live } from '../contract/index.ts'
import { AddressedRandom, hashText } from '../kernel/index.ts'
import type { Clock } from './clock.ts'
import type { Handling, Pending } from './request.ts'

/** What a running effect needs of the engine: whose run it is, the clock, and to say when it rests. */
export interface Bench {
  readonly run: string
  readonly seed: number
  readonly clock: Clock
  /** Who is told what models write, as they write it, and at which address. */
  readonly heard?: ((piece: Parameters<NonNullable<Live['heard']>>[0], at: string) => void) | undefined
  atRest(): void
  atWork(): void
}

/** What one running effect is told. Nearly all of it is made only when it is asked for. */
export class Running implements Handling {
  readonly #engine: Bench
  readonly #p: Pending
  readonly #begun: number
  readonly #virtual: boolean
  #random: AddressedRandom | undefined
  told = false
  readonly heard?: NonNullable<Live['heard']>
  constructor(engine: Bench, p: Pending) {
    this.#engine = engine
    this.#p = p
    this.#virtual = engine.clock.kind === 'virtual'
    // Of one made again after a crash, in simulated time: when it first began, so that its work counts as if nothing had happened.
    this.#begun = this.now()
    const { heard } = engine
    if (heard !== undefined && p.job.kind === 'sample')
      this.heard = piece => {
        this.told = true
        heard({ ...piece, index: p.ord + piece.index }, p.job.at)
      }
  }
  get index(): number {
    return this.#p.ord
  }
  get random(): AddressedRandom {
    const { job, hash, ord } = this.#p
    this.#random ??= new AddressedRandom(this.#engine.seed, hashText(job.at), hashText(hash) ^ ord, job.kind)
    return this.#random
  }
  randomAt(i: number): AddressedRandom {
    const { job, hash } = this.#p
    return new AddressedRandom(this.#engine.seed, hashText(job.at), hashText(hash) ^ i, `${job.kind}/sample`)
  }
  get signal(): AbortSignal {
    const p = this.#p
    if (p.abort === undefined) {
      p.abort = new AbortController()
      if (p.cancelled) p.abort.abort()
    }
    return p.abort.signal
  }
  get cancelled(): boolean {
    return this.#p.cancelled
  }
  get idempotencyKey(): string {
    return `${this.#engine.run}-${this.#p.k}`
  }
  now(): number {
    return this.#virtual ? this.#p.local : this.#engine.clock.now()
  }
  async sleep(ms: number): Promise<void> {
    const { clock } = this.#engine
    const p = this.#p
    p.local = this.now() + ms
    this.#engine.atRest()
    await clock.until(p.local, p.k, this.signal)
    this.#engine.atWork()
    if (p.cancelled) p.local = Math.min(p.local, Math.max(clock.now(), this.#begun))
  }
  async idle<T>(wait: () => Promise<T>): Promise<T> {
    const from = this.now()
    this.#engine.atRest()
    try {
      return await wait()
    } finally {
      this.#engine.atWork()
      this.#p.local = Math.max(this.#p.local, this.#engine.clock.now())
      this.#p.waited += this.now() - from
    }
  }
  waited(ms: number): void {
    this.#p.waited += ms
  }
  /** Seconds it really worked. */
  worked(): number {
    return Math.max(0, this.now() - this.#begun - this.#p.waited) / 1000
  }
}
