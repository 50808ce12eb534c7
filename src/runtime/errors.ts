import { Failure } from '../kernel/index.ts'
import type { Status } from './journal.ts'

/** What a method sees when an effect did not succeed: decoded from the record, so the same live and on replay. */
export class EffectError extends Error {
  override name = 'EffectError'
  readonly status: Exclude<Status, 'ok'>
  /** The name of the error that was thrown, or `cancelled`, `timeout`. */
  readonly reason: string
  constructor(status: Exclude<Status, 'ok'>, payload: { reason?: string; message?: string } | null) {
    super(payload?.message ?? status)
    this.status = status
    this.reason = payload?.reason ?? status
  }
}

/** The method went another way than its record. */
export class Divergence extends Failure {
  override name = 'Divergence'
  constructor(message: string) {
    super(
      'store',
      message,
      'a method must be a function of what its Search gives it: no clock, no chance, no timer of its own; if its code was changed, raise its version and start a new run',
    )
  }
}

/** The method waits for a promise that no effect will ever settle. */
export class StrayWait extends Failure {
  override name = 'StrayWait'
  constructor() {
    super(
      'internal',
      'the method waits for something that is not an effect of its Search (a timer, a file, a network call, a promise of its own)',
      'go through ask, call, sub or another method of the Search; nothing else can be recorded and resumed',
    )
  }
}
