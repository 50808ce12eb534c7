// What a search keeps of many solutions: the best of each cell, those that no other beats, those that lead some case.

/** One axis of a feature grid. Values outside go to the border bins. */
export interface Axis {
  low: number
  high: number
  bins: number
}

/**
 * The cell of a feature vector, as text: one bin an axis, joined by commas. Values out of range are clipped into the border bins (arXiv:1504.04909).
 * @returns null where a feature is unknown (NaN) @throws RangeError where there are not as many features as axes
 */
export function gridCell(features: readonly number[], axes: readonly Axis[]): string | null {
  if (features.length !== axes.length) throw new RangeError(`gridCell: expected ${axes.length} features, found ${features.length}`)
  const out: number[] = []
  for (const [i, { low, high, bins }] of axes.entries()) {
    if (Number.isNaN(features[i])) return null
    const b = Math.floor(((features[i] - low) / (high - low)) * bins)
    out.push(Math.min(bins - 1, Math.max(0, b)))
  }
  return out.join(',')
}

/**
 * One item a cell, the best seen there: MAP-Elites' map (arXiv:1504.04909) with a grid for cells, Go-Explore's archive with state keys for cells and
 * shorter paths for better ones. Cells stay in the order in which they were first filled, so a draw of a cell replays.
 */
export class Elites<T> {
  readonly #cell: (x: T) => string | null
  readonly #better: (x: T, held: T) => boolean
  readonly #held = new Map<string, T>()

  /** @param o.cell null: no place for it @param o.better is x to stand in the place of what is held? */
  constructor(o: { cell(x: T): string | null; better(x: T, held: T): boolean }) {
    this.#cell = o.cell
    this.#better = o.better
  }
  /** Filled cells. */
  get size(): number {
    return this.#held.size
  }
  /** Puts x into its cell where that is empty or holds a worse one. null: it is not kept. */
  admit(x: T): 'new' | 'better' | null {
    const cell = this.#cell(x)
    if (cell === null) return null
    const held = this.#held.get(cell)
    if (held === undefined) {
      this.#held.set(cell, x)
      return 'new'
    }
    if (!this.#better(x, held)) return null
    this.#held.set(cell, x)
    return 'better'
  }
  /** What stands where x would go. */
  rival(x: T): T | undefined {
    const cell = this.#cell(x)
    return cell === null ? undefined : this.#held.get(cell)
  }
  get(cell: string): T | undefined {
    return this.#held.get(cell)
  }
  has(cell: string): boolean {
    return this.#held.has(cell)
  }
  drop(cell: string): boolean {
    return this.#held.delete(cell)
  }
  /** Every elite once, in the order of the cells. */
  all(): T[] {
    return [...this.#held.values()]
  }
  cells(): string[] {
    return [...this.#held.keys()]
  }
}

/** Does a dominate b: nowhere less, somewhere more? Unknown (NaN) numbers dominate nothing and protect nothing. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let more = false
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (Number.isNaN(b[i]) && !Number.isNaN(a[i])) more = true
    else if (a[i] > b[i]) more = true
    else if (!(a[i] === b[i] || (Number.isNaN(a[i]) && Number.isNaN(b[i])))) return false
  }
  return more
}

/** The items that no other dominates, in their order. Equal ones stand beside each other. O(n^2 m). */
export function paretoFront<T>(xs: readonly T[], scores: (x: T) => readonly number[]): T[] {
  const rows = xs.map(scores)
  return xs.filter((_, i) => !rows.some((r, j) => j !== i && dominates(r, rows[i])))
}
