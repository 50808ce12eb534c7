// How new is this? By count, or by distance to what was seen; by how little of its direction was seen: elliptic.ts.

/** Distance of two points; both have the same length. */
export type Distance = (a: ArrayLike<number>, b: ArrayLike<number>) => number

export const euclidean: Distance = (a, b) => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2
  return Math.sqrt(sum)
}
/** 1 - cosine of two vectors, from 0 (one direction) to 2; 1 where one of them is 0, and 0 where both are. */
export const cosineDistance: Distance = (a, b) => {
  let dot = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i]
    aa += a[i] * a[i]
    bb += b[i] * b[i]
  }
  if (aa > 0 && bb > 0) return Math.max(0, 1 - dot / Math.sqrt(aa * bb))
  return aa === bb ? 0 : 1
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
