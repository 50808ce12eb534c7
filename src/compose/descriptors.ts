import type { NodeId, Random } from '../contract/index.ts'
import { type Code, meanNearest, principal } from '../kernel/index.ts'

/**
 * Behaviours of solutions as points: their observations, or the code of a linear autoencoder learned from them (TAXONS, arXiv:1909.05508, learns one by
 * gradients; principal components are its optimum where it is linear, so nothing is to be tuned). Codes of another learning are never compared.
 *
 * @param observe raw observations of a node @param features numbers in the code; 0: the observations themselves
 */
export class Descriptors {
  readonly #observe: (n: NodeId) => readonly number[]
  readonly #features: number
  #code: Code | undefined
  #points = new Map<NodeId, ArrayLike<number>>()

  constructor(observe: (n: NodeId) => readonly number[], features: number) {
    this.#observe = observe
    this.#features = features
  }
  of(n: NodeId): ArrayLike<number> {
    let p = this.#points.get(n)
    if (p === undefined) {
      const seen = this.#observe(n)
      p = this.#code?.encode(seen) ?? seen
      this.#points.set(n, p)
    }
    return p
  }
  /** Learns the code anew from these. */
  learn(rows: readonly NodeId[], random: Random): void {
    if (this.#features === 0 || rows.length === 0) return
    this.#code = principal(rows.map(this.#observe), this.#features, random)
    this.#points = new Map()
  }
  /** Mean distance to the k nearest of the others; 0 where there are none. */
  novelty(n: NodeId, among: Iterable<NodeId>, k: number): number {
    const others: ArrayLike<number>[] = []
    for (const m of among) if (m !== n) others.push(this.of(m))
    return others.length === 0 ? 0 : meanNearest(this.of(n), others, k)
  }
  /** Error of putting the observation together again from its code; NaN before anything was learned. */
  surprise(n: NodeId): number {
    return this.#code?.error(this.#observe(n)) ?? Number.NaN
  }
}
