import type { NodeId, Propose, Reward, Sampling, Search } from '../contract/index.ts'

/** Defaults that a search is given, for whatever runs on it. */
export interface Dress {
  sampling?: Sampling
  hint?: string
  /** Who rewards instead of the frame's. */
  reward?: Reward
}

/** The same search with other defaults: what a method says itself still holds. So methods can be run, unchanged, under knobs that they have not. */
export function dressed<S, A, Ans>(s: Search<S, A, Ans>, o: Dress): Search<S, A, Ans> {
  const more = (p: Propose<S, A, any> = {}): Propose<S, A, any> => ({
    ...p,
    sampling: { ...o.sampling, ...p.sampling },
    ...(o.hint === undefined || p.hint !== undefined ? {} : { hint: o.hint }),
  })
  const over: Partial<Search<S, A, Ans>> = {
    propose: (from, p) => s.propose(from, more(p)),
    expand: (from, p) => s.expand(from, more(p)),
    ...(o.reward === undefined ? {} : { reward: (nodes: readonly NodeId[], p = {}) => s.reward(nodes, { by: o.reward!, ...p }) }),
  }
  return new Proxy(s, {
    get(target, name) {
      if (Object.hasOwn(over, name)) return over[name as keyof typeof over]
      const it = Reflect.get(target, name, target)
      return typeof it === 'function' ? it.bind(target) : it
    },
  })
}
