// The truth about positions, as far as it can be searched out.
import { after, legalOf, type Position, resultOf } from './position.ts'

interface Known {
  low: number
  high: number
}
/** Positions remembered at most; beyond that it forgets all and begins anew. */
const most = 300_000

/** A table of positions searched out, which may serve many searches of one game. */
export class Outlook<G extends Position<G>> {
  readonly #known = new Map<string, Known>()

  /**
   * Minimax with alpha-beta: 1 the player to move can force a win within so many plies, -1 the opponent can, 0 neither. Where no game lasts longer than
   * `plies` that is the game's value.
   */
  of(g: G, plies: number): -1 | 0 | 1 {
    return (this.#search(g, plies, -1, 1) + 0) as -1 | 0 | 1 // + 0: no negative zero
  }
  /** The least number of own moves in which the player to move can force a win, up to `most`; 0: none so short. */
  winsIn(g: G, most: number): number {
    for (let n = 1; n <= most; n++) if (this.of(g, 2 * n - 1) === 1) return n
    return 0
  }
  /** The moves that reach what the position is worth, as actions. */
  best(g: G, plies: number): number[] {
    const worth = this.of(g, plies)
    return legalOf(g).filter(a => -this.of(after(g, a), plies - 1) === worth)
  }

  #search(g: G, plies: number, low: number, high: number): number {
    if (g.over()) return resultOf(g)
    if (plies <= 0) return 0
    if (plies === 1 && g.winsNow !== undefined) return g.winsNow() ? 1 : 0
    const key = `${plies} ${g.text()}`
    const known = this.#known.get(key)
    if (known !== undefined) {
      if (known.low >= high || known.low === known.high) return known.low
      if (known.high <= low) return known.high
      low = Math.max(low, known.low)
      high = Math.min(high, known.high)
    }
    const from = low
    let best = -1
    for (const a of legalOf(g)) {
      const x = -this.#search(after(g, a), plies - 1, -high, -low)
      if (x > best) best = x
      if (x > low) low = x
      if (low >= high) break
    }
    if (this.#known.size >= most) this.#known.clear()
    const old = known ?? { low: -1, high: 1 }
    // Above its window a search has found a lower bound only, below it an upper bound.
    this.#known.set(key, { low: best > from ? best : old.low, high: best < high ? best : old.high })
    return best
  }
}
