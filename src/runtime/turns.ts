const immediate = setImmediate

/**
 * One turn of the pump a macrotask, for Node drains all microtasks between two: what a delivery brought about has happened before the next. Several are
 * queued at once where nothing is waited for, which saves polls.
 */
export class Turns {
  readonly #turn: () => void
  readonly #atOnce: () => number
  #wanted = false
  #queued = 0
  #over = false

  /** @param atOnce how many to queue, when none is */
  constructor(turn: () => void, atOnce: () => number) {
    this.#turn = turn
    this.#atOnce = atOnce
  }
  get over(): boolean {
    return this.#over
  }
  /** Asks for a turn. */
  readonly next = (): void => {
    this.#wanted = true
    if (this.#queued > 0 || this.#over) return
    this.#queued = this.#atOnce()
    for (let i = 0; i < this.#queued; i++) immediate(this.#step)
  }
  readonly #step = (): void => {
    this.#queued--
    if (!this.#wanted || this.#over) return
    this.#wanted = false
    this.#turn()
  }
  /** No more of them. */
  end(): void {
    this.#over = true
  }
}
