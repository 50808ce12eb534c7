import { type Amount, maximum } from '../kernel/index.ts'
import type { Parties } from './parties.ts'
import { type Build, type Job, type Party, Pending } from './request.ts'

/**
 * Room in the budget, before a request is made. What fits is passed on at once. What would fit if what is in flight came out cheaper waits for that;
 * what cannot fit any more is `stuck`: its search is told when nothing else is under way, and limits that are raised free it.
 */
export class Admission {
  readonly #parties: Parties
  readonly #issue: (p: Pending, job: Job, max: Amount) => void
  /** Wait for money to come back. Each counts as under way. */
  #later: Pending[] = []
  #settled = false

  constructor(parties: Parties, issue: (p: Pending, job: Job, max: Amount) => void) {
    this.#parties = parties
    this.#issue = issue
  }
  /**
   * Asks for an effect. The promise settles with the decoded payload, rejects with an EffectError, or never settles: when the budget cannot cover the
   * request, or the search has been told to stop. `optional`: undefined instead of never. `build` is asked again when the request had to wait.
   */
  ask<T>(party: Party, build: Build, optional: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#attempt(new Pending(party, build, optional, resolve, reject))
    })
  }
  #attempt(a: Pending, waited = false): void {
    const { party } = a
    if (party.done || (party.halted && !party.final)) {
      if (waited) this.#parties.down(party)
      if (a.optional) a.resolve(undefined)
      return
    }
    const what = a.build()
    const max = what === null ? null : maximum(what.max)
    const fit = max === null ? 'never' : party.budget.fits(max, party.final)
    if (fit === 'later') {
      if (!waited) this.#parties.up(party)
      this.#later.push(a)
    } else if (fit === 'never') {
      if (waited) this.#parties.down(party)
      if (a.optional) a.resolve(undefined)
      else {
        party.stuck.push(a)
        this.#parties.look(party)
      }
    } else if (what!.job === undefined) {
      if (waited) this.#parties.down(party)
      a.resolve(undefined)
    } else {
      if (!waited) this.#parties.up(party)
      this.#issue(a, what!.job, max!)
    }
  }
  /** A reservation was settled: money may have come back. */
  settled(): void {
    this.#settled = true
  }
  /** Of a turn: those that wait are asked again after a settlement, in the order in which they came. Says whether there were any. */
  retry(): boolean {
    if (!this.#settled) return false
    this.#settled = false
    if (this.#later.length === 0) return false
    const waiting = this.#later
    this.#later = []
    for (const a of waiting) this.#attempt(a, true)
    return true
  }
  /** Asks again for what the budget could not cover: its limits were raised. */
  retryStuck(party: Party): void {
    const stuck = party.stuck
    party.stuck = []
    for (const a of stuck) this.#attempt(a)
  }
  /** What waits, and fits `which`, is not asked for any more. */
  cancel(which: (job: Job, party: Party) => boolean): void {
    this.#later = this.#later.filter(a => {
      const job = a.build()?.job
      if (job === undefined || !which(job, a.party)) return true
      this.#parties.down(a.party)
      if (a.optional) a.resolve(undefined)
      return false
    })
  }
  /** The last turn of a search has ended: nothing that it left waiting is asked for any more. */
  forget(party: Party): void {
    this.#later = this.#later.filter(a => a.party !== party)
  }
}
