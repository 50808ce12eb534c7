import type { Pending } from './request.ts'

/**
 * The requests that were asked for and have not ended, by number. Numbers come in order, so this is a row of places that moves along.
 * Not a Map: one that is always filled and emptied gives up its table again and again, and each old table holds the requests of its time and points to
 * the next, so that the collector keeps ended requests by the thousand.
 */
export class InFlight {
  readonly #row: (Pending | undefined)[] = []
  /** Number of the request at the first place. */
  #from = 0
  /** No place before this one is taken. */
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }
  get(k: number): Pending | undefined {
    return this.#row[k - this.#from]
  }
  /** Under a number greater than all before. */
  add(p: Pending): void {
    const row = this.#row
    if (this.#size === 0) {
      row.length = this.#head = 0
      this.#from = p.k
    }
    row.push(p)
    this.#size++
  }
  delete(k: number): void {
    const row = this.#row
    if (row[k - this.#from] === undefined) return
    row[k - this.#from] = undefined
    this.#size--
    while (this.#head < row.length && row[this.#head] === undefined) this.#head++
    if (this.#head < 64 || this.#head * 2 < row.length) return
    row.copyWithin(0, this.#head)
    row.length -= this.#head
    this.#from += this.#head
    this.#head = 0
  }
  /** All of them as they are now, in the order in which they were asked for. */
  all(): Pending[] {
    return this.#row.filter(p => p !== undefined)
  }
}
