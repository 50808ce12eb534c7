/**
 * Running mean and spread of a stream of numbers (Welford), to bring rewards of different ranges to one. It belongs to one run: make it in the method,
 * or fit it on train data and freeze it, since what outlives a run would make its replay differ.
 */
export class Normaliser {
  #count = 0
  #mean = 0
  #m2 = 0
  #frozen = false

  /** Takes a number in. NaN is passed over; so is everything once frozen. */
  push(x: number): void {
    if (this.#frozen || Number.isNaN(x)) return
    this.#count++
    const off = x - this.#mean
    this.#mean += off / this.#count
    this.#m2 += off * (x - this.#mean)
  }
  get count(): number {
    return this.#count
  }
  get mean(): number {
    return this.#mean
  }
  /** Sample standard deviation; 0 for fewer than two. */
  get sd(): number {
    return this.#count < 2 ? 0 : Math.sqrt(this.#m2 / (this.#count - 1))
  }
  /** (x - mean) / sd; 0 where nothing varies yet. */
  scale(x: number): number {
    if (Number.isNaN(x)) return x
    return this.sd > 0 ? (x - this.#mean) / this.sd : 0
  }
  freeze(): this {
    this.#frozen = true
    return this
  }
  toJSON(): { count: number; mean: number; m2: number; frozen: boolean } {
    return { count: this.#count, mean: this.#mean, m2: this.#m2, frozen: this.#frozen }
  }
  static from(o: { count: number; mean: number; m2: number; frozen?: boolean }): Normaliser {
    const n = new Normaliser()
    n.#count = o.count
    n.#mean = o.mean
    n.#m2 = o.m2
    n.#frozen = o.frozen ?? false
    return n
  }
}
