// Effects made safe. One pump for recording, replay and simulated time: deliver ONE completion, drain every microtask (a macrotask turn), go on.
// The rules, and what each is for: docs/runtime.md.
import { hash as digest } from 'node:crypto'
import type { Limits, Usage } from '../contract/index.ts'
import { type Amount, addTo, amount, Failure, hashText, maximum, zero } from '../kernel/index.ts'
import type { Clock } from './clock.ts'
import { Divergence, EffectError, StrayWait } from './errors.ts'
import type { EventData, EventKind } from './events.ts'
import { outside } from './guard.ts'
import type { Act, DoneRecord, Journal, JournalRecord, OpenRecord, Status, Turn } from './journal.ts'
import { type Build, type Job, type Known, type Party, Pending, type Tap } from './request.ts'
import { type Bench, Running } from './running.ts'
import { SlotMeter } from './slots.ts'

export interface EngineOptions {
  run: string
  journal: Journal
  clock: Clock
  slots: number
  seed: number
  /** Undefined while nobody listens, so that nothing is built for nobody. */
  readonly emit?: ((kind: EventKind, data: EventData[EventKind], address?: string) => void) | undefined
  /** Looks a request up instead of making it. `missing`: it may not be made either (what-if over a record). */
  recall?(key: string, cacheable: boolean): Known | 'missing' | undefined
  remember?(key: string, known: Known): void
  /** Stop where the record ends. */
  replayOnly?: boolean
  /** Limits to raise once the record has been replayed. */
  raise?: Limits
  /** What became of the answer with which the record ends. */
  turn?: Turn
  heard?: Bench['heard']
  onAct?(act: Act, time: number): void
  /** What a request cost, once it is known. */
  charge?(job: Job, usage: Partial<Usage>): void
  tap?: Tap
  /** The record was replayed; what follows is live. */
  onLive?(): void
}

interface Arrival {
  pending: Pending | null
  record: JournalRecord
  k: number
}

const immediate = setImmediate
const later = setTimeout

export class Engine implements Bench {
  readonly o: EngineOptions
  /** Of chance; another from an act on. */
  seed: number
  /** Time of the last delivered record, seconds. */
  now = 0
  delivered = 0
  issued = 0
  running = 0
  readonly inDoubtUsage: Amount = zero()
  replayed = 0
  /** Samples paid for, and those of them that were delivered to a method that could use them. */
  paid = 0
  entered = 0
  /** What was charged for answers that were known, in this session: nobody was paid for them. */
  readonly knownUsage: Amount = zero()
  /** Requests that a recall answered, and all of them. */
  recalled = 0
  missing = 0
  /** By 53 bits of a request's hash: should two meet, their ordinals run on together, the same in every run. */
  #ordinals = new Map<number, number>()
  #pending = new Map<number, Pending>()
  #queue: Pending[] = []
  #later: Pending[] = []
  #arrivals: Arrival[] = []
  #fresh: JournalRecord[] = []
  #check = new Set<Party>()
  #woken = new Set<Party>()
  #ticks: (() => void)[] = []
  #retry = false
  #replay: Iterator<JournalRecord> | null
  #scheduled = false
  #immediates = 0
  #busy = 0
  #parked = false
  #abandoned = false
  #over = false
  #ended: (() => void) | null = null
  #failed: (e: unknown) => void = () => {}
  #failure: unknown = null
  readonly #slots: SlotMeter
  readonly failure: Promise<never>

