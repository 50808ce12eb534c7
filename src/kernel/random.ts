import type { Random } from '../contract/index.ts'
import { hashText, mix } from './hash.ts'

/**
 * A counter-based random stream. The n-th number is a function of (seed, address, purpose, n) alone, so it is the same at any concurrency and
 * after any resume. Not for cryptography. Two 32-bit mixes a number, 53 bits each.
 */
export class AddressedRandom implements Random {
  readonly #a: number
  readonly #b: number
  #count = 0

  /** @param hi high half of the address @param lo low half @param purpose what the numbers are for: other purposes, other streams */
  constructor(seed: number, hi: number, lo: number, purpose: string) {
    this.#a = mix(mix(seed >>> 0, hi), hashText(purpose))
    this.#b = mix(this.#a ^ 0x5bd1e995, lo)
  }

  /** Uniform in [0, 1). */
  next(): number {
    const c = ++this.#count
    const high = mix(mix(this.#b, c), this.#a) >>> 5
    const low = mix(this.#a, mix(c, this.#b)) >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** Uniform integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.next() * n)
  }

  /** Index drawn in proportion to non-negative weights; NaN counts as 0; all zero: uniform. -1 for an empty list. */
  weighted(w: readonly number[]): number {
    let total = 0
    for (const x of w) if (x > 0) total += x
    if (!(total > 0)) return w.length === 0 ? -1 : this.int(w.length)
    let left = this.next() * total
    let last = -1
    for (let i = 0; i < w.length; i++) {
      if (!(w[i] > 0)) continue
      last = i
      left -= w[i]
      if (left < 0) return i
    }
    return last
  }

  /** One of a list; undefined for an empty one. */
  pick<T>(xs: readonly T[]): T {
    return xs[this.int(xs.length)]
  }

  /** k of a list without replacement, in proportion to weights (Gumbel-top-k; Kool et al. 2019). Fewer where fewer have a positive weight. */
  sample<T>(xs: readonly T[], k: number, weight: (x: T) => number): T[] {
    const keyed: { x: T; g: number }[] = []
    for (const x of xs) {
      const w = weight(x)
      const g = this.gumbel()
      if (w > 0) keyed.push({ x, g: Math.log(w) + g })
    }
    keyed.sort((p, q) => q.g - p.g)
    return keyed.slice(0, k).map(p => p.x)
  }

  /** Standard Gumbel. */
  gumbel(): number {
    return -Math.log(-Math.log(this.next() || 2 ** -54))
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(xs: readonly T[]): T[] {
    const out = xs.slice()
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const t = out[i]
      out[i] = out[j]
      out[j] = t
    }
    return out
  }
}
