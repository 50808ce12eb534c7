// How new is this? By count, by distance to what was seen, by how little of its direction was seen.

/** Distance of two points; both have the same length. */
export type Distance = (a: ArrayLike<number>, b: ArrayLike<number>) => number

export const euclidean: Distance = (a, b) => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2
  return Math.sqrt(sum)
}
/** 1 - the dot product of two vectors of length 1; of two empty ones 0. */
export const cosineDistance: Distance = (a, b) => {
  let dot = 0
  let both = 0
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i]
    both += Math.abs(a[i]) + Math.abs(b[i])
  }
  return both === 0 ? 0 : Math.max(0, 1 - dot)
}

/**
 * Mean distance to the k nearest (Lehman and Stanley 2011, eq. 1); to all of them where there are fewer. O(n k) beside the distances.
 * @returns NaN where there is nothing to compare with
 */
export function meanNearest(x: ArrayLike<number>, others: Iterable<ArrayLike<number>>, k: number, distance: Distance = euclidean): number {
  const near: number[] = []
  for (const o of others) {
    const d = distance(x, o)
    if (near.length === k && !(d < near[k - 1])) continue
    let i = near.length < k ? near.length : k - 1
    for (; i > 0 && near[i - 1] > d; i--) near[i] = near[i - 1]
    near[i] = d
  }
  return near.length === 0 ? Number.NaN : near.reduce((a, d) => a + d, 0) / near.length
}

/** How often keys were seen. */
export class Counts {
  readonly #n: Map<string, number>
  constructor(seen: Iterable<readonly [string, number]> = []) {
    this.#n = new Map(seen)
  }
  get size(): number {
    return this.#n.size
  }
  of(key: string): number {
    return this.#n.get(key) ?? 0
  }
  add(key: string, times = 1): void {
    this.#n.set(key, this.of(key) + times)
  }
  /** 1 / sqrt(times seen, the next one included): 1 for what is new (Bellemare et al. 2016, with exact counts). */
  bonus(key: string): number {
    return 1 / Math.sqrt(1 + this.of(key))
  }
  entries(): [string, number][] {
    return [...this.#n]
  }
  reset(): void {
    this.#n.clear()
  }
}

/**
 * Elliptic bonus phi' C^-1 phi, C = lambda I + sum of phi phi' over what was seen (E3B, arXiv:2210.05805, eq. 2): large where phi points to where few did.
 * The inverse is kept and updated by Sherman and Morrison: O(d^2) each.
 */
export class Ellipse {
  readonly d: number
  readonly #lambda: number
  #inverse: Float64Array
  /** @param d length of the features @param lambda above 0; a first bonus is |phi|^2 / lambda */
  constructor(d: number, lambda = 0.1) {
    if (!(lambda > 0)) throw new RangeError(`Ellipse: expected lambda above 0, found ${lambda}`)
    this.d = d
    this.#lambda = lambda
    this.#inverse = this.#start()
  }
  #start(): Float64Array {
    const m = new Float64Array(this.d * this.d)
    for (let i = 0; i < this.d; i++) m[i * this.d + i] = 1 / this.#lambda
    return m
  }
  #times(phi: ArrayLike<number>): Float64Array {
    const { d } = this
    const out = new Float64Array(d)
    for (let i = 0; i < d; i++) {
      let sum = 0
      for (let j = 0; j < d; j++) sum += this.#inverse[i * d + j] * phi[j]
      out[i] = sum
    }
    return out
  }
  bonus(phi: ArrayLike<number>): number {
    const u = this.#times(phi)
    let sum = 0
    for (let i = 0; i < this.d; i++) sum += phi[i] * u[i]
    return sum
  }
  add(phi: ArrayLike<number>): void {
    const { d } = this
    const u = this.#times(phi)
    let b = 0
    for (let i = 0; i < d; i++) b += phi[i] * u[i]
    const m = this.#inverse
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) m[i * d + j] -= (u[i] * u[j]) / (1 + b)
  }
  /** At the start of an episode: forgetting this makes the bonus a global one. */
  reset(): void {
    this.#inverse = this.#start()
  }
}

/**
 * Global and episodic novelty as one number (arXiv:2306.03236): the product, robust whichever of the two the tasks call for; their sum, in which the
 * larger swamps the other; or one alone.
 * @param floor least global share in a product, since one that has vanished would end exploration altogether
 */
export function joinNovelty(
  global: number,
  episodic: number,
  how: 'product' | 'sum' | 'global' | 'episodic' = 'product',
  floor = 0,
): number {
  if (how === 'global') return global
  if (how === 'episodic') return episodic
  return how === 'sum' ? global + episodic : Math.max(floor, global) * episodic
}
