import type { Result } from '../contract/index.ts'
import { inside } from './guard.ts'
import type { Shared } from './home.ts'
import type { Party } from './request.ts'

/** Why a search ended. */
export type Ended = Result<any, any, any>['ended']

/** The search whose course it is. */
export interface Traveller {
  readonly party: Party
  readonly scope: string
  readonly shared: Shared
  /** Its method. */
  run(): Promise<void>
  /** Lets go of simulations that will never return; false: there were none. */
  release(): boolean
  /** What is done when it lands, after what its method asked for. */
  verify(): Promise<void>
  /** It is over, and what runs for it is not wanted any more. */
  letGo(): void
}

/** The course of a search: it runs; it lands when its method has returned, or nothing more can come; and it is over. */
export class Course {
  readonly #search: Traveller
  /** What the method asked to be done at the end. */
  readonly #lastly: (() => Promise<void>)[] = []
  #phase: 'run' | 'lastly' | 'over' = 'run'
  #ended: Ended = 'done'
  #strays = 0
  #turn = 0
  #resolve!: (why: Ended) => void
  #reject!: (e: unknown) => void
  #finished!: Promise<Ended>

  constructor(search: Traveller) {
    this.#search = search
    search.party.quiet = () => this.#quiet()
    this.#renew()
  }
  #renew(): void {
    this.#finished = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#finished.catch(() => {})
  }
  /** Settles when the search has ended, lastly and all. */
  get finished(): Promise<Ended> {
    return this.#finished
  }
  get running(): boolean {
    return this.#phase === 'run'
  }
  lastly(body: () => Promise<void>): void {
    this.#lastly.push(body)
  }
  start(): void {
    const search = this.#search
    const { engine, strict } = search.shared
    const turn = this.#turn
    engine.parties.look(search.party)
    let run: Promise<void>
    try {
      run = inside(strict, () => search.run())
    } catch (e) {
      run = Promise.reject(e)
    }
    run.then(
      () => turn === this.#turn && this.#land(search.party.halted ? this.#ended : 'done'),
      e => turn === this.#turn && this.fail(e),
    )
  }
  /** Its method, or what was asked of it from outside, came to an error. */
  fail(e: unknown): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#search.party.done = true
    this.#reject(e)
  }
  /** No further effects: it lands when nothing is under way. */
  stop(): void {
    this.#search.party.halted = true
    this.#ended = 'stopped'
  }
  /** Nothing is under way for this search, and everything that followed from what was has happened. */
  #quiet(): void {
    const { party, shared } = this.#search
    const { parties } = shared.engine
    if (this.#phase === 'over') return
    if (this.#phase === 'lastly') {
      if (party.stuck.length > 0) this.#finish()
      else this.#stray()
      return
    }
    if (party.halted) {
      if (this.#search.release()) {
        parties.wake(party, false)
        parties.look(party)
      } else this.#land(this.#ended)
    } else if (party.stuck.length > 0) this.#land('budget')
    else if (!parties.wake(party, false)) this.#stray()
    else parties.look(party)
  }
  #stray(): void {
    const { engine } = this.#search.shared
    // A promise that settles by itself may need a few more turns of the event loop than there were; what needs longer is no effect.
    if (++this.#strays > 3) return engine.stray()
    engine.parties.look(this.#search.party)
  }
  #land(why: Ended): void {
    if (this.#phase !== 'run') return
    this.#phase = 'lastly'
    this.#ended = why
    this.#strays = 0
    const search = this.#search
    const { party, scope, shared } = search
    party.final = true
    const bodies = scope === '' ? [...this.#lastly, () => search.verify()] : this.#lastly
    if (scope === '') shared.emit?.('run.landing', { why })
    const all = async (): Promise<void> => {
      for (const body of bodies) await body()
    }
    inside(shared.strict, all).then(
      () => this.#finish(),
      e => this.fail(e),
    )
    shared.engine.parties.look(party)
  }
  #finish(): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#search.party.done = true
    if (this.#search.scope !== '') this.#search.letGo()
    this.#resolve(this.#ended)
  }
  /** The limits were raised after it had landed for want of budget: it goes on where it stood. false: it had not. */
  reopen(): boolean {
    if (this.#ended !== 'budget') return false
    const { party } = this.#search
    this.#phase = 'run'
    party.done = party.final = party.halted = false
    this.#renew()
    return true
  }
  /** Another turn: as at the beginning. `start` follows. */
  again(): void {
    this.#lastly.length = 0
    this.#strays = 0
    this.#phase = 'run'
    this.#ended = 'done'
    this.#turn++
    this.#renew()
  }
}
