import type { ProviderFault, Usage } from '../contract/index.ts'

/** What providers throw: `limited` slow down, `fault` try again, `refused` do not. */
export class ModelFault extends Error implements ProviderFault {
  override name = 'ModelFault'
  readonly code: ProviderFault['code']
  /** Seconds, where the server says it. */
  readonly retryAfter?: number
  /** What it cost all the same. */
  readonly usage?: Partial<Usage>
  constructor(code: ProviderFault['code'], message: string, o: { retryAfter?: number; usage?: Partial<Usage>; cause?: unknown } = {}) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause })
    this.code = code
    if (o.retryAfter !== undefined) this.retryAfter = o.retryAfter
    if (o.usage !== undefined) this.usage = o.usage
  }
}

/** A call that was cancelled, with what had been spent by then. */
export class Cancelled extends Error {
  override name = 'AbortError'
  readonly usage: Partial<Usage>
  constructor(usage: Partial<Usage>, cause?: unknown) {
    super('cancelled', cause === undefined ? undefined : { cause })
    this.usage = usage
  }
}
