// How new is this? By count, or by distance to the nearest of what was seen.
import type { Context, Reward } from '../contract/index.ts'
import { Counts, cosineDistance, Elliptic, hashText, meanNearest } from '../kernel/index.ts'

export interface NoveltyOptions {
  /** `count`: 1 / sqrt(times seen, this one included); `knn` (default): mean distance to the k nearest; `elliptic`: what no seen text spans. */
  kind?: 'count' | 'knn' | 'elliptic'
  /** Neighbours. Default 3. */
  k?: number
}

/** A text as hashed counts of words and pairs of words, of length 1. Equal up to case, space and punctuation: equal. */
export function features(text: string, size = 512): Float64Array {
  const out = new Float64Array(size)
  const words =
    text
      .slice(0, 20_000)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+|[-+*/=<>^]/gu) ?? []
  words.forEach((w, i) => {
    out[hashText(w) % size]++
    if (i > 0) out[hashText(`${words[i - 1]} ${w}`) % size]++
  })
  const length = Math.sqrt(out.reduce((a, x) => a + x * x, 0))
  return length === 0 ? out : out.map(x => x / length)
}
/**
 * A memory of what was seen. Scores are in [0, 1]: 1 is entirely new. Counting is exact on normalised texts (Bellemare et al. 2016 count states so);
 * distances are cosine distances of text features, averaged over the k nearest (Lehman and Stanley 2011). The elliptic bonus is that of linear bandits
 * over the same features (arXiv:2510.11686), with lambda 1.
 */
export class Novelty {
  readonly #kind: 'count' | 'knn' | 'elliptic'
  readonly #k: number
  readonly #counts = new Counts()
  #seen: Float64Array[] = []
  #bonus = new Elliptic()
  constructor(o: NoveltyOptions = {}) {
    this.#kind = o.kind ?? 'knn'
    this.#k = o.k ?? 3
  }
  static #plain(text: string): string {
    return text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}+\-*/=<>^]+/gu, ' ')
      .trim()
  }
  /** How new a text would be. Nothing is kept of it. */
  score(text: string): number {
    if (this.#kind === 'count') return this.#counts.bonus(Novelty.#plain(text))
    if (this.#kind === 'elliptic') return this.#bonus.score(features(text))
    return this.#seen.length === 0 ? 1 : meanNearest(features(text), this.#seen, this.#k, cosineDistance)
  }
  add(text: string): void {
    if (this.#kind === 'count') this.#counts.add(Novelty.#plain(text))
    else if (this.#kind === 'elliptic') this.#bonus.add(features(text))
    else this.#seen.push(features(text))
  }
  reset(): void {
    this.#counts.reset()
    this.#seen = []
    this.#bonus = new Elliptic()
  }
}

const said = (action: unknown): string => (typeof action === 'string' ? action : (JSON.stringify(action) ?? ''))

/**
 * How new the step to a place is beside what was tried along the way: the other edges of every place from the root to here, and the steps of the path
 * itself. From the tree alone, so it is the same in a replay. Unknown (NaN) at the root.
 */
export function novelty(o: NoveltyOptions = {}): Reward {
  return {
    id: `novelty:${o.kind ?? 'knn'}`,
    async reward(at, outcome) {
      if (outcome?.failed) return { value: 0 }
      const own = at.steps.at(-1)
      if (own === undefined || at.parent === null) return { value: Number.NaN }
      const text = said(own.action)
      const memory = new Novelty(o)
      let seen = 0
      for (let c: Context | null = at.parent, d = at.steps.length - 1; c !== null; c = c.parent, d--) {
        // One of those tried is this very step (or the path's next).
        let passed = false
        for (const x of c.tried) {
          const other = said(x.action)
          if (!passed && other === said(at.steps[d].action)) passed = true
          else {
            memory.add(other)
            seen++
          }
        }
        if (d > 0) {
          memory.add(said(at.steps[d - 1].action))
          seen++
        }
      }
      return { value: memory.score(text), parts: { seen } }
    },
  }
}
