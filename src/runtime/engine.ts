// Effects made safe. One pump for recording, replay and simulated time: deliver ONE completion, drain every microtask (a macrotask turn), go on.
// The rules, and what each is for: docs/runtime.md.
import { hash as digest } from 'node:crypto'
import type { Limits, Usage } from '../contract/index.ts'
import { type Amount, addTo, amount, Failure, hashText, maximum, zero } from '../kernel/index.ts'
import { Admission } from './admission.ts'
import { Dispatch, type DispatchOptions, type Sender } from './dispatch.ts'
import { Divergence, EffectError, StrayWait } from './errors.ts'
import { InFlight } from './in-flight.ts'
import type { Act, DoneRecord, JournalRecord, OpenRecord, Turn } from './journal.ts'
import { Parties } from './parties.ts'
import { Recorder } from './recorder.ts'
import { Replay, type Replayed } from './replay.ts'
import type { Build, Job, Party, Pending, Tap } from './request.ts'
import { SlotMeter } from './slots.ts'
import { Turns } from './turns.ts'

export interface EngineOptions extends DispatchOptions {
  slots: number
  /** Stop where the record ends. */
  replayOnly?: boolean
  /** Limits to raise once the record has been replayed. */
  raise?: Limits
  /** What became of the answer with which the record ends. */
  turn?: Turn
  onAct?(act: Act, time: number): void
  /** What a request cost, once it is known. */
  charge?(job: Job, usage: Partial<Usage>): void
  tap?: Tap
  /** The record was replayed; what follows is live. */
  onLive?(): void
}

/** By what a record knows a request again. */
export const requestHash = (at: string, kind: string, request: string): string =>
  digest('sha1', `${at}#${kind}#${request}`, 'base64url').slice(0, 20)

const later = setTimeout

export class Engine implements Sender, Replayed {
  readonly o: EngineOptions
  /** What searches wait for beside their effects. */
  readonly parties: Parties
  readonly pending = new InFlight()
  /** Time of the last delivered record, seconds. */
  now = 0
  delivered = 0
  issued = 0
  readonly inDoubtUsage: Amount = zero()
  replayed = 0
  /** Samples paid for, and those of them that were delivered to a method that could use them. */
  paid = 0
  entered = 0
  /** What was charged for answers that were known, in this session: nobody was paid for them. */
  readonly knownUsage: Amount = zero()
  /** By 53 bits of a request's hash: should two meet, their ordinals run on together, the same in every run. */
  readonly #ordinals = new Map<number, number>()
  readonly #dispatch: Dispatch
  readonly #turns: Turns
  readonly #slots: SlotMeter
  readonly #admission: Admission
  readonly #recorder: Recorder
  #queue: Pending[] = []
  #replay: Replay | null
  #parked = false
  #ended: (() => void) | null = null
  #failed: (e: unknown) => void = () => {}
  #failure: unknown = null
  readonly failure: Promise<never>

  constructor(o: EngineOptions) {
    this.o = o
    this.#dispatch = new Dispatch(o, this)
    this.#turns = new Turns(
      () => this.#guardedTurn(),
      () => (this.replaying || o.clock.kind === 'virtual' ? 16 : 1),
    )
    this.parties = new Parties(this.#turns.next)
    this.#admission = new Admission(this.parties, (p, job, max) => this.#issue(p, job, max))
    this.#recorder = new Recorder(o.journal, message => o.emit?.('store.waiting', { message }))
    this.#slots = new SlotMeter(o.slots)
    this.#replay = o.journal.size > 0 ? new Replay(o.journal.read(), this) : null
    this.failure = new Promise<never>((_, no) => {
      this.#failed = no
    })
    this.failure.catch(() => {})
  }
  /** Of chance; another from an act on. */
  get seed(): number {
    return this.#dispatch.seed
  }
  set seed(seed: number) {
    this.#dispatch.seed = seed
  }
  get replaying(): boolean {
    return this.#replay !== null
  }
  /** Requests that a recall answered, and those it withheld. */
  get recalled(): number {
    return this.#dispatch.recalled
  }
  get missing(): number {
    return this.#dispatch.missing
  }
  /** What has started and not ended, with the second in which it started. */
  underWay(): { k: number; at: string; kind: string; what: string; since: number }[] {
    const out = []
    for (const { k, job, opened } of this.pending.all())
      if (opened !== null) out.push({ k, at: job.at, kind: job.kind, what: job.what, since: opened.time })
    return out
  }
  /** Share of the slots' time in use; see SlotMeter. */
  get slotUse(): number {
    return this.#slots.share
  }

