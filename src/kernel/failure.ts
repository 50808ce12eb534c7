/** Where a failure lies; the command's exit code follows from it. */
export type FailureCode = 'internal' | 'usage' | 'model' | 'store' | 'world'

/** Exit codes of the command: 0 done, 3 budget ended without a verified answer, 130 interrupted; failures as here. */
export const exitCodes: Readonly<Record<FailureCode, number>> = { internal: 1, usage: 2, model: 4, store: 5, world: 6 }

/** An error meant for people: `message` says what was expected and what was found, in one line; `hint` says what to do. */
export class Failure extends Error {
  override name = 'Failure'
  readonly code: FailureCode
  readonly hint: string
  constructor(code: FailureCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.hint = hint
  }
}
