import type { Random } from '../../contract/index.ts'
import { legalOf, type Position } from './position.ts'

/** The position after so many random moves, `least` to `most` of them; where the game ended on the way, another try. */
export function randomPosition<G extends Position<G>>(start: G, random: Random, least: number, most: number): G {
  for (;;) {
    const g = start.clone()
    const plies = least + random.int(most - least + 1)
    let n = 0
    while (n < plies && !g.over()) {
      g.apply(random.pick(legalOf(g)))
      n++
    }
    if (!g.over()) return g
  }
}
