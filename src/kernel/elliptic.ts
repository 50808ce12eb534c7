/**
 * The elliptic bonus h' A^-1 h, A = lambda I + sum of h_i h_i' over what was added: how little of a direction has been seen (leverage; of linear bandits,
 * of E3B, arXiv:2210.05805, eq. 2, and of representation-based exploration, arXiv:2510.11686). Kept by the Cholesky factor of the Gram matrix of what was added, so m vectors of d numbers
 * cost O(m d) a score, and no d x d matrix is held.
 * @param lambda > 0, in units of the squared length of the features: with vectors of length 1 and lambda 1 a bonus lies in [0, 1]
 */
export class Elliptic {
  readonly #lambda: number
  /** Added vectors, and their rows of the factor: row j has j + 1 numbers. */
  readonly #seen: ArrayLike<number>[] = []
  readonly #rows: number[][] = []

  constructor(lambda = 1) {
    if (!(lambda > 0)) throw new RangeError(`lambda: expected a number above 0, found ${lambda}`)
    this.#lambda = lambda
  }
  get size(): number {
    return this.#seen.length
  }
  /**
   * The bonus of h with what was added so far; from |h|^2 / lambda down to 0.
   * @param known what an earlier score of the same h left behind: given again, only what was added since is reckoned
   */
  score(h: ArrayLike<number>, known: number[] = []): number {
    for (let j = known.length; j < this.#rows.length; j++) known.push(this.#project(h, known, j))
    let left = dot(h, h)
    for (const y of known) left -= y * y
    return Math.max(0, left) / this.#lambda
  }
  add(h: ArrayLike<number>, known: number[] = []): void {
    this.score(h, known)
    let pivot = this.#lambda + dot(h, h)
    for (const y of known) pivot -= y * y
    this.#rows.push([...known, Math.sqrt(Math.max(pivot, this.#lambda))])
    this.#seen.push(h)
  }
  #project(h: ArrayLike<number>, known: readonly number[], j: number): number {
    const row = this.#rows[j]
    let y = dot(this.#seen[j], h)
    for (let l = 0; l < j; l++) y -= row[l] * known[l]
    return y / row[j]
  }
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

/**
 * Indices of vectors in an order in which each is the one of greatest elliptic bonus given those before it: a small set that covers their span.
 * O(k n (d + k)). Of equals the first.
 * @param o.first where it begins @param o.k how many; default: all
 */
export function ellipticOrder(
  features: readonly ArrayLike<number>[],
  o: { first: number; k?: number; lambda?: number; told?(i: number, bonus: number): void },
): number[] {
  const bonus = new Elliptic(o.lambda)
  const known = features.map((): number[] => [])
  const left = new Set(features.keys())
  const out: number[] = []
  const k = Math.min(o.k ?? features.length, features.length)
  for (let next = o.first; out.length < k; ) {
    out.push(next)
    left.delete(next)
    bonus.add(features[next], known[next])
    let high = Number.NEGATIVE_INFINITY
    for (const i of left) {
      const b = bonus.score(features[i], known[i])
      o.told?.(i, b)
      if (b > high) {
        high = b
        next = i
      }
    }
  }
  return out
}

/** Vectors less their mean, each then of length 1 (one of length 0 stays): the common direction says nothing of what is new. */
export function centred(features: readonly ArrayLike<number>[]): Float64Array[] {
  const d = features[0]?.length ?? 0
  const mean = new Float64Array(d)
  for (const h of features) for (let i = 0; i < d; i++) mean[i] += h[i] / features.length
  return features.map(h => {
    const out = Float64Array.from({ length: d }, (_, i) => h[i] - mean[i])
    const length = Math.sqrt(dot(out, out))
    return length < 1e-12 ? out : out.map(x => x / length)
  })
}
