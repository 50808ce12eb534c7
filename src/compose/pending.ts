type Settled<K, R> = { key: K; value: R } | { key: K; error: unknown }

/**
 * What is in flight: promises by name. `next()` gives those that finished since it was last asked, in the order they came, so that a method
 * goes on with what there is instead of waiting for all of it.
 *
 * A promise that never settles (an effect the budget did not cover) is never given; `next()` then waits with it, and is let go with it.
 */
export class Pending<K, R> {
  #inFlight = 0
  readonly #done: Settled<K, R>[] = []
  #wake: (() => void)[] = []

  /** In flight, or finished and not yet given. */
  get size(): number {
    return this.#inFlight + this.#done.length
  }

  /** @param k the name under which the result is given; names may repeat */
  add(k: K, p: Promise<R>): void {
    this.#inFlight++
    const settle = (s: Settled<K, R>) => {
      this.#inFlight--
      this.#done.push(s)
      const wake = this.#wake
      this.#wake = []
      for (const f of wake) f()
    }
    p.then(
      value => settle({ key: k, value }),
      error => settle({ key: k, error }),
    )
  }

  /**
   * Waits for at least one; empty at once if there is nothing.
   * @throws what a promise was rejected with, when its turn comes; what finished before it is given first, what finished after it stays
   */
  async next(): Promise<[K, R][]> {
    while (this.#done.length === 0) {
      if (this.#inFlight === 0) return []
      await new Promise<void>(r => this.#wake.push(r))
    }
    const out: [K, R][] = []
    for (let s = this.#done[0]; s !== undefined; s = this.#done[0]) {
      if ('error' in s && out.length > 0) break
      this.#done.shift()
      if ('error' in s) throw s.error
      out.push([s.key, s.value])
    }
    return out
  }

  /** Waits for all of it. @throws as `next` */
  async all(): Promise<[K, R][]> {
    const out: [K, R][] = []
    while (this.size > 0) out.push(...(await this.next()))
    return out
  }
}
