import type { NodeId } from '../contract/index.ts'
import { average, top } from '../kernel/index.ts'

/**
 * A local search around one rewarded solution (SERENE, arXiv:2102.03140): a small evolution that keeps its best, and says whether it gets anywhere.
 */
export class Emitter {
  readonly #reward: (n: NodeId) => number
  readonly #pop: number
  readonly scale: number
  /** The best so far, best first. */
  parents: NodeId[]
  /** The greatest reward so far. */
  best: number
  readonly #means: number[] = []
  #peak = 0
  /** Those that were more novel than all before them. */
  readonly novel: NodeId[] = []

  constructor(first: readonly NodeId[], o: { reward(n: NodeId): number; pop: number; scale: number }) {
    this.#reward = o.reward
    this.#pop = o.pop
    this.scale = o.scale
    this.parents = top([...first], o.pop, o.reward)
    this.best = Math.max(...first.map(o.reward))
  }
  /** Takes a generation in. @returns those of it that beat the best before them, in their order */
  take(kids: readonly NodeId[], novelty: (n: NodeId) => number): NodeId[] {
    const better: NodeId[] = []
    for (const n of kids) {
      const r = this.#reward(n)
      if (r > this.best) better.push(n)
      this.best = Math.max(this.best, r)
      const d = novelty(n)
      if (d > this.#peak) this.novel.push(n)
      this.#peak = Math.max(this.#peak, d)
    }
    if (kids.length > 0) this.#means.push(average(kids.map(this.#reward)))
    this.parents = top([...new Set([...this.parents, ...kids])], this.#pop, this.#reward)
    return better
  }
  /** How much better the mean of the last three generations is than that of the first three; not below 0. */
  get improvement(): number {
    const m = this.#means
    return m.length === 0 ? 0 : Math.max(0, average(m.slice(-3)) - average(m.slice(0, 3)))
  }
  /** Has neither the median nor the greatest of the last 20 of `window` generations risen above those of its first 20? false until there are as many. */
  stagnates(window: number): boolean {
    const last = this.#means.slice(-window)
    if (last.length < window) return false
    const middle = (xs: readonly number[]): number => xs.toSorted((a, b) => a - b)[xs.length >> 1]
    const [a, b] = [last.slice(0, 20), last.slice(-20)]
    return middle(b) <= middle(a) && Math.max(...b) <= Math.max(...a)
  }
}
