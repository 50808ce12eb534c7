interface Entry<E> {
  item: E
  priority: number
  order: number
}

/**
 * A priority queue with stable ties: of equal priorities the first pushed comes first. An unknown priority (NaN) comes after all known ones.
 * A binary heap: push and pop cost O(log n), `pop(accept)` O(log n) for each item passed over.
 */
export class Frontier<E> {
  readonly #sign: number
  readonly #heap: Entry<E>[] = []
  #pushed = 0

  readonly #told: ((item: E, priority: number) => void) | undefined

  /** @param order which priority comes first @param told of each priority that an item is given: a tree's `tell` keeps it for who asks why */
  constructor(order: 'max' | 'min' = 'max', told?: (item: E, priority: number) => void) {
    this.#sign = order === 'max' ? 1 : -1
    this.#told = told
  }
  get size(): number {
    return this.#heap.length
  }
  push(item: E, priority: number): void {
    this.#told?.(item, priority)
    this.#add({ item, priority, order: this.#pushed++ })
  }
  /** Takes out the first item, or the first that is accepted; those passed over stay. undefined: there is none. */
  pop(accept?: (e: E) => boolean): E | undefined {
    const passed: Entry<E>[] = []
    let out: E | undefined
    for (;;) {
      const entry = this.#shift()
      if (entry === undefined) break
      if (accept === undefined || accept(entry.item)) {
        out = entry.item
        break
      }
      passed.push(entry)
    }
    for (const entry of passed) this.#add(entry)
    return out
  }
  /** The first item, left in its place. */
  peek(): { item: E; priority: number } | undefined {
    const first = this.#heap[0]
    return first && { item: first.item, priority: first.priority }
  }
  /** Throws out what f says, and gives the number of these. */
  drop(f: (e: E) => boolean): number {
    const kept = this.#heap.filter(entry => !f(entry.item))
    const dropped = this.#heap.length - kept.length
    if (dropped > 0) this.#rebuild(kept)
    return dropped
  }
  /** All items in the order in which they would be popped. */
  items(): { item: E; priority: number }[] {
    return this.#heap
      .slice()
      .sort((a, b) => (this.#ahead(a, b) ? -1 : 1))
      .map(({ item, priority }) => ({ item, priority }))
  }
  /** New priorities for all; among equals the order of pushing still holds. O(n). */
  reprioritise(f: (e: E, priority: number) => number): void {
    this.#rebuild(this.#heap.map(({ item, priority, order }) => ({ item, priority: f(item, priority), order })))
    if (this.#told !== undefined) for (const { item, priority } of this.#heap) this.#told(item, priority)
  }

  #ahead(a: Entry<E>, b: Entry<E>): boolean {
    const x = a.priority * this.#sign
    const y = b.priority * this.#sign
    if (x > y || (!Number.isNaN(x) && Number.isNaN(y))) return true
    if (x < y || (Number.isNaN(x) && !Number.isNaN(y))) return false
    return a.order < b.order
  }
  #add(entry: Entry<E>): void {
    const heap = this.#heap
    let i = heap.length
    heap.push(entry)
    while (i > 0) {
      const up = (i - 1) >> 1
      if (!this.#ahead(entry, heap[up])) break
      heap[i] = heap[up]
      i = up
    }
    heap[i] = entry
  }
  #shift(): Entry<E> | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first !== undefined && heap.length > 0) this.#sink(0, last!)
    return first
  }
  #sink(i: number, entry: Entry<E>): void {
    const heap = this.#heap
    for (;;) {
      let down = 2 * i + 1
      if (down >= heap.length) break
      if (down + 1 < heap.length && this.#ahead(heap[down + 1], heap[down])) down++
      if (!this.#ahead(heap[down], entry)) break
      heap[i] = heap[down]
      i = down
    }
    heap[i] = entry
  }
  #rebuild(entries: Entry<E>[]): void {
    const heap = this.#heap
    heap.length = 0
    for (const entry of entries) heap.push(entry)
    for (let i = (heap.length >> 1) - 1; i >= 0; i--) this.#sink(i, heap[i])
  }
}
