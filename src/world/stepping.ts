// Taking a step by rules that give a reason where it cannot be taken.
import type { PureWorld } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'

/**
 * The state after all parts of an action, one after the other; a text: why one of them cannot be taken.
 * @param one the state after a part @param part what a part is called
 */
export function inTurn<S extends object, P>(s: S, parts: readonly P[], one: (at: S, part: P) => S | string, part = 'step'): S | string {
  if (parts.length === 0) return `no ${part} was given`
  let at = s
  for (const p of parts) {
    const next = one(at, p)
    if (typeof next === 'string') return next
    at = next
  }
  return at
}

/** `step` and `valid` of a world. @param go the state after an action, or a text: why it cannot be taken */
export const stepping = <S extends object, A>(
  world: string,
  go: (s: S, a: A) => S | string,
): Required<Pick<PureWorld<S, A, any, any>, 'step' | 'valid'>> => ({
  step(s, a) {
    const next = go(s, a)
    if (typeof next === 'string') throw new Failure('world', `${world}: ${next}`, 'ask valid(action, state) before taking a step')
    return next
  },
  valid(a, s) {
    const next = go(s, a)
    return typeof next === 'string' ? next : true
  },
})
