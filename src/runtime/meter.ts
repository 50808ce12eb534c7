import type { Limits, Meter, Usage } from '../contract/index.ts'
import {
  type Amount,
  addTo,
  amount,
  type Fit,
  fits,
  maximum,
  portion,
  ratio,
  remaining,
  subtractFrom,
  tighter,
  zero,
} from '../kernel/index.ts'

/** What was set aside for one effect, until it is settled. */
export interface Reservation {
  readonly scope: Scope
  readonly max: Amount
  open: boolean
}

/**
 * A budget and those around it. At every instant and in every scope, spent + reserved <= limit, unless a provider exceeds the maximum it declared.
 * `kept` is held back for the final answer: only effects marked `final` may use it.
 */
export class Scope implements Meter {
  readonly outer: Scope | undefined
  limits: Limits
  readonly kept: Amount = zero()
  readonly spent: Amount = zero()
  readonly reserved: Amount = zero()
  /** Spent before the present turn of its search. */
  #before = zero()
  /** When it began, in seconds since the run did. */
  readonly began: number
  constructor(limits: Limits = {}, outer?: Scope, began = 0) {
    this.limits = limits
    this.outer = outer
    this.began = began
  }
  fits(max: Amount, final = false): Fit {
    let out: Fit = 'fits'
    for (let s: Scope | undefined = this; s !== undefined; s = s.outer) {
      const one = fits(s.limits, s.spent, s.reserved, max, final ? undefined : s.kept)
      if (one === 'never' || s.#timeIsUp(final)) return 'never'
      if (one === 'later') out = one
    }
    return out
  }
  /** Time cannot be reserved: when it is up, nothing new is begun. */
  #timeIsUp(final: boolean): boolean {
    const { seconds, workingSeconds } = this.limits
    return (
      !final &&
      ((seconds !== undefined && this.spent.seconds >= seconds - this.kept.seconds) ||
        (workingSeconds !== undefined && this.spent.workingSeconds >= workingSeconds))
    )
  }
  reserve(max: Amount): Reservation {
    for (let s: Scope | undefined = this; s !== undefined; s = s.outer) addTo(s.reserved, max)
    return { scope: this, max, open: true }
  }
  /** Once per reservation. */
  settle(r: Reservation, actual: Partial<Usage>): void {
    if (!r.open) throw new Error('a reservation is settled once')
    r.open = false
    const spent = amount(actual)
    for (let s: Scope | undefined = r.scope; s !== undefined; s = s.outer) {
      subtractFrom(s.reserved, r.max)
      addTo(s.spent, spent)
    }
  }
  /** Spends without a reservation: world steps and nodes, counted as they happen. */
  charge(actual: Partial<Usage>): void {
    const spent = amount(actual)
    for (let s: Scope | undefined = this; s !== undefined; s = s.outer) addTo(s.spent, spent)
  }
  /** The time of the last record, in seconds since the run began. */
  tick(now: number): void {
    for (let s: Scope | undefined = this; s !== undefined; s = s.outer) s.spent.seconds = Math.max(s.spent.seconds, now - s.began)
  }
  keep(held: Limits): void {
    addTo(this.kept, maximum(held))
  }
  /** Another turn of its search: nothing is kept back yet, and shares are of what is left now. */
  renew(limits: Limits): void {
    this.limits = limits
    Object.assign(this.kept, zero())
    this.#before = { ...this.spent }
  }
  ratio(...of: (keyof Limits)[]): number {
    let least = 1
    for (let s: Scope | undefined = this; s !== undefined; s = s.outer)
      least = Math.min(least, ratio(s.limits, s.spent, s.reserved, s.kept, of.length === 0 ? undefined : of, s.#before))
    return least
  }
  /** A budget inside this one. `share`: of what is left here now, in every limited unit. */
  inside(limits: Limits & { share?: number }, now: number): Scope {
    const { share, ...own } = limits
    let out: Limits = own
    if (share !== undefined) {
      for (let s: Scope | undefined = this; s !== undefined; s = s.outer)
        out = tighter(out, portion(remaining(s.limits, s.spent, s.reserved, s.kept), share))
    }
    return new Scope(out, this, now)
  }
}
