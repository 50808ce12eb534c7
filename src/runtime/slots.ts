/** How much of the slots' time is in use. Counted from the records alone, so a replay gives the same. */
export class SlotMeter {
  readonly #slots: number
  #used = 0
  #usedAtLastStart = 0
  #lastStart = 0
  #time = 0
  #inside = 0
  constructor(slots: number) {
    this.#slots = slots
  }
  /** A call starts or ends, at a time in seconds. */
  change(time: number, by: 1 | -1): void {
    this.#used += this.#inside * Math.max(0, time - this.#time)
    this.#time = Math.max(this.#time, time)
    this.#inside += by
    if (by < 0) return
    this.#lastStart = time
    this.#usedAtLastStart = this.#used
  }
  /** From the beginning to the last start, for what follows is only waiting for the last to end; 1 where no time passed. */
  get share(): number {
    const whole = this.#lastStart * this.#slots
    return whole > 0 ? Math.min(1, this.#usedAtLastStart / whole) : 1
  }
}