  constructor(o: EngineOptions) {
    this.o = o
    this.seed = o.seed
    this.#slots = new SlotMeter(o.slots)
    this.#replay = o.journal.size > 0 ? o.journal.read()[Symbol.iterator]() : null
    this.failure = new Promise<never>((_, no) => {
      this.#failed = no
    })
    this.failure.catch(() => {})
  }
  get run(): string {
    return this.o.run
  }
  get heard(): Bench['heard'] {
    return this.o.heard
  }
  get clock(): Clock {
    return this.o.clock
  }
  get replaying(): boolean {
    return this.#replay !== null
  }
  get inFlight(): number {
    return this.#pending.size
  }
  /** What has started and not ended, with the second in which it started. */
  underWay(): { k: number; at: string; kind: string; what: string; since: number }[] {
    const out = []
    for (const { k, job, opened } of this.#pending.values())
      if (opened !== null) out.push({ k, at: job.at, kind: job.kind, what: job.what, since: opened.time })
    return out
  }

  // ------------------------------------------------------------------------------------------- what searches ask for
  /**
   * Asks for an effect. The promise settles with the decoded payload, rejects with an EffectError, or never settles: when the budget cannot cover the
   * request, or the search has been told to stop. `optional`: undefined instead of never. `build` is asked again when the request had to wait.
   */
  effect<T>(party: Party, build: Build, optional = false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#attempt(new Pending(party, build, optional, resolve, reject))
    })
  }
  #attempt(a: Pending, waited = false): void {
    const { party } = a
    if (party.done || (party.halted && !party.final)) {
      if (waited) this.down(party)
      if (a.optional) a.resolve(undefined)
      return
    }
    const what = a.build()
    const max = what === null ? null : maximum(what.max)
    const fit = max === null ? 'never' : party.budget.fits(max, party.final)
    if (fit === 'later') {
      if (!waited) this.up(party)
      this.#later.push(a)
    } else if (fit === 'never') {
      if (waited) this.down(party)
      if (a.optional) a.resolve(undefined)
      else {
        party.stuck.push(a)
        this.look(party)
      }
    } else if (what!.job === undefined) {
      if (waited) this.down(party)
      a.resolve(undefined)
    } else this.#issue(a, what!.job, max!, waited)
  }
  #issue(p: Pending, job: Job, max: Amount, waited: boolean): void {
    // Over the address, too: one text then serves the check, the ordinals, the cache and what-if.
    const hash = digest('sha1', `${job.at}#${job.kind}#${job.request}`, 'base64url').slice(0, 20)
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
    this.#pending.set(k, p)
    if (!waited) this.up(p.party)
    if (p.state === 'queued') this.#queue.push(p)
    this.next()
  }
  /** Retries what the budget could not cover: its limits were raised. */
  retryStuck(party: Party): void {
    const stuck = party.stuck
    party.stuck = []
    for (const a of stuck) this.#attempt(a)
  }
  /** What the last turn of a search left waiting is not asked for any more. */
  renew(party: Party): void {
    this.#later = this.#later.filter(a => a.party !== party)
    party.active = 0
    party.stuck = []
    party.waiters = []
    party.halted = party.expired = party.final = party.done = false
  }
  up(party: Party): void {
    for (let p: Party | undefined = party; p !== undefined; p = p.outer) p.active++
  }
  down(party: Party): void {
    for (let p: Party | undefined = party; p !== undefined; p = p.outer) if (--p.active === 0) this.look(p)
  }
  /** Something may have ended for this search: it is asked at the next turn, when everything has happened. */
  look(party: Party): void {
    this.#check.add(party)
    this.next()
  }
  /** Resolves after the next delivery to this search (true), or when nothing is under way for it (false). */
  change(party: Party): Promise<boolean> {
    return new Promise(resolve => {
      party.waiters.push(resolve)
      if (party.active === 0) this.look(party)
    })
  }
  /** The search itself changed something that its waiting simulations may want to see. */
  changed(party: Party): void {
    this.#woken.add(party)
    this.next()
  }
  /** Resolves at the next turn: lets the outside in during long stretches without effects. The same place on replay. */
  tick(party: Party): Promise<void> {
    this.up(party)
    this.next()
    return new Promise(resolve =>
      this.#ticks.push(() => {
        this.down(party)
        resolve()
      }),
    )
  }
  /** Asks what runs and waits, and fits `which`, to end. It still ends by its own record. */
  cancel(which: (job: Job, party: Party) => boolean): void {
    for (const p of [...this.#pending.values()]) if (which(p.job, p.party)) this.#cancel(p)
    this.#later = this.#later.filter(a => {
      const job = a.build()?.job
      if (job === undefined || !which(job, a.party)) return true
      this.down(a.party)
      if (a.optional) a.resolve(undefined)
      return false
    })
  }
  #cancel(p: Pending): void {
    if (!this.#pending.has(p.k) || p.cancelled) return
    p.cancelled = true
    p.abort?.abort()
    if (p.state !== 'queued') return
    // It never left: its record is written whole, and costs nothing.
    this.#queue.splice(this.#queue.indexOf(p), 1)
    p.opened = this.#open(p)
    this.#arrivals.push({
      pending: p,
      k: p.k,
      record: this.#doneRecord(p, 'cancelled', '{"reason":"cancelled","message":"cancelled before it started"}', {}),
    })
    this.next()
  }
  /** Something from outside: recorded at its place among the completions. */
  act(act: Act): void {
    this.#arrivals.push({ pending: null, k: -1, record: { t: 'act', act, time: this.o.clock.now() / 1000 } })
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
    this.#abandoned = true
    this.park()
    for (const p of this.#pending.values()) if (p.state === 'running') this.#cancel(p)
  }
  /** Ends the run with an error, once what runs has been recorded. */
  fail(e: unknown): void {
    if (this.#failure !== null) return
    this.#failure = e
    if (e instanceof Divergence || e instanceof StrayWait) this.#finishFailed()
    else this.park()
  }
  #finishFailed(): void {
    this.#over = true
    for (const p of this.#pending.values()) p.abort?.abort()
    this.#failed(this.#failure)
  }

  // ------------------------------------------------------------------------------------------------------- the pump
  start(): void {
    this.next()
  }
  /** One turn a macrotask; several are queued at once where nothing is waited for (Node drains all microtasks between two), which saves polls. */
  next(): void {
    this.#scheduled = true
    if (this.#immediates > 0 || this.#over) return
    this.#immediates = this.replaying || this.o.clock.kind === 'virtual' ? 16 : 1
    for (let i = 0; i < this.#immediates; i++) immediate(this.#step)
  }
  #step = (): void => {
    this.#immediates--
    if (!this.#scheduled || this.#over) return
    this.#scheduled = false
    try {
      this.#turn()
    } catch (e) {
      this.fail(e)
      if (!this.#over) this.#finishFailed()
    }
  }
  #turn(): void {
    if (this.#ticks.length > 0) {
      const ticks = this.#ticks
      this.#ticks = []
      for (const t of ticks) t()
      return this.next()
    }
    if (this.#retry) {
      // Money came back: those that wait for it are asked again, in the order in which they came.
      this.#retry = false
      if (this.#later.length > 0) {
        const waiting = this.#later
        this.#later = []
        for (const a of waiting) this.#attempt(a, true)
        return this.next()
      }
    }
    if (this.#woken.size > 0) {
      const woken = [...this.#woken]
      this.#woken.clear()
      let any = false
      for (const party of woken) any = this.wake(party, true) || any
      if (any) return this.next()
    }
    if (this.#check.size > 0) {
      const check = [...this.#check]
      this.#check.clear()
      for (const party of check) if (party.active === 0 && !party.done) party.quiet()
      return this.next()
    }
    if (this.#replay !== null) return this.#replayOne()
    if (this.#arrivals.length > 0 && (this.o.clock.kind === 'real' || this.#busy === 0)) {
      if (this.#arrivals.length > 1 && this.o.clock.kind === 'virtual')
        this.#arrivals.sort((a, b) =>
          a.record.t === 'session' || b.record.t === 'session' ? 0 : a.record.time - b.record.time || a.k - b.k,
        )
      const a = this.#arrivals.shift()!
      this.#fresh.push(a.record)
      this.#deliver(a.record, a.pending)
      return this.next()
    }
    // The method is quiet. Nothing it asked for has left yet: what it saw and what starts now are written in ONE commit, then it leaves.
    const go: Pending[] = []
    if (!this.#parked) {
      while (this.#queue.length > 0 && this.running < this.o.slots) {
        const p = this.#queue.shift()!
        this.running++
        this.#open(p)
        go.push(p)
      }
    }
    if (!this.#commit()) return void this.#hold(go)
    for (const p of go) this.#start(p)
    if (this.#parked && this.running === 0 && this.#arrivals.length === 0) {
      if (this.#failure !== null) return this.#finishFailed()
      return this.#ended?.()
    }
    if (this.o.clock.kind === 'virtual' && this.#busy === 0 && this.#arrivals.length === 0 && this.o.clock.advance()) this.next()
  }
  /** The commit failed in a way that may pass (a full disk): nothing starts until it went through. */
  #hold(go: Pending[]): void {
    later(() => {
      if (this.#over) return
      if (!this.#commit()) return this.#hold(go)
      for (const p of go) this.#start(p)
      this.next()
    }, 1000)
  }
  #commit(): boolean {
    if (this.#fresh.length === 0) return true
    try {
      this.o.journal.append(this.#fresh)
    } catch (e) {
      if (e instanceof Failure && (e as { retry?: boolean }).retry === true) {
        this.o.emit?.('store.waiting', { message: e.message })
        return false
      }
      throw e
    }
    this.#fresh = []
    return true
  }
  /** Tells the simulations that wait: something changed (true), or nothing will (false). */
  wake(party: Party, more: boolean): boolean {
    if (party.waiters.length === 0) return false
    const waiters = party.waiters
    party.waiters = []
    for (const w of waiters) w(more)
    return true
  }
  #open(p: Pending): OpenRecord {
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
    this.#fresh.push(record)
    this.#slots.change(record.time, 1)
    return record
  }
  /** Share of the slots' time in use; see SlotMeter. */
  get slotUse(): number {
    return this.#slots.share
  }

  // ------------------------------------------------------------------------------------------------- the outside's side
  #start(p: Pending): void {
    const { emit } = this.o
    p.state = 'running'
    p.local = p.opened!.time * 1000
    const { job } = p
    const known = this.o.recall?.(`${p.hash}#${p.ord}`, job.cacheable)
    this.#busy++
    if (emit !== undefined) emit('effect.start', { k: p.k, kind: job.kind, what: job.what, inFlight: this.running }, job.at)
    if (known === 'missing') {
      this.missing++
      this.#busy--
      this.running--
      this.#pending.delete(p.k)
      p.party.budget.settle(p.reservation, {})
      this.#slots.change(p.local / 1000, -1)
      p.party.stuck.push(p)
      this.down(p.party)
      return
    }
    if (known !== undefined) {
      this.recalled++
      return this.#give(p, known)
    }
    const live = new Running(this, p)
    outside(() => job.run(live)).then(
      r => {
        const payload = JSON.stringify(r.value) ?? 'null'
        const usage = r.usage
        usage.workingSeconds = live.worked()
        if (job.cacheable && this.o.remember !== undefined) this.o.remember(`${p.hash}#${p.ord}`, { payload, usage })
        this.#arrive(p, 'ok', payload, usage)
      },
      (e: { status?: Status; usage?: Partial<Usage>; name?: string; message?: string; reason?: string }) => {
        if (e instanceof Failure && !p.cancelled) return this.#fatal(p, e)
        const why = p.cancelled
          ? { reason: 'cancelled', message: 'cancelled' }
          : { reason: e?.reason ?? e?.name ?? 'Error', message: e?.message ?? String(e) }
        const status = p.cancelled ? 'cancelled' : e?.status === 'timeout' ? 'timeout' : 'error'
        this.#arrive(p, status, JSON.stringify(why), { ...(e?.usage ?? job.max), workingSeconds: live.worked() })
      },
    )
  }
  /** What is known beforehand saves the call, and under simulated time takes as long as it took then: else another order would make another tree. */
  #give(p: Pending, { payload, usage }: Known): void {
    const { clock } = this.o
    const took = (usage.workingSeconds ?? 0) * 1000
    if (clock.kind !== 'virtual' || took === 0) return this.#arrive(p, 'ok', payload, usage, true)
    p.local += took
    p.abort ??= new AbortController()
    this.atRest()
    clock.until(p.local, p.k, p.abort.signal).then(() => {
      this.atWork()
      if (p.cancelled) {
        p.local = clock.now()
        this.#arrive(p, 'cancelled', '{"reason":"cancelled","message":"cancelled"}', usage, true)
      } else this.#arrive(p, 'ok', payload, usage, true)
    })
  }
  /** One that worked now waits. Simulated time goes on when all do. */
  atRest(): void {
    if (--this.#busy === 0 && this.o.clock.kind === 'virtual') this.next()
  }
  atWork(): void {
    this.#busy++
  }
  /** The outside refused for good. It is not recorded: when the cause is mended the run resumes there. */
  #fatal(p: Pending, e: Failure): void {
    this.running--
    this.#busy--
    this.#pending.delete(p.k)
    this.fail(e)
    this.next()
  }
  #doneRecord(p: Pending, status: Status, payload: string, usage: Partial<Usage>, cached = false): DoneRecord {
    const time = (this.o.clock.kind === 'virtual' ? Math.max(this.o.clock.now(), p.local) : this.o.clock.now()) / 1000
    return { t: 'done', k: p.k, status, payload, usage, time, ...(cached ? { cached } : {}) }
  }
  #arrive(p: Pending, status: Status, payload: string, usage: Partial<Usage>, cached = false): void {
    this.running--
    this.#busy--
    if (this.#abandoned && status === 'cancelled') {
      this.#pending.delete(p.k)
      p.party.budget.settle(p.reservation, {})
      addTo(this.inDoubtUsage, amount(usage))
      return this.next()
    }
    this.#arrivals.push({ pending: p, k: p.k, record: this.#doneRecord(p, status, payload, usage, cached) })
    this.next()
  }
  #deliver(r: JournalRecord, from: Pending | null): void {
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
    this.#pending.delete(p.k)
    const { party, job } = p
    party.budget.settle(p.reservation, r.usage)
    this.o.charge?.(job, r.usage)
    if (r.cached === true && this.#replay === null) addTo(this.knownUsage, amount(r.usage))
    party.budget.tick(r.time)
    this.delivered++
    const calls = r.usage.calls ?? 0
    this.paid += calls
    this.#retry = true
    for (let q: Party | undefined = party; q !== undefined; q = q.outer) this.#woken.add(q)
    this.o.emit?.(
      'effect.end',
      {
        k: p.k,
        kind: job.kind,
        what: job.what,
        status: r.status,
        usage: r.usage,
        cached: r.cached === true,
        inFlight: this.running,
        spent: party.budget.spent,
      },
      job.at,
    )
    this.down(party)
    if (party.done) return
    if (r.status === 'cancelled' && !party.final) {
      // Who was told to stop is let go, without an error; who ran out of time may be given more.
      if (party.timeIsUp) return p.optional ? p.resolve(undefined) : void party.stuck.push(p)
      if (party.halted) return
    }
    // Live, too, the method gets the DECODED payload: it never sees what the record cannot hold.
    const value: unknown = JSON.parse(r.payload)
    if (r.status === 'ok') {
      this.entered += calls
      p.resolve(value)
    } else p.reject(new EffectError(r.status, value as { reason?: string; message?: string }))
  }

  // ---------------------------------------------------------------------------------------------------------- replay
  #replayOne(): void {
    for (;;) {
      const step = this.#replay!.next()
      if (step.done) return this.#goLive()
      const r = step.value
      if (r.t === 'session') {
        // Spend of earlier crashes stays in doubt, whatever became of the repeated calls.
        addTo(this.inDoubtUsage, amount(r.charged))
        continue
      }
      if (r.t === 'open') {
        this.#match(r)
        continue
      }
      this.replayed++
      if (r.t === 'act') this.#deliver(r, null)
      else {
        const p = this.#pending.get(r.k)
        if (p === undefined || p.opened === null)
          throw new Divergence(
            `the record's completion ${this.delivered} belongs to request ${r.k}, which the method has not made (it made ${this.issued})`,
          )
        this.#deliver(r, p)
      }
      return this.next()
    }
  }
  #match(was: OpenRecord): void {
    const p = this.#pending.get(was.k)
    const where = `request ${was.k} (${was.kind} at ${was.at || 'the root'})`
    if (p === undefined)
      throw new Divergence(
        `${where} is in the record, and the method has not made it: it made ${this.issued} requests, ${this.#pending.size} of them wait`,
      )
    let why = ''
    if (p.job.at !== was.at || p.job.kind !== was.kind) why = `the method now asks for ${p.job.kind} at ${p.job.at || 'the root'}`
    else if (p.hash !== was.hash) why = 'the same address with another request'
    else if (p.ord !== was.ord) why = `it is number ${p.ord} of its kind there, the record says ${was.ord}`
    else if (p.after !== was.after) why = `asked for after ${p.after} completions, the record says ${was.after}`
    else if (p.fp !== was.fp) why = 'the tree differs'
    if (why !== '') throw new Divergence(`${where}: ${why}`)
    p.opened = was
    this.#slots.change(was.time, 1)
  }
  /** The record ends: what waits goes live, in the order in which it was asked for. What had started and never ended is in doubt, and made again. */
  #goLive(): void {
    this.#replay = null
    const { clock, journal } = this.o
    if (this.o.turn !== undefined)
      throw new Failure('usage', `run ${this.run} has no answer yet that it could go on from`, 'let it end first: espalier resume')
    if (this.o.replayOnly) {
      this.#parked = true
      return this.next()
    }
    clock.set(this.now * 1000)
    const parked = [...this.#pending.values()].sort((a, b) => a.k - b.k)
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
        this.running++
        this.#start(p)
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
      for (;;) {
        const step = this.#replay.next()
        if (step.done) break
        const r = step.value
        if (r.t === 'session') addTo(this.inDoubtUsage, amount(r.charged))
        else if (r.t === 'open') this.#match(r)
        else if (r.t === 'act') {
          this.#deliver(r, null)
          if (r.act.do === 'raise' || r.act.do === 'turn') return 'on'
        } else {
          const p = this.#pending.get(r.k)
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
        this.#fresh.push(act)
        return 'on'
      }
      this.#over = true
      return 'ended'
    }
    for (const p of [...this.#pending.values()]) this.#cancel(p)
    this.#parked = true
    await new Promise<void>(resolve => {
      this.#ended = resolve
      this.next()
    })
    this.#over = true
    this.#commit()
    return 'ended'
  }
  #settle(p: Pending, r: DoneRecord): void {
    this.#pending.delete(p.k)
    this.#slots.change(r.time, -1)
    p.party.budget.settle(p.reservation, r.usage)
    this.o.charge?.(p.job, r.usage)
    this.paid += r.usage.calls ?? 0
  }
  /** Resolves when a parked run has come to rest. */
  rest(): Promise<void> {
    return new Promise(resolve => {
      this.#ended = () => {
        this.#over = true
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
    if (this.#over || this.replaying) return
    for (const p of [...this.#pending.values()]) this.#cancel(p)
    this.#parked = true
    this.#failure ??= new Error('failed')
    this.#failed(this.#failure)
    while (this.running > 0 && !this.#over) await new Promise<void>(resolve => later(resolve, 5))
    for (const a of this.#arrivals) this.#fresh.push(a.record)
    this.#arrivals = []
    this.#commit()
  }
  /** Starts no more turns. */
  close(): void {
    this.#over = true
    this.o.clock.close()
  }
}
