// State outside of components: a value, who listens to it, and a hook.
import { useSyncExternalStore } from 'react'

export interface State<T> {
  get(): T
  set(next: T | ((now: T) => T)): void
  subscribe(listener: () => void): () => void
}
export function state<T>(first: T): State<T> {
  let value = first
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      const now = typeof next === 'function' ? (next as (now: T) => T)(value) : next
      if (Object.is(now, value)) return
      value = now
      for (const l of [...listeners]) l()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
export const useValue = <T>(s: State<T>): T => useSyncExternalStore(s.subscribe, s.get)
