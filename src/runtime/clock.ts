// Time, real or simulated. All times are milliseconds since the clock began.

export interface Clock {
  readonly kind: 'real' | 'virtual'
  now(): number
  /** Resolves at a time, or at once when the signal is aborted. `order` breaks ties of equal times. */
  until(time: number, order: number, signal?: AbortSignal): Promise<void>
  /** Simulated time only: goes on to the next waiting moment. false: nothing waits. */
  advance(): boolean
  /** The clock stands at `time` now: after a replay. */
  set(time: number): void
  close(): void
}

// Taken at load, so that the guard of strict runs (guard.ts) does not catch the runtime itself.
const clockNow = performance.now.bind(performance)
const after = setTimeout
const cancel = clearTimeout

export function realClock(): Clock {
  let zero = clockNow()
  const timers = new Set<NodeJS.Timeout>()
  return {
    kind: 'real',
    now: () => clockNow() - zero,
    until(time, _order, signal) {
      return new Promise(resolve => {
        const done = (): void => {
          cancel(timer)
          timers.delete(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = after(done, Math.min(2 ** 31 - 1, Math.max(0, time - (clockNow() - zero))))
        timers.add(timer)
        if (signal?.aborted) done()
        else signal?.addEventListener('abort', done)
      })
    },
    advance: () => false,
    set(time) {
      zero = clockNow() - time
    },
    close() {
      for (const t of timers) cancel(t)
      timers.clear()
    },
  }
}

interface Waiting {
  time: number
  order: number
  wake(): void
  gone: boolean
}

/** Time that stands still while anything works and then jumps to the next waiting moment. A run under it is a function of its seed. */
export function virtualClock(): Clock {
  let now = 0
  const heap: Waiting[] = []
  const less = (a: Waiting, b: Waiting): boolean => a.time < b.time || (a.time === b.time && a.order < b.order)
  const push = (w: Waiting): void => {
    let i = heap.push(w) - 1
    while (i > 0) {
      const up = (i - 1) >> 1
      if (!less(w, heap[up])) break
      heap[i] = heap[up]
      i = up
    }
    heap[i] = w
  }
  const pop = (): Waiting => {
    const top = heap[0]
    const w = heap.pop()!
    if (heap.length > 0) {
      let i = 0
      for (;;) {
        let k = 2 * i + 1
        if (k >= heap.length) break
        if (k + 1 < heap.length && less(heap[k + 1], heap[k])) k++
        if (!less(heap[k], w)) break
        heap[i] = heap[k]
        i = k
      }
      heap[i] = w
    }
    return top
  }
  return {
    kind: 'virtual',
    now: () => now,
    until(time, order, signal) {
      return new Promise(resolve => {
        if (signal?.aborted) return resolve()
        const w: Waiting = {
          time: Math.max(now, time),
          order,
          gone: false,
          wake() {
            signal?.removeEventListener('abort', w.wake)
            w.gone = true
            resolve()
          },
        }
        signal?.addEventListener('abort', w.wake)
        push(w)
      })
    },
    advance() {
      while (heap.length > 0) {
        const w = pop()
        if (w.gone) continue
        now = w.time
        w.wake()
        return true
      }
      return false
    },
    set(time) {
      now = time
    },
    close() {
      heap.length = 0
    },
  }
}
