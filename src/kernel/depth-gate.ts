import { Frontier } from './frontier.ts'

interface Entry<E> {
  readonly item: E
  readonly priority: number
  passes: boolean
  gone: boolean
}
interface Level<E> {
  sum: number
  n: number
  /** The least first, and the greatest first: those that the mean meets next. */
  readonly passing: Frontier<Entry<E>>
  readonly blocked: Frontier<Entry<E>>
}

/**
 * Lets through what is not below the mean of its depth: priorities of different depths do not compare (V-STAR, arXiv:2602.10699). The mean is over
 * what takes part now, so that something passes at every depth where there is anything. A change costs O(log n) for each item that the mean moved past.
 */
export class DepthGate<E> {
  readonly #levels: Level<E>[] = []
  readonly #entries = new Map<E, Entry<E>>()
  readonly #changed: (item: E, passes: boolean) => void

  /** @param changed told of each item that begins to pass, or ends; one that leaves ends, too */
  constructor(changed: (item: E, passes: boolean) => void = () => {}) {
    this.#changed = changed
  }
  passes(item: E): boolean {
    return this.#entries.get(item)?.passes ?? false
  }
  /** @param priority NaN: it takes no part, or not any more. One that is here keeps the priority that it came with. */
  set(item: E, depth: number, priority: number): void {
    const had = this.#entries.get(item)
    if ((had !== undefined) === !Number.isNaN(priority)) return
    const level = (this.#levels[depth] ??= { sum: 0, n: 0, passing: new Frontier('min'), blocked: new Frontier('max') })
    if (had === undefined) {
      const entry = { item, priority, passes: false, gone: false }
      this.#entries.set(item, entry)
      level.sum += priority
      level.n++
      level.blocked.push(entry, priority)
    } else {
      this.#entries.delete(item)
      level.sum -= had.priority
      level.n--
      had.gone = true
      if (had.passes) this.#changed(item, false)
    }
    this.#settle(level)
  }
  #settle(level: Level<E>): void {
    const { passing, blocked } = level
    const mean = level.sum / level.n
    // Sums of many are not exact: one alone must not fall short of itself.
    const bar = mean - 1e-9 * Math.max(1, Math.abs(mean))
    for (let first = passing.peek(); first !== undefined && (first.item.gone || first.priority < bar); first = passing.peek()) {
      passing.pop()
      if (!first.item.gone) this.#move(first.item, false, blocked)
    }
    for (let first = blocked.peek(); first !== undefined && (first.item.gone || first.priority >= bar); first = blocked.peek()) {
      blocked.pop()
      if (!first.item.gone) this.#move(first.item, true, passing)
    }
  }
  #move(entry: Entry<E>, passes: boolean, to: Frontier<Entry<E>>): void {
    entry.passes = passes
    to.push(entry, entry.priority)
    this.#changed(entry.item, passes)
  }
}
