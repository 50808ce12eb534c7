/** Waits for a time that may be cut short: by whoever wakes it, or for good when the client has gone. */
export interface Waiter {
  wait(ms: number): Promise<void>
  wake(): void
  end(): void
}
export function waiter(gone: AbortSignal): Waiter {
  let timer: NodeJS.Timeout | undefined
  let resolve: (() => void) | undefined
  let due = false
  const wake = (): void => {
    clearTimeout(timer)
    due = resolve === undefined
    resolve?.()
    resolve = undefined
  }
  gone.addEventListener('abort', wake, { once: true })
  return {
    wait(ms) {
      if (due || gone.aborted) {
        due = false
        return Promise.resolve()
      }
      return new Promise(r => {
        resolve = r
        timer = setTimeout(wake, ms)
      })
    },
    wake,
    end() {
      gone.removeEventListener('abort', wake)
      clearTimeout(timer)
    },
  }
}