  // ------------------------------------------------------------------------------------------- what searches ask for
  /** See `Admission`: a promise of the decoded payload, which never settles when the budget cannot cover the request. */
  effect<T>(party: Party, build: Build, optional = false): Promise<T> {
    return this.#admission.ask<T>(party, build, optional)
  }
  #issue(p: Pending, job: Job, max: Amount): void {
    // Over the address, too: one text then serves the check, the ordinals, the cache and what-if.
    const hash = requestHash(job.at, job.kind, job.request)
    const place = hashText(hash) * 0x200000 + (hashText(hash, 0x1b873593) >>> 11)
    const ord = this.#ordinals.get(place) ?? 0
    this.#ordinals.set(place, ord + job.count)
    const k = this.issued++
    this.o.tap?.request?.(k, job)
    p.job = job
    p.k = k
    p.ord = ord
    p.hash = hash
    p.after = this.delivered
    p.fp = (job.stamp ^ Math.imul(job.count, 0x9e3779b1)) >>> 0
    p.reservation = p.party.budget.reserve(max)
    p.abort = undefined
    p.cancelled = false
    p.state = this.replaying ? 'parked' : 'queued'
    p.opened = null
    p.local = 0
    p.waited = 0
    this.pending.add(p)
    if (p.state === 'queued') this.#queue.push(p)
    this.next()
  }
  /** Asks again for what the budget could not cover: its limits were raised. */
  retryStuck(party: Party): void {
    this.#admission.retryStuck(party)
  }
  /** What the last turn of a search left waiting is not asked for any more. */
  renew(party: Party): void {
    this.#admission.forget(party)
    party.active = 0
    party.stuck = []
    party.waiters = []
    party.halted = party.expired = party.final = party.done = false
  }
  /** Asks what runs and waits, and fits `which`, to end. It still ends by its own record. */
  cancel(which: (job: Job, party: Party) => boolean): void {
    for (const p of this.pending.all()) if (which(p.job, p.party)) this.#cancel(p)
    this.#admission.cancel(which)
  }
  #cancel(p: Pending): void {
    if (p.cancelled || this.pending.get(p.k) === undefined) return
    p.cancelled = true
    p.abort?.abort()
    if (p.state !== 'queued') return
    // It never left: its record is written whole, and costs nothing.
    this.#queue.splice(this.#queue.indexOf(p), 1)
    this.#open(p)
    this.#dispatch.neverLeft(p)
    this.next()
  }
  /** Something from outside: recorded at its place among the completions. */
  act(act: Act): void {
    this.#dispatch.act(act)
    this.next()
  }
  /** No effect starts any more; what runs ends by itself and is recorded. The run can be resumed. */
  park(): void {
    this.#parked = true
    this.next()
  }
  /**
   * What runs is cancelled, too. It is not recorded as an outcome, which the method would have to go on from: like a crash it leaves the request open, to be
   * made again by a resume, and what it cost until now in doubt.
   */
  abandon(): void {
    this.#dispatch.abandoned = true
    this.park()
    for (const p of this.pending.all()) if (p.state === 'running') this.#cancel(p)
  }
  /** Ends the run with an error, once what runs has been recorded. */
  fail(e: unknown): void {
    if (this.#failure !== null) return
    this.#failure = e
    if (e instanceof Divergence || e instanceof StrayWait) this.#finishFailed()
    else this.park()
  }
  #finishFailed(): void {
    this.#turns.end()
    for (const p of this.pending.all()) p.abort?.abort()
    this.#failed(this.#failure)
  }

  // ------------------------------------------------------------------------------------------------------- the pump
  start(): void {
    this.next()
  }
  next(): void {
    this.#turns.next()
  }
  #guardedTurn(): void {
    try {
      this.#turn()
    } catch (e) {
      this.fail(e)
      if (!this.#turns.over) this.#finishFailed()
    }
  }
  #turn(): void {
    const { parties } = this
    if (parties.tellTicks() || this.#admission.retry() || parties.tellChanges() || parties.tellQuiet()) return this.next()
    // A record that is read for its own sake may be put down anywhere; a run that goes on needs all of it.
    if (this.#replay !== null && !(this.#parked && this.o.replayOnly === true)) return this.#replayOne(this.#replay)
    const dispatch = this.#dispatch
    const arrival = dispatch.arrived()
    if (arrival !== undefined) {
      this.#recorder.add(arrival.record)
      this.#deliver(arrival.record, arrival.pending, arrival.value)
      return this.next()
    }
    // The method is quiet. Nothing it asked for has left yet: what it saw and what starts now are written in ONE commit, then it leaves.
    const go: Pending[] = []
    if (!this.#parked) {
      while (this.#queue.length > 0 && dispatch.running < this.o.slots) {
        const p = this.#queue.shift()!
        dispatch.running++
        this.#open(p)
        go.push(p)
      }
    }
    if (!this.#recorder.commit())
      return this.#recorder.hold(
        () => this.#turns.over,
        () => {
          for (const p of go) dispatch.start(p)
          this.next()
        },
      )
    for (const p of go) dispatch.start(p)
    if (this.#parked && dispatch.running === 0 && dispatch.waiting === 0) {
      if (this.#failure !== null) return this.#finishFailed()
      return this.#ended?.()
    }
    if (this.o.clock.kind === 'virtual' && dispatch.still && this.o.clock.advance()) this.next()
  }
  #open(p: Pending): void {
    const { job } = p
    const record: OpenRecord = {
      t: 'open',
      k: p.k,
      after: p.after,
      at: job.at,
      kind: job.kind,
      ord: p.ord,
      hash: p.hash,
      fp: p.fp,
      time: this.o.clock.now() / 1000,
      max: job.max,
    }
    p.opened = record
    this.#recorder.add(record)
    this.#slots.change(record.time, 1)
  }

  // -------------------------------------------------------------------------------------- what does not come back
  withheld(p: Pending): void {
    this.pending.delete(p.k)
    p.party.budget.settle(p.reservation, {})
    this.#slots.change(p.local / 1000, -1)
    p.party.stuck.push(p)
    this.parties.down(p.party)
  }
  /** It is not recorded: when the cause is mended the run resumes there. */
  refused(p: Pending, e: Failure): void {
    this.pending.delete(p.k)
    this.fail(e)
    this.next()
  }
  dropped(p: Pending, used: Partial<Usage>): void {
    this.pending.delete(p.k)
    p.party.budget.settle(p.reservation, {})
    addTo(this.inDoubtUsage, amount(used))
  }

  // ------------------------------------------------------------------------------------------------------- delivery
  #deliver(r: JournalRecord, from: Pending | null, live?: unknown): void {
    if (r.t === 'act') {
      this.now = Math.max(this.now, r.time)
      this.delivered++
      this.o.onAct?.(r.act, r.time)
      return
    }
    if (r.t !== 'done') return
    this.now = r.time
    this.#slots.change(r.time, -1)
    const p = from!
    this.pending.delete(p.k)
    const { party, job } = p
    party.budget.settle(p.reservation, r.usage)
    this.o.charge?.(job, r.usage)
    if (r.cached === true && this.#replay === null) addTo(this.knownUsage, amount(r.usage))
    party.budget.tick(r.time)
    this.delivered++
    const calls = r.usage.calls ?? 0
    this.paid += calls
    this.#admission.settled()
    this.parties.delivered(party)
    this.o.emit?.(
      'effect.end',
      {
        k: p.k,
        kind: job.kind,
        what: job.what,
        status: r.status,
        usage: r.usage,
        cached: r.cached === true,
        inFlight: this.#dispatch.running,
        spent: party.budget.spent,
      },
      job.at,
    )
    this.parties.down(party)
    if (party.done) return
    if (r.status === 'cancelled' && !party.final) {
      // Who was told to stop is let go, without an error; who ran out of time may be given more.
      if (party.timeIsUp) return p.optional ? p.resolve(undefined) : void party.stuck.push(p)
      if (party.halted) return
    }
    const value: unknown = live === undefined ? JSON.parse(r.payload) : live
    if (r.status === 'ok') {
      this.entered += calls
      p.resolve(value)
    } else p.reject(new EffectError(r.status, value as { reason?: string; message?: string }))
  }

  // ---------------------------------------------------------------------------------------------------------- replay
  met(p: Pending, was: OpenRecord): void {
    p.opened = was
    this.#slots.change(was.time, 1)
  }
  charged(most: Limits): void {
    addTo(this.inDoubtUsage, amount(most))
  }
  #replayOne(replay: Replay): void {
    const r = replay.next()
    if (r === null) return this.#goLive()
    this.replayed++
    if (r.t === 'act') this.#deliver(r, null)
    else {
      const p = this.pending.get(r.k)
      if (p === undefined || p.opened === null)
        throw new Divergence(
          `the record's completion ${this.delivered} belongs to request ${r.k}, which the method has not made (it made ${this.issued})`,
        )
      this.#deliver(r, p)
    }
    this.next()
  }
  /** The record ends: what waits goes live, in the order in which it was asked for. What had started and never ended is in doubt, and made again. */
  #goLive(): void {
    this.#replay = null
    const { clock, journal } = this.o
    if (this.o.turn !== undefined)
      throw new Failure('usage', `run ${this.o.run} has no answer yet that it could go on from`, 'let it end first: espalier resume')
    if (this.o.replayOnly) {
      this.#parked = true
      return this.next()
    }
    clock.set(this.now * 1000)
    const parked = this.pending.all()
    const doubt = parked.filter(p => p.opened !== null)
    const charged = zero()
    for (const p of doubt) addTo(charged, maximum(p.job.max))
    addTo(this.inDoubtUsage, charged)
    journal.append([
      {
        t: 'session',
        pid: process.pid,
        wall: Math.floor(Date.now() / 1000),
        after: this.replayed,
        inDoubt: doubt.map(p => p.k),
        charged: charged as Limits,
      },
    ])
    this.o.emit?.('run.live', { replayed: this.replayed, inDoubt: doubt.length })
    this.o.onLive?.()
    if (this.o.raise !== undefined) this.act({ do: 'raise', limits: this.o.raise })
    for (const p of parked) {
      if (p.opened !== null) {
        this.#dispatch.running++
        this.#dispatch.start(p)
      } else {
        p.state = 'queued'
        this.#queue.push(p)
        if (p.cancelled) {
          p.cancelled = false
          this.#cancel(p)
        }
      }
    }
    this.next()
  }
  /**
   * The root search has ended. Settles what its record still holds, or cancels what runs and records what it cost. Resolves when all is written.
   * `on`: it goes on, with limits raised, or from what became of its answer.
   */
  async finish(): Promise<'ended' | 'on'> {
    if (this.#replay !== null) {
      for (let r = this.#replay.next(); r !== null; r = this.#replay.next()) {
        if (r.t === 'act') {
          this.#deliver(r, null)
          if (r.act.do === 'raise' || r.act.do === 'turn') return 'on'
        } else {
          const p = this.pending.get(r.k)
          if (p === undefined) throw new Divergence(`the method ended, and the record goes on with request ${r.k}, which it has not made`)
          this.#settle(p, r)
        }
      }
      this.#replay = null
      const { raise, turn } = this.o
      const more: Act | undefined =
        turn !== undefined ? { do: 'turn', ...turn } : raise !== undefined ? { do: 'raise', limits: raise } : undefined
      if (more !== undefined) {
        this.o.clock.set(this.now * 1000)
        // As it will be read: what a record cannot hold is not seen live either.
        const act: JournalRecord = { t: 'act', act: JSON.parse(JSON.stringify(more)) as Act, time: this.now }
        this.#deliver(act, null)
        this.#recorder.add(act)
        return 'on'
      }
      this.#turns.end()
      return 'ended'
    }
    for (const p of this.pending.all()) this.#cancel(p)
    this.#parked = true
    await new Promise<void>(resolve => {
      this.#ended = resolve
      this.next()
    })
    this.#turns.end()
    this.#recorder.commit()
    return 'ended'
  }
  #settle(p: Pending, r: DoneRecord): void {
    this.pending.delete(p.k)
    this.#slots.change(r.time, -1)
    p.party.budget.settle(p.reservation, r.usage)
    this.o.charge?.(p.job, r.usage)
    this.paid += r.usage.calls ?? 0
  }
  /** Resolves when a parked run has come to rest. */
  rest(): Promise<void> {
    return new Promise(resolve => {
      this.#ended = () => {
        this.#turns.end()
        resolve()
      }
      this.next()
    })
  }
  /** The method waits for something no effect will bring. */
  stray(): void {
    this.fail(new StrayWait())
  }
  /** After an error of the method: what runs is cancelled, and its cost recorded. */
  async settleFailure(): Promise<void> {
    if (this.#turns.over || this.replaying) return
    for (const p of this.pending.all()) this.#cancel(p)
    this.#parked = true
    this.#failure ??= new Error('failed')
    this.#failed(this.#failure)
    while (this.#dispatch.running > 0 && !this.#turns.over) await new Promise<void>(resolve => later(resolve, 5))
    for (const a of this.#dispatch.undelivered()) this.#recorder.add(a.record)
    this.#recorder.commit()
  }
  /** Starts no more turns. */
  close(): void {
    this.#turns.end()
    this.o.clock.close()
  }
}
