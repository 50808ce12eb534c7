import type { Party } from './request.ts'

/**
 * What searches wait for beside their effects: a change, a turn of the event loop, or that nothing is under way for them any more. They are told at a
 * turn of the pump, when all that followed from the one before has happened.
 */
export class Parties {
  readonly #next: () => void
  #ticks: (() => void)[] = []
  #woken: Party[] = []
  #watched: Party[] = []

  /** @param next asks for a turn of the pump */
  constructor(next: () => void) {
    this.#next = next
  }
  /** Something more is under way for this search, and so for those around it. */
  up(party: Party): void {
    for (let p: Party | undefined = party; p !== undefined; p = p.outer) p.active++
  }
  down(party: Party): void {
    for (let p: Party | undefined = party; p !== undefined; p = p.outer) if (--p.active === 0) this.look(p)
  }
  /** Something may have ended for this search: it is asked at the next turn. */
  look(party: Party): void {
    if (!party.watched) {
      party.watched = true
      this.#watched.push(party)
    }
    this.#next()
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
    this.#mark(party)
    this.#next()
  }
  /** Something was delivered to this search: it and those around it have changed. */
  delivered(party: Party): void {
    for (let p: Party | undefined = party; p !== undefined; p = p.outer) this.#mark(p)
  }
  #mark(party: Party): void {
    if (party.woken) return
    party.woken = true
    this.#woken.push(party)
  }
  /** Resolves at the next turn: lets the outside in during long stretches without effects. The same place on replay. */
  tick(party: Party): Promise<void> {
    this.up(party)
    this.#next()
    return new Promise(resolve =>
      this.#ticks.push(() => {
        this.down(party)
        resolve()
      }),
    )
  }
  /** Tells the simulations that wait: something changed (true), or nothing will (false). */
  wake(party: Party, more: boolean): boolean {
    if (party.waiters.length === 0) return false
    const waiters = party.waiters
    party.waiters = []
    for (const w of waiters) w(more)
    return true
  }

  // Of a turn: each says whether it told anybody anything.
  tellTicks(): boolean {
    if (this.#ticks.length === 0) return false
    const ticks = this.#ticks
    this.#ticks = []
    for (const t of ticks) t()
    return true
  }
  tellChanges(): boolean {
    if (this.#woken.length === 0) return false
    const woken = this.#woken
    this.#woken = []
    let any = false
    for (const party of woken) {
      party.woken = false
      any = this.wake(party, true) || any
    }
    return any
  }
  tellQuiet(): boolean {
    if (this.#watched.length === 0) return false
    const watched = this.#watched
    this.#watched = []
    for (const party of watched) party.watched = false
    for (const party of watched) if (party.active === 0 && !party.done) party.quiet()
    return true
  }
}
